"""Records that are made to be misread, each among good ones, and the check that reading loses and changes no other.

A table of small functions and products of them: bench/attacks.py tries all, tests a seeded share.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import brotli
import zstandard

from warc_samples import arc_records, gz, lz4_frame, read_bytes, response, sha1, zst
from yurai.sources.warc import Record

Maker = Callable[[], bytes]

MIB: Final = 1 << 20
TEXT: Final = b"<html><body><p>" + b"Nobody knows who moored the boat at the old pier. " * 12 + b"</p></body></html>"
ESCAPES: Final = b"\x1b[2J\x1b]0;x\x07\xe2\x80\xae"
GOOD: Final = [response(number, b"<p>Good page %d, " % number + b"as it was. " * 20 + b"</p>") for number in range(6)]
GOOD_URLS: Final = {f"{scheme}://example.jp/{number}" for scheme in ("http", "https") for number in range(9)}
"""Those of `GOOD`, and of the ARC records beside hostile ones."""


def raw(block: bytes, *lines: bytes, version: bytes = b"WARC/1.0", eol: bytes = b"\r\n", **fields: bytes) -> bytes:
    """One record; `fields` take the place of those of a sound head (`WARC_Date=`), `lines` stand behind them."""
    head = {
        "WARC-Type": b"response",
        "WARC-Record-ID": b"<urn:uuid:hostile>",
        "WARC-Date": b"2024-05-06T07:08:09Z",
        "WARC-Target-URI": b"http://hostile.example/",
        "Content-Type": b"application/http; msgtype=response",
        "Content-Length": b"%d" % len(block),
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    said = [version, *(name.encode() + b": " + value for name, value in head.items()), *lines]
    return eol.join(said) + eol * 2 + block + b"\r\n\r\n"


def message(
    body: bytes = TEXT,
    *lines: bytes,
    status: bytes = b"HTTP/1.1 200 OK",
    eol: bytes = b"\r\n",
    mime: bytes = b"text/html",
) -> bytes:
    return eol.join((status, b"Content-Type: " + mime, *lines, b"", b"")) + body


def zeros(coder: zlib._Compress | brotli.Compressor, size: int) -> bytes:
    """`size` zeros as one stream, made without holding them."""
    feed = coder.process if isinstance(coder, brotli.Compressor) else coder.compress
    end = coder.finish if isinstance(coder, brotli.Compressor) else coder.flush
    return b"".join([*(feed(bytes(MIB)) for _ in range(size // MIB)), end()])


def named(group: str, values: Iterable[bytes], make: Callable[[bytes], bytes]) -> dict[str, Maker]:
    """One entry a value; its name shows where the value begins."""
    return {
        f"{group} {number}: {value[:24].decode('latin-1')!a}": partial(make, value)
        for number, value in enumerate(values)
    }


STATUS_LINES: Final = (
    b"", b"HTTP/1.1", b"HTTP/1.1 ", b"HTTP/1.1 20", b"HTTP/1.1 2000 OK", b"HTTP/1.1 -200 OK", b"HTTP/1.1 +200 OK",
    b"HTTP/1.1 0x200 OK", b"HTTP/1.1 2\xc2\xb2\xc2\xb2 OK", b"HTTP/9.9 200 OK", b"HTTP/1.1 200 " + b"O" * 300_000,
    b"HTTP/1.1\t200\tOK", b"HTTP/1.1 200\0OK", b"HTTP/1.1 \xef\xbc\x92\xef\xbc\x90\xef\xbc\x90 OK", b"http/1.1 200 ok",
    b"HTTP/ 200", b"HTTP 200 OK", b"ICY 200 OK", b"ICY", b"RTSP/1.0 200 OK", b"GET / HTTP/1.1", b" HTTP/1.1 200 OK",
    b"\r\n" * 5_000 + b"HTTP/1.1 200 OK", b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + b"HTTP/1.1 200 OK", b"\0" * 64,
    b"HTTP/1.1 200 Connection established\r\n\r\n" * 3_000 + b"HTTP/1.1 200 OK", b"\xef\xbb\xbfHTTP/1.1 200 OK",
    b"\xff\xfeH\0T\0T\0P\0", b"HTTP/1.1 999 Odd", b"HTTP/1.1 000 None", b"HTTP/1.1 " + b"9" * 5_000 + b" Many",
    b"HTTP/1.1 200 " + ESCAPES, b"HTTP/" + b"1" * 100_000 + b" 200 OK", b"HTTP/1.1 304 Not Modified",
    b"HTTP/1.1 204 No Content", b"HTTP/1.1 206 Partial", b"WARC/1.0 200 OK", b"Status: 200 OK", b"HTTP/1.1 200 OK\r\rX",
)  # fmt: skip
FIELD_LINES: Final = (
    b"", b":", b": x", b"x", b"no colon at all", b"X:", b"X :y", b"X\t:y", b" folded: at once", b"X: y\r\n z" * 5_000,
    b"X: " + b"y" * 900_000, b"y" * 900_000 + b": x", b"X: y\r\n" * 50_000 + b"X: z", b"X\0: \0", b"X: \xff\xfe\xfd",
    b"\xff: x", b"X: " + ESCAPES, b"Content-Length: -1", b"Content-Length: 1e3", b"Content-Length: " + b"9" * 5_000,
    b"Content-Length: 5, 5", b"Content-Length: 5\r\nContent-Length: 6", b"Content-Type:", b"Content-Type: ;;;;",
    b"Content-Type: text/html; charset=" + b"x" * 100_000, b'Content-Type: text/html; charset="\\"', b"\rX: y",
    b"Content-Type: " + b"text/html," * 20_000, b"Content-Type: =?utf-8?B?dGV4dA==?=", b"Content-Type: " + b" " * 99_999,
    b"Content-Type: a/b; charset = ' ; charset=utf-8", b"Content-Type: multipart/x-mixed-replace; boundary=", b"=" * 50,
    b"Location: http://a.example/\r\nLocation: \0", b"Set-Cookie: " + b"a=b; " * 50_000, b"X: \x85\xc2\xa0\xe2\x80\xa8",
    b"Link: " + b"<" * 100_000, b"X-Robots-Tag: " + b"noai," * 50_000, b"TDM-Reservation: \xc2\xb2", b"WARC/1.0",
)  # fmt: skip
LENGTHS: Final = (
    b"", b"0", b"1", b"100", b"-5", b"+5", b"abc", b"1e3", b"1_0", b"0x10", b" 12 ", b"12, 12", b"12\0", b"\xc2\xb2",
    b"\xef\xbc\x95", b"9" * 19, b"9" * 5_000, b"9223372036854775808", b"18446744073709551615", b"700", b"800", b"1000",
    b"0" * 5_000 + b"9", b"5 6", b"7.0", b"nan", b"\xff\xff",
)  # fmt: skip
DATES: Final = (
    b"", b"2024", b"2024-05", b"2024-05-06", b"20240506070809", b"9999-12-31T23:59:59Z", b"0000-00-00T00:00:00Z",
    b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59-23:59", b"-2024-01-01T00:00:00Z", b"2024-02-30T00:00:00Z",
    b"2024-05-06T24:00:00Z", b"2024-05-06T07:08:60Z", b"2024-05-06T07:08:09.123456789Z", b"yesterday", b"2" * 99_999,
    b"2024-05-06T07:08:09." + b"1" * 9_999 + b"Z", b"Mon, 06 May 2024 07:08:09 GMT", b"1714979289", b"2024" + ESCAPES,
    b"\xef\xbc\x92024-05-06T00:00:00Z", b"2024-05-06T07:08:09+99:99", b"2024-05-06 07:08:09", b"\0", b"2024-05-06T07:08",
    b"2024-05-06T07:08:09Z, 2024-05-06T07:08:09Z", b"\xff\xff\xff\xff",
)  # fmt: skip
URIS: Final = (
    b"", b"<>", b"<http://hostile.example/>", b"/relative", b"//hostile.example/", b"http:", b"http://", b"http:///x",
    b"http://hostile.example:999999/", b"http://hostile.example:-1/", b"http://[::1", b"http://[zz]/", b"http://[::1%25x]/",
    b"http://user:secret@hostile.example/", b"http://xn--" + b"a" * 300 + b".example/", b"http://" + b"a." * 5_000 + b"example",
    b"http://hostile.example/" + b"a" * 900_000, b"http://hostile.example/" + b"%" * 10_000, b"z" * 500_000 + b":x",
    b"http://hostile.example/%00%ff%1b", b"http://hostile.example/\0", b"http://hostile.example/" + ESCAPES, b"HTTP://X",
    b"http://hostile.example/\xff\xfe", "http://\u6e2f.example/\u65e5\u672c\u202e".encode(), b"javascript:alert(1)",
    b"data:text/html,<p>x", b"file:///etc/passwd", b"dns:hostile.example", b"http://hostile.example/../../../../etc/passwd",
    b"http://hostile.example/a b", b"http://hostile.example/a\tb", b"http://hostile.example/\r\n folded", b"\x1b[31mx:y",
    b"http://hostile.example/\r\nWARC-Type: request", b"http://hostile.example/<script>alert(1)</script>", b"urn:uuid:1",
    b"http://127.0.0.1/", b"http://0x7f.1/", b"http://hostile.example/?" + b"a=b&" * 50_000, b"\\\\host\\share", b"#",
)  # fmt: skip
TYPES: Final = (
    b"", b"RESPONSE", b"Response ", b"respons", b"responze", b"resp\0onse", b"response response", b"request", b"metadata",
    b"revisit", b"resource", b"conversion", b"continuation", b"warcinfo", b"warcinfo response", b"t" * 100_000, ESCAPES,
    b"r\xc3\xa9ponse", b"\xff\xff", b"<script>alert(1)</script>", b"response;x", b"__proto__", b"screenshot", b"-", b"0",
)  # fmt: skip
DIGESTS: Final = (
    b"", b"sha1", b"sha1:", b":", b"sha1:" + b"A" * 32, b"sha1:" + b"a" * 40, b"sha1:" + b"=" * 32, b"sha1:" + b"1" * 32,
    b"md5:" + b"0" * 32, b"sha256:" + b"f" * 64, b"sha-256:x", b"blake9:abc", b"sha1:" + b"A" * 500_000, b"sha1:\0\0",
    b"sha1:" + ESCAPES, b"\xff:\xff", sha1(TEXT).encode() + b" ", sha1(TEXT).lower().encode(), b"sha1:sha1:sha1",
    b"SHA1:" + sha1(TEXT)[5:].encode(),
)  # fmt: skip
CHUNKS: Final = (
    b"", b"0\r\n\r\n", b"5", b"5\r\n", b"5\r\nab", b"-5\r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n",
    b"zz\r\nhello\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"1_0\r\n" + TEXT[:16] + b"\r\n0\r\n\r\n", b"\xc2\xb2\r\nab\r\n",
    b"F" * 16 + b"\r\nhello\r\n0\r\n\r\n", b"F" * 100_000 + b"\r\nhello", b"0" * 500_000 + b"5\r\nhello\r\n0\r\n\r\n",
    b"5;" + b"e" * 500_000 + b"\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n", b"5 \r\nhello\r\n0\r\n\r\n", b"5\r\nhello0\r\n\r\n",
    b"5\r\nhelloX\r\n0\r\n\r\n", b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    b"0\r\n\r\n" + TEXT, b"5\r\nhello\r\n0\r\n\r\n" + b"5\r\nhello\r\n0\r\n\r\n", TEXT, b"\r\n" * 5_000, b"5\r\n\0\0\0\0\0\r\n0\r\n\r\n",
)  # fmt: skip
CODINGS: Final = (
    b"gzip", b"x-gzip", b"deflate", b"br", b"zstd", b"gzip, gzip", b"gzip,br", b"identity, gzip", b"gzip;q=1", b"GZIP",
    b"foo", b"compress", b"gzip," * 1_000, b",,,", b"\0gzip", b"gzip\r\nContent-Encoding: gzip", b"utf-8", b"aws-chunked",
)  # fmt: skip
BODIES: Final[dict[str, Maker]] = {
    "gzip": lambda: gz(TEXT),
    "gzip, cut": lambda: gz(TEXT)[:-30],
    "gzip, flipped": lambda: gz(TEXT)[:40] + b"\xff" + gz(TEXT)[41:],
    "gzip twice": lambda: gz(gz(TEXT)),
    "gzip and more": lambda: gz(TEXT) + b"\0" * 500,
    "zlib": lambda: zlib.compress(TEXT),
    "br": lambda: brotli.compress(TEXT),
    "zstd": lambda: zstandard.compress(TEXT),
    "text": lambda: TEXT,
    "nothing": bytes,
}
BOMBS: Final[dict[str, tuple[bytes, Maker]]] = {
    "gzip": (b"gzip", lambda: zeros(zlib.compressobj(9, zlib.DEFLATED, 31), 300 * MIB)),
    "deflate": (b"deflate", lambda: zeros(zlib.compressobj(9), 300 * MIB)),
    "raw deflate": (b"deflate", lambda: zeros(zlib.compressobj(9, zlib.DEFLATED, -15), 300 * MIB)),
    "br": (b"br", lambda: zeros(brotli.Compressor(quality=2), 100 * MIB)),
    "gzip in gzip": (b"gzip, gzip", lambda: gz(zeros(zlib.compressobj(9, zlib.DEFLATED, 31), 500 * MIB))),
    "gzip in br": (b"gzip, br", lambda: brotli.compress(zeros(zlib.compressobj(9, zlib.DEFLATED, 31), 300 * MIB))),
    "empty members": (b"gzip", lambda: gz(b"") * 20_000),
    "empty frames": (b"zstd", lambda: zstandard.compress(b"") * 20_000),
}
MIMES: Final = (
    b"text/html", b"text/plain", b"application/octet-stream", b"image/png", b"application/pdf", b"application/xhtml+xml",
    b"unknown/unknown", b"text/" + ESCAPES, b"image/" + b"z" * 300_000,
)  # fmt: skip
FIRST_BYTES: Final = (
    b"%PDF-1.7\n",
    b"\x89PNG\r\n\x1a\n",
    b"\x1f\x8b\x08\0",
    b"PK\x03\x04",
    b"\xff\xfe<\0",
    b"WARC/1.0\r\n",
)
VERSIONS: Final = (
    b"WARC/0.17", b"WARC/0.18", b"WARC/1.1", b"WARC/9.9", b"WARC/1.0 ", b"warc/1.0", b"WARC/", b"WARC/1.0x", b"WARC/-1",
    b"WARC/1.0\0", b"\r\nWARC/1.0", b"\xef\xbb\xbfWARC/1.0", b"WARC/" + b"1" * 50_000, b"WARC 1.0", b"WARC/1.0\r\nWARC/1.0",
)  # fmt: skip


def coded(coding: bytes, body: bytes) -> bytes:
    return raw(message(body, b"Content-Encoding: " + coding))


def products() -> dict[str, Maker]:
    """Records of two tables at once."""
    out: dict[str, Maker] = {}
    for coding in CODINGS:
        for name, body in BODIES.items():
            out[f"coding {coding[:16]!r} of {name}"] = partial(lambda c, b: coded(c, b()), coding, body)
    for mime in MIMES:
        for first in FIRST_BYTES:
            out[f"type {mime[:24]!r} of {first[:5]!r}"] = partial(
                lambda m, f: raw(message(f + TEXT, mime=m)), mime, first
            )
    for eol in (b"\n", b"\r", b"\n\r", b"\r\r\n", b"\0"):
        for status in STATUS_LINES[4:9]:
            out[f"line end {eol!r} of {status!r}"] = partial(lambda e, s: raw(message(status=s, eol=e)), eol, status)
        out[f"line end {eol!r} of the record"] = partial(lambda e: raw(message(), eol=e), eol)
    for kind in (b"resource", b"conversion", b"revisit", b"metadata", b"request"):
        for first in FIRST_BYTES:
            out[f"{kind.decode()} of {first[:5]!r}"] = partial(
                lambda k, f: raw(f + TEXT, WARC_Type=k, Content_Type=b"text/html"), kind, first
            )
    return out


def own() -> dict[str, Maker]:
    """Records of which there is one of a kind."""
    inner = raw(message(), WARC_Target_URI=b"http://inside.example/")
    return {
        "archive in a body": lambda: raw(message(inner * 3, mime=b"text/plain")),
        "archive in a resource": lambda: raw(inner * 3, WARC_Type=b"resource", Content_Type=b"application/warc"),
        "packed archive in a body": lambda: raw(message(gz(inner) * 3, mime=b"application/gzip")),
        "archive behind a length": lambda: raw(message(TEXT + b"\r\n\r\n" + inner), Content_Length=b"400"),
        "no block": lambda: raw(b""),
        "block of line ends": lambda: raw(b"\r\n" * 5_000),
        "block of version lines": lambda: raw(b"WARC/1.0\r\n" * 5_000),
        "block of half heads": lambda: raw(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" * 500),
        "block of NULs": lambda: raw(bytes(50_000)),
        "block with no head": lambda: raw(TEXT),
        "head without an end": lambda: raw(message())[:120] + b"\r\n\r\n",
        "head of NULs": lambda: raw(message(), b"\0" * 5_000),
        "head of a megabyte": lambda: raw(message(), b"X: " + b"y" * 2 * MIB),
        "head of many fields": lambda: raw(message(), b"X: y\r\n" * 100_000 + b"X: z"),
        "head folded often": lambda: raw(message(), b"X: y\r\n" + b" z\r\n" * 50_000 + b" z"),
        "head twice": lambda: raw(message(), b"WARC-Type: request", b"Content-Length: 3"),
        "truncated by escapes": lambda: raw(message(), b"WARC-Truncated: " + ESCAPES),
        "identity of another": lambda: raw(message(), WARC_Record_ID=b"<urn:uuid:1>"),
        "text of a whole limit": lambda: raw(message(b"<p>" + b"word " * (13 * MIB))),
        "text beyond the limit": lambda: raw(message(b"<p>" + b"word " * (14 * MIB))),
        "chunks in gzip": lambda: raw(message(gz(b"5\r\nhello\r\n0\r\n\r\n"), b"Transfer-Encoding: chunked, gzip")),
        "chunks twice": lambda: raw(message(CHUNKS[3], b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked")),
        "transfer of nothing known": lambda: raw(message(TEXT, b"Transfer-Encoding: \0, foo, chunked")),
        "thousand transfers": lambda: raw(message(TEXT, b"Transfer-Encoding: " + b"gzip," * 1_000)),
    }


RECORDS: Final[dict[str, Maker]] = {
    **named("status", STATUS_LINES, lambda line: raw(message(status=line))),
    **named("HTTP field", FIELD_LINES, lambda line: raw(message(TEXT, line))),
    **named("WARC field", FIELD_LINES[:17], lambda line: raw(message(), line)),
    **named("length", LENGTHS, lambda value: raw(message(), Content_Length=value)),
    **named("date", DATES, lambda value: raw(message(), WARC_Date=value)),
    **named("URI", URIS, lambda value: raw(message(), WARC_Target_URI=value)),
    **named("type", TYPES, lambda value: raw(message(), WARC_Type=value)),
    **named("digest", DIGESTS, lambda value: raw(message(), b"WARC-Payload-Digest: " + value)),
    **named("chunks", CHUNKS, lambda body: raw(message(body, b"Transfer-Encoding: chunked"))),
    **named("version", VERSIONS, lambda line: raw(message(), version=line)),
    **{f"bomb: {name}": partial(lambda c, b: coded(c, b()), *one) for name, one in BOMBS.items()},
    **products(),
    **own(),
}
"""Records as they stand in a plain file; each is tried there and in units of its own, of each container."""


def member(data: bytes, *, flags: int = 0, method: int = 8, extra: bytes = b"", crc: int = 0, size: int = 0) -> bytes:
    """A gzip member (RFC 1952) of any header; `crc` and `size` are added to what is right."""
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    head = b"\x1f\x8b" + bytes([method, flags]) + bytes(6) + extra
    tail = struct.pack("<II", (zlib.crc32(data) + crc) & 0xFFFFFFFF, (len(data) + size) & 0xFFFFFFFF)
    return head + z.compress(data) + z.flush() + tail


SOUND: Final = raw(message())
UNITS: Final[dict[str, Maker]] = {
    "cut": lambda: gz(SOUND)[:200],
    "cut in its header": lambda: gz(SOUND)[:5],
    "cut in its trailer": lambda: gz(SOUND)[:-3],
    "wrong checksum": lambda: member(SOUND, crc=1),
    "wrong size": lambda: member(SOUND, size=1),
    "method 7": lambda: member(SOUND, method=7),
    "reserved flags": lambda: member(SOUND, flags=0xE0),
    "name": lambda: member(SOUND, flags=8, extra=b"name\0"),
    "name without end": lambda: b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 70_000,
    "comment of escapes": lambda: member(SOUND, flags=16, extra=ESCAPES + b"\0"),
    "extra field": lambda: member(SOUND, flags=4, extra=struct.pack("<H", 60_000) + bytes(60_000)),
    "extra field too long": lambda: member(SOUND, flags=4, extra=struct.pack("<H", 65_535)),
    "header checksum": lambda: member(SOUND, flags=2, extra=b"\0\0"),
    "stored blocks": lambda: gzip.compress(SOUND, 0, mtime=0),
    "empty": lambda: gz(b""),
    "empty, often": lambda: gz(b"") * 500,
    "line ends": lambda: gz(b"\r\n" * 5_000),
    "no record": lambda: gz(TEXT),
    "two records": lambda: gz(SOUND + SOUND),
    "a record in two": lambda: gz(SOUND[:300]) + gz(SOUND[300:]),
    "half a record": lambda: gz(SOUND[:300]),
    "second half": lambda: gz(SOUND[300:]),
    "not packed": lambda: SOUND,
    "zeros": lambda: bytes(5_000),
    "magics": lambda: b"\x1f\x8b\x08\0" * 500,
    "zstd frame": lambda: zst(SOUND),
    "lz4 frame": lambda: lz4_frame(SOUND),
    "zip": lambda: b"PK\x03\x04" + bytes(26) + zlib.compress(SOUND),
    "bomb of zeros": lambda: zeros(zlib.compressobj(9, zlib.DEFLATED, 31), 400 * MIB),
    "record and zeros": lambda: gz(SOUND + bytes(40 * MIB)),
}
"""Bytes between units of gzip."""


def arc(url: bytes = b"http://hostile.example/", ip: bytes = b"192.0.2.1", date: bytes = b"20080430204826",
        mime: bytes = b"text/html", length: bytes | None = None, block: bytes = message()) -> bytes:  # fmt: skip
    """One ARC record of the first version."""
    return b" ".join((url, ip, date, mime, b"%d" % len(block) if length is None else length)) + b"\n" + block + b"\n"


ARC_RECORDS: Final[dict[str, Maker]] = {
    **named("ARC length", LENGTHS, lambda value: arc(length=value)),
    **named("ARC date", DATES, lambda value: arc(date=value)),
    **named("ARC URL", (url for url in URIS if b"\n" not in url), lambda value: arc(url=value)),
    **named("ARC type", (*MIMES, b"", b"-", b"text html"), lambda value: arc(mime=value)),
    **named("ARC address", (b"", b"-", b"::1", b"999.9.9.9", b"x" * 5_000, ESCAPES), lambda value: arc(ip=value)),
    **named("ARC block", (b"", b"\n", b"\0" * 500, TEXT, SOUND), lambda block: arc(block=block)),
    **named("ARC status", STATUS_LINES, lambda line: arc(block=message(status=line))),
}

GROWING: Final[dict[str, tuple[Callable[[int], bytes], int]]] = {
    "folded HTTP head": (lambda n: raw(message(b"x", b"X: a" + b"\r\n b" * n)), 20_000),
    "HTTP head folded by tabs": (lambda n: raw(message(b"x", b"X: a" + b"\n\tb" * n)), 20_000),
    "many folded fields": (lambda n: raw(message(b"x", b"X: a" + b"\r\n b" * 50, *[b"X: a\r\n b"] * n)), 10_000),
    "HTTP lines with no colon": (lambda n: raw(message(b"x", *[b"nothing"] * n)), 20_000),
    "interim heads": (lambda n: raw(message(status=b"HTTP/1.1 100 Continue\r\n\r\n" * n + b"HTTP/1.1 200 OK")), 50_000),
    "line ends before a status": (lambda n: raw(message(status=b"\r\n" * n + b"HTTP/1.1 200 OK")), 200_000),
    "long status": (lambda n: raw(message(status=b"HTTP/1.1 200 " + b"O" * n)), 500_000),
    "words of a status": (lambda n: raw(message(status=b"HTTP/1.1 " + b"2 " * n)), 200_000),
    "names of transfers": (lambda n: raw(message(TEXT, b"Transfer-Encoding: " + b"gzip," * n)), 50_000),
    "names of codings": (lambda n: raw(message(TEXT, b"Content-Encoding: " + b"identity," * n)), 50_000),
    "fields of codings": (lambda n: raw(message(TEXT, *[b"Content-Encoding: gzip"] * n)), 10_000),
    "parameters of a type": (lambda n: raw(message(TEXT, mime=b"text/html" + b"; a=b" * n)), 100_000),
    "blanks in a type": (lambda n: raw(message(TEXT, mime=b"text/html" + b" " * n + b"x")), 500_000),
    "extension of a chunk": (
        lambda n: raw(message(b"1;" + b"x" * n + b"\r\na\r\n0\r\n\r\n", b"Transfer-Encoding: chunked")), 500_000,
    ),
    "trailers of chunks": (
        lambda n: raw(message(b"1\r\na\r\n0\r\n" + b"X: y\r\n" * n, b"Transfer-Encoding: chunked")), 50_000,
    ),
    "a long URI": (lambda n: raw(message(), WARC_Target_URI=b"http://hostile.example/" + b"%2e/" * n), 100_000),
    "a long date": (lambda n: raw(message(), WARC_Date=b"2024-" * n), 100_000),
    "a long type": (lambda n: raw(message(), WARC_Type=b"response " * n), 50_000),
    "a long digest": (lambda n: raw(message(), b"WARC-Payload-Digest: sha1:" + b"A" * n), 500_000),
    "a long length": (lambda n: raw(message(), Content_Length=b"9" * n), 500_000),
    "long ARC URLs": (lambda n: b"".join(arc(url=b"http://" + b"a" * 8_000) for _ in range(n)), 100),
    "versions in a block": (lambda n: raw(b"WARC/1.0\r\n" * n), 50_000),
    "versions behind a length": (lambda n: raw(b"WARC/1.0\r\n" * n, Content_Length=b"1"), 20_000),
    "false magics of zstd": (lambda n: zst(raw(message())) + b"\x28\xb5\x2f\xfd" * n, 5_000),
    "false magics of lz4": (lambda n: lz4_frame(raw(message())) + b"\x04\x22\x4d\x18" * n, 5_000),
    "members cut short": (lambda n: gz(raw(message())) + gz(raw(message()))[:-9] * n, 500),
    "members of a wrong sum": (lambda n: gz(raw(message())) + (gz(raw(message()))[:-8] + bytes(8)) * n, 500),
}  # fmt: skip
"""Archives that are made to cost beside those of hostile_warcs.py: generator, and a size."""

CONTAINERS: Final[dict[str, Callable[[bytes], bytes]]] = {"plain": bytes, "gzip": gz, "zstd": zst, "lz4": lz4_frame}
TRIALS: Final = {
    **{name: (make, tuple(CONTAINERS), "warc") for name, make in RECORDS.items()},
    **{f"unit: {name}": (make, ("gzip",), "unit") for name, make in UNITS.items()},
    **{name: (make, ("plain", "gzip"), "arc") for name, make in ARC_RECORDS.items()},
}
"""Name, maker, the containers that it is tried in, and what it is."""


def wrong(name: str, path: Path) -> str:
    """What is wrong with reading the hostile bytes of that name among good records; "" where nothing is."""
    make, containers, kind = TRIALS[name]
    hostile = make()
    good = arc_records()[:7] if kind == "arc" else GOOD
    for container in containers:
        encode = CONTAINERS[container]
        units = [encode(one) for one in good]
        between = hostile if kind == "unit" else encode(hostile)
        try:
            alone = _good(path, b"".join(units))
            beside = _good(path, b"".join([*units[:2], between, units[2], between, *units[3:]]))
        except Exception as error:  # noqa: BLE001 - whatever reading raises is what is wrong
            return f"{container}: {error!r}"[:300]
        if alone != beside:
            lost = [one.url for one in alone if one not in beside]
            return f"{container}: good records are not as they were: {lost or 'one came twice'}"
    return ""


def _good(path: Path, data: bytes) -> list[Record]:
    """The good records of a file, wherever they stand in it; its bytes add up."""
    records, _ = read_bytes(path.parent, data, path.name)
    good = [record for record in records if record.url in GOOD_URLS]
    # line ends at the edge of hostile bytes stand behind the record before them, and are told of it
    flags = [tuple(flag for flag in record.flags if flag != "odd-separator") for record in good]
    return [replace(record, offset=0, flags=kept) for record, kept in zip(good, flags, strict=True)]
