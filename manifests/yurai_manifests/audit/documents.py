"""Walk extracted/ beside documents/, dropped/ and evidence/: every page has one end, and is the same page in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.audit.case import Case, Rows
from yurai_manifests.audit.changes import OTHER, REWRITTEN, SECOND, SECOND_TEXT, may_write
from yurai_manifests.audit.dropped import segments
from yurai_manifests.audit.marks import Marks
from yurai_manifests.audit.streams import Stream, ids_of, read_span
from yurai_manifests.audit.texts import check_identity, check_texts, sum_of
from yurai_manifests.audit.unlike import Faults, differing, values
from yurai_manifests.findings import Finding
from yurai_manifests.schema import DOCUMENT, PROVENANCE

WALKED: Final = ("extracted", "documents", "dropped", "evidence")
PLACE: Final = [one.name for one in PROVENANCE]
Spans: TypeAlias = dict[str, int]


def check_documents(case: Case) -> Iterator[Finding]:
    """Compare rows with rows; nothing where a file is already known to be damaged."""
    if case.sums.broken or not case.readable(*WALKED):
        return
    walk = Walk(case)
    for batch in read_span(case.store, case.run.files("extracted"), None):
        walk.page(pa.Table.from_batches([batch]))
    yield from walk.findings()


class Walk:
    """One pass over the pages, with what goes on in the other folders beside it."""

    def __init__(self, case: Case) -> None:
        run = case.run
        self._case, self._faults = case, Faults("documents")
        self._free, self._unknown = may_write(str(one["use"]) for one in run.recipe_stages)
        self._documents = Stream(read_span(case.store, run.files("documents"), None))
        self._gone = [
            (one, Stream(read_span(case.store, run.files("dropped"), PLACE, one.start, one.end)))
            for one in segments(run)
            if one.extracted
        ]
        self._marks = Marks(case)
        self._sources = case.origins
        self._sizes = Counter[str]()
        self._edits = Counter[str]()
        self._pii = Counter[str]()

    def page(self, pages: pa.Table) -> None:
        """Check a batch of pages."""
        ids, ends = ids_of(pages), Counter[int]()
        check_identity(pages, self._sources, "extracted", self._faults)
        check_texts(pages, "extracted", self._faults)
        self._sizes["extracted"] += sum_of(pages, "text_bytes")
        self._pii += _counts(pages, "pii")
        marks = self._marks.page(pages, ids, self._faults)
        places, rows = self._documents.matching(ids)
        ends.update(places)
        if rows is not None:
            self._document(pages.take(pa.array(places)), rows)
            self._judged(rows, [marks.get(ids[at], ()) for at in places])
        for one, stream in self._gone:
            places, rows = stream.matching(ids)
            ends.update(places)
            if rows is not None:
                self._same(pages.take(pa.array(places)), rows, "dropped", PLACE, f"of stage {' or '.join(one.stages)} ")
        self._faults.add(
            "extracted", "are neither in documents/ nor in dropped/", [n for i, n in enumerate(ids) if not ends[i]]
        )
        self._faults.add("extracted", "have more than one end", [n for i, n in enumerate(ids) if ends[i] > 1])

    def _judged(self, rows: pa.Table, marks: Sequence[Rows]) -> None:
        """Compare verdicts and conclusions with the evidence."""
        if self._case.means.judges:
            for column, places in self._case.means.judges(rows, marks).items():
                names = [ids_of(rows)[at] for at in places]
                self._faults.add("documents", f"have a {column} that does not follow from their evidence", names)

    def _document(self, pages: pa.Table, rows: pa.Table) -> None:
        """Compare documents with their pages: all columns, but for those that stages behind extraction write."""
        self._sizes["documents"] += sum_of(rows, "text_bytes")
        edited = differing(pages.column("removed_spans"), rows.column("removed_spans"))
        if edited:
            self._edited(pages.take(pa.array(edited)), rows.take(pa.array(edited)))
        stays = np.ones(rows.num_rows, bool)
        stays[edited] = False
        known = [one.name for one in DOCUMENT if one.name not in self._free]
        keep = pa.array(stays)
        self._same(pages.filter(keep), rows.filter(keep), "documents", known)
        if not self._unknown:
            known = [name for name in OTHER if name in rows.schema.names]
            filled = {at for name in known for at, value in enumerate(values(rows.column(name))) if value is not None}
            self._faults.add("documents", "hold a second text", [ids_of(rows)[at] for at in sorted(filled)])

    def _edited(self, pages: pa.Table, rows: pa.Table) -> None:
        """Documents that an editor changed: what it counts is more than before, and its text is looked at anew."""
        check_texts(rows, "documents", self._faults)
        names, second = ids_of(rows), list[bool]()
        for at, (before, after) in enumerate(zip(_spans(pages), _spans(rows), strict=True)):
            more = {name: count - before.get(name, 0) for name, count in after.items()}
            less = min(more.values(), default=0) < 0 or before.keys() - after.keys()
            self._faults.add(
                "documents", "have other removed_spans than editors could write", [names[at]] if less else []
            )
            self._edits.update({name: count for name, count in more.items() if not name.startswith("redact:")})
            second.append(any(name.endswith(f":{SECOND_TEXT}") for name in more if more[name]))
        chosen = pa.array(second)
        known = [one.name for one in DOCUMENT if one.name not in {*self._free, *REWRITTEN}]
        first = pc.invert(chosen)
        self._same(pages.filter(first), rows.filter(first), "documents", known)
        known = [name for name in known if name not in SECOND]
        self._same(pages.filter(chosen), rows.filter(chosen), "documents", known)

    def _same(self, pages: pa.Table, rows: pa.Table, folder: str, columns: Sequence[str], which: str = "") -> None:
        if not rows.num_rows:
            return
        known = {*pages.schema.names, *rows.schema.names}  # an older schema lacks some
        for name in (name for name in columns if name in known):
            if places := differing(pages.column(name), rows.column(name)):
                ids = ids_of(rows)
                self._faults.add(folder, f"{which}have another {name} than in extracted/", [ids[at] for at in places])

    def findings(self) -> Iterator[Finding]:
        """Yield what was found, and compare the sums with those of run.json."""
        last = [("documents", self._documents), *(("dropped", stream) for _, stream in self._gone)]
        for folder, stream in last:
            if (name := stream.next_id()) is not None:
                self._faults.add(folder, "or more are of no page in extracted/, or out of order", [name])
        yield from self._marks.findings()
        yield from self._faults.findings()
        yield from self._sums()
        if why := self._case.means.why.get("judges"):
            message = f"verdicts were not compared with evidence: {why}"
            yield Finding("info", "not-judged", "documents", message, "audit where the policy of the recipe is")
        if self._unknown:
            message = f"what stages {', '.join(self._unknown)} write is not known here, so it was not compared"
            yield Finding("info", "not-known", "documents", message, "audit with the version that knows them")

    def _sums(self) -> Iterator[Finding]:
        run = self._case.run
        for folder in ("extracted", "documents"):
            size = sum(file.size for file in run.files(folder))
            if size != self._sizes[folder]:
                message = f"files are said to hold {size:,} bytes of text, their rows {self._sizes[folder]:,}"
                yield Finding("error", "documents", folder, message, "do not publish; rebuild")
        notes = Counter[str]()
        for counts in run.stages:
            notes.update(counts.notes)
        for name, count in self._edits.items():
            if count > notes[name] and not self._unknown:
                message = f"removed_spans count {name} {count:,} times, the notes of the stages {notes[name]:,} times"
                yield Finding("error", "documents", "documents", message, "do not publish; rebuild")
        if redacted := [counts for counts in run.stages if counts.stage == "redact"]:
            due = Counter(redacted[-1].notes)
            if +self._pii != +due:
                message = f"column pii counts {dict(self._pii)}, stage redact noted {dict(due)}"
                yield Finding("error", "documents", "extracted", message, "do not publish; rebuild")


def _spans(rows: pa.Table) -> Iterator[Spans]:
    """Yield `removed_spans` of each row, by rule."""
    for row in rows.column("removed_spans").to_pylist():
        spans: Spans = {}
        for entry in row or ():
            spans[entry["name"]] = spans.get(entry["name"], 0) + entry["count"]
        yield spans


def _counts(rows: pa.Table, name: str) -> Counter[str]:
    counts = Counter[str]()
    for row in rows.column(name).to_pylist():
        for entry in row or ():
            counts[entry["name"]] += entry["count"]
    return counts
