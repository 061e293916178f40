"""Compare what rows of evidence say of a page with the licence that its row declares, and count them by channel."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.streams import Stream, read_span
from yurai_manifests.audit.unlike import Faults
from yurai_manifests.canonical import Json
from yurai_manifests.counts import EVIDENCE_NOTE
from yurai_manifests.findings import Finding

COLUMNS: Final = ["doc_id", "kind", "channel", "raw", "norm", "subject_scope", "place", "detector", "detector_version"]
CAPPED: Final = "evidence-capped"
OF_THE_TEXT: Final = ("page", "main_text")
WRONG: Final = "have a {} that is not what their rows of evidence declare"
Mark = Mapping[str, Json]


class Marks:
    """Rows of evidence/ on their way beside the pages of extracted/."""

    def __init__(self, case: Case) -> None:
        run = case.run
        self._case = case
        self._rows = Stream(read_span(case.store, run.files("evidence"), COLUMNS))
        self._declares = case.means.declares
        self._given = run.stages[0].stage == "parquet"
        """Rows came as Parquet: what they declare stands on evidence that is not here."""
        self._channels = Counter[str]()
        self._unknown = 0
        """Pages whose rows another version of the detector wrote."""

    def page(self, pages: pa.Table, ids: Sequence[str], faults: Faults) -> Mapping[str, Sequence[Mark]]:
        """Compare a batch of pages with the rows about them, and return these by doc_id."""
        marks: dict[str, list[Mark]] = {}
        _, rows = self._rows.matching(ids, several=True)
        for mark in rows.to_pylist() if rows is not None else ():
            marks.setdefault(str(mark["doc_id"]), []).append(mark)
            self._channels[str(mark["channel"])] += 1
        if self._given:
            return marks
        said = (pages.column(name).to_pylist() for name in ("declared_spdx", "licence_scope", "flags"))
        wrong: dict[str, list[str]] = {"declared_spdx": [], "licence_scope": []}
        for name, spdx, scope, flags in zip(ids, *said, strict=True):
            due = self._due(marks.get(name, ()))
            if due is None:
                self._unknown += 1
                continue
            if spdx != due[0]:
                wrong["declared_spdx"].append(name)
            if _width(scope) != _width(due[1]) and (due[0] or CAPPED not in (flags or ())):
                wrong["licence_scope"].append(name)  # of a licence; else of all marks, of which some may be no rows
        for column, names in wrong.items():
            faults.add("extracted", WRONG.format(column), names)
        return marks

    def _due(self, marks: Sequence[Mark]) -> tuple[str | None, str | None] | None:
        if not marks:
            return None, None
        return self._declares(marks) if self._declares else None

    def findings(self) -> Iterator[Finding]:
        """Yield what is known once all pages have passed."""
        if self._unknown:
            why = self._case.means.why.get("declares", "another version of the detector wrote the evidence")
            message = f"declared licences were not compared with evidence: {why}"
            yield Finding("info", "not-declared", "evidence", message, "audit with the version that made the tree")
        if (name := self._rows.next_id()) is not None:
            message = f"the row about {name} is of no page in extracted/, or out of its order"
            yield Finding("error", "evidence", "evidence", message, "do not publish; rebuild")
            return
        due = Counter[str]()
        for counts in self._case.run.stages:
            due.update({key: count for key, count in counts.notes.items() if key.startswith(EVIDENCE_NOTE)})
        for channel in sorted({*self._channels, *(key.removeprefix(EVIDENCE_NOTE) for key in due)}):
            found, noted = self._channels[channel], due[EVIDENCE_NOTE + channel]
            if found != noted:
                message = f"{found:,} rows of channel {channel}, {noted:,} by the notes of the stages"
                yield Finding("error", "evidence", "evidence", message, "do not publish; rebuild")


def _width(scope: str | None) -> str | None:
    """Return a scope as far as rows say it: of one statement made of the page and its main text, one row is kept."""
    return "text" if scope in OF_THE_TEXT else scope
