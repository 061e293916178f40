"""Make candidates from rows of a JSONL or Parquet source, which bring their text and are decided as they are read.

They pass read and extract as conversion records do and have the same counts; only columns of WARC and HTTP stay null.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yurai.evidence import evidence_row
from yurai.extraction import Extraction
from yurai.sources.rows import Fields, Note, Row, SourceTable, Span, fields, read_rows, row_kind
from yurai.stages.extract.candidates import Candidate, decide
from yurai_manifests.schema import document_id
from yurai_manifests.task import TaskRecord

CHANNEL = "source-table"


def row_candidates(
    record: TaskRecord, path: Path, table: SourceTable, extent: tuple[int, int] | None = None, *, evidence: bool
) -> Iterator[Candidate]:
    """Yield the candidates of a row file, in order; accounts for its bytes and its warnings in `record`.

    `extent`: bytes of the source that are read, where these are not all.
    """
    kind = row_kind(record.source)
    assert kind is not None
    for item in read_rows(path, kind, table.columns, extent):
        if isinstance(item, Note):
            record.warnings.append(item.message)
        elif isinstance(item, Span):
            _account(record, item)
        else:
            record.stages[0].seen += 1
            yield _candidate(record, item, table, evidence=evidence)


def _account(record: TaskRecord, span: Span) -> None:
    if span.kind == "rows":
        record.record_bytes += span.bytes
    elif span.kind == "padding":
        record.padding_bytes += span.bytes
    else:
        record.unreadable.append((span.offset, span.bytes))


def _candidate(record: TaskRecord, item: Row, table: SourceTable, *, evidence: bool) -> Candidate:
    parsed = fields(item.values)
    row = _provenance(record, item, parsed)
    error = item.error or parsed.error
    if error:
        return Candidate(row, None, "read", "failed", error)
    extraction = Extraction(
        outcome="text" if parsed.text else "dropped",
        reason=None if parsed.text else "no-text",
        title=parsed.title,
        text=parsed.text,
        mime="text/plain",
        charset="utf-8",
        charset_by="utf-8",
    )
    decided = decide(Candidate(row, None), extraction, evidence=False)
    if evidence and table.licence and decided.outcome is None:
        _declare(decided, table)
    return decided


def _declare(one: Candidate, table: SourceTable) -> None:
    """Write what the table says of the licence: it speaks of the data set, and `licence_scope` says so."""
    one.row |= {"declared_spdx": table.spdx, "licence_scope": "dataset"}
    row = evidence_row(
        one.row["doc_id"],
        kind="licence_claim",
        channel=CHANNEL,
        raw=table.licence or "",
        norm=table.spdx,
        scope="dataset",
        source_ref=table.terms_url or table.name,
    )
    one.evidence = [row]


def _provenance(record: TaskRecord, item: Row, parsed: Fields) -> dict[str, Any]:
    """Return the PROVENANCE columns of one row; those of WARC and HTTP are null."""
    return {
        "doc_id": document_id(record.source, item.offset),
        "source": record.source,
        "source_sha256": record.source_sha256,
        "warc_offset": item.offset,
        "warc_length": item.length,
        "warc_record_id": parsed.id,
        "warc_type": "row",
        "url": parsed.url,
        "capture_date": parsed.date,
        "body_bytes": len(parsed.text.encode("utf-8")),
        "flags": list(parsed.flags),
        "http_headers": [],
    }
