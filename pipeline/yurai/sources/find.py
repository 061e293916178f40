"""Find what `--input` names: files, folders, globs, path lists, and any fsspec URL of these.

A source's name is its place relative to the common root of its argument (for Common Crawl the `crawl-data/...` key);
it is identity, so it holds no machine's path. Sources are sorted by name: the order of arguments is irrelevant.

A folder means its web archives, or, where it holds none, its JSONL and Parquet files: rows beside archives are their
labels and indexes far more often than a corpus, so that they are taken only by name. Output trees inside are left out.
"""

import gzip
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import fsspec

from yurai.sources.rows.names import is_row_file, row_kind
from yurai.sources.warc import is_web_archive
from yurai_manifests.errors import RecipeError
from yurai_manifests.faults import as_os_errors

REQUESTS = 32
LARGE_ROWS = 4 << 30
"""Bytes of a row file that people are told of: an hour of work on one CPU that nothing shares."""
LISTS = (".paths", ".paths.gz", ".paths.txt")
COMMON_CRAWL = "https://data.commoncrawl.org/"


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One input file; `stamp` tells whether it changed without reading it (modification time or ETag)."""

    name: str
    url: str
    size: int
    stamp: str


def find_sources(arguments: Iterable[str], *, base: str = COMMON_CRAWL) -> list[Source]:
    """Return all sources that the arguments name, sorted by name.

    `base` is where the `crawl-data/...` keys of a path list live; other relative entries lie beside their list.

    Raises:
        RecipeError: nothing there, nothing to read in a folder, an output tree, or two files of one relative name.
    """
    by_name: dict[str, Source] = {}
    for argument in arguments:
        for source in _reached(argument, base):
            other = by_name.setdefault(source.name, source)
            if other.url != source.url:
                raise RecipeError(
                    f"two inputs have the relative name {source.name}: {other.url} and {source.url}; "
                    "name their common folder as one --input, so that their names differ"
                )
    if not by_name:
        raise RecipeError("no input: give --input a file, a folder, a glob or a path list")
    for source in by_name.values():
        if source.size > LARGE_ROWS and row_kind(source.name):
            _tell(
                f"{source.name}: {source.size / 1e9:,.0f} GB of rows in one file are one task on one CPU, and done "
                "again from its start after a crash; split it into files below 1 GB"
            )
    return sorted(by_name.values())


def _reached(argument: str, base: str) -> Iterator[Source]:
    """Expand one argument; storage that does not answer is a wrong call, since nothing has run yet."""
    try:
        with as_os_errors(_open(argument)[0]):
            yield from _expand(argument, base)
    except OSError as error:
        raise RecipeError(
            f"--input {argument} cannot be read: {error}; check the URL, network and credentials"
        ) from error


def _expand(argument: str, base: str) -> Iterator[Source]:
    files, path = _open(argument)
    if argument.endswith(LISTS):
        yield from _from_list(argument, files, path, base)
    elif "*" in path or "?" in path or "[" in path:
        matches = sorted(files.glob(path))
        root = path[: min(path.find(mark) for mark in "*?[" if mark in path)].rpartition("/")[0]
        if not matches:
            raise RecipeError(f"--input {argument} matches no file; check the pattern (quote it in the shell)")
        yield from (_source(files, match, root) for match in matches if not files.isdir(match))
    elif files.isdir(path):
        yield from _from_folder(argument, files, path)
    elif files.exists(path):
        yield _source(files, path, path.rpartition("/")[0])
    else:
        raise RecipeError(f"--input {argument} does not exist; check the path or URL")


def _from_folder(argument: str, files: Any, path: str) -> Iterator[Source]:  # noqa: ANN401 - fsspec is untyped
    paths = sorted(files.find(path))
    trees = _trees(paths)
    if path in trees:
        raise RecipeError(
            f"--input {argument} is the output of a run; stage commands (yurai language ...) go on from it, and its "
            "documents/ folder is a corpus of rows"
        )
    names = [name for name in paths if not any(name.startswith(f"{tree}/") for tree in trees)]
    archives, rows = ([name for name in names if is_kind(name)] for is_kind in (is_web_archive, is_row_file))
    if not archives and not rows:
        raise RecipeError(
            f"--input {argument} holds no WARC, ARC, WET, JSONL or Parquet file; name files of other endings one by one"
        )
    if archives and rows:
        _tell(
            f"{argument}: left out {len(rows)} JSONL or Parquet files beside its archives, the first {rows[0]}; "
            "name them with --input to read them as rows"
        )
    if trees:
        _tell(f"{argument}: left out {len(trees)} output trees of runs, the first {trees[0]}")
    yield from (_source(files, name, path) for name in archives or rows)


def _trees(names: list[str]) -> list[str]:
    """Return the folders that are output trees, ended or not: a run must not read what it or another one wrote."""
    plans = [name.removesuffix("/plan.json") for name in names if name.endswith("/plan.json")]
    inside = (".work/", "stages/", "journal/")
    marks = {root: tuple(f"{root}/{part}" for part in inside) for root in plans}
    return [root for root, mark in marks.items() if any(name.startswith(mark) for name in names)]


def _tell(message: str) -> None:
    sys.stderr.write(f"note: --input {message}\n")


def _from_list(argument: str, files: Any, path: str, base: str) -> Iterator[Source]:  # noqa: ANN401 - fsspec is untyped
    if not files.exists(path):
        raise RecipeError(f"--input {argument} does not exist; check the path or URL")
    data = files.cat_file(path)
    lines = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8").split()
    beside = argument.rpartition("/")[0]
    # a crawl lists 90,000 keys, and each costs a request
    with ThreadPoolExecutor(REQUESTS) as pool:
        yield from pool.map(lambda line: _listed(argument, line, base, beside), lines)


def _listed(argument: str, line: str, base: str, beside: str) -> Source:
    root = base.rstrip("/") if line.startswith("crawl-data/") else beside
    url = line if "://" in line or line.startswith("/") else f"{root}/{line}" if root else line
    files, path = _open(url)
    name = line.partition("://")[2] or line
    try:
        with as_os_errors(files):
            return _source(files, path, "", name=name.lstrip("/"))
    except OSError as error:
        raise RecipeError(
            f"{argument} lists {line}, but {url} cannot be read ({error}); set --base to where the keys live"
        ) from error


def _open(argument: str) -> tuple[Any, str]:
    try:
        files, path = fsspec.core.url_to_fs(argument)
    except (ImportError, ValueError) as error:
        raise RecipeError(
            f"cannot open --input {argument}: {error}; install the fsspec package of that scheme"
        ) from error
    return files, cast("str", path).rstrip("/")


def _source(files: Any, path: str, root: str, *, name: str | None = None) -> Source:  # noqa: ANN401 - fsspec is untyped
    info = files.info(path)
    stamp = next((str(info[key]) for key in ("ETag", "etag", "mtime", "LastModified", "updated") if info.get(key)), "")
    relative = name or path.removeprefix(root).lstrip("/")
    return Source(relative, files.unstrip_protocol(path), int(info.get("size") or 0), stamp)
