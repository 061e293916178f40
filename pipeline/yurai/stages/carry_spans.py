"""Carry the spans of blocks along where a stage or a rule wrote a new text: each stays with its lines."""

from __future__ import annotations

from typing import Final, TypedDict, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import with_columns
from yurai_manifests.schema import SPANS

_NAME: Final = "block_spans"


class BlockSpan(TypedDict):
    """One row of column `block_spans`."""

    type: str
    start: int
    end: int


def with_spans_carried(before: pa.RecordBatch, after: pa.RecordBatch) -> pa.RecordBatch:
    """Return `after`, the rows of `before` whose texts may be new, with `block_spans` that fit its texts.

    A stage that writes `block_spans` itself is believed.
    """
    if after.column("text").equals(before.column("text")) or not after.column(_NAME).equals(before.column(_NAME)):
        return after
    changed = pc.and_(pc.not_equal(before.column("text"), after.column("text")), pc.is_valid(after.column(_NAME)))
    places = cast("list[int]", pc.indices_nonzero(changed).to_pylist())
    spans = cast("list[list[BlockSpan]]", after.column(_NAME).to_pylist())
    for place in places:
        old, new = (str(batch.column("text")[place].as_py()) for batch in (before, after))
        spans[place] = carried(spans[place], old, new)
    return with_columns(after, {_NAME: pa.array(spans, SPANS)})


def carried(spans: list[BlockSpan], old: str, new: str) -> list[BlockSpan]:
    """Return spans of whole lines of `old` as spans of `new`; a span whose lines are all gone goes.

    Where both texts have as many lines, each line became the one in its place. Otherwise lines went: equal lines are
    matched in order, the earliest first, and what is unmatched between two matches is matched from the top.
    """
    if not spans:
        return []
    old_lines, new_lines = (text.encode("utf-8").split(b"\n") for text in (old, new))
    places = _matched(old_lines, new_lines)
    starts, bounds = _starts(old_lines), _starts(new_lines)
    result: list[BlockSpan] = []
    line = 0
    for span in spans:
        kept: list[int] = []
        while line < len(old_lines) and starts[line] < span["end"]:
            if starts[line] >= span["start"] and places[line] >= 0:
                kept.append(places[line])
            line += 1
        if kept and (end := bounds[kept[-1]] + len(new_lines[kept[-1]])) > bounds[kept[0]]:
            result.append({"type": span["type"], "start": bounds[kept[0]], "end": end})
    return result


def _starts(lines: list[bytes]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts


def _matched(old: list[bytes], new: list[bytes]) -> list[int]:
    """Return for each line of `old` the number of the line of `new` that it became, -1 where it went."""
    if len(old) == len(new):
        return list(range(len(old)))
    places = [-1] * len(old)
    ahead: dict[bytes, list[int]] = {}
    for number in range(len(old) - 1, -1, -1):
        ahead.setdefault(old[number], []).append(number)
    at = filled = 0
    for number, line in enumerate(new):
        known = ahead.get(line, [])
        while known and known[-1] < at:
            known.pop()
        if known:
            _fill(places, at, known[-1], filled, number)
            places[known[-1]] = number
            at, filled = known[-1] + 1, number + 1
    _fill(places, at, len(old), filled, len(new))
    return places


def _fill(places: list[int], start: int, end: int, first: int, last: int) -> None:
    """Match the lines from `start` to `end` with those from `first` to `last`, from the top."""
    for step in range(min(end - start, last - first)):
        places[start + step] = first + step
