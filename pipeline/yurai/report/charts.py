"""Draw inline SVG: bars in tables, histograms with their limits, and the kept share as a limit moves.

Places along the horizontal are percentages and letters have their own size, so one drawing fits a telephone, a screen
and paper. Colours come from classes of style.css; what is drawn is also said in words beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yurai.report.axis import Axis
from yurai.report.bins import Edges
from yurai.report.markup import Markup, el, join
from yurai.report.numbers import number, percent
from yurai.report.told import told
from yurai_filters.compare import Side

BAR_HEIGHT = 10
NARROWEST, THINNEST = 1.6, 0.8
"""Percent of the axis: finer bins are drawn together up to the first; a limit may leave a column of the second."""
TOP, PLOT, CURVE = 36.0, 110.0, 72.0
SPIKE = 3.0
"""A column is cut where it is this many times as high as any other."""
MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A limit on an axis; its name stands beside the drawing, in its colour: it would not fit a telephone."""

    name: str
    side: Side
    value: float


def bar(parts: Iterable[tuple[str, float]], label: str) -> Markup:
    """Return a bar across its cell; `parts` are (class, share of the whole width) from left to right."""
    drawn, left = [el("rect", class_="track", width="100%", height=BAR_HEIGHT, rx=2)], 0.0
    for name, share in parts:
        if share > 0:
            width = max(100 * share, 0.25)
            drawn.append(
                el("rect", class_=name, x=percentage(min(left, 99.75)), width=percentage(width), height=BAR_HEIGHT)
            )
            left += 100 * share
    return el("svg", *drawn, class_="bar", width="100%", height=BAR_HEIGHT, role="img", aria_label=label)


def columns(
    edges: Edges, bins: Mapping[int, int], axis: Axis, marks: Sequence[Mark]
) -> list[tuple[float, float, int, bool]]:
    """Return the columns of a histogram: (left, right, rows, goes), in percent of the axis.

    Neighbouring bins are joined until a column is wide enough, never across a limit.
    """
    drawn: list[tuple[float, float, int, bool]] = []
    stops = {int(np.searchsorted(edges, mark.value, "left" if mark.side == "below" else "right")) for mark in marks}
    first, last = _shown(edges, axis)
    held, left = sum(rows for bin_number, rows in bins.items() if bin_number < first), 0.0
    for bin_number in range(first, last + 1):
        right = axis.place(float(edges[bin_number])) if bin_number < last else 100.0
        held += (
            bins.get(bin_number, 0) if bin_number < last else sum(rows for other, rows in bins.items() if other >= last)
        )
        if right - left < NARROWEST and bin_number not in stops and bin_number != last:
            continue
        if held:
            least = (
                float(edges[bin_number - 1]) if bin_number else -np.inf
            )  # all bins of a column lie on one side of a limit
            start = min(left, 100 - THINNEST)
            end = min(max(right, start + THINNEST), 100.0)
            drawn.append((start, end, held, any(beyond(mark, least) for mark in marks)))
        held, left = 0, right
    return drawn


def _shown(edges: Edges, axis: Axis) -> tuple[int, int]:
    """Return the range of edges from the last one before the axis to the first one behind it."""
    first, last = (int(edge) for edge in np.searchsorted(edges, [axis.low, axis.high]))
    return max(first - 1, 0), min(last + 1, len(edges))


def beyond(mark: Mark, value: float) -> bool:
    """Tell whether `value` lies on the side of the limit that goes."""
    return value < mark.value if mark.side == "below" else value > mark.value


def histogram(edges: Edges, bins: Mapping[int, int], axis: Axis, marks: Sequence[Mark], label: str) -> Markup:
    """Return the histogram: the area of a column is its pages, so columns of different widths compare."""
    bars = columns(edges, bins, axis, marks)
    ceiling = _ceiling([rows / (right - left) for left, right, rows, _ in bars])
    floor = TOP + PLOT
    drawn = [_column(*one, ceiling, floor) for one in bars]
    lines = [_limit(mark, axis, index, floor) for index, mark in enumerate(marks)]
    return drawing(floor + 20, label, *drawn, line(0.0, floor, 100.0, floor, "axis"), *ticks(axis, floor), *lines)


def _ceiling(densities: list[float]) -> float:
    """Return the density at full height: a spike is cut, or nothing beside it could be seen."""
    ordered = sorted(densities, reverse=True)
    return min(ordered[0], SPIKE * ordered[1]) if len(ordered) > 1 else (ordered or [1.0])[0]


def _column(left: float, right: float, rows: int, goes: bool, ceiling: float, floor: float) -> Markup:
    density = rows / (right - left)
    height = max(PLOT * min(density / ceiling, 1.0), 1.0)
    kind = "goes" if goes else "stays"
    style = {"x": percentage(left), "width": percentage(max(right - left - 0.2, 0.2))}
    whole = el(
        "rect", el("title", told("{count} pages", count=rows)), class_=kind, y=floor - height, height=height, **style
    )
    if density <= ceiling:
        return whole
    cut = el("rect", class_="cut", y=floor - height + 14, height=3, **style)
    middle = left < MIDDLE
    anchor, where, shift = ("start", right, 4) if middle else ("end", left, -4)
    label = told("{count} pages", count=rows)
    return join(
        whole,
        cut,
        el("text", label, class_="scale", x=percentage(where), dx=shift, y=floor - height + 10, text_anchor=anchor),
    )


def kept_curve(edges: Edges, bins: Mapping[int, int], axis: Axis, marks: Sequence[Mark], label: str) -> Markup:
    """Return the share of pages that each limit alone would keep, for every place that it might be moved to."""
    floor = 8 + CURVE
    grid = [
        join(
            line(0.0, floor - CURVE * share, 100.0, floor - CURVE * share, "grid"),
            el("text", percent(share), class_="scale", x="100%", y=floor - CURVE * share - 3, text_anchor="end"),
        )
        for share in (0.5, 1.0)
    ]
    curves = [
        el("path", class_=f"curve {_colour(index)}", d=path(edges, bins, axis, mark.side))
        for index, mark in enumerate(marks)
    ]
    dots = [
        join(
            line(axis.place(mark.value), 8.0, axis.place(mark.value), floor, f"limit {_colour(index)}"),
            el(
                "circle",
                class_=f"dot {_colour(index)}",
                cx=percentage(axis.place(mark.value)),
                cy=floor - CURVE * kept_at(edges, bins, mark),
                r=4,
            ),
        )
        for index, mark in enumerate(marks)
    ]
    framed = el("svg", *curves, x=0, y=8, width="100%", height=CURVE, viewBox="0 0 100 100", preserveAspectRatio="none")
    lines = [*grid, framed, *dots, line(0.0, floor, 100.0, floor, "axis")]
    return drawing(floor + 4, label, *lines)


def path(edges: Edges, bins: Mapping[int, int], axis: Axis, side: Side) -> str:
    """Return the curve as a path in a square of 100: right along the axis, up with the kept share."""
    first, last = _shown(edges, axis)
    total, under = sum(bins.values()) or 1, sum(rows for index, rows in bins.items() if index < first)
    points: list[tuple[float, float]] = []
    for index in range(first, last):
        under += bins.get(index, 0)
        kept = (total - under if side == "below" else under) / total
        point = (round(axis.place(float(edges[index])), 2), round(100 - 100 * kept, 2))
        if points and point[0] - points[-1][0] < 0.25 and first < index < last - 1:  # noqa: PLR2004 - nobody sees a quarter of a percent
            continue
        if side == "above" and edges[index] <= 0 <= axis.low:
            continue  # what is exactly 0 stays at a limit of 0: the next edge counts it
        points.append(point)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def kept_at(edges: Edges, bins: Mapping[int, int], mark: Mark) -> float:
    """Return the share of pages that the limit keeps."""
    last = int(np.searchsorted(edges, mark.value, "left" if mark.side == "below" else "right"))
    total = sum(bins.values()) or 1
    under = sum(rows for number, rows in bins.items() if number <= last)
    return (total - under if mark.side == "below" else under) / total


def _limit(mark: Mark, axis: Axis, index: int, floor: float) -> Markup:
    where = axis.place(mark.value)
    row = 12.0 + 14 * (index % 2)
    anchor, shift = ("start", 4) if where < MIDDLE else ("end", -4)
    name = el(
        "text",
        number(mark.value),
        class_=f"name {_colour(index)}",
        x=percentage(where),
        dx=shift,
        y=row,
        text_anchor=anchor,
    )
    return join(line(where, row - 10, where, floor, f"limit {_colour(index)}"), name)


def _colour(index: int) -> str:
    return "first" if index % 2 == 0 else "second"


def ticks(axis: Axis, floor: float) -> list[Markup]:
    """Return the named values of an axis."""
    drawn = []
    for value in axis.ticks():
        where = axis.place(value)
        anchor = "start" if where < 4 else "end" if where > 96 else "middle"  # noqa: PLR2004 - near an end
        drawn.append(line(where, floor, where, floor + 4, "axis"))
        drawn.append(el("text", number(value), class_="scale", x=percentage(where), y=floor + 16, text_anchor=anchor))
    return drawn


def line(left: float, top: float, right: float, bottom: float, name: str) -> Markup:
    """Return a line; left and right are percent of the axis."""
    return el("line", class_=name, x1=percentage(left), y1=top, x2=percentage(right), y2=bottom)


def drawing(height: float, label: str, *drawn: Markup) -> Markup:
    """Return a drawing as wide as its place."""
    return el("svg", *drawn, class_="plot", width="100%", height=height, role="img", aria_label=label)


def percentage(value: float) -> str:
    """Return a place along the axis."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
