"""Build one `Record` out of a slot, its bytes, and the place and state of the unit that holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yurai.sources.warc.dates import capture_date
from yurai.sources.warc.inflation import DAMAGED, LIMIT, WHOLE
from yurai.sources.warc.kinds import damaged_kind
from yurai.sources.warc.payload import Payload, content_type, read_payload, too_large
from yurai.sources.warc.record import CANDIDATES, MIB, Limits, Record

if TYPE_CHECKING:
    from yurai.sources.warc.readable import Readable
    from yurai.sources.warc.split import Slot


WARCINFO = "warcinfo"
WARCINFO_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class UnitRange:
    """Range of file bytes that a record is found in, how that unit ended, and whether it holds other records."""

    offset: int
    length: int
    state: str = WHOLE
    shared: bool = False


def build(data: Readable, slot: Slot, unit_range: UnitRange, limits: Limits, flags: tuple[str, ...] = ()) -> Record:
    """Make the record in `slot` of `data`; only sound candidates have their block read, and 64 KiB of a warcinfo."""
    head = slot.head
    if kind := damaged_kind(head):
        payload = Payload(content_type(head), None, error="bad-record-type")
        return replace(_record(slot, unit_range, payload, flags), kind=kind)
    if head.kind in CANDIDATES:
        payload = _payload(data, slot, limits)
    else:
        said = data[slot.block : min(slot.end, slot.block + WARCINFO_BYTES)] if head.kind == WARCINFO else b""
        payload = Payload(content_type(head), None, body=said)
    return _record(slot, unit_range, payload, flags)


def unread(slot: Slot, unit_range: UnitRange) -> Record:
    """Make the record in `slot` at which reading was given up; what shares its unit behind it stays unread."""
    payload = Payload(content_type(slot.head), None, error="read-limit")
    return _record(slot, unit_range, payload, ("unread-inner-bytes",) if unit_range.shared else ())


def _record(slot: Slot, unit_range: UnitRange, payload: Payload, flags: tuple[str, ...]) -> Record:
    head = slot.head
    date, date_flags = capture_date(head.fields.get("warc-date"))
    flags = flags + head.flags + slot.flags + payload.flags + date_flags
    flags += () if unit_range.state in {WHOLE, LIMIT} else (f"{unit_range.state}-unit",)
    flags += ("shared-unit",) if unit_range.shared else ()
    return Record(
        kind=head.kind,
        offset=unit_range.offset,
        length=unit_range.length,
        inner_offset=slot.start if unit_range.shared else None,
        inner_length=slot.end - slot.start if unit_range.shared else None,
        record_id=head.fields.get("warc-record-id"),
        url=_url(head.fields.get("warc-target-uri")),
        capture_date=date,
        mime=payload.mime,
        http_charset=payload.charset,
        http_status=payload.status,
        http_headers=payload.headers,
        body=payload.body,
        payload_sha256=payload.sha256,
        payload_digest=payload.declared,
        digest_form=payload.form,
        digest_ok=payload.digest_ok,
        truncated=head.fields.get("warc-truncated"),
        flags=tuple(sorted(set(flags))),
        error=_error(slot, unit_range, payload),
    )


def _payload(data: Readable, slot: Slot, limits: Limits) -> Payload:
    if slot.end - slot.block > limits.max_body_bytes:
        return too_large(data[slot.block : min(slot.block + MIB, slot.end)], slot.head)
    return read_payload(data[slot.block : slot.end], slot.head, limits, complete=slot.complete)


def _error(slot: Slot, unit_range: UnitRange, payload: Payload) -> str | None:
    """A cut or wrong length; then damage; then what the payload says.

    The lone record of a damaged unit fails, because its header (URL, date) may be what is wrong. Of many records in one
    unit a single bad byte cannot fail all: those whose digest is good are kept, and flagged.
    """
    if payload.error == "read-limit":
        return payload.error
    if not slot.complete:
        return "inflate-limit" if unit_range.state == LIMIT else "body-incomplete"
    proved = unit_range.shared and payload.digest_ok is True
    if unit_range.state == DAMAGED and slot.head.kind in CANDIDATES and not proved:
        return "body-incomplete"
    return payload.error


def _url(value: str | None) -> str | None:
    url = (value or "").strip()
    if url.startswith("<") and url.endswith(">"):
        url = url[1:-1].strip()
    return url or None
