"""Find the maximal runs of a text that are somewhere, by few searches.

`ends(l)` is where the longest run from l on ends. It never falls as l grows. So between two starts with one end no
run is maximal, and none is long enough where the end of the last is too near to the first: halves of what is left are
searched, instead of every letter.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """Part of a text, from `start` up to `end`."""

    start: int
    end: int


def maximal_runs(ends: Callable[[int], int], starts: Sequence[int], least: int) -> list[Run]:
    """Return the runs that no other one contains, of `least` letters or more, in order.

    `starts` are the places where letters begin, and where the last one ends: runs begin and end there.
    """
    last = len(starts) - 1 - least
    if last < 0 or least < 1:
        return []
    found = {number: ends(starts[number]) for number in {0, last}}
    waiting = [(0, last)]
    while waiting:
        low, high = waiting.pop()
        if high - low < 2 or found[low] == found[high] or found[high] < starts[low + 1 + least]:  # noqa: PLR2004 - none between
            continue
        middle = (low + high) // 2
        found[middle] = ends(starts[middle])
        waiting += [(low, middle), (middle, high)]
    return without_contained(Run(starts[number], end) for number, end in found.items() if end >= starts[number + least])


def without_contained(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that no other one contains, in order, each once."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda one: (one.start, -one.end)):
        if not kept or run.end > kept[-1].end:
            kept.append(run)
    return kept
