"""Load filters that other packages bring.

A package adds filters with one entry point that names the module which declares them:

    [project.entry-points."yurai.filters"]
    my-filters = "my_package.filters"
"""

from __future__ import annotations

from importlib import metadata

from yurai_filters.declare import EDITORS, ENTRY_POINTS, FILTERS, TAGGERS, whole_or_nothing


def load_plugins() -> dict[str, str]:
    """Import every module under entry point group `yurai.filters`, by name; importing declares. Safe to repeat.

    Return why each that cannot be loaded, or declares nothing, is left out, by a name that tells its package too: one
    broken package blocks nothing but itself.
    """
    points = sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value))
    return {_who(point): why for point in points if (why := _fault(point))}


def _fault(point: metadata.EntryPoint) -> str:
    """Load what a package names; say why it cannot be had, and forget what it declared before it broke."""
    try:
        with whole_or_nothing():
            point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a module of others may do anything
        return f"{type(error).__name__}: {error}"
    if not _declared_by(point.module.partition(".")[0]):
        return "it declares no filter, tagger or editor; import them in that module"
    return ""


def _declared_by(package: str) -> bool:
    declarations = [*FILTERS.values(), *TAGGERS.values(), *EDITORS.values()]
    return any(declaration.function.__module__.partition(".")[0] == package for declaration in declarations)


def _who(point: metadata.EntryPoint) -> str:
    owner = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown package"
    return f"{point.group} {point.name} = {point.value} of {owner}"
