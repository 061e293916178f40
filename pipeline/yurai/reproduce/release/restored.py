"""Make rows of a release whole again: fetch the record, extract anew, and hold text and row against their digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

import pyarrow as pa

from yurai.reproduce.places import MissingError
from yurai.reproduce.refetch import ChangedError
from yurai.reproduce.release.columns import DOCUMENTS, GIVEN, PLACES, ROW_SHA256, WORDS
from yurai.reproduce.release.cuts import KEPT_LINES, Cut, Span, cut, without
from yurai.reproduce.remake import Remade, Remaker
from yurai.reproduce.stored import Row
from yurai_manifests.canonical import sha256
from yurai_manifests.merkle.rows import row_digests
from yurai_manifests.schema import DOCUMENT

Reason: TypeAlias = Literal["no-archive", "other-bytes", "other-version", "other-text", "line-dedup", "other-row"]
REASONS: Final[dict[Reason, str]] = {
    "no-archive": "its archive is not there, or cannot be read",
    "other-bytes": "the archive holds other bytes than the run read: no such record, or another digest",
    "other-version": "another text comes out, and versions of what makes it are others here",
    "other-text": "another text comes out, although no recorded version differs",
    "line-dedup": "other documents have lines of it, and what is left is no part of the extracted text",
    "other-row": "the text is as it was, another column is not: row_sha256 differs",
}
"""Why a row is not as the run had it."""
BACK: Final = tuple(name for name in DOCUMENT.names if name not in DOCUMENTS.names or name in (*WORDS, *PLACES))
"""Columns that a release may lack."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that did not come back whole, and why; of one that is given, the text is there all the same."""

    doc_id: str
    source: str
    warc_offset: int
    warc_length: int
    given: bool
    reason: Reason
    detail: str = ""


class _FailedError(Exception):
    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class Restorer:
    """Makes rows whole; `changed` says that versions differ from those of the run."""

    def __init__(self, remaker: Remaker, *, changed: bool) -> None:
        self._remaker, self._changed = remaker, changed
        self.failures: list[Failure] = []

    def taken(self) -> list[Failure]:
        """Return what failed since this was asked last."""
        found, self.failures = self.failures, []
        return found

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows of a batch as the run had them, without those that have no text; what failed is noted."""
        released = cast("list[Row]", batch.to_pylist())
        rows = [(one, made) for one in released if (made := self._whole(one)) is not None]
        whole = pa.RecordBatch.from_pylist([made for _, made in rows], schema=DOCUMENT)
        noted = {one.doc_id for one in self.failures}
        for (row, _), digest in zip(rows, row_digests(whole), strict=True):
            if digest != row[ROW_SHA256] and row["doc_id"] not in noted:
                self._note(row, _FailedError("other-row"))
        return whole

    def _whole(self, row: Row) -> Row | None:
        own = {name: row.get(name) for name in DOCUMENT.names}
        try:
            made = self._made(row)
        except _FailedError as error:
            self._note(row, error)
            return own if row[GIVEN] else None
        return own | {name: made[name] for name in BACK if own[name] is None}

    def _made(self, row: Row) -> Row:
        try:
            made = self._remaker(row)
        except MissingError as error:
            raise _FailedError("no-archive", str(error)) from error
        except ChangedError as error:
            raise _FailedError("other-bytes", str(error)) from error
        first = made.extracted or made.dropped or {}
        if first.get("payload_sha256") != row["payload_sha256"]:
            raise _FailedError("other-bytes", "payload_sha256 is another one")
        found = made.document or made.before
        if found is None:
            raise _FailedError(self._other(row, made), _ending(made))
        if _is_text(row, found):
            return found
        whole = _cut(row, made)
        if whole is None or not _is_text(row, whole):
            raise _FailedError(self._other(row, made), "text_sha256 is another one")
        return whole

    def _other(self, row: Row, made: Remade) -> Reason:
        if made.before is not None and row[KEPT_LINES] is None:
            return "line-dedup"
        return "other-version" if self._changed else "other-text"

    def _note(self, row: Row, error: _FailedError) -> None:
        place = (str(row["doc_id"]), str(row["source"]), int(str(row["warc_offset"])), int(str(row["warc_length"])))
        self.failures.append(Failure(*place, bool(row[GIVEN]), error.reason, error.detail))


def _is_text(row: Row, found: Row) -> bool:
    return sha256(str(found["text"]).encode()) == row["text_sha256"]


def _cut(row: Row, made: Remade) -> Row | None:
    """Return the row with the lines, or without the runs, that the release says stayed or went; None where it does not.

    Lines are those of the extracted text, runs those of the text that came to the stage.
    """
    if (spans := cast("Sequence[Span] | None", row["cut_spans"])) and made.before is not None:
        return made.before | {"text": without(str(made.before["text"]), spans)}
    kept = cast("Cut | None", row[KEPT_LINES])
    if kept is None or made.extracted is None:
        return None
    return made.extracted | {"text": cut(str(made.extracted["text"]), kept)}


def _ending(made: Remade) -> str:
    gone = made.dropped or {}
    return f"{gone.get('outcome')} by {gone.get('stage')}: {gone.get('reason')}"
