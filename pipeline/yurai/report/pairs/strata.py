"""Count what removals of duplicates lose by strata of similarity, and draw from each: the same ones each time.

A stratum is a step of 0.05 of similarity, and one of its own is for 1, for texts that are equal, and for removals whose
similarity nobody measured. A removal's place in the draw is the hash of `report.draw`, so within a stratum each has the
same chance, whatever the order and number of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypedDict, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import strings
from yurai.report.draw import ranks

UNKNOWN: Final = -1
"""The stratum of removals whose similarity is not known."""
STEP: Final = 500
"""Ten-thousandths of similarity."""
ONE: Final = 10_000 // STEP
EQUAL: Final = ONE + 1
"""The stratum of texts that differ in white space and Unicode form at most: they lose nothing, and none is drawn."""
SHORT, LIMIT = 8, 16
"""Words in a row: runs are counted up to the first, up to the second, and above."""
LONGEST: Final = 6
"""Removals with the longest absent runs that are kept to be shown."""
LOST: Final = ["absent_run", "absent"]
COLUMNS: Final = ["doc_id", "kept_doc_id", "jaccard", "jaccard_by", *LOST]
I64 = npt.NDArray[np.int64]


class Removal(TypedDict):
    """A row of dropped/ that names the document kept in its place; None is what nobody has measured."""

    doc_id: str
    kept_doc_id: str
    jaccard: float | None
    jaccard_by: str | None
    absent_run: int | None
    absent: int | None


class Counts(NamedTuple):
    """Removals of a stratum: all, compared by text, and of these by their longest absent run; words absent in all."""

    removals: int = 0
    compared: int = 0
    nothing: int = 0
    short: int = 0
    middle: int = 0
    long: int = 0
    longest: int = 0
    absent: int = 0

    def __add__(self, other: object) -> Counts:
        """Return the counts of both together."""
        if not isinstance(other, Counts):
            return NotImplemented
        sums = Counts(*(one + two for one, two in zip(self, other, strict=True)))
        return sums._replace(longest=max(self.longest, other.longest))


class Written(TypedDict):
    """What a task writes of a file; strata are named by their numbers."""

    strata: dict[str, list[int]]
    drawn: dict[str, list[Removal]]
    longest: list[Removal]


@dataclass(slots=True)
class Losses:
    """What removals lose: counts by stratum, `each` drawn of it, and those with the longest absent runs."""

    each: int
    seed: int = 0
    strata: dict[int, Counts] = field(default_factory=dict)
    drawn: dict[int, list[Removal]] = field(default_factory=dict)
    longest: list[Removal] = field(default_factory=list)

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows of dropped/ with COLUMNS; those that name no kept document are left out."""
        rows = rows.filter(rows.column("kept_doc_id").is_valid())
        if not rows.num_rows:
            return
        strata, run, absent = strata_of(rows), _numbers(rows, "absent_run"), _numbers(rows, "absent")
        place = ranks(strings(rows, "doc_id"), self.seed)
        for stratum in np.unique(strata).tolist():
            own = np.flatnonzero(strata == stratum)
            self._count(stratum, _counts(run[own], absent[own]))
            first = own[np.argsort(place[own], kind="stable")[: self.each]]
            self._draw(stratum, _removals(rows, first))
        # of equal runs all are taken here, for doc_id decides among them
        bound = np.sort(run)[::-1][: LONGEST + 1][-1]
        self.longest = _longest([*self.longest, *_removals(rows, np.flatnonzero((run > 0) & (run >= bound)))])

    def join(self, written: Written) -> None:
        """Take what a task wrote of other rows."""
        for stratum, counts in written["strata"].items():
            self._count(int(stratum), Counts(*counts))
        for stratum, drawn in written["drawn"].items():
            self._draw(int(stratum), drawn)
        self.longest = _longest([*self.longest, *written["longest"]])

    def written(self) -> Written:
        """Return it as a task writes it."""
        strata = {str(stratum): list(counts) for stratum, counts in sorted(self.strata.items())}
        drawn = {str(stratum): rows for stratum, rows in sorted(self.drawn.items())}
        return {"strata": strata, "drawn": drawn, "longest": self.longest}

    def _count(self, stratum: int, counts: Counts) -> None:
        self.strata[stratum] = self.strata.get(stratum, Counts()) + counts

    def _draw(self, stratum: int, rows: list[Removal]) -> None:
        if stratum == EQUAL:
            return
        every = [*self.drawn.get(stratum, ()), *rows]
        place = ranks([one["doc_id"] for one in every], self.seed).tolist()
        ordered = sorted(zip(place, every, strict=True), key=lambda one: (one[0], one[1]["doc_id"]))
        self.drawn[stratum] = [one for _, one in ordered[: self.each]]


def strata_of(rows: pa.RecordBatch) -> I64:
    """Return the stratum of each row of dropped/."""
    known = rows.column("jaccard").is_valid().to_numpy(zero_copy_only=False)
    values = rows.column("jaccard").fill_null(0.0).to_numpy(zero_copy_only=False).astype(np.float64)
    strata = np.minimum(np.round(values * 10_000).astype(np.int64) // STEP, ONE)
    equal = pc.equal(rows.column("jaccard_by").fill_null(""), pa.scalar("equal")).to_numpy(zero_copy_only=False)
    return np.where(equal, EQUAL, np.where(known, strata, UNKNOWN))


def ids_of(removals: Iterable[Removal]) -> set[str]:
    """Return the doc_ids of what went and of what stays in its place."""
    return {name for one in removals for name in (one["doc_id"], one["kept_doc_id"])}


def ranged(stratum: int) -> str:
    """Return from which similarity to below which a stratum goes, that is neither EQUAL nor UNKNOWN."""
    return "1" if stratum == ONE else f"{stratum * STEP / 10_000:.2f}-{(stratum + 1) * STEP / 10_000:.2f}"


def _numbers(rows: pa.RecordBatch, name: str) -> I64:
    """Return a column, -1 where it is null; trees of schemas before 1.8.0 have none."""
    if name not in rows.schema.names:
        return np.full(rows.num_rows, -1, np.int64)
    return rows.column(name).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _counts(run: I64, absent: I64) -> Counts:
    known = run[run >= 0]
    nothing, short, middle, long = np.bincount(np.searchsorted([0, SHORT, LIMIT], known), minlength=4).tolist()
    longest, total = int(known.max(initial=0)), int(absent[absent > 0].sum())
    return Counts(len(run), len(known), nothing, short, middle, long, longest, total)


def _removals(rows: pa.RecordBatch, at: I64) -> list[Removal]:
    held: Sequence[Mapping[str, object]] = rows.take(at).to_pylist()
    return [cast("Removal", {name: _plain(one.get(name)) for name in COLUMNS}) for one in held]


def _plain(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _longest(removals: Iterable[Removal]) -> list[Removal]:
    return sorted(removals, key=lambda one: (-(one["absent_run"] or 0), -(one["absent"] or 0), one["doc_id"]))[:LONGEST]


def name_of(stratum: int) -> str:
    """Return what a stratum that can be drawn from is called."""
    return "not known" if stratum == UNKNOWN else ranged(min(stratum, ONE))
