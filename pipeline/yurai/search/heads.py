"""Keep the first units of every 64th suffix, in levels, so that a search reads a page a level and then 64 suffixes.

A file holds its levels from the smallest down. Each entry of a level is every 256th of the one below, and an entry has
8 units of 2 bytes, the higher first: 256 of them are a page, which is searched in memory. `count` suffixes say where
everything stands.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from yurai.search.access import Access

STEP: Final = 64
FAN: Final = 256
UNITS: Final = 8
ENTRY: Final = 2 * UNITS
PAGE: Final = FAN * ENTRY


class Level(NamedTuple):
    """One level: its place in the file, and its entries."""

    start: int
    entries: int


def levels(count: int) -> list[Level]:
    """Return the levels of `count` suffixes, the smallest first; none of none."""
    sizes = [-(-count // STEP)]
    while sizes[-1] > FAN:
        sizes.append(-(-sizes[-1] // FAN))
    found, start = list[Level](), 0
    for size in reversed(sizes):
        found.append(Level(start, size))
        start += -(-size * ENTRY // PAGE) * PAGE
    return found if count else []


def make_heads(units: npt.NDArray[np.uint16], order: npt.NDArray[np.int32]) -> Iterator[bytes]:
    """Yield the bytes of a file of heads; units behind the last one are 0."""
    starts = order[::STEP].astype(np.int64)
    rows = np.zeros((starts.size, UNITS), ">u2")
    for at in range(UNITS):
        places = starts + at
        rows[:, at] = np.where(places < units.size, units[np.minimum(places, units.size - 1)], 0)
    depth = len(levels(order.size))
    for number in range(depth):
        data = rows[:: FAN ** (depth - 1 - number)].tobytes()
        yield data + bytes(-len(data) % PAGE)


class Heads:
    """The heads of `count` suffixes, open to be searched."""

    def __init__(self, access: Access, count: int) -> None:
        self._access, self._count, self._levels = access, count, levels(count)

    def around(self, pattern: bytes) -> tuple[int, int, int, int]:
        """Return ranks (a, b, c, d): the first suffix not below a pattern is in [a, b], the first above it in [c, d].

        `pattern` has units of 2 bytes, the higher first; above means that it is greater and does not begin with it.
        """
        head = pattern[:ENTRY]
        below, upto = 0, 0
        for level in self._levels:
            below = self._descend(level, below, head, equal=False)
            upto = self._descend(level, upto, head, equal=True)
        whole = len(pattern) <= ENTRY  # then an equal head is no longer in doubt
        return (
            self._rank(below - 1, 1),
            self._rank(below if whole else upto, 0),
            self._rank((upto if whole else below) - 1, 1),
            self._rank(upto, 0),
        )

    def _rank(self, entry: int, more: int) -> int:
        return 0 if entry < 0 else min(entry * STEP + more, self._count)

    def _descend(self, level: Level, before: int, head: bytes, *, equal: bool) -> int:
        """Return how many entries of a level are smaller (or `equal`); `before` is how many of the level above are."""
        first = max(before - 1, 0) * FAN
        page = self._access.read(level.start + first * ENTRY, level.start + min(first + FAN, level.entries) * ENTRY)
        low, high, size = 0, len(page) // ENTRY, len(head)
        while low < high:
            middle = (low + high) // 2
            entry = page[middle * ENTRY : middle * ENTRY + size]
            if entry < head or (equal and entry == head):
                low = middle + 1
            else:
                high = middle
        return first + low
