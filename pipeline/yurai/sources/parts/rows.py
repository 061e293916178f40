"""Find where a file of rows may be cut: JSONL where a line begins with an object, Parquet between two row groups."""

import mmap
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from yurai.sources.parts.cuts import Cuts
from yurai.sources.rows.names import Kind
from yurai.sources.rows.pages import PageError, row_groups
from yurai.sources.rows.read import read_rows
from yurai.sources.rows.row import Item, Row, Span
from yurai.sources.warc.codecs import CODECS, skippable_end

OBJECT = b"\n{"
BROKEN = ("inflate-limit", "body-incomplete")
"""Errors of rows whose reason may lie elsewhere in their file."""


def row_cuts(path: Path, kind: Kind, columns: Mapping[str, str], file: mmap.mmap, goals: Sequence[int]) -> Cuts:
    """Return the first places at or behind `goals` where rows may be cut."""
    return _lines(file, goals) if kind == "jsonl" else _groups(path, columns, file, goals)


def _lines(file: mmap.mmap, goals: Sequence[int]) -> Cuts:
    """Cut before lines that begin with a brace: what begins so is neither packed nor the middle of a blank run."""
    packed = any(file[: len(one.magic)] == one.magic for one in CODECS) or skippable_end(file[:8], 0) is not None
    if packed:
        return Cuts((), "packed lines cannot be read from their middle: write it unpacked, or as several files")
    found: list[int] = []
    for goal in goals:
        if not found or found[-1] < goal:
            place = file.find(OBJECT, goal)
            if place < 0:
                break
            found.append(place + 1)
    return Cuts(tuple(found), "a line of it is that long")


def _groups(path: Path, columns: Mapping[str, str], file: mmap.mmap, goals: Sequence[int]) -> Cuts:
    """Cut between row groups that lie one behind the other.

    What bounds the work on a file counts over all of its row groups, so that only one which is read without meeting
    a bound is cut.
    """
    try:
        groups = row_groups(file)
    except PageError as error:
        return Cuts((), f"its row groups cannot be told ({error})")
    if not all(group.chunks for group in groups) or _is_broken(path, columns):
        return Cuts((), "its row groups are damaged, or larger than a file of its size may hold")
    ends = list(accumulate((group.end for group in groups), max))
    starts = list(accumulate((group.start for group in reversed(groups)), min))[::-1]
    places = [start for end, (_, start) in zip(ends, pairwise(starts), strict=False) if end <= start]
    found = {places[at] for goal in goals if (at := bisect_left(places, goal)) < len(places)}
    return Cuts(tuple(sorted(found)), "its row groups are that large, or do not lie one behind the other")


def _is_broken(path: Path, columns: Mapping[str, str]) -> bool:
    """Read all of a Parquet file and tell whether a row of it could not be, or none can."""
    return any(_tells(item) for item in read_rows(path, "parquet", columns))


def _tells(item: Item) -> bool:
    return (isinstance(item, Row) and item.error in BROKEN) or (isinstance(item, Span) and item.kind == "unreadable")
