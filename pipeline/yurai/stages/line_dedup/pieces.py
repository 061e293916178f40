"""Decide which bytes of a text go: every repeat that is long enough, each byte told of the first text that has it."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from yurai.exchange.row_types import Numbers, Rows, hex_ids, in_order
from yurai.stages.line_dedup.repeats import joined
from yurai_manifests.text_bytes import Texts

CONTINUES = 0x80
"""The two highest bits of a byte of UTF-8 that goes on with a character."""


class Piece(NamedTuple):
    """Bytes of a text in UTF-8 that go, and where they are in the text of the document that had them before."""

    start: int
    length: int
    kept_doc_id: str
    kept_offset: int

    @property
    def end(self) -> int:
        """Return the byte behind."""
        return self.start + self.length

    def part(self, start: int, end: int) -> Piece:
        """Return what of it lies from `start` to `end`; its length is 0 or less where none does."""
        start, end = max(start, self.start), min(end, self.end)
        return Piece(start, end - start, self.kept_doc_id, self.kept_offset + start - self.start)


class Interval(NamedTuple):
    """A repeat as numbers: its bounds, the place of its kept text in keep order, which repeat it is."""

    start: int
    end: int
    rank: int
    which: int


def pieces(repeats: Rows, texts: Texts, first_row: int, min_bytes: int) -> Iterator[tuple[int, list[Piece]]]:
    """Yield (row, what goes of its text, in order of place) of `texts`, the first of which is row `first_row`.

    A repeat goes if it has so many bytes, all that both texts share; what goes are whole characters. Where several
    documents have a byte, it is told of the first in keep order, then of its first place there.
    """
    rows = joined(repeats)
    rows = rows[rows["length"] >= min_bytes]
    starts, ends = _whole(rows, texts, first_row)
    order = np.lexsort((rows["kept_start"], *(_ranks(rows["kept"]),)))
    ranks = np.empty(len(rows), np.int64)
    ranks[order] = np.arange(len(rows))
    names = hex_ids(rows["kept"]["id_high"], rows["kept"]["id_low"])
    shifts = (rows["start"].astype(np.int64) - rows["kept_start"]).tolist()
    found = map(Interval, starts.tolist(), ends.tolist(), ranks.tolist(), range(len(rows)))
    for row, group in itertools.groupby(found, key=lambda one: int(rows["row"][one.which])):
        stretches = _first_of_each(list(group))
        yield row, [Piece(start, end - start, names[one], start - shifts[one]) for start, end, one in stretches]


def _ranks(nodes: Rows) -> Numbers:
    """Return the place of each NODE in keep order; rows of one document that was given twice differ too."""
    by = in_order(nodes)
    ranks = np.empty(len(nodes), np.int64)
    ranks[by] = np.cumsum(np.concatenate([[False], nodes[by][1:] != nodes[by][:-1]])[: len(nodes)])
    return ranks


def _whole(rows: Rows, texts: Texts, first_row: int) -> tuple[Numbers, Numbers]:
    """Return starts and ends moved inwards to the bounds of characters: at most three bytes go on with one."""
    base = texts.bounds[rows["row"].astype(np.int64) - first_row]
    starts = base + rows["start"]
    ends = starts + rows["length"]
    inner = np.append((texts.data & 0xC0) == CONTINUES, False)
    for _ in range(3):
        starts = starts + inner[starts]
        ends = ends - inner[ends]
    return starts - base, ends - base


def _first_of_each(found: list[Interval]) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, which) of stretches in order: of the intervals over each the one of the least rank."""
    waiting = sorted(found, reverse=True)
    over: list[tuple[int, Interval]] = []
    held: tuple[int, int, int] | None = None
    bounds = sorted({place for one in found for place in (one.start, one.end)})
    for start, end in itertools.pairwise(bounds):
        while waiting and waiting[-1].start <= start:
            one = waiting.pop()
            heapq.heappush(over, (one.rank, one))
        while over and over[0][1].end <= start:
            heapq.heappop(over)
        which = over[0][1].which if over else -1
        if held and (held[1], held[2]) == (start, which):
            held = (held[0], end, which)
            continue
        if held:
            yield held
        held = (start, end, which) if over else None
    if held:
        yield held
