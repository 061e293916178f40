"""Define what goes into an extraction, what comes out of it, and the ledger of its verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from yurai.evidence.attribution import Attribution
from yurai.evidence.marks import Mark

Outcome = Literal["text", "dropped", "failed"]
Span: TypeAlias = tuple[str, int, int]
"""Type of a block, and where it begins and ends: bytes of the text in UTF-8; whole lines."""


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP body as the archive holds it, after de-chunking and content decoding.

    `key` is the record's `payload_sha256`, `mime` and `http_charset` are the two halves of its Content-Type (None where
    it has none), `capture_date` starts with an ISO 8601 date.
    """

    key: str
    body: bytes
    mime: str | None
    http_charset: str | None
    url: str
    capture_date: str | None


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one page gave.

    `outcome` is "text", "dropped" or "failed", the last two with a `reason`. `mime` is the type by which the handler
    was chosen. `html_lang` is the language that the page declares. `charset` is the Python codec that decoded the
    page and `charset_by` the step that chose it: bom, iso-2022-jp, iso-2022-kr, nul-pattern, http, meta, utf-8,
    euc-jp, cp932, detector or fallback. `extractor` is "honbun", "honbun+trafilatura" (honbun's blocks, chosen by
    trafilatura), "trafilatura", "resiliparse", "block-text" (the whole readable page), "json-ld" or "script-json"
    (what the page holds there, but does not show), "xml", "plain-text" or "pdfium" (both with form feeds between
    pages), or "none". `extractor_version` is that of its weights or its library. `page_type` is what honbun takes
    the page for, `spans` its blocks that are no plain paragraphs, in order and apart. `other_text` is what
    `other_extractor` found where a rule would drop `text`. A PDF has no charset. `flags`, sorted: charset-conflict,
    depth-capped, element-budget, no-capture-date, pdf-copy-denied, pdf-page-broken, sniffed-mime,
    text-from-json-ld, text-from-script-json, undecodable-bytes.
    """

    outcome: Outcome
    mime: str
    reason: str | None = None
    title: str | None = None
    html_lang: str | None = None
    text: str = ""
    date: str | None = None
    date_by: str | None = None
    date_precision: str | None = None
    charset: str | None = None
    charset_by: str | None = None
    extractor: str = "none"
    flags: tuple[str, ...] = ()
    page_type: str | None = None
    spans: tuple[Span, ...] | None = None
    other_text: str | None = None
    other_extractor: str | None = None
    extractor_version: str | None = None
    other_extractor_version: str | None = None
    gate_by: str | None = None
    gate_score: float | None = None
    gate_limit: float | None = None
    """Of a page that the gate stopped: by what, and the score that was below the limit (`yurai.extraction.gate`)."""
    marks: tuple[Mark, ...] = ()
    """What the markup says of rights, in page order."""
    attribution: Attribution | None = None
    """Whom the markup asks to credit, personal data in it not redacted."""
    link_share: float | None = None
    """Share of the letters of the whole page that stand in links, where the settings ask for it."""


@runtime_checkable
class Ledger(Protocol):
    """Verdicts of the CPU and memory limits that every later run repeats; kept by the caller."""

    def get(self, key: str) -> str | None:
        """Reason that an earlier run put under a key."""

    def put(self, key: str, reason: str) -> None:
        """Keep a reason; it is durable when this returns, and an earlier one under the same key stays."""


class DictLedger(dict[str, str]):
    """A ledger in memory, for one process and for tests."""

    def put(self, key: str, reason: str) -> None:
        """Keep a reason unless there is one."""
        self.setdefault(key, reason)
