"""HTTP heads as servers, proxies and crawlers wrote them, transfer codings, and damaged record types."""

from __future__ import annotations

import gzip
import zlib
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from warc_samples import http, only, response, sha1, warc_record
from yurai.sources.warc.messages import read_message

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "<html><p>由来は、出所を語る。</p></html>".encode() * 3
TYPE = b"Content-Type: text/html\r\n"
OK = b"HTTP/1.1 200 OK\r\n" + TYPE + b"\r\n"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP 200 Document follows\nServer: NCSA/1.3\n" + TYPE + b"\n", 200),
        (b"HTTP 404 Not Found\n" + TYPE + b"\n", 404),
        (b"http 200\r\n" + TYPE + b"\r\n", 200),
        (b"HTTP\t500 Broken\r\n" + TYPE + b"\r\n", 500),
        (b"ICY 200 OK\r\nicy-name: radio\r\n" + TYPE + b"\r\n", 200),
        (b"icy 403 No\r\n" + TYPE + b"\r\n", 403),
        (b"\r\n" + OK, 200),
        (b"\n\n \r\n" + OK, 200),
        (b"\r\nHTTP 404 x\r\n" + TYPE + b"\r\n", 404),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 100\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 100 Continue\n\nHTTP/1.1 404 Not Found\n" + TYPE + b"\n", 404),
        (b"HTTP/1.1 102 Processing\r\nDate: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nContent-Type: text/plain\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <b>\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 100 Continue\r\n\r\n\r\n" + OK, 200),
        (b"HTTP/1.0 200 Connection established\r\n\r\n" + OK, 200),
        (b"HTTP/1.1 200 Connection Established\r\nProxy-Agent: p/1\r\n\r\n" + OK, 200),
        (b"HTTP/1.0 200 OK\r\n\r\nHTTP/1.1 404 Not Found\r\n" + TYPE + b"\r\n", 404),
        (b"HTTP/1.0 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK, 200),
        (OK + OK, 200),
        (OK + b"HTTP/1.1 404 Not Found\r\n" + TYPE + b"\r\n", 404),
        (b"Status: 404 Not Found\r\n" + TYPE + b"\r\n", 404),
        (b"Content-type: text/html\nStatus: 200\nX-Powered-By: PHP/3\n\n", 200),
        (b"Date: Mon, 16 Jun 1997 07:09:23 GMT\nServer: CERN/3.0\n" + TYPE + b"\n", None),
    ],
)
def test_heads_are_no_text(head: bytes, status: int | None, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, head + PAGE))
    assert (record.http_status, record.mime, record.body) == (status, "text/html", PAGE)
    assert record.flags == (() if status else ("no-status",))


@pytest.mark.parametrize(
    "body",
    [
        b"HTTP is a protocol of the web.\n\nIt is old.",
        b"HTTP 2000 was a year.\n\nx",
        b"ICY weather: 200 cars.\n\nx",
        b"Date: a poem\nin two lines\n\nx",
        b"Server rooms\n\nx",
        b"\n\nStatus of things: good\n\nx",
        b"200 OK\n\nx",
        b"<p>HTTP/1.1 200 OK</p>",
    ],
)
def test_a_page_without_a_head_keeps_its_first_lines(body: bytes, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, body))
    assert (record.http_status, record.body, record.flags) == (None, body, ("no-status",))


@pytest.mark.parametrize(
    "body",
    [OK + b"x", b"HTTP/1.1 404 Not Found\nServer: y\n\nx", b"HTTP/1.1 200 OK"],
)
def test_a_text_may_begin_with_a_head(body: bytes, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, http(body, "Content-Type: text/plain; charset=utf-8")))
    assert (record.http_status, record.body) == (200, body)


@pytest.mark.parametrize("line", [b"WARC/1.0\r\nX: y", b"http://a.example/ 192.0.2.1 20240101000000 text/html 9"])
def test_a_head_of_http_may_hold_what_begins_a_record(line: bytes, tmp_path: Path) -> None:
    """Found by bench/fuzz.py: the head was taken to have no end, and its page for a part of it."""
    block = b"HTTP/1.1 200 OK\r\n" + TYPE + line + b"\r\n\r\n" + PAGE
    assert only(tmp_path, warc_record("response", 1, block)).body == PAGE


@pytest.mark.parametrize("status", [100, 103, 404, 301, 204])
def test_a_head_with_nothing_behind_it_is_its_own_status(status: int, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, b"HTTP/1.1 %d X\r\n\r\n" % status))
    assert (record.http_status, record.body) == (status, b"")


def test_an_error_is_not_undone_by_what_its_page_quotes(tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, b"HTTP/1.1 404 Not Found\r\n" + TYPE + b"\r\n" + OK + PAGE))
    assert record.http_status == 404


@pytest.mark.parametrize("behind", [OK + PAGE, PAGE])
def test_digests_of_what_follows_any_head_are_good(behind: bytes, tmp_path: Path) -> None:
    block = b"HTTP/1.1 100 Continue\r\n\r\n" + OK + PAGE
    record = only(tmp_path, warc_record("response", 1, block, WARC_Payload_Digest=sha1(behind)))
    assert (record.digest_ok, record.digest_form) == (True, "dechunked" if behind == PAGE else "block")
    assert "digest-mismatch" not in record.flags


def test_heads_in_a_row_cost_what_their_bytes_do() -> None:
    for lines in (b"HTTP/1.1 100 Continue\r\n\r\n", b"\r\n", b"Status: 200\r\n"):
        assert grows_linearly(lambda n, lines=lines: partial(read_message, lines * n + OK), 200_000)


@given(st.binary(max_size=80), st.sampled_from([b"", OK, b"HTTP 200 x\n\n", b"HTTP/1.1 100 C\r\n\r\n", b"\r\n\r\n"]))
def test_a_body_is_the_end_of_its_block(body: bytes, head: bytes) -> None:
    message = read_message(head + body)
    assert (head + body).endswith(message.stored)
    assert message.outer.endswith(message.stored)


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)


def raw_deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("stored", "codings"),
    [
        (gzip.compress(PAGE, mtime=0), ["gzip"]),
        (gzip.compress(PAGE, mtime=0), ["X-GZip"]),
        (zlib.compress(PAGE), ["deflate"]),
        (raw_deflate(PAGE), ["deflate"]),
        (chunked(gzip.compress(PAGE, mtime=0)), ["gzip, chunked"]),
        (chunked(gzip.compress(PAGE, mtime=0)), ["gzip", "chunked"]),
        (chunked(zlib.compress(PAGE)), ["Deflate , Chunked"]),
        (gzip.compress(chunked(PAGE), mtime=0), ["chunked, gzip"]),
        (chunked(PAGE), ["chunked, chunked"]),
        (chunked(PAGE), ["chunked", "chunked"]),
        (chunked(PAGE), ["chunked;q=1"]),
        (chunked(PAGE), ["identity, chunked"]),
        (PAGE, ["identity"]),
        (PAGE, ["binary"]),
        (PAGE, [" "]),
    ],
)
def test_transfer_codings_are_undone(stored: bytes, codings: list[str], tmp_path: Path) -> None:
    record = only(tmp_path, response(1, stored, *(f"Transfer-Encoding: {coding}" for coding in codings)))
    assert (record.body, record.error, record.digest_ok) == (PAGE, None, True)


def test_a_transfer_coding_and_a_content_coding_are_both_undone(tmp_path: Path) -> None:
    stored = chunked(gzip.compress(gzip.compress(PAGE, mtime=0), mtime=0))
    record = only(tmp_path, response(1, stored, "Transfer-Encoding: gzip, chunked", "Content-Encoding: gzip"))
    assert (record.body, record.error) == (PAGE, None)


@pytest.mark.parametrize(
    ("stored", "coding"),
    [
        (PAGE, "utf-8"),
        (PAGE, "x-pack"),
        (PAGE, "compress"),
        (chunked(PAGE), "x-pack, chunked"),
        (gzip.compress(PAGE, mtime=0)[:10] + b"\xff" * 40, "gzip"),
        (gzip.compress(PAGE, mtime=0), "gzip, gzip, gzip, gzip"),
    ],
)
def test_a_transfer_coding_that_cannot_be_undone_fails(stored: bytes, coding: str, tmp_path: Path) -> None:
    record = only(tmp_path, response(1, stored, f"Transfer-Encoding: {coding}"))
    assert (record.body, record.error) == (b"", "bad-transfer-encoding")


def test_a_body_that_was_never_coded_for_transfer_is_kept(tmp_path: Path) -> None:
    record = only(tmp_path, response(1, PAGE, "Transfer-Encoding: gzip"))
    assert (record.body, record.flags, record.error) == (PAGE, ("false-gzip",), None)


def test_a_transfer_coding_that_grows_beyond_all_bounds_fails(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(100 << 20), 9, mtime=0)
    record = only(tmp_path, response(1, bomb, "Transfer-Encoding: gzip"))
    assert (record.body, record.error) == (b"", "inflate-limit")


@pytest.mark.parametrize(
    ("kind", "was"),
    [
        ("resqonse", "response"),
        ("response\x00", "response"),
        ("rexponze", "response"),
        ("esponse", "response"),
        ("respon se", "response"),
        ("RESPONSF", "response"),
        ("resource~", "resource"),
        ("rdsource", "resource"),
        ("conversian", "conversion"),
        ("convers\xefon", "conversion"),
        ("\x00\x00\x00\x00\x00\x00\x00\x00", "response"),
        ("\x1b[2J", "response"),
        ("", "response"),
    ],
)
def test_a_damaged_type_is_a_failed_candidate(kind: str, was: str, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, OK + PAGE, WARC_Type=kind))
    assert (record.kind, record.error, record.body) == (was, "bad-record-type", b"")


@pytest.mark.parametrize(
    "kind", ["request", "metadata", "warcinfo", "revisit", "continuation", "x-custom", "screenshot", "type00001"]
)
def test_known_and_new_types_are_other_records(kind: str, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("response", 1, OK + PAGE, WARC_Type=kind))
    assert (record.kind, record.error) == (kind, None)


@pytest.mark.parametrize("kind", ["requesu", "netadata", "warcimfo", "revisjt", "\x1b[2J", ""])
def test_a_damaged_type_of_no_candidate_is_none(kind: str, tmp_path: Path) -> None:
    record = only(tmp_path, warc_record("request", 1, PAGE, WARC_Type=kind))
    assert record.kind not in {"response", "resource", "conversion"}
