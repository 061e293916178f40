"""Define a mark, one thing said about rights, and choose which marks of a page become rows of `evidence/`."""

from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["licence_claim", "optout_signal", "notice"]
Scope = Literal["page", "main_text", "embedded", "site", "dataset", "unknown"]
Place = Literal["http", "head", "header", "main", "footer", "comments", "aside", "body", "unknown"]

DETECTOR: Final = "yurai-evidence"
DETECTOR_VERSION: Final = 1
MAX_ROWS: Final = 3
"""Rows of one page: a budget of the manifests; `evidence-capped` among the flags says that there was more."""
MAX_RAW: Final = 1024
MAX_CONTEXT: Final = 240
MAX_PATH: Final = 240
OF_THE_TEXT: Final = ("page", "main_text")
_SCOPES: Final[tuple[Scope, ...]] = ("page", "main_text", "site", "dataset", "embedded", "unknown")
# Signals that speak of use by machines; others (noindex, noarchive) speak of search alone.
_USAGE: Final = ("train-ai=n", "train-genai=n", "ai=n", "genai=n", "tdm=n", "bots=n")
_RESERVING: Final = ("tdm-reservation=1", "tdm-policy=", "rsl=", *_USAGE)


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
        """It is a signal that speaks of use by machines, and not of search alone."""
        norm = self.norm or ""
        return self.kind == "optout_signal" and ("noai" in norm or "noimageai" in norm or _says(norm))


def _says(norm: str) -> bool:
    return any(entry.startswith(_RESERVING) for entry in norm.split(","))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Marks of one page that become rows, most telling first, and whether some did not."""

    marks: tuple[Mark, ...]
    capped: bool


def choose(marks: tuple[Mark, ...]) -> Chosen:
    """Pick the rows of a page: at most three.

    The same statement on the same channel is one mark. First comes a reservation, then the first two licences claimed
    for the text (a second one is a conflict), then further reservations and licences, other scopes, other signals,
    notices; statements made again on another channel come last.
    """
    unique: dict[tuple[str, ...], Mark] = {}
    for mark in marks:
        unique.setdefault((mark.channel, *mark.statement), mark)
    seen: set[tuple[str, str, str]] = set()
    counts: dict[int, int] = {}
    ranked = []
    for index, mark in enumerate(unique.values()):
        again = mark.statement in seen
        seen.add(mark.statement)
        group = _group(mark)
        nth = 0 if again else counts.get(group, 0)
        counts[group] = nth + 1 if not again else counts.get(group, 0)
        ranked.append((_rank(group, nth, again=again), index, mark))
    ranked.sort(key=lambda entry: entry[:2])
    return Chosen(tuple(mark for _, _, mark in ranked[:MAX_ROWS]), len(ranked) > MAX_ROWS)


def _group(mark: Mark) -> int:
    if mark.reserves:
        return 0
    if mark.kind == "licence_claim":
        return 1 if mark.scope in OF_THE_TEXT else 2
    return 3 if mark.kind == "optout_signal" else 4


def _rank(group: int, nth: int, *, again: bool) -> int:
    """Place in the order: the first reservation 0, the first two licences of the text 1 and 2, ..."""
    if again:
        return 20_000 + group
    if group == 0:
        return 0 if nth == 0 else 2 * nth + 1
    return (nth + 1 if nth <= 1 else 2 * nth) if group == 1 else 10_000 + group


def declared(marks: tuple[Mark, ...]) -> tuple[str | None, str | None]:
    """Licence that a page declares and the widest scope of any licence on it.

    The licence is null unless exactly one is claimed for the page or its main text: two are a conflict, and what covers
    a picture, a site or a data set says nothing of the text.
    """
    claims = [mark for mark in marks if mark.kind == "licence_claim"]
    named = {mark.norm for mark in claims if mark.scope in OF_THE_TEXT}
    scopes = {mark.scope for mark in claims}
    widest = next((scope for scope in _SCOPES if scope in scopes), None)
    return (named.pop() if len(named) == 1 else None), widest


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
    row = {
        "doc_id": doc_id,
        "kind": kind,
        "channel": channel,
        "raw": _head(_redacted(raw), MAX_RAW),
        "norm": norm,
        "subject_scope": scope,
        "place": place,
        "dom_path": dom_path if dom_path is None else _tail(dom_path, MAX_PATH),
        "byte_offset": byte_offset,
        "ctx_left": None if ctx_left is None else _tail(_redacted(ctx_left), MAX_CONTEXT),
        "ctx_right": None if ctx_right is None else _head(_redacted(ctx_right), MAX_CONTEXT),
        "detector": detector,
        "detector_version": detector_version,
        "source_ref": source_ref,
        "as_of": as_of,
        "confidence": None,
    }
    from yurai_manifests.schema import EVIDENCE  # noqa: PLC0415 - Arrow, of which the extraction child has no use

    assert row.keys() == set(EVIDENCE.names)
    return row


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


def _redacted(text: str) -> str:
    from yurai_filters.pii import redact_all  # noqa: PLC0415 - rows are written outside of the extraction child

    return redact_all(text[: 4 * MAX_RAW])


def _head(text: str, limit: int) -> str:
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _tail(text: str, limit: int) -> str:
    data = text.encode("utf-8", "replace")
    return data[max(len(data) - limit, 0) :].decode("utf-8", "ignore")
