"""Cut documents into segments: runs in input order, of which a task holds something in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from yurai.exchange.route import SPREAD, Route
from yurai.stages.near_dedup.sign import PAGE


class Piece(NamedTuple):
    """The rows of one shard, by its number, that belong to a segment."""

    shard: int
    first: int
    end: int


class Extent(NamedTuple):
    """A shard: how many rows it has, and how many bytes in memory one of them needs."""

    rows: int
    width: int


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of a corpus; they are made again each time they are read, only where each begins is kept."""

    read: Callable[[], Iterator[list[Piece]]]
    edges: tuple[int, ...]
    end: int

    def route(self, field: str) -> Route:
        """Return the route that brings rows to the segment of the NODE `field`."""
        return Route(field, len(self.edges), self.edges)

    def bounds(self, number: int) -> tuple[int, int]:
        """Return the first place of a segment, and the first behind it."""
        edges = (*self.edges[number : number + 2], self.end)
        return edges[0], edges[1]


def segments(extents: Callable[[], Iterator[Extent]], least: int, most: int) -> Segments:
    """Cut a corpus into segments of at most `most` bytes, at least one page of a shard; about 64 if `least` allows."""
    total = sum(one.rows * one.width for one in extents())
    target = max(1, min(max(least, total // SPREAD), most))

    def read() -> Iterator[list[Piece]]:
        held: list[Piece] = []
        size = 0
        for number, one in enumerate(extents()):
            start = 0
            while start < one.rows:
                end = min(one.rows, start + max(PAGE, (target - size) // max(1, one.width) // PAGE * PAGE))
                grown = size + (end - start) * one.width
                if held and grown > target:
                    yield held
                    held, size = [], 0
                    continue
                held.append(Piece(number, start, end))
                size, start = grown, end
        if held or not size:  # a corpus of no documents is one segment
            yield held

    starts = [place(pieces[0]) for pieces in read() if pieces]
    count = sum(1 for _ in extents())
    return Segments(read, (0, *starts[1:]), count << 32)


def place(piece: Piece) -> int:
    """Return the place of the first row of a piece."""
    return (piece.shard << 32) | piece.first
