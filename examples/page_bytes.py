"""Bytes of one record of the sample crawl, from its entry in `pages.toml`.

A page's text lies in `pages/` in UTF-8, most of them as the inside of an `<article>`; the `site` that an entry names is
the template around it. Everything that crawlers meet between text and archive happens here: charset, content encoding,
chunks, headers, digests.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
import uuid
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import brotli

Entry = dict[str, Any]
"""One `[[page]]` of `pages.toml`; its keys are described at the top of that file."""

PAGES: Final = Path(__file__).parent / "pages"
_FIRST_CAPTURE: Final = datetime(2024, 11, 3, 9, 0, 0, tzinfo=UTC)
_CHUNK: Final = 1000
_BOMB_BLOCK: Final = bytes(1 << 20)
_BOMB_BLOCKS: Final = 160
_DEEP: Final = 600
_MANY: Final = 300
_RECORD_TYPES: Final = {
    "request": "application/http; msgtype=request",
    "revisit": "application/http; msgtype=response",
    "response": "application/http; msgtype=response",
    "metadata": "application/warc-fields",
    "warcinfo": "application/warc-fields",
}


def page_body(entry: Entry) -> bytes:
    """Body of a page before content encoding."""
    if entry.get("generate") == "zeros":
        return b""
    if "file" not in entry:
        return str(entry.get("body", "")).encode(entry.get("charset", "utf-8"))
    source = PAGES / str(entry["file"])
    if source.suffix in {".png", ".pdf"}:
        return source.read_bytes()
    text = _wrapped(source.read_text(encoding="utf-8"), entry)
    if entry.get("entities"):
        return text.encode("ascii", "xmlcharrefreplace")
    charset: str = entry.get("charset", "utf-8")
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le") if charset == "utf-16" else text.encode(charset)


def _wrapped(text: str, entry: Entry) -> str:
    """The page inside its site's template, with the planted markup."""
    if "site" in entry:
        template = (PAGES / "sites" / f"{entry['site']}.html").read_text(encoding="utf-8")
        label = entry.get("meta", entry.get("charset", "utf-8"))
        parts = {"title": entry["title"], "charset": label, "lang": entry.get("lang", ""), "main": text.rstrip()}
        parts |= {"dir": entry.get("dir", "ltr"), "head": entry.get("head", ""), "foot": entry.get("foot", "")}
        for name, value in parts.items():
            template = template.replace("{{" + name + "}}", value)
        text = template
    if entry.get("markup") == "deep":
        text = text.replace("</body>", "<div>" * _DEEP + '<a href="/">.</a>' + "</div>" * _DEEP + "</body>")
    if entry.get("markup") == "attributes":
        names = " ".join(f'data-sign-{number}="{number}"' for number in range(_MANY))
        text = text.replace("<body", f"<body {names}", 1)
    return text


def _encoded(body: bytes, entry: Entry) -> tuple[bytes, list[str]]:
    """Body after content encoding, and the header that says so."""
    if entry.get("generate") == "zeros":
        return _bomb(), ["Content-Encoding: gzip"]
    match entry.get("encoding"):
        case None:
            return body, []
        case "gzip":
            return gzip(body), ["Content-Encoding: gzip"]
        case "deflate":
            return zlib.compress(body, 9), ["Content-Encoding: deflate"]
        case "br":
            return brotli.compress(body), ["Content-Encoding: br"]
        case "gzip-claimed":
            return body, ["Content-Encoding: gzip"]
        case other:
            raise ValueError(f"pages.toml: unknown encoding {other!r} at {entry['url']}")


def gzip(data: bytes) -> bytes:
    """One gzip member without name and time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _bomb() -> bytes:
    """160 MiB of zeros as one gzip member of about 160 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(_BOMB_BLOCK) for _ in range(_BOMB_BLOCKS)) + packer.flush()


def _chunked(body: bytes) -> bytes:
    pieces = [body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def http_response(entry: Entry) -> tuple[bytes, bytes]:
    """The stored HTTP response, and its body as digests see it (de-chunked, still content-encoded)."""
    body, headers = _encoded(page_body(entry), entry)
    kind = entry.get("content_type", f"text/html; charset={entry.get('charset', 'utf-8')}")
    lines = [f"HTTP/1.1 {entry.get('status', '200 OK')}", "Server: harbour/1.0"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += headers + list(entry.get("headers", []))
    if entry.get("transfer") == "chunked":
        lines.append("Transfer-Encoding: chunked")
    else:
        lines.append(f"Content-Length: {len(body)}")
    sent = _chunked(body) if entry.get("transfer") == "chunked" else body
    return _head(lines) + sent, body


def _head(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _digest(payload: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


def _block(entry: Entry) -> tuple[bytes, list[str]]:
    """Content of a WARC record and the record headers that depend on it."""
    kind = entry.get("kind", "response")
    if kind == "response" and not entry["url"].startswith("dns:"):
        block, payload = http_response(entry)
        digest = _digest(payload + b"not what was stored" if entry.get("digest") == "wrong" else payload)
        return block, [f"Content-Type: {_RECORD_TYPES[kind]}", f"WARC-Payload-Digest: {digest}"]
    body = page_body(entry)
    if kind in {"request", "revisit"}:
        body = body.replace(b"\n", b"\r\n")
    return body, [f"Content-Type: {_RECORD_TYPES.get(kind) or entry.get('content_type', 'text/plain')}"]


def warc_record(entry: Entry, number: int) -> bytes:
    """A WARC/1.0 record; `number` is its place in the container and moves its date and id."""
    block, headers = _block(entry)
    captured = _FIRST_CAPTURE + timedelta(seconds=37 * number)
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{entry['container']} {number} {entry.get('url', '')}")
    lines = ["WARC/1.0", f"WARC-Type: {entry.get('kind', 'response')}", f"WARC-Record-ID: <urn:uuid:{name}>"]
    lines += [f"WARC-Date: {captured:%Y-%m-%dT%H:%M:%SZ}"]
    lines += [f"WARC-Target-URI: {entry['url']}"] if "url" in entry else []
    lines += list(entry.get("warc_headers", [])) + headers
    length = len(block) + (5000 if entry.get("damage") == "long" else 0)
    return _head([*lines, f"Content-Length: {length}"]) + block + b"\r\n\r\n"


def arc_record(entry: Entry, number: int) -> bytes:
    """An ARC version 1 record; the first of a file is its `filedesc`."""
    captured = f"{datetime(1999, 1, 5, tzinfo=UTC) + timedelta(minutes=number):%Y%m%d%H%M%S}"
    if entry.get("kind") == "warcinfo":
        body, address, mime = page_body(entry), "0.0.0.0", "text/plain"  # noqa: S104 -- what ARC files say, no address
    else:
        body, address, mime = http_response(entry)[0], "192.0.2.80", "text/html"
    return f"{entry['url']} {address} {captured} {mime} {len(body)}\n".encode() + body + b"\n"
