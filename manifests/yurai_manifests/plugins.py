"""Find what declares itself: the modules of a folder, and what installed packages name in an entry-point group.

    [project.entry-points."yurai.stages"]
    longest-page = "my_package.longest_page"

The name is for people; importing the module, or loading the object, is what declares.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from typing import TYPE_CHECKING, TypeVar

from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib import metadata

GROUPS = ("yurai.commands", "yurai.exports", "yurai.filters", "yurai.handlers", "yurai.stages")
"""Everything that a package can add to Yurai."""
Declared = TypeVar("Declared")
_BROKEN: dict[str, list[str]] = {}
_TOLD: list[Callable[[str], None]] = []


def import_modules(package: str, path: Iterable[str], inside: str | None = None) -> None:
    """Import the modules of a package, by name; of its folders, the module called `inside`, where they have it."""
    for module in pkgutil.iter_modules(path, f"{package}."):
        name = f"{module.name}.{inside}" if module.ispkg and inside else module.name
        if importlib.util.find_spec(name):
            importlib.import_module(name)


def load_entry_points(group: str, *registries: dict[str, Declared]) -> Iterator[tuple[metadata.EntryPoint, object]]:
    """Load what installed packages name in `group`, in the order of the names, one at a time.

    One that cannot be loaded is left out, with whatever it declared in `registries` before it broke: see `broken`.
    """
    for point in points_of(group):
        before = [dict(registry) for registry in registries]
        try:
            loaded = load_point(point)
        except RecipeError as error:
            for registry, names in zip(registries, before, strict=True):
                for name in registry.keys() - names.keys():
                    del registry[name]
            leave_out(group, str(error))
        else:
            yield point, loaded


def leave_out(group: str, why: str) -> None:
    """Remember that something of `group` cannot be had; whoever asked for it is told once."""
    if why not in _BROKEN.setdefault(group, []):
        _BROKEN[group].append(why)
        for told in _TOLD:
            told(why)


def broken(group: str) -> list[str]:
    """Say what of `group` could not be loaded in this process so far, and why."""
    return [*_BROKEN.get(group, ())]


def missing(group: str) -> str:
    """Return the end of an error about a name that is not known: it may be of a package that could not be loaded."""
    return "".join(f"; it may be of what is left out here: {why}" for why in broken(group))


def tell_broken(told: Callable[[str], None]) -> None:
    """Have `told` called, once for each, with what cannot be loaded: what was, and what will be."""
    if told not in _TOLD:
        _TOLD.append(told)
        for why in (why for found in _BROKEN.values() for why in found):
            told(why)


def load_point(point: metadata.EntryPoint) -> object:
    """Load what an entry point names.

    Raises:
        RecipeError: it cannot be loaded; the message names the package that brought it.
    """
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        raise RecipeError(
            f"{who(point)} cannot be loaded: {type(error).__name__}: {error}; repair or uninstall that package"
        ) from error


def points_of(group: str) -> list[metadata.EntryPoint]:
    """Return the entry points of a group in the order of their names, whatever the file system lists first."""
    from importlib import metadata  # noqa: PLC0415 - it takes longer than the help of a command

    return sorted(metadata.entry_points(group=group), key=lambda point: (point.name, point.value))


def who(point: metadata.EntryPoint) -> str:
    """Return the entry point as an error names it, with the package that brought it."""
    owner = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown package"
    return f"{point.group} {point.name} = {point.value} of {owner}"
