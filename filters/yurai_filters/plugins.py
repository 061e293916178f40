"""Load filters that other packages bring.

A package adds filters with one entry point that names the module which declares them:

    [project.entry-points."yurai.filters"]
    my-filters = "my_package.filters"
"""

from __future__ import annotations

from importlib import metadata

from yurai_filters.declare import EDITORS, ENTRY_POINTS, FILTERS, TAGGERS
from yurai_filters.errors import ContractViolation


def load_plugins() -> None:
    """Import every module under entry point group `yurai.filters`, by name; importing declares. Safe to repeat.

    Raises what the module raises, with a note that names the package, and ContractViolation if it declared nothing.
    """
    points = sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value))
    for point in points:
        with _Named(point):
            point.load()
        if not _declared_by(point.module.partition(".")[0]):
            raise ContractViolation(f"{_who(point)} declares no filter, tagger or editor; import them in that module")


class _Named:
    """Adds to whatever leaves the block the name of the package that raised it."""

    def __init__(self, point: metadata.EntryPoint) -> None:
        self._point = point

    def __enter__(self) -> None:
        """Nothing is opened."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Add the note; the exception goes on."""
        if error is not None:
            error.add_note(f"while loading {_who(self._point)}; repair or uninstall that package")


def _declared_by(package: str) -> bool:
    declarations = [*FILTERS.values(), *TAGGERS.values(), *EDITORS.values()]
    return any(declaration.function.__module__.partition(".")[0] == package for declaration in declarations)


def _who(point: metadata.EntryPoint) -> str:
    owner = point.dist.name if point.dist is not None else "an unknown package"
    return f"entry point {point.name} = {point.value!r} of {owner}"
