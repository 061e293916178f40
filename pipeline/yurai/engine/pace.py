"""Tell the rate of the last minutes, beside that of a whole step: one that got slow shows it in this one alone."""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

WINDOW: Final = 300.0
"""Seconds that are looked back."""
EVERY: Final = 60.0
"""Seconds between two points, so that a window has a few, and a driver of days writes little."""
YOUNG: Final = 1.5
"""A step of fewer windows has one rate: its own."""
LEAST: Final = 0.1
"""Of a unit of time, what is told with one digit."""
Point: TypeAlias = tuple[float, int]
"""When, and how many tasks of the step were committed then."""


class Recent(NamedTuple):
    """Tasks a second within the last `window` seconds."""

    rate: float
    window: float

    def __str__(self) -> str:
        return f"{told(self.rate)} in the last {self.window / 60:.0f} min"


def told(rate: float) -> str:
    """Return tasks a second as people read them: slow ones a minute, or an hour."""
    for seconds, unit in ((1, "s"), (60, "min")):
        if rate * seconds >= LEAST:
            return f"{rate * seconds:.1f}/{unit}"
    return f"{rate * 3600:.1f}/h"


class Pace:
    """The points of one step that lie in its last window, and one before it."""

    def __init__(self, begun: float, done: int) -> None:
        self.begun = begun
        self.points = deque([(begun, done)], maxlen=round(WINDOW / EVERY) + 2)

    def note(self, now: float, done: int) -> bool:
        """Take a point if it is time to; return whether it was."""
        if now - self.points[-1][0] < EVERY:
            return False
        self.points.append((now, done))
        return True

    def recent(self, now: float, done: int) -> Recent | None:
        """Return the rate of the last minutes, as `recent`."""
        return recent(self.points, self.begun, now, done)


def recent(points: Sequence[Point], begun: float, now: float, done: int) -> Recent | None:
    """Return the rate since the first of `points` that lies in the last window; None of a step that is young.

    Where none does, or that one is too near, nothing ended for long: then it is the rate since the last one before.
    """
    if now - begun < YOUNG * WINDOW:
        return None
    ages = [(now - at, count) for at, count in points if at >= begun]
    within = [one for one in ages if EVERY <= one[0] <= WINDOW]
    before = [one for one in ages if one[0] > WINDOW]
    if not within and not before:
        return None
    window, count = max(within) if within else min(before)
    return Recent(max(done - count, 0) / window, window)
