"""Tell what is known of the document that holds a place of a span."""

from dataclasses import dataclass, field, replace
from typing import Final

from yurai.report.inquiry.work import Copy, Work, works_of
from yurai.report.safe_text import shown_url
from yurai.report.trace.answer import Carrier, Shown
from yurai.report.trace.around import READ, shown_around
from yurai.report.training.trained import Orders, Trained, trained
from yurai.search import Hit, Search
from yurai.search.forms import formed_with_origin, given
from yurai.search.units import unit_starts
from yurai.sources.rows import SourceTable, table_of
from yurai_manifests.errors import AuditError
from yurai_manifests.lookup.lookup import Lookup

COPIES: Final = 1_000
"""Copies that a trace names of one document; it says how many there are."""


@dataclass
class Carriers:
    """Documents of one trace; each is looked up once."""

    lookup: Lookup
    search: Search
    orders: Orders
    """The orders of training that are asked for steps."""
    _works: dict[str, Work] = field(default_factory=dict)
    _trained: dict[str, tuple[Trained, ...]] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def carrier(self, hit: Hit, span: str) -> Carrier:
        """Return the document of a place where `span` stands, in the form of the index.

        Raises:
            AuditError: no document has its id: the index is of other rows.
        """
        work = self._work(hit.doc_id)
        offset, letters, shown = self._place(hit, span)
        place = work.place
        return Carrier(
            doc_id=hit.doc_id,
            url=shown_url(place.url) if place.url else None,
            dataset=table_of(map(SourceTable.of, self.lookup.run.source_tables), place.source).name,
            source=place.source,
            capture_date=place.capture_date,
            offset=offset,
            letters=letters,
            shown=shown,
            tokens=work.tokens,
            trained=self._trained[hit.doc_id],
            verdict=work.verdict,
            evidence=work.evidence,
            copies=tuple(_shown_copy(copy) for copy in work.copies),
            copies_count=work.copies_count,
        )

    def _work(self, doc_id: str) -> Work:
        if doc_id not in self._works:
            found = [one for one in works_of(self.lookup, "doc_id", doc_id, COPIES) if one.outcome == "kept"]
            if not found:
                raise AuditError(
                    f"{self.lookup.store.url}: the index names document {doc_id}, which documents/ does not hold; "
                    "run `yurai index` again"
                )
            self._works[doc_id] = found[0]
            self._trained[doc_id] = trained(self.lookup, self.orders, doc_id)
        return self._works[doc_id]

    def _place(self, hit: Hit, span: str) -> tuple[int, int, Shown]:
        """Return where a span begins in the delivered text, how many letters it has there, and how it is shown."""
        if self.search.form == "stored":
            units = int(unit_starts(span)[-1])
            start, end = hit.offset, hit.offset + units
            cuts = ((start - READ, start), (start, end), (end, end + READ))
            parts = [self.search.text(hit, *cut) for cut in cuts]
            return len(self.search.text(hit, 0, start)), len(span), shown_around(parts[0], parts[1], parts[2])
        text = self._text(hit.doc_id)
        _, origin = formed_with_origin(text, self.search.form)
        first = len(self.search.text(hit, 0, hit.offset))
        start, end = given(origin, first, first + len(span))
        return (
            start,
            end - start,
            shown_around(text[max(start - READ, 0) : start], text[start:end], text[end : end + READ]),
        )

    def _text(self, doc_id: str) -> str:
        if doc_id not in self._texts:
            (found,) = self.lookup.find("documents", "doc_id", doc_id, ("text",))
            self._texts[doc_id] = str(found.cells["text"])
        return self._texts[doc_id]


def _shown_copy(copy: Copy) -> Copy:
    return replace(copy, url=shown_url(copy.url) if copy.url else None)
