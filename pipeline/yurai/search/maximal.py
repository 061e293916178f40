"""Find the maximal runs of a text that are somewhere, by few searches.

`ends(l)` is where the longest run from l on ends. It never falls as l grows. So between two starts with one end no
run is maximal, and none is long enough where the end of the last is too near to the first. What is left is parted where
that is likely to settle most: where a run ends another begins, and few letters before its end none does.
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
    numbers = {start: number for number, start in enumerate(starts)}
    waiting = [(0, last)]
    while waiting:
        low, high = waiting.pop()
        if high - low < 2 or found[low] == found[high] or found[high] < starts[low + 1 + least]:  # noqa: PLR2004 - none between
            continue
        middle = _parting(low, high, numbers[found[low]], numbers[found[high]] - least, least)
        found[middle] = ends(starts[middle])
        waiting += [(low, middle), (middle, high)]
    return without_contained(Run(starts[number], end) for number, end in found.items() if end >= starts[number + least])


def _parting(low: int, high: int, end: int, fits: int, least: int) -> int:
    """Return a start between two: where the run of `low` ends, the one before that, or the last that `fits`; else half.

    From starts behind `fits` on, runs that end where that of `high` does are too short. Short runs end anywhere.
    """
    likely = (end, high - 1 if end == high else low, fits) if end - low >= least else ()
    return next((one for one in likely if low < one < high), (low + high) // 2)


def without_contained(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that no other one contains, in order, each once."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda one: (one.start, -one.end)):
        if not kept or run.end > kept[-1].end:
            kept.append(run)
    return kept
