"""Draw charts about duplicates: how similar copies are, and what bands find, predicted and seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from yurai.report.axis import Axis
from yurai.report.charts import SPIKE, TOP, drawing, line, percentage, ticks
from yurai.report.copies import BINS
from yurai.report.intervals import wilson
from yurai.report.markup import Markup, el, join
from yurai.report.measured_recall import by_other_half
from yurai.report.numbers import number, percent
from yurai.report.told import counted, told
from yurai.stages.near_dedup.curve import found
from yurai.stages.near_dedup.pair_judge import BINS as CURVE_BINS

PLOT, HIGH = 110.0, 150.0
ENOUGH = 20
"""Pairs below which a share is drawn hollow: it says little."""
STEPS = 100
MIDDLE = 50.0


def similarities(bins: Mapping[str, Mapping[int, int]], threshold: float | None, label: str) -> Markup:
    """Return a histogram of copies by similarity, `bins` {how it is known: {bin: copies}} one above the other."""
    places = sorted({number for held in bins.values() for number in held})
    axis = Axis(min(places[0] * 10 // BINS / 10, 0.9), 1.0, log=False)
    heights = sorted((sum(held.get(number, 0) for held in bins.values()) for number in places), reverse=True)
    ceiling = min(heights[0], SPIKE * heights[1]) if len(heights) > 1 else heights[0]
    floor = TOP + PLOT
    drawn = [_stack(number, bins, axis, ceiling, floor) for number in places]
    marks = [_threshold(threshold, axis, 0.0, floor)] if threshold is not None and threshold >= axis.low else []
    return drawing(floor + 20, label, *drawn, line(0.0, floor, 100.0, floor, "axis"), *ticks(axis, floor), *marks)


def _stack(bin_number: int, bins: Mapping[str, Mapping[int, int]], axis: Axis, ceiling: float, floor: float) -> Markup:
    left, right = axis.place(bin_number / BINS), axis.place((bin_number + 1) / BINS)
    total = sum(held.get(bin_number, 0) for held in bins.values())
    scale = PLOT * min(1.0, ceiling / total) / ceiling
    across: dict[str, str | float] = {"x": percentage(left), "width": percentage(right - left - 0.2)}
    drawn, top = list[Markup](), floor
    for name, held in bins.items():
        if count := held.get(bin_number, 0):
            height = max(count * scale, 1.0)
            top -= height
            label = told("{count} by {way}", count=count, way=name)
            drawn.append(el("rect", el("title", label), class_=name, y=top, height=height, **across))
    if total > ceiling:
        anchor, where, shift = ("end", left, -4) if left > MIDDLE else ("start", right, 4)
        drawn.append(el("rect", class_="cut", y=top + 14, height=3, **across))
        label, x = counted(total, "copy", "copies"), percentage(where)
        drawn.append(el("text", label, class_="scale", x=x, dx=shift, y=top + 10, text_anchor=anchor))
    return join(*drawn)


def _threshold(value: float, axis: Axis, top: float, floor: float) -> Markup:
    where = axis.place(value)
    anchor, shift = ("start", 4) if where < MIDDLE else ("end", -4)
    name = el(
        "text",
        told("threshold {value}", value=number(value)),
        class_="name second",
        x=percentage(where),
        dx=shift,
        y=top + 12,
        text_anchor=anchor,
    )
    return join(line(where, top, where, floor, "limit second"), name)


@dataclass(frozen=True, slots=True)
class Seen:
    """Pairs of one range of estimates that the even bands found, and those of them that the odd bands found too."""

    low: float
    pairs: int
    both: int

    @property
    def middle(self) -> float:
        """The middle of the range."""
        return self.low + 0.5 / CURVE_BINS


def seen(halves: Sequence[Sequence[int]]) -> list[Seen]:
    """Return what was seen, of ranges in which there were pairs; `halves` is what `seen_by_halves` returns."""
    even, _, both = halves
    rows = zip(even, both, strict=True)
    return [Seen(number / CURVE_BINS, pairs, twice) for number, (pairs, twice) in enumerate(rows) if pairs]


def detection(bands: int, rows: int, threshold: float, points: Sequence[Seen], label: str) -> Markup:
    """Return what all bands find, and what half of them was predicted and seen to find again."""
    axis, floor = Axis(0.0, 1.0, log=False), 24 + HIGH
    grid = [
        join(
            line(0.0, floor - HIGH * share, 100.0, floor - HIGH * share, "grid"),
            el("text", percent(share), class_="scale", x="0%", y=floor - HIGH * share - 3),
        )
        for share in (0.5, 1.0)
    ]
    curves = [
        el("path", class_=f"curve {name}", d=_path(chance))
        for name, chance in (
            ("first", lambda s: found(s, bands, rows)),
            ("second", lambda s: by_other_half(s, bands, rows)),
        )
    ]
    framed = el("svg", *curves, x=0, y=24, width="100%", height=HIGH, viewBox="0 0 100 100", preserveAspectRatio="none")
    dots = [_dot(one, axis, floor) for one in points]
    mark = _threshold(threshold, axis, 0.0, floor)
    return drawing(
        floor + 20, label, *grid, mark, framed, *dots, line(0.0, floor, 100.0, floor, "axis"), *ticks(axis, floor)
    )


def _path(chance: Callable[[float], float]) -> str:
    points = ((step * 100 / STEPS, 100 - 100 * chance(step / STEPS)) for step in range(STEPS + 1))
    return "M" + "L".join(f"{x:g} {y:.2f}" for x, y in points)


def _dot(one: Seen, axis: Axis, floor: float) -> Markup:
    where, share = axis.place(one.middle), one.both / one.pairs
    low, high = wilson(one.both, one.pairs)
    name = "dot second" if one.pairs >= ENOUGH else "dot hollow"
    label = told("{count} of {pairs} pairs", count=one.both, pairs=one.pairs)
    return join(
        line(where, floor - HIGH * high, where, floor - HIGH * low, "spread"),
        el("circle", el("title", label), class_=name, cx=percentage(where), cy=floor - HIGH * share, r=4),
    )
