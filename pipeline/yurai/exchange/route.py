"""Tell which partition a row belongs to: by a hash, by the range of a number, or by the number of a shard."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import NODE, Rows, places, row_type
from yurai_manifests.canonical import Json

MIN_READ = 4 << 20
"""Bytes of a range that one request reads, at least, where there is so much to read."""
SPREAD = 64
"""Partitions to share among workers, where there is enough for so many."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which of `count` partitions a row belongs to.

    With `edges`, number k holds the values of the field from `edges[k]` up to the next, where a NODE stands for its
    place; with `every`, those from `k x every`; else the field is a hash of 64 bits, whose upper half is scaled.
    """

    field: str
    count: int
    edges: tuple[int, ...] = ()
    every: int = 0

    def json(self) -> list[Json]:
        """Return the route as task keys have it: edges are numbers of 64 bits, so they are written as text."""
        return [self.field, self.count, [str(edge) for edge in self.edges], self.every]

    def partition(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Return the partition of each row."""
        values = rows
        for name in self.field.split("."):
            values = values[name]
        numbers = places(values) if values.dtype == NODE else values
        if self.edges:
            numbers_of = np.searchsorted(np.array(self.edges, np.int64), numbers.astype(np.int64), side="right") - 1
        elif self.every:
            numbers_of = numbers.astype(np.int64) // self.every
        else:
            high = numbers.astype(np.uint64) >> np.uint64(32)
            high *= np.uint64(self.count)
            high >>= np.uint64(32)
            numbers_of = high.view(np.int64)
        return np.asarray(numbers_of, np.int64)


def by_hash(name: str, rows: int, kind: str, memory_bytes: int) -> Route:
    """Return a route by hash: partitions that fit into an eighth of memory, and up to 64 so that workers can share."""
    total = rows * row_type(kind).itemsize
    target = min(max(MIN_READ, total // SPREAD), memory_bytes // 8)
    return Route(name, max(1, -(-total // max(1, target))))
