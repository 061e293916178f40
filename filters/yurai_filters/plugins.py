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
        try:
            point.load()
        except BaseException as error:
            error.add_note(f"while loading {_who(point)}; repair or uninstall that package")
            raise
        if not _declared_by(point.module.partition(".")[0]):
            raise ContractViolation(f"{_who(point)} declares no filter, tagger or editor; import them in that module")


def _declared_by(package: str) -> bool:
    declarations = [*FILTERS.values(), *TAGGERS.values(), *EDITORS.values()]
    return any(said.function.__module__.partition(".")[0] == package for said in declarations)


def _who(point: metadata.EntryPoint) -> str:
    owner = point.dist.name if point.dist is not None else "an unknown package"
    return f"entry point {point.name} = {point.value!r} of {owner}"
