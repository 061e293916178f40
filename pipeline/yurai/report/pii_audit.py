"""Estimate how often what is found as personal data is right: a sample for a person to mark, and what the marks say.

`draw` finds personal data in texts and takes as many finds of each kind as asked for, by a hash of the seed and the
place, so that each has the same chance and the same call draws the same. `read` counts the marks: precision of each
kind with its Wilson 95 % interval, weighted by how many there were for all kinds together. The file holds personal
data.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from yurai.report.intervals import wilson
from yurai.report.marks import mark_of, read_marks
from yurai_filters.pii import ALL, PLACEHOLDERS, Kind, find
from yurai_manifests.errors import RecipeError
from yurai_manifests.visible import cell

COLUMNS: Final = ("mark", "kind", "before", "found", "after", "place", "found_in_all", "letters_in_all")
MARKS: Final = {
    "right": frozenset(("right", "r", "y", "yes", "1", "true", "○", "正")),
    "wrong": frozenset(("wrong", "w", "n", "no", "0", "false", "×", "x", "誤")),  # noqa: RUF001 - as people mark
}
_AROUND: Final = 60
"""Letters shown before and behind a find."""


class Find(NamedTuple):
    """One find with the letters around it, and its place in the draw."""

    rank: int
    place: str
    before: str
    found: str
    after: str


@dataclass(slots=True)
class Sample:
    """Finds drawn by kind, how many there were in all, in how many letters; `redacted` texts held placeholders."""

    drawn: dict[Kind, list[Find]] = field(default_factory=dict)
    counts: Counter[Kind] = field(default_factory=Counter)
    letters: int = 0
    redacted: int = 0


@dataclass(frozen=True, slots=True)
class Precision:
    """What the marks say of one kind: how many are right and wrong, and how many finds they stand for."""

    kind: str
    right: int
    wrong: int
    unmarked: int
    found: int

    @property
    def share(self) -> float | None:
        """Share of right ones; None where nothing is marked."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson 95 % interval of the share."""
        return wilson(self.right, self.right + self.wrong)


@dataclass(frozen=True, slots=True)
class Marked:
    """Precision by kind, and letters of the texts that were searched."""

    kinds: tuple[Precision, ...]
    letters: int

    def false_per_million(self, one: Precision) -> float | None:
        """Return how many finds of a kind are wrong in a million letters, as the marks have it."""
        return None if one.share is None or not self.letters else (1 - one.share) * one.found / self.letters * 1e6

    def json(self) -> dict[str, object]:
        """Return it as JSON has it."""
        kinds = [
            {
                "kind": one.kind,
                "right": one.right,
                "wrong": one.wrong,
                "unmarked": one.unmarked,
                "found": one.found,
                "precision": one.share,
                "interval": list(one.interval),
                "false_per_million": self.false_per_million(one),
            }
            for one in self.kinds
        ]
        return {"letters": self.letters, "kinds": kinds}


def draw(texts: Iterable[tuple[str, str]], count: int, seed: int, kinds: Iterable[Kind], *, wide: bool) -> Sample:
    """Return `count` finds of each kind in `texts`, pairs of a place and a text; memory holds the finds drawn."""
    wanted, sample = frozenset(kinds), Sample()
    held: dict[Kind, list[tuple[int, Find]]] = {kind: [] for kind in ALL if kind in wanted}
    for place, text in texts:
        sample.letters += len(text)
        sample.redacted += any(placeholder in text for placeholder in PLACEHOLDERS.values()) if "<|" in text else 0
        for span in find(text, wanted, wide=wide):
            sample.counts[span.kind] += 1
            one = _find(text, span.start, span.end, place, seed)
            push = heapq.heappush if len(held[span.kind]) < count else heapq.heappushpop
            push(held[span.kind], (-one.rank, one))
    sample.drawn = {kind: sorted(one for _, one in finds) for kind, finds in held.items() if finds}
    return sample


def _find(text: str, start: int, end: int, place: str, seed: int) -> Find:
    key = f"{seed}\0{place}\0{start}".encode("utf-8", "replace")
    rank = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return Find(rank, f"{place}:{start}", before, text[start:end], after)


def as_csv(sample: Sample) -> str:
    """Return the file in which a person marks `right` or `wrong`; letters that nobody sees are escaped."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for kind, finds in sample.drawn.items():
        for one in finds:
            shown = map(cell, (one.before, one.found, one.after, one.place))
            writer.writerow(("", kind, *shown, sample.counts[kind], sample.letters))
    return file.getvalue()


def read(written: str, where: str) -> Marked:
    """Return what the marks in a file say.

    Raises:
        RecipeError: not a file that `draw` wrote, a mark that is neither right nor wrong, or none at all.
    """
    rows = csv.DictReader(io.StringIO(written))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise RecipeError(f"{where}: its columns must be {', '.join(COLUMNS)}, as --draw writes them")
    marks: dict[str, Counter[str]] = {}
    found: dict[str, int] = {}
    letters = 0
    for row in rows:
        marks.setdefault(row["kind"], Counter())[_mark(row, f"{where}, line {rows.line_num}")] += 1
        found[row["kind"]], letters = int(row["found_in_all"]), int(row["letters_in_all"])
    kinds = tuple(Precision(kind, one["right"], one["wrong"], one[""], found[kind]) for kind, one in marks.items())
    if not any(one.right + one.wrong for one in kinds):
        raise RecipeError(f"{where}: nothing is marked; write right or wrong into column mark, then read it again")
    return Marked(kinds, letters)


def read_file(path: str) -> Marked:
    """Return what people marked in the file at `path`; raises RecipeError as `read`, and where it cannot be read."""
    return read(read_marks(path), path)


def _mark(row: Mapping[str, str], where: str) -> str:
    mark = mark_of(row["mark"], MARKS, where)
    if not (row["found_in_all"] or "").isdigit() or not (row["letters_in_all"] or "").isdigit():
        raise RecipeError(f"{where}: found_in_all and letters_in_all must be the numbers that --draw wrote")
    return mark


def overall(marked: Marked) -> Iterator[tuple[str, float]]:
    """Yield the precision of all kinds together, each weighted by how many were found of it, where all have marks."""
    known = [(one.share, one.found) for one in marked.kinds if one.share is not None]
    if len(known) == len(marked.kinds):
        yield "all", sum(share * found for share, found in known) / sum(found for _, found in known)
