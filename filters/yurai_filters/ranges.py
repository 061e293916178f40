"""Define ranges of settings: which numbers can be meant, stated in the annotation and checked wherever set.

max_words: Annotated[int, at_least(1)] = 100_000
min_score: Annotated[float, between(0, 1)] = 0.65
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, TypeAlias

STEP = 1e-6
"""How far beyond its edge a test tries a range of floats."""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, both included but for `low` if it is `open`."""

    low: float = -math.inf
    high: float = math.inf
    open: bool = False

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the range."""
        return (value > self.low if self.open else value >= self.low) and value <= self.high

    @property
    def words(self) -> str:
        """The range as help, documentation and errors say it."""
        if self.open:
            return f"above {self.low:,}" + (f" and at most {self.high:,}" if self.high < math.inf else "")
        if math.inf in (-self.low, self.high):
            return f"at least {self.low:,}" if self.low > -math.inf else f"at most {self.high:,}"
        return f"from {self.low:,} to {self.high:,}"

    def edges(self, *, whole: bool) -> tuple[list[float], list[float]]:
        """Return the outermost numbers inside the range, and those just outside it; `whole`: of integers."""
        step = 1 if whole else STEP
        inside = [self.low + (step if self.open else 0), self.high]
        outside = [self.low - (0 if self.open else step), self.high + step]
        return [one for one in inside if math.isfinite(one)], [one for one in outside if math.isfinite(one)]


def at_least(low: float) -> Range:
    """Return the range of `low` and all above it."""
    return Range(low=low)


def above(low: float, high: float = math.inf) -> Range:
    """Return the range of all above `low`, up to `high`."""
    return Range(low=low, high=high, open=True)


def between(low: float, high: float) -> Range:
    """Return the range from `low` to `high`, both included."""
    return Range(low=low, high=high)


Count: TypeAlias = Annotated[int, at_least(0)]
Ratio: TypeAlias = Annotated[float, at_least(0)]
Share: TypeAlias = Annotated[float, between(0, 1)]
Score: TypeAlias = Annotated[float, between(-1_000_000, 1_000_000)]
