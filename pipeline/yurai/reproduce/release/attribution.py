"""Write ATTRIBUTION.csv: a line for each document whose text is given, with what licences ask to be told.

Creative Commons 4.0, section 3(a)(1), asks for: the creator as they name themselves, a notice of the licence with its
URI, the URI of the material, and that it was changed. What the page does not state is left empty: it is not made up.
"""

import csv
from collections.abc import Iterable, Mapping
from typing import IO, Final, cast

import pyarrow as pa

from yurai.evidence.licence_addresses import address_of, name_of
from yurai.reproduce.release.columns import GIVEN
from yurai.rights.licences import NOASSERTION, NONE
from yurai_manifests.visible import cell

NAME: Final = "ATTRIBUTION.csv"
COLUMNS: Final = (
    *("doc_id", "title", "author", "author_url", "url", "licence", "licence_name", "licence_url", "changes"),
)
READ: Final = (*("doc_id", "title", "attribution", "url", "concluded_spdx", "removed_spans"), GIVEN)
TAKEN: Final = "main text taken from the page; markup, navigation and images left out"


class Attributions:
    """Writes the lines to a file of text, the header first (RFC 4180)."""

    def __init__(self, file: IO[str]) -> None:
        self._write = csv.writer(file).writerow
        self._write(COLUMNS)

    def add(self, batch: pa.RecordBatch) -> None:
        """Write a line for each given row of a batch with the columns DOCUMENTS."""
        for row in batch.select(list(READ)).to_pylist():
            if row[GIVEN]:
                self._write(cell(one or "") for one in _cells(row))


def _cells(row: Mapping[str, object]) -> Iterable[str | None]:
    own = {name: cast("str | None", row[name]) for name in ("doc_id", "title", "url", "concluded_spdx")}
    credit = cast("Mapping[str, str | None]", row["attribution"] or {})
    licence = own["concluded_spdx"] if own["concluded_spdx"] not in (None, NONE, NOASSERTION) else ""
    yield from (own["doc_id"], credit.get("title") or own["title"], credit.get("name"), credit.get("url"), own["url"])
    yield from (licence, name_of(licence or ""), address_of(licence or ""))
    yield _changes(cast("list[Mapping[str, object]]", row["removed_spans"] or []))


def _changes(removed: Iterable[Mapping[str, object]]) -> str:
    """Say what was done to the page: what all texts have in common, and what editors changed in this one."""
    edits = ", ".join(f"{one['name']} {one['count']}" for one in removed)
    return f"{TAKEN}; then changed: {edits}" if edits else TAKEN
