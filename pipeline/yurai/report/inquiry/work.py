"""Tell what became of one candidate, and where it is, of whichever folder holds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from yurai.report.inquiry.typed import LATER, names, of_cells
from yurai.report.training.trained import Trained
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.recent import Found
from yurai_manifests.lookup.tokens import Span, tokens_of

Outcome: TypeAlias = Literal["kept", "dropped", "failed"]
How: TypeAlias = Literal["equal", "near", "passages", "quote"]
COPIES: Final = 20
"""Copies that an answer names of one document; it says how many there are."""
ENDED: Final = ("outcome", "stage", "reason", "detail", "kept_doc_id", "kept_url", "jaccard")
KEPT: Final = ("kept_doc_id", "jaccard")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate is in the input: columns of documents/ and of dropped/."""

    doc_id: str
    url: str | None
    source: str
    source_sha256: str | None
    warc_offset: int
    warc_length: int
    inner_offset: int | None
    inner_length: int | None
    warc_record_id: str | None
    warc_type: str | None
    capture_date: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What is concluded of a document's licence and of its use: columns of documents/."""

    declared_spdx: str | None
    concluded_spdx: str | None
    concluded_status: str | None
    licence_confidence: float | None
    licence_scope: str | None
    train_verdict: str | None
    search_verdict: str | None
    redistribute_verdict: str | None
    verdict_reasons: tuple[str, ...] | None
    robots_ref: str | None
    policy_id: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a licence or a reservation: columns of evidence/ whose tier is public."""

    kind: str
    channel: str
    norm: str | None
    subject_scope: str
    place: str
    source_ref: str | None
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Copy:
    """A candidate that was dropped as a copy of a document, or the document that stayed in its place."""

    doc_id: str
    url: str | None
    jaccard: float | None
    """Similarity of the two, None where it is not known."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a text was found: equal, near or contained, and what it shares with the one that was asked about."""

    how: How
    delivered: bool
    """It is the text that was delivered; else one as it was extracted, before a stage edited or dropped it."""
    jaccard: float | None = None
    """Of shingles, both sets exact; None where it was not computed."""
    passages: int = 0
    of: int = 0
    """Passages of the text that was asked about which the document holds, of how many."""
    first: int | None = None
    """Where the first one begins, in characters of the compared form of the document."""


@dataclass(frozen=True, slots=True)
class Work:
    """One candidate of the run."""

    outcome: Outcome
    text_in: bool
    """Its text is in the corpus: it was kept, or dropped as a copy of what was kept."""
    file: str
    """Delivered file that holds its row."""
    row: int
    """Its row there, from 0."""
    place: Place
    stage: str | None = None
    reason: str | None = None
    detail: str | None = None
    tokens: Span | None = None
    """Its tokens, or of a copy those of the document that stayed."""
    kept_copy: Copy | None = None
    """Of a copy: the document that stayed."""
    copies: tuple[Copy, ...] = ()
    """Of what was kept: the first of those dropped for it."""
    copies_count: int = 0
    verdict: Judged | None = None
    """Of what was kept or stayed in its place; None where no policy judged and nothing was declared."""
    evidence: tuple[Mark, ...] = ()
    """Marks of licences and reservations on the page."""
    match: Match | None = None
    differs: str | None = None
    """Of a similar URL: in what."""
    trained: tuple[Trained, ...] = field(default=(), metadata=LATER)
    """Steps of training that saw these tokens, by the orders that the answer names."""

    @property
    def doc_id(self) -> str:
        """Its id."""
        return self.place.doc_id


def works_of(lookup: Lookup, kind: Literal["url", "doc_id"], value: str, most: int = COPIES) -> list[Work]:
    """Return all candidates with a URL, in its normal form, or a doc_id, kept ones first, in input order.

    `most` copies of a kept one are named.
    """
    kept = lookup.find("documents", kind, value, (*names(Place), *names(Judged), *KEPT))
    gone = lookup.find("dropped", kind, value, (*names(Place), *ENDED))
    return [*(_kept(lookup, one, most) for one in kept), *(_gone(lookup, one) for one in gone)]


def _kept(lookup: Lookup, found: Found, most: int) -> Work:
    cells = found.cells
    copies = list(_all_copies(lookup, cells["doc_id"]))
    return Work(
        outcome="kept",
        text_in=True,
        file=found.file,
        row=found.row,
        place=of_cells(Place, cells),
        tokens=tokens_of(lookup, found.number, cells["doc_id"]),
        kept_copy=_named_copy(lookup, cells),
        copies=tuple(copies[:most]),
        copies_count=len(copies),
        verdict=_verdict(cells),
        evidence=_evidence(lookup, cells["doc_id"]),
    )


def _gone(lookup: Lookup, found: Found) -> Work:
    cells = found.cells
    stays = _stays(lookup, cells)
    return Work(
        outcome=cells["outcome"],
        text_in=stays is not None,
        file=found.file,
        row=found.row,
        place=of_cells(Place, cells),
        stage=cells["stage"],
        reason=cells["reason"],
        detail=cells["detail"],
        tokens=tokens_of(lookup, stays.number, stays.cells["doc_id"]) if stays else None,
        kept_copy=_copy_of(cells, stays) if cells["kept_doc_id"] else None,
        verdict=_verdict(stays.cells) if stays else None,
        evidence=_evidence(lookup, cells["doc_id"]),
    )


def _stays(lookup: Lookup, cells: Mapping[str, object]) -> Found | None:
    """Return the document that stayed in place of a copy; what stayed may itself have gone as another one's copy."""
    seen = {cells["doc_id"]}
    name = cells["kept_doc_id"]
    while isinstance(name, str) and name not in seen:
        seen.add(name)
        if found := lookup.find("documents", "doc_id", name, ("url", *names(Judged))):
            return found[0]
        before = lookup.find("dropped", "doc_id", name, ("kept_doc_id",))
        name = before[0].cells["kept_doc_id"] if before else None
    return None


def _copy_of(cells: Mapping[str, object], stays: Found | None) -> Copy:
    """Return what stayed in place of a dropped copy: what is in the corpus, or else what stayed at its stage."""
    if stays is None or stays.cells["doc_id"] == cells["kept_doc_id"]:
        return of_cells(Copy, {**cells, "doc_id": cells["kept_doc_id"], "url": cells["kept_url"]})
    return of_cells(Copy, {**stays.cells, "jaccard": None})


def _named_copy(lookup: Lookup, cells: Mapping[str, object]) -> Copy | None:
    """Return what would have stayed in place of a document that is marked as a copy, and was kept all the same."""
    name = cells["kept_doc_id"]
    if not isinstance(name, str):
        return None
    found = lookup.find("documents", "doc_id", name, ("url",))
    return of_cells(Copy, {**cells, "doc_id": name, "url": found[0].cells["url"] if found else None})


def _verdict(cells: Mapping[str, object]) -> Judged | None:
    return of_cells(Judged, cells) if cells["policy_id"] or cells["declared_spdx"] else None


def _all_copies(lookup: Lookup, doc_id: str) -> Iterator[Copy]:
    """Yield the copies of a document, and copies of those."""
    waiting, seen = [doc_id], {doc_id}
    while waiting:
        name = waiting.pop(0)
        for folder in ("dropped", "documents"):
            for one in lookup.find(folder, "kept_doc_id", name, ("url", "jaccard")):
                copy = of_cells(Copy, one.cells if name == doc_id else {**one.cells, "jaccard": None})
                if copy.doc_id not in seen:
                    seen.add(copy.doc_id)
                    waiting.append(copy.doc_id)
                    yield copy


def _evidence(lookup: Lookup, doc_id: str) -> tuple[Mark, ...]:
    return tuple(of_cells(Mark, one.cells) for one in lookup.find("evidence", "doc_id", doc_id, names(Mark)))
