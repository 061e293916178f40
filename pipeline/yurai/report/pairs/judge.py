"""Have people judge removals of duplicates: a file of pairs to mark, and what the marks say of all removals.

`drawn` takes up to so many removals of each stratum of similarity, the same ones each time (`strata`). `read` draws
again from the tree, refuses rows that are not of that draw, and gives the share of removals that lose something, by
stratum and, each weighted by its size, of all.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from yurai.report.intervals import Counted, Weighted, weighted, wilson
from yurai.report.marks import mark_of
from yurai.report.pairs.compare import lost
from yurai.report.pairs.pages import NO_TEXT, Page
from yurai.report.pairs.strata import COLUMNS, EQUAL, Losses, Removal, name_of
from yurai.report.text_diff import differing_parts
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord
from yurai_manifests.store import Store
from yurai_manifests.visible import cell

HEAD: Final = (
    "mark",
    "similarity",
    "absent_run",
    "absent",
    "removed_has",
    "kept_has",
    "sentences_lost",
    "numbers_lost",
    "removed_url",
    "kept_url",
    "doc_id",
    "kept_doc_id",
    "draw",
)
MARKS: Final = {
    "lost": frozenset(("lost", "l", "yes", "y", "1", "true", "○", "失")),
    "fine": frozenset(("fine", "f", "no", "n", "0", "false", "×", "x", "可")),  # noqa: RUF001 - as people mark
}
SHOWN: Final = 8
"""Differences of a pair that a row holds, the longest ones."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """What the marks say of removals of one similarity: marked lost and fine, not marked, and how many were removed."""

    similarity: str
    lost: int
    fine: int
    unmarked: int
    removals: int

    @property
    def share(self) -> float | None:
        """Share that loses something; None where nothing is marked."""
        return self.lost / (self.lost + self.fine) if self.lost + self.fine else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson 95 % interval of the share."""
        return wilson(self.lost, self.lost + self.fine)


@dataclass(frozen=True, slots=True)
class Judged:
    """Strata in the order of similarity, and the share of all removals of those strata that have marks."""

    strata: tuple[Stratum, ...]
    overall: Weighted | None

    def json(self) -> dict[str, object]:
        """Return it as JSON has it."""
        strata = [
            {name: getattr(one, name) for name in (*Stratum.__slots__, "share", "interval")} for one in self.strata
        ]
        return {"strata": strata, "overall": self.overall and self.overall._asdict()}


def drawn(store: Store, run: RunRecord, each: int, seed: int) -> Losses:
    """Return up to `each` removals of each stratum; memory holds these and a batch.

    Raises:
        RecipeError: nothing was removed for another document.
        ShardError: a file of dropped/ cannot be read.
    """
    losses = Losses(each, seed)
    for file in run.files("dropped"):
        with store.open(file.name) as handle:
            for batch in read_rows(handle):
                losses.add(batch.select([name for name in COLUMNS if name in batch.schema.names]))
    if not any(losses.drawn.values()):
        raise RecipeError(f"{store.url}: no document was removed for one with another text, so no pair can be drawn")
    return losses


def as_csv(run: RunRecord, losses: Losses, pages: Mapping[str, Page]) -> str:
    """Return the file in which a person marks `lost` or `fine`."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEAD)
    for _, rows in sorted(losses.drawn.items()):
        for one in rows:
            writer.writerow(("", *map(cell, _cells(one, pages)), _draw_name(run, losses.each, losses.seed)))
    return file.getvalue()


def _cells(one: Removal, pages: Mapping[str, Page]) -> Iterator[str]:
    """Yield what a row says of a pair; what lies in an earlier tree has no text here."""
    removed, kept = pages.get(one["doc_id"]), pages.get(one["kept_doc_id"])
    numbers = (one["jaccard"], one["absent_run"], one["absent"])
    yield from ("" if value is None else f"{value:g}" for value in numbers)
    if removed is None or kept is None:
        yield from (NO_TEXT if page is None else "" for page in (removed, kept))
        yield from ("", "")
    else:
        yield from differing_parts(removed.text, kept.text, SHOWN)
        yield from (" | ".join(found) for found in lost(removed.text, kept.text))
    yield from (page.url if page else "" for page in (removed, kept))
    yield from (one["doc_id"], one["kept_doc_id"])


def _draw_name(run: RunRecord, each: int, seed: int) -> str:
    """Name a draw, so that its file can be read back: content digest, removals of each stratum, seed."""
    return f"{run.digest[:16]}:{each}:{seed}"


def read(written: str, where: str, store: Store, run: RunRecord) -> Judged:
    """Return what the marks in a file say of the removals of the tree.

    Raises:
        RecipeError: not a file that was drawn from this tree, a mark that is neither lost nor fine, or none at all.
    """
    rows = csv.DictReader(io.StringIO(written))
    if tuple(rows.fieldnames or ()) != HEAD:
        raise RecipeError(f"{where}: its columns must be {', '.join(HEAD)}, as --draw writes them")
    held = [(row, f"{where}, line {rows.line_num}") for row in rows]
    losses = drawn(store, run, *_same_draw(run, {row["draw"] or "" for row, _ in held}, where))
    strata = {one["doc_id"]: stratum for stratum, every in losses.drawn.items() for one in every}
    marks: dict[int, Counter[str]] = {}
    for row, line in held:
        stratum = strata.pop(row["doc_id"], None)  # a row that comes twice is not of the draw the second time
        if stratum is None:
            raise RecipeError(f"{line}: doc_id {row['doc_id']!r} is not of this draw, or comes twice; draw again")
        marks.setdefault(stratum, Counter())[mark_of(row["mark"], MARKS, line)] += 1
    if not any(one["lost"] + one["fine"] for one in marks.values()):
        raise RecipeError(f"{where}: nothing is marked; write lost or fine into column mark, then read it again")
    return _judged(losses, marks)


def _same_draw(run: RunRecord, names: set[str], where: str) -> tuple[int, int]:
    """Return removals of each stratum and seed of the one draw that all rows name."""
    digest, _, rest = next(iter(names), "").partition(":")
    each, _, seed = rest.partition(":")
    if len(names) != 1 or not each.isdecimal() or not seed.isdecimal() or not int(each):
        raise RecipeError(f"{where}: column draw must be as --draw wrote it, the same in all rows")
    if digest != run.digest[:16]:
        raise RecipeError(f"{where} was drawn from a tree with digest {digest}..., this one has {run.digest[:16]}...")
    return int(each), int(seed)


def _judged(losses: Losses, marks: Mapping[int, Counter[str]]) -> Judged:
    strata = tuple(
        Stratum(name_of(stratum), one["lost"], one["fine"], one[""], losses.strata[stratum].removals)
        for stratum, one in sorted(marks.items())
    )
    return Judged(strata, weighted(_looks(losses, strata, marks)))


def _looks(losses: Losses, strata: Iterable[Stratum], marks: Mapping[int, Counter[str]]) -> Iterator[Counted]:
    """Yield what was looked at of each stratum but that of equal texts, which lose nothing."""
    yield from (Counted(one.removals, one.lost + one.fine, one.lost) for one in strata)
    for stratum in losses.strata.keys() - marks.keys() - {EQUAL}:
        yield Counted(losses.strata[stratum].removals, 0, 0)
