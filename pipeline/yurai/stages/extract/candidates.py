"""Carry candidates through read and extract: each record gets its columns, its verdict and its evidence."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from yurai.declare.stage import Verdict
from yurai.evidence import choose, declared, header_marks, mark_row
from yurai.evidence.attribution import attribution_row
from yurai.extraction import Extraction, Page, Sandbox
from yurai.extraction.handlers.plain import is_plain_utf8, plain_text
from yurai.extraction.link_share import SCORE
from yurai.sources.warc import Record
from yurai.stages.extract.hosts import registrable_domain
from yurai_manifests.canonical import sha256

CONVERSION = "conversion"
GATE_COLUMNS = ("gate_by", "gate_score", "gate_limit")
IDLE = 1024
"""Candidates in a row, without a page among them, after which those that wait go on."""


@dataclass(slots=True)
class Candidate:
    """A record on its way through read and extract: its columns, and the verdict once there is one."""

    row: dict[str, Any]
    page: Page | None
    stage: str = "read"
    outcome: str | None = None
    reason: str | None = None
    evidence: list[dict[str, Any]] = field(default_factory=list)
    """Rows of EVIDENCE about it."""


def candidate(record: Record, row: dict[str, Any], verdict: Verdict | None) -> Candidate:
    """Return the candidate for `record`: decided, or with a page for the sandbox, or with its text.

    The text is that of a conversion record of plain text in UTF-8, as WET files hold them: nothing is parsed.
    """
    if verdict:
        return Candidate(row, None, "read", *verdict)
    page = Page(
        key=record.payload_sha256 or sha256(record.body),
        body=record.body,
        mime=record.mime,
        http_charset=record.http_charset,
        url=record.url or "",
        capture_date=record.capture_date,
    )
    if record.kind == CONVERSION and is_plain_utf8(page):
        return decide(Candidate(row, None), plain_text(page))
    return Candidate(row, page)


def decide(waiting: Candidate, extraction: Extraction, *, evidence: bool = True) -> Candidate:
    """Write what the handler found into the candidate's columns; with `evidence`, what headers say of rights too."""
    waiting.stage, waiting.page = "extract", None
    if waiting.row["warc_type"] == CONVERSION and extraction.extractor == "plain-text":
        # somebody else's extractor made the text, of a page that is not here
        flags = (*extraction.flags, "evidence-not-available")
        extraction = replace(extraction, extractor="none", text=extraction.text.strip(), flags=flags)
    waiting.row["flags"] = sorted({*waiting.row["flags"], *extraction.flags})
    if extraction.outcome != "text":
        waiting.outcome, waiting.reason = extraction.outcome, extraction.reason
        waiting.row |= {name: getattr(extraction, name) for name in GATE_COLUMNS}
        return waiting
    data = extraction.text.encode("utf-8")
    waiting.row |= {
        "media_type": extraction.mime,
        "charset": extraction.charset,
        "charset_by": extraction.charset_by,
        "extractor": extraction.extractor,
        "extractor_version": extraction.extractor_version,
        "page_type": extraction.page_type,
        "block_spans": _block_spans(extraction),
        "other_text": extraction.other_text,
        "other_extractor": extraction.other_extractor,
        "other_extractor_version": extraction.other_extractor_version,
        "title": extraction.title,
        "html_lang": extraction.html_lang,
        "date": extraction.date,
        "date_by": extraction.date_by,
        "date_precision": extraction.date_precision,
        "text": extraction.text,
        "text_sha256": sha256(data),
        "text_bytes": len(data),
        "registrable_domain": registrable_domain(waiting.row["url"]),
        "quality": _scores(extraction),
    }
    if evidence:
        _write_evidence(waiting, extraction)
    return waiting


def _block_spans(extraction: Extraction) -> list[dict[str, str | int]] | None:
    """Return the blocks of a text as rows of column `block_spans`."""
    if extraction.spans is None:
        return None
    return [{"type": kind, "start": start, "end": end} for kind, start, end in extraction.spans]


def _scores(extraction: Extraction) -> list[dict[str, str | float]] | None:
    """Return what was measured of the page as rows of column `quality`."""
    return None if extraction.link_share is None else [{"name": SCORE, "score": extraction.link_share}]


def _write_evidence(waiting: Candidate, extraction: Extraction) -> None:
    """Write the rows of evidence, the licence that they declare, and whom to credit, into the candidate."""
    row = waiting.row
    row["attribution"] = attribution_row(extraction.attribution)
    headers = ((one["name"], one["value"]) for one in row["http_headers"])
    marks = (*header_marks(headers, row["url"] or ""), *extraction.marks)
    if not marks:
        return
    chosen = choose(marks)
    row["declared_spdx"], row["licence_scope"] = declared(marks)
    row["flags"] = sorted({*row["flags"], *(["evidence-capped"] if chosen.capped else [])})
    waiting.evidence = [mark_row(row["doc_id"], mark, row["capture_date"]) for mark in chosen.marks]


def extracted(candidates: Iterable[Candidate], sandbox: Sandbox, *, evidence: bool = True) -> Iterator[Candidate]:
    """Yield the candidates in their order, those with a page once the sandbox has answered for them."""
    rest = iter(candidates)
    while first := next(rest, None):
        yield from _until_idle(itertools.chain([first], rest), sandbox, evidence=evidence)


def _until_idle(candidates: Iterator[Candidate], sandbox: Sandbox, *, evidence: bool) -> Iterator[Candidate]:
    """As `extracted`, until so many candidates in a row need no sandbox that waiting for one that does would hold them.

    A WET file is such candidates alone.
    """
    waiting: deque[Candidate] = deque()

    def pages() -> Iterator[Page]:
        idle = 0
        for one in candidates:
            waiting.append(one)
            idle = 0 if one.page else idle + 1
            if one.page:
                yield one.page
            elif idle == IDLE:
                return

    for extraction in sandbox.extract(pages()):
        while not waiting[0].page:
            yield waiting.popleft()
        yield decide(waiting.popleft(), extraction, evidence=evidence)
    yield from waiting
