"""Define a mark, one thing said about rights, and write it as a row of `evidence/`."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from yurai.evidence.agents import is_ai_agent
from yurai.evidence.normalise import is_id
from yurai.evidence.rsl import rsl_reserves

Kind = Literal["licence_claim", "optout_signal", "search_signal", "notice"]
Scope = Literal["page", "main_text", "embedded", "site", "dataset", "unknown"]
Place = Literal["http", "head", "header", "main", "footer", "comments", "aside", "body", "unknown"]

DETECTOR: Final = "yurai-evidence"
DETECTOR_VERSION: Final = 4
RESERVED_IN_WORDS: Final = "reserved-in-words"
"""Norm of a notice: a reservation in words that no reader of the page sees, in a comment of robots.txt or HTML."""
MAX_RAW: Final = 1024
MAX_CONTEXT: Final = 240
MAX_PATH: Final = 240
OF_THE_TEXT: Final = ("page", "main_text")
# Entries of the norm of a signal that reserve nothing: they permit, or speak of search. All others reserve use, also
# those of forms that come later.
_PERMITS: Final = ("tdm-reservation=0", "rsl=permits", "rsl=free", "search=", "use=full")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing said about rights. Columns of EVIDENCE of the same names; `scope` is its `subject_scope`."""

    kind: Kind
    channel: str
    raw: str
    norm: str | None
    scope: Scope
    place: Place = "unknown"
    dom_path: str | None = None
    byte_offset: int | None = None
    ctx_left: str | None = None
    ctx_right: str | None = None

    @property
    def statement(self) -> tuple[str, str, str]:
        """What is said, without where: of the text, or of something else."""
        return self.kind, self.norm or self.raw, "text" if self.scope in OF_THE_TEXT else self.scope

    @property
    def reserves(self) -> bool:
        """It is a signal that reserves use by machines, or means to (`malformed_intent`)."""
        return self.kind == "optout_signal" and bool(self.reservations)

    @property
    def reservations(self) -> frozenset[str]:
        """Entries of the norm that reserve use, addresses left off: of all norms there are, a few hundred kinds."""
        if self.kind != "optout_signal" or not self.norm:
            return frozenset()
        if self.norm.startswith("tdm-policy="):
            return frozenset(("tdm-policy",))
        return frozenset(_kind_of(entry) for entry in self.norm.split(",") if _entry_reserves(entry))


def _kind_of(entry: str) -> str:
    """Entry with `*` for an agent that no list has, of which a page may name any number."""
    agent, colon, directive = entry.partition(":")
    return f"*:{directive}" if colon and "=" not in agent and not is_ai_agent(agent) else entry


def _entry_reserves(entry: str) -> bool:
    if entry.startswith("rsl="):
        return rsl_reserves(entry)
    return not entry.startswith(_PERMITS) and not entry.endswith(("=y", "=yes"))


def evidence_row(
    doc_id: str,
    *,
    kind: Kind,
    channel: str,
    raw: str,
    norm: str | None = None,
    scope: Scope = "unknown",
    place: Place = "unknown",
    dom_path: str | None = None,
    byte_offset: int | None = None,
    ctx_left: str | None = None,
    ctx_right: str | None = None,
    detector: str = DETECTOR,
    detector_version: int = DETECTOR_VERSION,
    source_ref: str | None = None,
    as_of: str | None = None,
) -> dict[str, Any]:
    """Return a row of EVIDENCE, personal data in it redacted and what is longer than its column allows cut.

    `source_ref` names what said it where that is not the record of the document: a `[source]` table, a robots.txt.
    """
    return {
        "doc_id": doc_id,
        "kind": kind,
        "channel": channel,
        "raw": _head(_redacted(raw), MAX_RAW),
        "norm": norm if norm is None or is_id(norm) else _head(_redacted(norm), MAX_RAW),
        "subject_scope": scope,
        "place": place,
        "dom_path": dom_path if dom_path is None else _tail(_redacted_path(dom_path), MAX_PATH),
        "byte_offset": byte_offset,
        "ctx_left": None if ctx_left is None else _tail(_redacted(ctx_left), MAX_CONTEXT),
        "ctx_right": None if ctx_right is None else _head(_redacted(ctx_right), MAX_CONTEXT),
        "detector": detector,
        "detector_version": detector_version,
        "source_ref": source_ref,
        "as_of": as_of,
        "confidence": None,
    }


def mark_row(doc_id: str, mark: Mark, as_of: str | None) -> dict[str, Any]:
    """Return the row of EVIDENCE for a mark that was found in the record of a document, captured at `as_of`."""
    return evidence_row(
        doc_id,
        kind=mark.kind,
        channel=mark.channel,
        raw=mark.raw,
        norm=mark.norm,
        scope=mark.scope,
        place=mark.place,
        dom_path=mark.dom_path,
        byte_offset=mark.byte_offset,
        ctx_left=mark.ctx_left,
        ctx_right=mark.ctx_right,
        as_of=as_of,
    )


def _redacted_path(path: str) -> str:
    """Names of elements hold nothing of a person; keys of JSON, behind the `#`, may."""
    element, mark, pointer = path.partition("#")
    return f"{element}{mark}{_redacted(pointer)}" if mark else path


def _redacted(text: str) -> str:
    from yurai_filters.pii import redact_all  # noqa: PLC0415 - rows are written outside of the extraction child

    return redact_all(text[: 4 * MAX_RAW])


def _head(text: str, limit: int) -> str:
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _tail(text: str, limit: int) -> str:
    data = text.encode("utf-8", "replace")
    return data[max(len(data) - limit, 0) :].decode("utf-8", "ignore")
