"""Find the maximal verbatim spans of a text over all pieces, cut and counted as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from yurai.search.edges import sentences, trimmed
from yurai.search.longest import Dead, live_count, live_longest
from yurai.search.maximal import Run, maximal_runs, without_contained
from yurai.search.piece import Pattern, Piece
from yurai.search.units import Units, is_high, is_low, of_query, unit_starts
from yurai_manifests.errors import RecipeError

By: TypeAlias = Literal["text", "sentence"]
LEAST: Final = 12
Part: TypeAlias = tuple[Piece, Dead]


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as a span.

    least      letters (code points) from which on a run is told of
    by         text: as long as it is; sentence: cut where sentences end
    """

    least: int = LEAST
    by: By = "text"

    def __post_init__(self) -> None:
        """Raise RecipeError for what cannot be meant."""
        if self.least < 1:
            raise RecipeError(f"a span has 1 letter or more, not {self.least}")
        if self.by not in ("text", "sentence"):
            raise RecipeError(f"spans are by text or by sentence, not by {self.by!r}")


@dataclass(frozen=True, slots=True)
class Found:
    """A span: its letters in the searched text, itself in the form of the index, and how often that stands there."""

    place: Run
    text: str
    count: int

    @property
    def start(self) -> int:
        """First letter."""
        return self.place.start

    @property
    def end(self) -> int:
        """Letter behind the last one."""
        return self.place.end


def spans_of(parts: Sequence[Part], text: str, rules: Rules) -> list[Found]:
    """Return the maximal spans of a text, in its form, rarest first, then longest, then in their order."""
    units, starts = of_query(text), unit_starts(text)
    letter = {int(unit): number for number, unit in enumerate(starts)}

    def ends(start: int) -> int:
        return start + _whole(units, start, max((live_longest(*_cut(one, units, start)) for one in parts), default=0))

    runs = maximal_runs(ends, [int(one) for one in starts], rules.least)
    inside = [Run(letter[run.start], letter[run.end]) for run in runs]
    if rules.by == "sentence":
        inside = [part for run in inside for part in sentences(text, run)]
    cut = without_contained(trimmed(text, run) for run in inside)
    found = [
        Found(run, text[run.start : run.end], count_of(parts, units[int(starts[run.start]) : int(starts[run.end])]))
        for run in cut
        if run.end - run.start >= rules.least
    ]
    return sorted(found, key=lambda one: (one.count, one.start - one.end, one.start))


def _cut(part: Part, units: Units, start: int) -> tuple[Piece, Units, Dead]:
    piece, dead = part
    return piece, units[start:], dead


def _whole(units: Units, start: int, length: int) -> int:
    """Return the length without half a letter at its end."""
    end = start + length
    half = length > 0 and is_high(units[end - 1]) and end < len(units) and is_low(units[end])
    return length - half


def count_of(parts: Sequence[Part], units: Units) -> int:
    """Return how often some units stand in documents that were not taken down."""
    pattern = Pattern.of(units)
    return sum(live_count(piece, piece.bounds(pattern), dead) for piece, dead in parts)
