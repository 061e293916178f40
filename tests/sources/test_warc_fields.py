"""Header fields of a record as they come out: URLs, dates, versions, kinds; and which names are archives."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeadersParser

from warc_samples import only, read_bytes, response, warc_record
from yurai.sources.warc import is_web_archive
from yurai.sources.warc.codecs import read_dictionary, skippable_end
from yurai.sources.warc.dates import capture_date
from yurai.sources.warc.parse import unfolded

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-06T07:08:09Z", ("2024-05-06T07:08:09Z", ())),
        ("2024-05-06T07:08:09.123456Z", ("2024-05-06T07:08:09Z", ())),
        ("2024-05-06T07:08:09+09:00", ("2024-05-05T22:08:09Z", ())),
        ("2024-05-06T07:08:09-0330", ("2024-05-06T10:38:09Z", ())),
        ("20080430204825", ("2008-04-30T20:48:25Z", ())),
        ("2024-05", ("2024-05-01T00:00:00Z", ("partial-date",))),
        ("2024-05-06T07:08Z", ("2024-05-06T07:08:00Z", ("partial-date",))),
        ("2024-13-01T00:00:00Z", (None, ("bad-date",))),
        ("2024-02-30T00:00:00Z", (None, ("bad-date",))),
        ("0001-01-01T00:00:00+23:00", (None, ("bad-date",))),
        ("201404010000000000", (None, ("bad-date",))),
        ("yesterday", (None, ("bad-date",))),
        ("", (None, ("bad-date",))),
        (None, (None, ("bad-date",))),
    ],
)
def test_capture_dates(value: str | None, expected: tuple[str | None, tuple[str, ...]]) -> None:
    assert capture_date(value) == expected


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://example.jp/", "https://example.jp/"),
        ("<https://example.jp/>", "https://example.jp/"),
        ("  <https://example.jp/ > ", "https://example.jp/"),
        ("https://example.jp/a b", "https://example.jp/a b"),
        ("https://example.jp/由来", "https://example.jp/由来"),
        ("", None),
    ],
)
def test_urls(value: str, url: str | None, tmp_path: Path) -> None:
    assert only(tmp_path, response(1, b"x", WARC_Target_URI=value)).url == url


@pytest.mark.parametrize("version", [b"0.17", b"0.18", b"1.0", b"1.1", b"2.0"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r\r\n"])
def test_versions_and_line_ends(version: bytes, end: bytes, tmp_path: Path) -> None:
    head, _, block = response(1, b"one").partition(b"\r\n\r\n")
    data = head.replace(b"WARC/1.0", b"WARC/" + version).replace(b"\r\n", end) + end + end + block[:-4] + end + end
    first, second = read_bytes(tmp_path, data * 2)[0]
    assert (first.body, first.error) == (second.body, second.error) == (b"one", None)
    assert ("odd-version" in first.flags) == (version == b"2.0")


def test_kinds(tmp_path: Path) -> None:
    assert only(tmp_path, warc_record("x", 1, b"", WARC_Type="Response")).kind == "response"
    assert only(tmp_path, warc_record("x", 1, b"", WARC_Type="")).kind == "unknown"


def test_arc_records(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x</p>"
    line = f"http://example.jp/a b 192.0.2.7 20080430204825 text/plain {len(block)}\n".encode()
    record = only(tmp_path, line + block + b"\n")
    assert (record.kind, record.url, record.mime, record.http_status) == (
        "response",
        "http://example.jp/a b",
        "text/html",
        200,
    )
    assert (record.capture_date, record.body, record.record_id) == ("2008-04-30T20:48:25Z", b"<p>x</p>", None)
    bare = only(tmp_path, b"dns:example.jp 192.0.2.7 20080430204825 text/dns 3\na.b\n")
    assert (bare.mime, bare.body, bare.flags) == ("text/dns", b"a.b", ())


@pytest.mark.parametrize(
    "name",
    [
        "a.warc",
        "a.warc.gz",
        "A.WARC.GZ",
        "s3://b/c.warc.zst",
        "a.arc",
        "a.arc.gz",
        "a.warc.wet.gz",
        "a.wet",
        "a.warc.lz4",
    ],
)
def test_names_of_archives(name: str) -> None:
    assert is_web_archive(name)


@pytest.mark.parametrize(
    "name",
    [
        "a.warc.wat.gz",
        "warc.paths.gz",
        "a.warc.gz.bad",
        "a.warc.txt",
        ".warc",
        "x/.arc.gz",
        "warc",
        "a.gz",
        "a.warc/b",
        "a.parquet",
    ],
)
def test_names_of_other_files(name: str) -> None:
    assert not is_web_archive(name)


def test_dictionary_frames() -> None:
    assert skippable_end(b"\x5d\x2a\x4d\x18\x05\x00\x00\x00", 100) == 113
    assert skippable_end(b"\x28\xb5\x2f\xfd\x05\x00\x00\x00", 0) is None
    assert skippable_end(b"\x5d\x2a", 0) is None
    assert read_dictionary(b"raw") == b"raw"
    assert read_dictionary(b"") is None
    assert read_dictionary(b"\x28\xb5\x2f\xfd broken") is None


PIECES = (
    *(b"HTTP/1.1 200 OK", b"A: b", b"A:b  ", b" c", b"\td:e", b"nocolon", b" ", b"", b"X-Y : z", b"  : q", b"\r"),
    *(" \u00e9".encode(), "B: caf\u00e9".encode()),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from([b"\r\n", b"\n"]))
def test_a_header_unfolded_is_read_as_the_header(lines: list[bytes], end: bytes) -> None:
    raw = b"HTTP/1.1 200 OK" + end + end.join(lines)
    folded, flat = (StatusAndHeadersParser(["HTTP/"]).parse(BytesIO(data)) for data in (raw, unfolded(raw)))
    assert flat.headers == folded.headers
    assert flat.statusline == folded.statusline
