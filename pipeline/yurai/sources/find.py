"""Find what `--input` names: files, folders, globs, path lists, and any fsspec URL of these.

A source's name is its place relative to the common root of its argument (for Common Crawl the `crawl-data/...` key);
it is identity, so it holds no machine's path and no secret of a URL. Sources are sorted by name: the order of arguments
is irrelevant. What exists under a name as it is written is that file or folder, whatever else its signs could mean.

A folder means its web archives, or, where it holds none, its JSONL and Parquet files: rows beside archives are their
labels and indexes far more often than a corpus, so that they are taken only by name. Output trees inside are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from yurai.sources.path_lists import ENDINGS, PathList
from yurai.sources.places import COMMON_CRAWL
from yurai.sources.pulse import with_pulse
from yurai.sources.rows.names import is_packed_rows, is_row_file, row_kind
from yurai.sources.selection.coalesce import Reading
from yurai.sources.selection.ranges import SELECTION
from yurai.sources.selection.sources import selected_sources
from yurai.sources.source import Asked, Source, opened, refuse_special, relative
from yurai.sources.warc import is_web_archive
from yurai.terminal import note
from yurai_manifests.errors import RecipeError
from yurai_manifests.faults import as_os_errors
from yurai_manifests.location import is_web, shown, told
from yurai_manifests.visible import escaped

__all__ = ["COMMON_CRAWL", "Source", "find_sources"]

LARGE_ROWS = 4 << 30
"""Bytes of a packed row file that people are told of: hours of work on one CPU that nothing shares."""


def find_sources(
    arguments: Iterable[str],
    *,
    base: str = COMMON_CRAWL,
    allow: Iterable[str] = (),
    option: str = "--input ",
    ask: int | None = None,
    reading: Reading | None = None,
) -> list[Source]:
    """Return all sources that the arguments of `option` name, sorted by name.

    `base` is where the `crawl-data/...` keys of a path list live; other relative entries lie beside their list. `allow`
    are places (`https://host/path/`) that lists from elsewhere and redirects may lead to beside their own host. Of a
    list, so many entries elsewhere are asked for their size as `ask` says (None: all; of Common Crawl's keys the first
    32, since its files never change), and the others have none. With `reading` a folder may be one of `yurai
    select-records`, which means the files that it names, whose ranges are read so.

    Raises:
        RecipeError: nothing there, nothing to read in a folder, an output tree, no file, a list that reaches too far,
            or two files of one relative name.
    """
    by_name: dict[str, Source] = {}
    for argument in arguments:
        reached = _reached(argument, PathList(argument, base, tuple(allow), option, ask), reading)
        for source in with_pulse(reached, f"{option}{shown(argument)}"):
            other = by_name.setdefault(source.name, source)
            if other.url != source.url or other.ranges != source.ranges:
                raise RecipeError(_same_name(other, source))
    if not by_name:
        raise RecipeError(f"no input: give {option}a file, a folder, a glob or a path list")
    for source in by_name.values():
        if source.size > LARGE_ROWS and is_packed_rows(source.name):
            _tell(
                f"{escaped(source.name)}: {source.size / 1e9:,.0f} GB of packed rows in one file are one task on one "
                "CPU, and done again from its start after a crash; unpack it, or split it into files below 1 GB"
            )
    return sorted(by_name.values())


def _same_name(one: Source, other: Source) -> str:
    name, places = escaped(one.name), (f"{one.url}", f"{other.url}")
    if one.ranges != other.ranges:
        return f"two inputs read {name}, by selections that differ or whole; select all of it in one selection"
    if places[0] == places[1]:
        return f"two inputs are {places[0]} with other queries, which are no part of a name; give it once"
    return (
        f"two inputs have the relative name {name}: {places[0]} and {places[1]}; "
        "name their common folder as one --input, so that their names differ"
    )


def _reached(argument: str, listed: PathList, reading: Reading | None) -> Iterator[Source]:
    """Expand one argument; storage that does not answer is a wrong call: nothing has run yet."""
    if not argument.strip():
        raise RecipeError(
            f"{listed.option.rstrip()} is empty (a shell variable that is not set?); give a file, a folder, a glob or "
            "a list"
        )
    what = f"{listed.option}{shown(argument)}"
    try:
        asked = opened(argument, what, listed.allow)
        with as_os_errors(asked.files):
            yield from _expand(asked, listed, what, reading)
    except FileNotFoundError as error:
        raise RecipeError(f"{what} does not exist; check the path or URL") from error
    except OSError as error:
        raise RecipeError(
            f"{what} cannot be read: {told(error, argument)}; check the URL, network and credentials"
        ) from error


def _expand(asked: Asked, listed: PathList, what: str, reading: Reading | None) -> Iterator[Source]:
    """Yield the files of a list, a folder, or a glob, or the file itself; raises FileNotFoundError without either."""
    files, path, plain = asked.files, asked.path, asked.plain
    glob = _glob(asked)
    if glob:
        yield from _matches(asked, *glob, what)
    elif plain.endswith(ENDINGS):
        if asked.is_local:
            refuse_special(path)
        yield from listed.sources()
    elif not (is_web(path) and (is_web_archive(plain) or row_kind(plain))) and files.isdir(path):
        if files.exists(f"{path}/{SELECTION}"):
            if reading is None:
                raise RecipeError(f"{what} is a selection, which `yurai run`, `extract`, `submit` and `plan` take")
            yield from selected_sources(asked.text, listed.base, listed.allow, reading)
        else:
            yield from _from_folder(asked, what)
    else:
        name = relative(plain, plain.rpartition("/")[0])
        if not name:
            raise RecipeError(f"{what} names no file; give the URL of one")
        yield asked.source(path, "", name=name)


def _glob(asked: Asked) -> tuple[str, str] | None:
    """Return (folder before the first sign, pattern) of a path; None where no sign of a pattern is in it.

    What exists as it is written is itself: the whole path, and any folder on the way to the first that does not.
    """
    signs = "*[" if is_web(asked.path) else "*?["
    if not any(sign in asked.plain for sign in signs) or asked.files.exists(asked.path):
        return None
    folders = asked.plain.split("/")
    for count, folder in enumerate(folders):
        if any(sign in folder for sign in signs) and not asked.files.exists("/".join(folders[: count + 1])):
            literal = ("".join(f"[{one}]" if one in signs else one for one in name) for name in folders[:count])
            return "/".join(folders[:count]), "/".join((*literal, *folders[count:]))
    return None


def _matches(asked: Asked, root: str, pattern: str, what: str) -> Iterator[Source]:
    matches = sorted(asked.files.glob(pattern))
    if not matches:
        raise RecipeError(f"{what} matches no file; check the pattern (quote it in the shell)")
    yield from (asked.source(match, root) for match in matches if not asked.files.isdir(match))


def _from_folder(asked: Asked, what: str) -> Iterator[Source]:
    path = asked.path
    paths = sorted(asked.files.find(path))
    trees = _trees(paths)
    if path in trees:
        raise RecipeError(
            f"{what} is the output of a run; stage commands (yurai language ...) go on from it, and its documents/ "
            "folder is a corpus of rows"
        )
    inside = tuple(f"{tree}/" for tree in trees)
    names = {name: replace(asked, path=name).plain for name in paths if not name.startswith(inside)}
    archives, rows = ([name for name in names if is_kind(names[name])] for is_kind in (is_web_archive, is_row_file))
    if not archives and not rows:
        raise RecipeError(
            f"{what} holds no WARC, ARC, WET, JSONL or Parquet file; name files of other endings one by one"
        )
    if archives and rows:
        _tell(
            f"{shown(asked.text)}: left out {len(rows)} JSONL or Parquet files beside its archives, the first "
            f"{shown(rows[0])}; name them with --input to read them as rows"
        )
    if trees:
        _tell(f"{shown(asked.text)}: left out {len(trees)} output trees of runs, the first {shown(trees[0])}")
    yield from (asked.source(name, path) for name in archives or rows)


def _trees(names: list[str]) -> list[str]:
    """Return the folders that are output trees, ended or not: a run must not read what it or another one wrote."""
    plans = [name.removesuffix("/plan.json") for name in names if name.endswith("/plan.json")]
    inside = (".work/", "stages/", "journal/")
    marks = {root: tuple(f"{root}/{part}" for part in inside) for root in plans}
    return [root for root, mark in marks.items() if any(name.startswith(mark) for name in names)]


def _tell(message: str) -> None:
    note(f"--input {message}")
