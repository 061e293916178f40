"""What becomes of a record's body: transfer and content codings true and false, digests, media types, bounds."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from warc_samples import gz, http, only, read_bytes, response, sha1, warc_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = "<html><p>由来は、出所を語る。</p></html>".encode() * 30


def raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


def chunked(data: bytes, size: int = 97) -> bytes:
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x;x=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data)),
    "br,gzip": lambda data: gzip.compress(brotli.compress(data)),
}


@pytest.mark.parametrize("coding", ENCODERS)
@pytest.mark.parametrize("transfer", [bytes, chunked], ids=["whole", "chunked"])
def test_content_codings_are_undone(coding: str, transfer: Callable[[bytes], bytes], tmp_path: Path) -> None:
    stored = ENCODERS[coding](PAGE)
    headers = [f"Content-Encoding: {coding}"] + (["Transfer-Encoding: Chunked"] if transfer is chunked else [])
    record = only(tmp_path, response(1, transfer(stored), *headers))
    assert (record.body, record.flags, record.error) == (PAGE, (), None)
    assert record.payload_sha256 == hashlib.sha256(stored).hexdigest()
    assert (record.digest_ok, record.digest_form) == (True, "chunked" if transfer is chunked else "dechunked")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("page", [PAGE, b"plain", b""])
def test_a_body_that_was_never_coded_is_kept(coding: str, page: bytes, tmp_path: Path) -> None:
    record = only(tmp_path, response(1, page, f"Content-Encoding: {coding}"))
    assert (record.body, record.flags, record.error) == (page, (f"false-{coding}",) if page else (), None)


def test_a_coding_that_means_nothing_is_flagged(tmp_path: Path) -> None:
    record = only(tmp_path, response(1, PAGE, "Content-Encoding: utf-8"))
    assert (record.body, record.flags, record.error) == (PAGE, ("unknown-content-encoding",), None)


@pytest.mark.parametrize(
    ("stored", "coding"),
    [
        (gz(PAGE)[:10] + b"\xff" * 40, "gzip"),
        (b"\x00\x01\x02\x03" * 9, "br"),
        (gz(gz(gz(PAGE))), "gzip, gzip, gzip"),
        (b"\x1f\x9d\x90", "compress"),
    ],
)
def test_a_coding_that_cannot_be_undone_fails(stored: bytes, coding: str, tmp_path: Path) -> None:
    record = only(tmp_path, response(1, stored, f"Content-Encoding: {coding}"))
    assert (record.body, record.error) == (b"", "bad-content-encoding")
    assert record.digest_ok


def test_a_coded_body_that_ends_early_keeps_what_it_gave(tmp_path: Path) -> None:
    noise = hashlib.shake_256(b"yurai").hexdigest(20_000).encode()
    record = only(tmp_path, response(1, gz(noise)[:-5000], "Content-Encoding: gzip"))
    assert noise.startswith(record.body)
    assert len(record.body) > 10_000
    assert (record.flags, record.error) == (("encoding-cut",), None)


def test_members_in_a_row_are_one_body_and_a_tail_is_flagged(tmp_path: Path) -> None:
    record = only(tmp_path, response(1, gz(b"one ") + gz(b"two") + b"tail", "Content-Encoding: gzip"))
    assert (record.body, record.flags) == (b"one two", ("trailing-bytes",))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_bombs_fail_within_bounds(coding: str, tmp_path: Path) -> None:
    encoders = (
        ENCODERS
        | {"br": lambda data: brotli.compress(data, quality=1)}
        | {"gzip, gzip": lambda data: gzip.compress(gzip.compress(data))}
    )
    bomb = response(1, encoders[coding](bytes(100 << 20)), f"Content-Encoding: {coding}")
    tracemalloc.start()
    records, _ = read_bytes(tmp_path, bomb + response(2, b"two"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(r.body, r.error) for r in records] == [(b"", "inflate-limit"), (b"two", None)]
    assert peak < 80 << 20


@pytest.mark.parametrize(
    ("stored", "body", "flags"),
    [
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello", ()),
        (b"5\nhello\n0\n\n", b"hello", ()),
        (b"5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n", b"hello", ()),
        (b"0\r\n\r\n", b"", ()),
        (b"<p>never chunked</p>", b"<p>never chunked</p>", ("wrong-chunks",)),
        (b"ab\r\ncdef", b"cdef", ("chunks-cut",)),
        (b"2\r\nabcd\r\n", b"2\r\nabcd\r\n", ("wrong-chunks",)),
        (b"5\r\nhello\r\nrest", b"hellorest", ("wrong-chunks",)),
        (b"5\r\nhello\r\n", b"hello", ("chunks-cut",)),
        (b"5\r\nhe", b"he", ("chunks-cut",)),
    ],
)
def test_chunks_true_cut_and_false(stored: bytes, body: bytes, flags: tuple[str, ...], tmp_path: Path) -> None:
    record = only(tmp_path, response(1, stored, "Transfer-Encoding: chunked"))
    assert (record.body, record.flags, record.error) == (body, flags, None)
    assert record.digest_ok


@pytest.mark.parametrize(
    ("declared", "ok", "form"),
    [
        (sha1(PAGE), True, "dechunked"),
        (f"sha1:{hashlib.sha1(PAGE).hexdigest()}", True, "dechunked"),
        (f"SHA-1:{hashlib.sha1(PAGE).hexdigest().upper()}", True, "dechunked"),
        (f"sha256:{hashlib.sha256(PAGE).hexdigest()}", True, "dechunked"),
        (f"md5:{hashlib.md5(PAGE).hexdigest()}", True, "dechunked"),
        (sha1(http(PAGE, "Content-Type: text/html; charset=utf-8")), True, "block"),
        (sha1(b"other"), False, None),
        ("sha1:not base32!", False, None),
        ("blake3:abc", None, None),
        ("", None, None),
    ],
)
def test_digests(declared: str, ok: bool | None, form: str | None, tmp_path: Path) -> None:
    record = only(tmp_path, response(1, PAGE, WARC_Payload_Digest=declared))
    assert (record.payload_digest, record.digest_ok, record.digest_form) == (declared or None, ok, form)
    assert record.flags == (("digest-mismatch",) if ok is False else ())


def test_a_digest_of_the_dechunked_body_is_good_too(tmp_path: Path) -> None:
    stored = chunked(PAGE)
    record = only(tmp_path, response(1, stored, "Transfer-Encoding: chunked", WARC_Payload_Digest=sha1(PAGE)))
    assert (record.digest_ok, record.digest_form) == (True, "dechunked")


@pytest.mark.parametrize(
    ("value", "mime", "charset", "flags"),
    [
        ("Text/HTML; Charset=Shift_JIS", "text/html", "Shift_JIS", ()),
        ('application/xhtml+xml;charset="utf-8"; x=y', "application/xhtml+xml", "utf-8", ()),
        ("text/html;charset='euc-jp'", "text/html", "euc-jp", ()),
        ("text/html, text/plain", "text/html", None, ()),
        ("html", None, None, ("bad-content-type",)),
    ],
)
def test_content_types(
    value: str, mime: str | None, charset: str | None, flags: tuple[str, ...], tmp_path: Path
) -> None:
    record = only(tmp_path, warc_record("response", 1, http(b"x", f"Content-Type: {value}")))
    assert (record.mime, record.http_charset, record.flags) == (mime, charset, flags)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("HTTP/1.1 200 OK", 200),
        ("HTTP/1.0 302 ", 302),
        ("HTTP/2 404", 404),
        ("http/1.1 500 X", 500),
        ("HTTP/1.1", None),
        ("HTTP/1.1 abc", None),
        ("HTTP/1.1 20", None),
    ],
)
def test_status_lines(status: str, code: int | None, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, http(b"x", "Server: y", status=status)))
    assert (record.http_status, record.body, record.http_headers) == (code, b"x", (("Server", "y"),))
    assert record.flags == (() if code else ("no-status",))


def test_http_headers_are_kept_in_order_with_repeats_and_odd_bytes(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nnot a header\r\nset-cookie: b\r\nX-Odd : caf\xe9\r\nX-Fold: a\r\n b\r\n\r\n"
    record = only(tmp_path, warc_record("response", 1, head + b"x"))
    assert record.http_headers[:3] == (("Set-Cookie", "a"), ("set-cookie", "b"), ("X-Odd", "café"))
    assert record.http_headers[3][0] == "X-Fold"
    assert record.body == b"x"


def test_a_response_with_no_http_head_is_its_block(tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, b"<p>0.9</p>"))
    assert (record.body, record.mime, record.http_status, record.flags) == (b"<p>0.9</p>", None, None, ("no-status",))
    dns = only(tmp_path, warc_record("response", 1, b"a.", Content_Type="text/dns", WARC_Target_URI="dns:example.jp"))
    assert (dns.body, dns.mime, dns.flags) == (b"a.", "text/dns", ())


def test_a_short_http_body_is_no_failure(tmp_path: Path) -> None:
    record = only(tmp_path, response(1, b"abc", "Content-Length: 10", WARC_Truncated="length"))
    assert (record.body, record.flags, record.error, record.truncated) == (b"abc", ("short-http-body",), None, "length")


@pytest.mark.parametrize("kind", ["resource", "conversion"])
def test_resource_and_conversion_are_their_block(kind: str, tmp_path: Path) -> None:
    text = "Content-Encoding: gzip\r\n\r\n由来".encode()
    record = only(
        tmp_path, warc_record(kind, 1, text, Content_Type="text/plain; charset=UTF-8", WARC_Block_Digest=sha1(text))
    )
    assert (record.body, record.mime, record.http_charset, record.digest_form) == (text, "text/plain", "UTF-8", "block")
    assert record.http_headers == ()


@pytest.mark.parametrize("kind", ["request", "metadata", "revisit", "unknown"])
def test_other_kinds_are_counted_only(kind: str, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record(kind, 1, http(gz(PAGE), "Content-Encoding: gzip")))
    assert (record.kind, record.body, record.payload_sha256, record.error) == (kind, b"", None, None)
