"""Choose the horizontal axis of a rule's charts: which values are shown, where they lie, and which are named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from yurai.report.bins import WHOLE, Edges

TAIL = 0.005
"""Share of pages on each side that the axis need not reach."""
LOG_FROM = 30
"""A range from 1 to this many times as much, or more, is drawn on a logarithmic axis."""
TICKS = 5
FROM_ZERO = 0.6
"""An axis of shares begins at 0 unless all of them are larger."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high`, placed from 0 to 100."""

    low: float
    high: float
    log: bool

    def place(self, value: float) -> float:
        """Return where `value` lies, in percent; what lies beyond an end is put there."""
        low, high, scaled = (self._scaled(one) for one in (self.low, self.high, value))
        return 100 * min(max((scaled - low) / (high - low), 0.0), 1.0)

    def _scaled(self, value: float) -> float:
        return math.log10(max(value, self.low)) if self.log else value

    def ticks(self) -> list[float]:
        """Return the values to name, few enough to stand side by side on a telephone."""
        if not self.log:
            return self._linear()
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        step = max(1, -(-(last - first + 1) // TICKS))
        powers = [10.0**power for power in range(first, last + 1, step)]
        if len(powers) > 2:  # noqa: PLR2004 - two powers of ten alone say too little
            return powers
        return [
            k * 10.0**power for power in range(first - 1, last + 1) for k in (1, 2, 5) if self._shows(k * 10.0**power)
        ]

    def _shows(self, value: float) -> bool:
        return self.low <= value <= self.high

    def _linear(self) -> list[float]:
        raw = (self.high - self.low) / TICKS
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(k * power for k in (1, 2, 5, 10) if k * power >= raw)
        first = math.ceil(self.low / step - 1e-9)
        return [round(k * step, 6) for k in range(first, math.floor(self.high / step + 1e-9) + 1)]


def axis_for(edges: Edges, bins: Mapping[int, int], limits: list[float]) -> Axis:
    """Return the axis that shows nearly all pages and every limit."""
    total, before, low, high = sum(bins.values()), 0, math.inf, -math.inf
    for number, rows in sorted(bins.items()):
        left, right = float(edges[max(number - 1, 0)]), float(edges[min(number, len(edges) - 1)])
        if before <= total * (1 - TAIL) and before + rows >= total * TAIL:
            low, high = min(low, left), max(high, right)
        before += rows
    low, high = min(low, *limits), max(high, *limits)
    if low >= 0 and high > LOG_FROM and high / max(low, 1.0) >= LOG_FROM:
        return Axis(max(low, 1.0), high * 1.1, log=True)
    if low >= 0 and high <= WHOLE:
        margin = max((high - low) / 10, 0.02)
        return Axis(0.0 if low < FROM_ZERO else low - margin, min(high + margin, 1.0), log=False)
    margin = (high - low) / 20 or 1.0
    return Axis(max(low - margin, 0.0) if low >= 0 else low - margin, high + margin, log=False)
