"""Read side inputs, `--side NAME=PATH...`: named, digested and part of a run's identity, never counted in its totals.

A side input is files that a run reads beside its inputs. Each file is a task of a step of its own, before the stages
that use it, so that it is hashed as it is read, resumed and extended as inputs are; stages that use what was read have
its shards, hence its digests, in the keys of their tasks. One name is known: `robots`, archives of robots.txt.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeAlias

from yurai.declare.values import nearest
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.sources.find import COMMON_CRAWL, find_sources
from yurai.sources.rows.names import row_kind
from yurai.sources.selection.coalesce import Reading
from yurai.sources.source import Source
from yurai.stages.extract.side_robots import read_side_robots
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.errors import RecipeError

OPTION: Final = "--side"
ROBOTS: Final = "robots"
NAMES: Final = {ROBOTS: "archives of robots.txt: Common Crawl's robotstxt files, or any WARC"}
Sides: TypeAlias = Mapping[str, list[Source]]
"""Files of each side input, sorted by their names."""
NO_SIDES: Final[Sides] = MappingProxyType({})
_NAMED: Final = re.compile(r"([a-z][a-z-]*)=(.*)", re.DOTALL)


def find_sides(
    given: Iterable[str],
    recipe: Mapping[str, Iterable[str]] = MappingProxyType({}),
    *,
    base: str = COMMON_CRAWL,
    allow: Iterable[str] = (),
    reading: Reading | None = None,
) -> dict[str, list[Source]]:
    """Return the files of side inputs: `given` as options `NAME=PATH`, and those that a recipe names in `[side]`.

    Raises:
        RecipeError: no such side input, no path, nothing there, or files of a kind that it cannot hold.
    """
    paths: dict[str, list[str]] = {}
    for name, more in recipe.items():
        paths.setdefault(known(name, "[side]"), []).extend(more)
    for text in given:
        match = _NAMED.fullmatch(text)
        if match is None:
            raise RecipeError(f"{OPTION} {text} is not NAME=PATH; names are {', '.join(NAMES)}")
        paths.setdefault(known(match[1], OPTION), []).append(match[2])
    return {name: _files(name, some, base, tuple(allow), reading) for name, some in sorted(paths.items()) if some}


def side_paths(given: object, where: str) -> dict[str, tuple[str, ...]]:
    """Check the table `[side]` of a recipe: paths, a list of them or one, by side input.

    Raises:
        RecipeError: it is no such table.
    """
    if not isinstance(given, Mapping):
        raise RecipeError(f"{where}: side must be a table: [side] {ROBOTS} = [...]")
    paths = {known(str(name), f"{where}: [side]"): value for name, value in given.items()}
    lists = {name: [value] if isinstance(value, str) else value for name, value in paths.items()}
    wrong = [name for name, some in lists.items() if not isinstance(some, list) or not all(map(_is_text, some))]
    if wrong:
        raise RecipeError(f"{where}: [side] {wrong[0]} must be a list of paths, not {paths[wrong[0]]!r}")
    return {name: tuple(some) for name, some in lists.items()}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def known(name: str, where: str) -> str:
    """Return `name`, which is a side input.

    Raises:
        RecipeError: there is none of that name.
    """
    if name not in NAMES:
        there = "; ".join(f"{one}: {what}" for one, what in NAMES.items())
        raise RecipeError(f"{where}: no side input is called {name!r}{nearest(name, NAMES)} (there are: {there})")
    return name


def _files(name: str, paths: list[str], base: str, allow: tuple[str, ...], reading: Reading | None) -> list[Source]:
    files = find_sources(paths, base=base, allow=allow, option=f"{OPTION} {name}=", reading=reading)
    rows = next((file for file in files if row_kind(file.name)), None)
    if rows:
        raise RecipeError(f"{OPTION} {name}={rows.name} holds rows; give web archives with {NAMES[name]}")
    return files


def sides_json(sides: Sides) -> dict[str, Json]:
    """Return what run.json says of side inputs, by name; the digest is that of the names of the files."""
    return {
        name: {
            "count": len(files),
            "bytes": sum(file.size for file in files),
            "digest": fingerprint({"names": [file.name for file in files]}),
        }
        for name, files in sides.items()
    }


def read_sides(engine: Engine, state: State, sides: Sides) -> State:
    """Read the side inputs, each in a step of its own, and return the state with what they hold."""
    if ROBOTS not in sides:
        return state
    record, robots = read_side_robots(engine, sides[ROBOTS], state.robots)
    return replace(state, robots=robots, steps=(*state.steps, record))
