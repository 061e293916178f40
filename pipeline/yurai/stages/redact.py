"""redact: personal data out of text and title, before anything is written that people read."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from yurai.declare.batches import with_columns
from yurai.declare.stage import Kind, Stage, declare
from yurai.declare.versions import PYTHON
from yurai.engine.use import Settings
from yurai.stages.map_tasks import measure_alone
from yurai_filters.pii import ALL, REPORTED, Span, find, replace
from yurai_filters.pii import Kind as PiiKind
from yurai_manifests.schema import COUNTS

Way: TypeAlias = Literal["redact", "report", "off"]
Row: TypeAlias = dict[str, Any]
Entry: TypeAlias = dict[str, str | int]
_READS = ("text", "title", "other_text", "text_sha256", "text_bytes", "pii", "removed_spans")
_RULE = "redact:"


@dataclass(frozen=True, kw_only=True)
class Redact(Settings):
    """Put placeholders such as `<|EMAIL|>` in the place of personal data, in `text` and `title`.

    Writes `text` (with `text_sha256`, `text_bytes`), `title`, `pii` (how many were found, by kind) and `removed_spans`
    (`redact:email` ...: how many were replaced). What was found is counted, never stored. Text that went through before
    holds nothing more, so a second pass changes nothing, counts included. `url` and `http_headers` say where a page
    came from and stay. A second text, which `retry_with` of extract stores, is redacted too, uncounted. Runs after
    language and before measure, whose numbers are of the redacted text.
    Source: recall and precision by kind are measured by bench/pii.py; choices in docs/decisions/0011-pii.md and 0036.

    Args:
        email: addresses of mail; redact, report (count and leave) or off.
        ip: addresses of the public internet, IPv4 and IPv6; redact, report or off.
        phone: phone numbers, those of Japan and North America where words say so; redact, report or off.
        card: payment card numbers with a right check digit; redact, report or off.
        iban: international bank account numbers with right check digits; redact, report or off.
        wide: for email, also addresses that programs are not to read (`[at]`, `アットマーク`, `★`); for phone, also
            numbers in the groups of Japan and North America with no word beside them.
        others: every kind below that is not set itself; redact, report or off.
        postal: postal codes of Japan behind 〒 or a word, or before an address; as `others` unless set.
        address: addresses in Japan down to the number of the house; as `others` unless set.
        mynumber: Japan's individual numbers, with a label and a right check digit; as `others` unless set.
        bank: numbers of bank accounts in Japan, with a label; as `others` unless set.
        licence: numbers of driving licences of Japan, with a label; as `others` unless set.
        passport: numbers of passports, with a label; as `others` unless set.
        residence: numbers of residence cards of Japan, with a label; as `others` unless set.
        pension: basic pension numbers of Japan, with a label; as `others` unless set.
        insurance: numbers of health insurance in Japan, with a label; as `others` unless set.
        ssn: social security numbers of the United States, with a label; as `others` unless set.
        national_id: numbers that 21 other countries give to people, with a label and mostly a check digit; as `others`
            unless set.
        name: names of people where a word says that one follows; counted, never replaced; off unless set.
        special_care: words by which Japan's law has a text treated with special care (health, crimes, creed, origin of
            a person); counted, never replaced; off if `others` is off, else report, unless set.
    """

    email: Way = "redact"
    ip: Way = "redact"
    phone: Way = "redact"
    card: Way = "redact"
    iban: Way = "redact"
    wide: bool = False
    others: Way = "off"
    postal: Way | None = None
    address: Way | None = None
    mynumber: Way | None = None
    bank: Way | None = None
    licence: Way | None = None
    passport: Way | None = None
    residence: Way | None = None
    pension: Way | None = None
    insurance: Way | None = None
    ssn: Way | None = None
    national_id: Way | None = None
    name: Literal["report", "off"] = "off"
    special_care: Literal["report", "off"] | None = None

    def way(self, kind: PiiKind) -> Way:
        """Return what is done with what is found of `kind`."""
        said: Way | None = getattr(self, kind.replace("-", "_"))
        if said is not None:
            return said
        return "report" if kind in REPORTED and self.others != "off" else self.others


def _counts(batch: pa.RecordBatch) -> Counter[str]:
    """Sum column `pii`, by kind."""
    counts = Counter[str]()
    for row in batch.column("pii").to_pylist():
        for entry in row or ():
            counts[entry["name"]] += entry["count"]
    return counts


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked for, and what of it is replaced."""

    wanted: tuple[PiiKind, ...]
    replaced: frozenset[PiiKind]
    wide: bool

    def find(self, text: str) -> list[Span]:
        return find(text, self.wanted, wide=self.wide)


def replace_personal_data(batch: pa.RecordBatch, settings: Redact) -> pa.RecordBatch:
    """Return `batch` with placeholders in `text` and `title`, and the columns that say how many."""
    wanted = tuple(kind for kind in ALL if settings.way(kind) != "off")
    replaced = frozenset(kind for kind in wanted if settings.way(kind) == "redact")
    look = _Look(wanted, replaced, settings.wide)
    columns = [batch.column(name).to_pylist() for name in _READS]
    rows = [_row(dict(zip(_READS, row, strict=True)), look) for row in zip(*columns, strict=True)]
    written = {
        name: pa.array([row[name] for row in rows], batch.schema.field(name).type) for name in _READS if name != "pii"
    }
    return with_columns(batch, written | {"pii": pa.array([row["pii"] for row in rows], COUNTS)})


def _row(row: Row, look: _Look) -> Row:
    counts, replaced = Counter[str](), look.replaced
    if row["other_text"]:
        found = (span for span in look.find(row["other_text"]) if span.kind in replaced)
        row["other_text"] = replace(row["other_text"], found)
    for name in ("text", "title"):
        if not row[name] or not (spans := look.find(row[name])):
            continue
        counts.update(span.kind for span in spans)
        row[name] = replace(row[name], (span for span in spans if span.kind in replaced))
    before = row["removed_spans"] or []
    gone = Counter({entry["name"].removeprefix(_RULE): entry["count"] for entry in before if _is_ours(entry)})
    if new := {kind: count for kind, count in counts.items() if kind in replaced}:
        gone.update(new)
        data = row["text"].encode("utf-8")
        row |= {"text_sha256": hashlib.sha256(data).hexdigest(), "text_bytes": len(data)}
        others = [entry for entry in before if not _is_ours(entry)]
        row["removed_spans"] = [*others, *_named(gone, _RULE)]
    # What an earlier pass replaced is in the text no more: it is remembered in removed_spans, and counts for ever.
    row["pii"] = _named(gone + Counter({kind: count for kind, count in counts.items() if kind not in replaced}), "")
    return row


def _is_ours(entry: Entry) -> bool:
    return str(entry["name"]).startswith(_RULE)


def _named(counts: Counter[str], prefix: str) -> list[Entry]:
    return [{"name": prefix + kind, "count": counts[kind]} for kind in ALL if counts[kind]]


STAGE = declare(
    Stage(
        "redact",
        version=4,
        kind=Kind.MEASURE,
        settings=Redact,
        driver=measure_alone,
        measure=replace_personal_data,
        notes=_counts,
        after={"language": "language is told from the text as its author wrote it; put redact after it"},
        command=("redact",),
        packages=("google-re2", "phonenumbers", "tld", PYTHON),
    )
)
