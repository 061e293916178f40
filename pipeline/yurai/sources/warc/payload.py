"""Get from a candidate's block to its payload: HTTP head, transfer coding, digests, content coding, media type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from yurai.sources.warc.chunks import dechunk
from yurai.sources.warc.content import Decoded, decode
from yurai.sources.warc.digest import check
from yurai.sources.warc.heads import header_end
from yurai.sources.warc.parse import Head, Headers, parse_http

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


@dataclass(frozen=True, slots=True)
class _Message:
    status: int | None
    headers: Headers
    stored: bytes
    flags: tuple[str, ...]


def read_payload(block: bytes, head: Head, limits: Limits, *, complete: bool) -> Payload:
    """Read a candidate's block; an incomplete one gives what it has, without digests."""
    message = _message(block, head)
    mime, charset, flags = _content_type(message.headers or _own_type(head))
    body, flags = message.stored, message.flags + flags
    if any("chunked" in value.lower() for value in _values(message.headers, "transfer-encoding")):
        body, odd = dechunk(message.stored)
        flags += (odd,) if odd else ()
    elif _is_short(message):
        flags += ("short-http-body",)
    declared, ok, form = _digests(block, message.stored, body, head) if complete else (_declared(head), None, None)
    codings = [
        part.strip().lower() for value in _values(message.headers, "content-encoding") for part in value.split(",")
    ]
    decoded = decode(body, codings, limits) if codings else Decoded(body)
    return Payload(
        mime=mime,
        charset=charset,
        status=message.status,
        headers=message.headers,
        body=decoded.body,
        sha256=sha256(body).hexdigest() if complete else None,
        declared=declared,
        form=form,
        digest_ok=ok,
        flags=flags + decoded.flags + (("digest-mismatch",) if ok is False else ()),
        error=decoded.error,
    )


def too_large(start: bytes, head: Head) -> Payload:
    """What can be told of a block that is beyond the limit from its first bytes: everything but the body."""
    message = _message(start, head)
    mime, charset, flags = _content_type(message.headers or _own_type(head))
    flags += message.flags
    declared = _declared(head)
    return Payload(
        mime, charset, message.status, message.headers, declared=declared, flags=flags, error="body-too-large"
    )


def content_type(head: Head) -> str | None:
    """The media type that the record itself declares."""
    return _content_type(_own_type(head))[0]


def _message(block: bytes, head: Head) -> _Message:
    if head.kind != "response":
        return _Message(None, (), block, ())
    if block[:5].upper() != b"HTTP/":
        scheme = head.fields.get("warc-target-uri", "http").strip("< ")[:4].lower()
        return _Message(None, (), block, ("no-status",) if scheme == "http" else ())
    end = header_end(block, 0, len(block)) or len(block)
    status, headers = parse_http(block[:end])
    return _Message(status, headers, block[end:], () if status is not None else ("no-status",))


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


def _is_short(message: _Message) -> bool:
    length = next(iter(_values(message.headers, "content-length")), "").strip()
    return length.isascii() and length.isdigit() and len(length) < 20 and int(length) > len(message.stored)  # noqa: PLR2004 - 64 bits


def _declared(head: Head) -> str | None:
    payload = head.fields.get("warc-payload-digest")
    return payload if payload or head.kind == "response" else head.fields.get("warc-block-digest")


def _digests(block: bytes, stored: bytes, body: bytes, head: Head) -> tuple[str | None, bool | None, str | None]:
    declared = _declared(head)
    if head.kind != "response":
        forms = [("block", lambda: block)]
    else:
        transferred = [("chunked", lambda: stored)] if stored is not body and stored != body else []
        forms = [*transferred, ("dechunked", lambda: body), ("block", lambda: block)]
    return declared, *check(declared, forms)
