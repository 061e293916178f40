"""Pages for bench/rights.py: labelled real ones, and what stage extract says of their rights."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yurai.evidence import Mark
from yurai.extraction import ExtractOptions, extract_page
from yurai.sources.warc import Record, read_file
from yurai.stages.extract.candidates import Candidate, candidate, decide
from yurai.stages.extract.tasks import provenance
from yurai_manifests.task import TaskRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

LABELS = Path(__file__).with_name("rights_labels.jsonl")
PLANTED = re.compile(r"noai|noimageai|ccbot: noindex|tdm-reservation(?:: |\" content=\")1|\bai=n|train-ai=n|rsl\+xml")
UNSURE = re.compile("tdm-policy")
"""A policy without a reservation may mean either."""
Label = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled page and what the pipeline found: the licence declared, licences claimed, whether it reserves use."""

    label: Label
    declared: str | None
    claims: frozenset[tuple[str, str, str | None]]
    reserves: bool

    def names(self, norm: str | None) -> bool:
        """Whether a licence is that of the main text, or one to choose."""
        wanted = (self.label["spdx"] or "").split(" OR ")
        if norm and self.label["open"] and wanted == [""]:
            return "unspecified" in norm
        return norm is not None and all(any(_same(one, other) for other in wanted) for one in norm.split(" OR "))

    @property
    def found(self) -> bool:
        """The page is open, and its licence was found."""
        return bool(self.label["open"]) and self.names(self.declared)

    @property
    def declared_right(self) -> bool:
        """The licence is right, or none is declared where none, none that is named, or a contradicted one is."""
        nothing = self.declared is None and (not self.label["open"] or self.label["conflict"] or not self.label["spdx"])
        return nothing or self.found

    @property
    def false_claims(self) -> list[str]:
        """Licences claimed for the page or its text that are not its text's."""
        return [f"{one[0]} {one[2]}" for one in self.claims if one[1] in ("page", "main_text") and not self._ok(one[2])]

    def _ok(self, norm: str | None) -> bool:
        return norm is None or self.names(norm)

    @property
    def right(self) -> bool:
        """Licence, reservation and claims are right, the licence and claims as far as the page tells."""
        if self.label["open"] is None:
            return self.reserves == bool(self.label["reservation"])
        return self.declared_right and self.reserves == bool(self.label["reservation"]) and not self.false_claims


def _same(one: str, other: str) -> bool:
    return one == other or ("GPL" in one and "GPL" in other)  # versions of the GNU licence are told apart elsewhere


def pages(path: Path, name: str, urls: set[str] | None = None) -> Iterator[tuple[Record, Candidate]]:
    """Yield each response of a file, or those at `urls`, with the candidate that stage extract makes of it."""
    task, options = TaskRecord("", name, ""), ExtractOptions()
    for record in read_file(path):
        if isinstance(record, Record) and record.kind == "response" and (urls is None or record.url in urls):
            waiting = candidate(record, provenance(task, record), None)
            assert waiting.page
            yield record, decide(waiting, extract_page(waiting.page, options))


def reserves(rows: list[dict[str, Any]]) -> bool:
    """Whether a row of evidence reserves use by machines."""
    return any(
        Mark(row["kind"], row["channel"], row["raw"], row["norm"], row["subject_scope"]).reserves for row in rows
    )


def judged(data: Path, path: Path = LABELS) -> Iterator[Judged]:
    """Yield the pages that the file at `path` labels."""
    labels: dict[str, dict[str, Label]] = defaultdict(dict)
    for line in path.read_text("utf-8").splitlines():
        label = json.loads(line)
        labels[label["file"]][label["url"]] = label
    for name, wanted in sorted(labels.items()):
        for record, one in pages(data / name, name, set(wanted)):
            claimed = [row for row in one.evidence if row["kind"] == "licence_claim"]
            claims = frozenset((row["channel"], row["subject_scope"], row["norm"]) for row in claimed)
            yield Judged(wanted[record.url or ""], one.row.get("declared_spdx"), claims, reserves(one.evidence))
