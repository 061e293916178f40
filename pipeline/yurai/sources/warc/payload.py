"""Get from a candidate's block to its payload: HTTP head, transfer coding, digests, content coding, media type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from yurai.sources.warc.content import Decoded, decode
from yurai.sources.warc.digest import check
from yurai.sources.warc.messages import Message, read_message
from yurai.sources.warc.parse import Head, Headers
from yurai.sources.warc.transfer import Transferred, transfer_codings, undo_transfer

if TYPE_CHECKING:
    from yurai.sources.warc.record import Limits

_MIME = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:[;,]|$)")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s;,\"']+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Payload:
    """The fields of a Record that come out of its block."""

    mime: str | None
    charset: str | None
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    sha256: str | None = None
    declared: str | None = None
    form: str | None = None
    digest_ok: bool | None = None
    flags: tuple[str, ...] = ()
    error: str | None = None


def read_payload(block: bytes, head: Head, limits: Limits, *, complete: bool) -> Payload:
    """Read a candidate's block; an incomplete one gives what it has, without digests."""
    message, flags = _message(block, head)
    mime, charset, odd = _content_type(message.headers or _own_type(head))
    moved = undo_transfer(message.stored, transfer_codings(_values(message.headers, "transfer-encoding")), limits)
    flags += odd + moved.flags + (("short-http-body",) if _is_short(message) else ())
    declared, ok, form = _digests(block, message, moved, head) if complete else (_declared(head), None, None)
    codings = [
        part.strip().lower() for value in _values(message.headers, "content-encoding") for part in value.split(",")
    ]
    decoded = decode(moved.body, codings, limits) if codings and not moved.error else Decoded(moved.body)
    return Payload(
        mime=mime,
        charset=charset,
        status=message.status,
        headers=message.headers,
        body=b"" if moved.error else decoded.body,
        sha256=sha256(moved.body).hexdigest() if complete else None,
        declared=declared,
        form=form,
        digest_ok=ok,
        flags=flags + decoded.flags + (("digest-mismatch",) if ok is False else ()),
        error=moved.error or decoded.error,
    )


def too_large(start: bytes, head: Head) -> Payload:
    """What can be told of a block that is beyond the limit from its first bytes: everything but the body."""
    message, flags = _message(start, head)
    mime, charset, odd = _content_type(message.headers or _own_type(head))
    declared = _declared(head)
    return Payload(
        mime, charset, message.status, message.headers, declared=declared, flags=flags + odd, error="body-too-large"
    )


def content_type(head: Head) -> str | None:
    """The media type that the record itself declares."""
    return _content_type(_own_type(head))[0]


def _message(block: bytes, head: Head) -> tuple[Message, tuple[str, ...]]:
    """HTTP message of a response, the block of another record; flagged if a page has no status."""
    if head.kind != "response":
        return Message(None, (), block, block), ()
    message = read_message(block)
    scheme = head.fields.get("warc-target-uri", "http").strip("< ")[:4].lower()
    told = message.status is not None or not (message.headers or scheme == "http")
    return message, () if told else ("no-status",)


def _own_type(head: Head) -> Headers:
    """The record's Content-Type, unless it only says that an HTTP message follows."""
    value = head.fields.get("content-type", "")
    return (
        () if head.kind == "response" and value.lower().startswith("application/http") else (("content-type", value),)
    )


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _content_type(headers: Headers) -> tuple[str | None, str | None, tuple[str, ...]]:
    value = next((value for value in _values(headers, "content-type") if value.strip()), None)
    if value is None:
        return None, None, ()
    mime, charset = _MIME.match(value), _CHARSET.search(value)
    flags = () if mime else ("bad-content-type",)
    return mime[1].lower() if mime else None, charset[1] if charset else None, flags


def _is_short(message: Message) -> bool:
    if transfer_codings(_values(message.headers, "transfer-encoding")):
        return False  # the length does not count then (RFC 9112, 6.3)
    length = next(iter(_values(message.headers, "content-length")), "").strip()
    return length.isascii() and length.isdigit() and len(length) < 20 and int(length) > len(message.stored)  # noqa: PLR2004 - 64 bits


def _declared(head: Head) -> str | None:
    payload = head.fields.get("warc-payload-digest")
    return payload if payload or head.kind == "response" else head.fields.get("warc-block-digest")


def _digests(
    block: bytes, message: Message, moved: Transferred, head: Head
) -> tuple[str | None, bool | None, str | None]:
    if head.kind != "response":
        forms = [("block", lambda: block)]
    else:
        forms = [("dechunked", lambda: moved.dechunked), ("block", lambda: block)]
        if moved.dechunked is not message.stored and moved.dechunked != message.stored:
            forms.insert(0, ("chunked", lambda: message.stored))
        if moved.body is not moved.dechunked:
            forms.append(("dechunked", lambda: moved.body))
        if message.outer is not message.stored:
            forms.append(("block", lambda: message.outer))
    declared = _declared(head)
    return declared, *check(declared, forms)
