"""Take what Python gives: paths and URLs, one or several, and recipes as names, files or tables."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from yurai.run.recipe import Recipe

Where: TypeAlias = str | os.PathLike[str]
"""A path, or a URL that fsspec opens (as str)."""
Tables: TypeAlias = Mapping[str, object]
"""A recipe in the shape of its TOML: {"name": ..., "stage": [{"use": ...}, ...]}."""
RunnerName: TypeAlias = Literal["local", "ray"]
CALLER = "recipe"


def place(given: object, what: str) -> str:
    """Return a path or URL as text; raises RecipeError for anything else, and for an empty one."""
    text = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(text, str):
        raise RecipeError(f"{what} must be a path or URL, not {given!r}")
    if not text.strip():
        raise RecipeError(f"{what} is empty; give a path or URL")
    return text


def places(given: object, what: str) -> list[str]:
    """Return paths and URLs, where one alone stands for a list of it; raises RecipeError for none, or no such thing."""
    if isinstance(given, str | os.PathLike):
        return [place(given, what)]
    if isinstance(given, bytes | Mapping) or not isinstance(given, Iterable):
        raise RecipeError(f"{what} must be a path, a URL or a list of them, not {given!r}")
    found = [place(one, what) for one in given]
    if not found:
        raise RecipeError(f"{what} names nothing; give a file, a folder, a glob, a path list or a URL")
    return found


def sides(given: Mapping[str, Where | Iterable[Where]] | None) -> list[str]:
    """Return side inputs as the options NAME=PATH that they are on the command line."""
    if not isinstance(given, Mapping | None):
        raise RecipeError(f'side must be a table such as {{"robots": ["robotstxt.paths.gz"]}}, not {given!r}')
    return [f"{name}={path}" for name, some in (given or {}).items() for path in places(some, f"side {name}")]


def recipe_of(given: Where | Tables) -> "Recipe":
    """Return the recipe that a name, a path or tables stand for; a Path is a file, whatever recipes are shipped.

    Raises:
        RecipeError: there is none, or it is wrong.
    """
    from yurai.run.recipe import load_recipe, make_recipe, shipped

    if isinstance(given, Mapping):
        return make_recipe({str(key): _toml(value) for key, value in given.items()}, where=CALLER)
    name = place(given, CALLER)
    is_file = isinstance(given, os.PathLike) and name in shipped()
    return load_recipe(os.path.join(".", name) if is_file else name)  # noqa: PTH118 - Path(".") / x is x


def _toml(value: object) -> object:
    """Return a value as TOML has it: tuples as lists, paths as text, tables as dicts, all of them copies."""
    if isinstance(value, Mapping):
        return {str(key): _toml(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_toml(one) for one in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value
