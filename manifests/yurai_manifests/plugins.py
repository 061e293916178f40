"""Find what declares itself: the modules of a folder, and what installed packages name in an entry-point group.

    [project.entry-points."yurai.stages"]
    longest-page = "my_package.longest_page"

The name is for people; importing the module, or loading the object, is what declares.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator
from importlib import metadata

from yurai_manifests.errors import RecipeError

GROUPS = ("yurai.commands", "yurai.exports", "yurai.filters", "yurai.handlers", "yurai.stages")
"""Everything that a package can add to Yurai."""


def import_modules(package: str, path: Iterable[str], inside: str | None = None) -> None:
    """Import the modules of a package, by name; of its folders, the module called `inside`, where they have it."""
    for module in pkgutil.iter_modules(path, f"{package}."):
        name = f"{module.name}.{inside}" if module.ispkg and inside else module.name
        if importlib.util.find_spec(name):
            importlib.import_module(name)


def load_entry_points(group: str) -> Iterator[tuple[metadata.EntryPoint, object]]:
    """Load what installed packages name in `group`, in the order of the names, one at a time.

    Raises:
        RecipeError: one cannot be loaded; the message names the package that brought it.
    """
    for point in points_of(group):
        try:
            loaded = point.load()
        except Exception as error:
            raise RecipeError(
                f"{who(point)} cannot be loaded: {type(error).__name__}: {error}; repair or uninstall that package"
            ) from error
        yield point, loaded


def points_of(group: str) -> list[metadata.EntryPoint]:
    """Return the entry points of a group in the order of their names, whatever the file system lists first."""
    return sorted(metadata.entry_points(group=group), key=lambda point: (point.name, point.value))


def who(point: metadata.EntryPoint) -> str:
    """Return the entry point as an error names it, with the package that brought it."""
    owner = f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown package"
    return f"{point.group} {point.name} = {point.value} of {owner}"
