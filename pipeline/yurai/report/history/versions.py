"""Find the captures of a URL in finished trees, by their key indexes: kilobytes are read, whatever the corpus."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from yurai.report.inquiry.typed import names, of_cells
from yurai.report.inquiry.variants import variants
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.recent import Found

Outcome: TypeAlias = Literal["kept", "dropped", "failed"]
SEEN: Final = ("title", "html_lang", "lang", "declared_spdx", "text", "text_sha256", "text_bytes")
"""Columns of a page that has text, as it was extracted."""
ENDED: Final = ("outcome", "stage", "reason", "kept_doc_id")


@dataclass(frozen=True, slots=True)
class Capture:
    """Where a capture is: columns of documents/ and of dropped/."""

    doc_id: str
    url: str | None
    capture_date: str | None
    source: str
    warc_offset: int
    http_status: int | None
    payload_sha256: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """What the page was, as it was extracted: before editors and redaction of the run."""

    title: str | None
    html_lang: str | None
    lang: str | None
    declared_spdx: str | None
    text: str
    text_sha256: str
    text_bytes: int


@dataclass(frozen=True, slots=True)
class Version:
    """One capture of a URL in one tree."""

    tree: str
    capture: Capture
    outcome: Outcome
    stage: str | None = None
    reason: str | None = None
    kept_doc_id: str | None = None
    """Of a copy: the document that stayed."""
    concluded_spdx: str | None = None
    """Of what was kept, as the policy of the run concludes it."""
    page: Page | None = None
    """None where nothing was extracted."""
    differs: str | None = None
    """In what its URL differs from the one that was asked for: scheme, www, final slash."""


def versions_of(lookups: Sequence[Lookup], url: str) -> list[Version]:
    """Return every capture of a URL and of its variants, oldest first; what has no date comes last.

    A capture that several trees hold is told once a tree: they may have judged it otherwise.

    Raises:
        AuditError: an index is damaged. ShardError: a file is.
    """
    wanted = {url: None, **variants(url)}
    found = [
        version for lookup in lookups for one, differs in wanted.items() for version in _in_tree(lookup, one, differs)
    ]
    unique = {(one.tree, one.capture.doc_id): one for one in reversed(found)}
    return sorted(unique.values(), key=_when)


def _when(one: Version) -> tuple[bool, str, str, str]:
    date = one.capture.capture_date
    return date is None, date or "", one.capture.doc_id, one.tree


def _in_tree(lookup: Lookup, url: str, differs: str | None) -> Iterator[Version]:
    place = names(Capture)
    for found in lookup.find("documents", "url", url, (*place, "concluded_spdx", *SEEN)):
        page = _page(lookup, found.cells["doc_id"]) or of_cells(Page, found.cells)
        yield Version(
            lookup.store.url,
            of_cells(Capture, found.cells),
            "kept",
            concluded_spdx=found.cells["concluded_spdx"],
            page=page,
            differs=differs,
        )
    for found in lookup.find("dropped", "url", url, (*place, *ENDED)):
        ended = {name: found.cells[name] for name in ENDED}
        capture = of_cells(Capture, found.cells)
        yield Version(lookup.store.url, capture, page=_page(lookup, capture.doc_id), differs=differs, **ended)


def _page(lookup: Lookup, doc_id: str) -> Page | None:
    found = lookup.find("extracted", "doc_id", doc_id, SEEN)
    return _of(found[0]) if found else None


def _of(found: Found) -> Page:
    cells: Mapping[str, object] = found.cells
    return of_cells(Page, cells)
