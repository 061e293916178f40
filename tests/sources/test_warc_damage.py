"""The second law and recovery, on files that were cut, zeroed, flipped or had garbage put in, in every container."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warc_samples import PACKERS, Archive, gz, http, read, read_bytes, response, sample_records, sha1, warc_record
from yurai.sources.warc import CANDIDATES, Limits, Record, read_file

if TYPE_CHECKING:
    from pathlib import Path

ARCHIVES = {name: make() for name, make in PACKERS.items()}
WHOLE: dict[str, list[tuple[str, str | None, str | None]]] = {}


def identity(record: Record) -> tuple[str, str | None, str | None]:
    return record.kind, record.url, record.payload_sha256


@st.composite
def damage(draw: st.DrawFn) -> tuple[str, bytes, tuple[int, int]]:
    """A damaged archive: container, bytes, and the range of the original bytes that is no longer as it was."""
    name = draw(st.sampled_from(sorted(ARCHIVES)))
    data = ARCHIVES[name].data
    start = draw(st.integers(0, len(data) - 1))
    size = draw(st.integers(1, 64) | st.integers(1, 2000))
    stop = min(start + size, len(data))
    how = draw(st.sampled_from(["truncate", "zero", "flip", "insert", "remove"]))
    if how == "truncate":
        return name, data[:start], (start, len(data))
    if how == "zero":
        return name, data[:start] + bytes(stop - start) + data[stop:], (start, stop)
    if how == "flip":
        return (
            name,
            data[:start] + bytes([data[start] ^ draw(st.integers(1, 255))]) + data[start + 1 :],
            (start, start + 1),
        )
    if how == "insert":
        return name, data[:start] + draw(st.binary(min_size=1, max_size=300)) + data[start:], (start, start)
    return name, data[:start] + data[stop:], (start, stop)


def untouched(archive: Archive, touched: tuple[int, int], *, closed: bool) -> list[int]:
    """Units that keep all their bytes; plain ones have no frame, so the byte on either side must be whole too."""
    margin = 0 if closed else 1
    return [n for n, (a, b) in enumerate(archive.units) if b + margin <= touched[0] or a >= touched[1] + margin]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=damage())
def test_damage_costs_what_it_touches_and_every_byte_is_accounted_for(
    case: tuple[str, bytes, tuple[int, int]], tmp_path: Path
) -> None:
    name, data, touched = case
    archive = ARCHIVES[name]
    if name not in WHOLE:
        WHOLE[name] = [identity(record) for record in read_bytes(tmp_path, archive.data, "whole")[0]]
    whole = WHOLE[name]
    assert len(whole) == len(archive.units)
    records, _ = read_bytes(tmp_path, data, "damaged")
    found = [identity(record) for record in records if record.error is None]
    closed = name not in {"warc", "arc"}
    if "dict" in name and touched[0] < archive.units[0][0]:
        return
    for number in untouched(archive, touched, closed=closed):
        assert whole[number] in found
    if closed:
        for record in records:
            if record.kind in CANDIDATES and record.error is None and not name.startswith("arc"):
                assert identity(record) in whole


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=600),
    head=st.sampled_from(
        [
            b"",
            b"\x1f\x8b\x08\x00",
            b"WARC/1.0\r\nA:",
            b"\x28\xb5\x2f\xfd",
            b"\x04\x22\x4d\x18",
            b"\x5d\x2a\x4d\x18",
            b"\x50\x2a\x4d\x18\x01\x00\x00\x00",
        ]
    ),
)
def test_any_bytes_are_read_without_an_error(data: bytes, head: bytes, tmp_path: Path) -> None:
    read_bytes(tmp_path, head + data)


@pytest.mark.parametrize("name", sorted(ARCHIVES))
def test_every_container_gives_the_same_records(name: str, tmp_path: Path) -> None:
    records, gaps = read_bytes(tmp_path, ARCHIVES[name].data)
    assert [r.offset for r in records] == [a for a, _ in ARCHIVES[name].units]
    assert not [r.error or r.flags for r in records if r.error or r.flags]
    assert all(gap.kind == "padding" for gap in gaps)
    if "arc" not in name.split(".", maxsplit=1)[0]:
        assert [r.record_id for r in records] == [f"<urn:uuid:{n}>" for n in range(12)]


def test_a_record_that_is_cut_keeps_its_compressed_bytes_and_the_file_its_other_records(tmp_path: Path) -> None:
    archive = ARCHIVES["warc.gz"]
    start, stop = archive.units[4]
    records, gaps = read_bytes(tmp_path, archive.data[: stop - 60] + archive.data[stop:])
    (bad,) = [r for r in records if r.error]
    assert (bad.offset, bad.length, bad.error) == (start, stop - 60 - start, "body-incomplete")
    assert len(bad.body) > 0
    assert bad.payload_sha256 is None
    assert len(records) == 12
    assert not gaps


def test_a_damaged_header_is_a_gap_and_no_record(tmp_path: Path) -> None:
    archive = ARCHIVES["warc.gz"]
    start, stop = archive.units[4]
    records, gaps = read_bytes(tmp_path, archive.data[:start] + bytes(20) + archive.data[start + 20 :])
    assert [(g.offset, g.bytes, g.kind) for g in gaps] == [(start, stop - start, "unreadable")]
    assert len(records) == 11


def test_a_flipped_checksum_fails_the_record_of_its_unit(tmp_path: Path) -> None:
    spoilt = gz(response(1, b"one"))[:-8] + bytes(4) + gz(response(1, b"one"))[-4:]
    records, gaps = read_bytes(tmp_path, spoilt + gz(response(2, b"two")))
    assert [(r.error, "damaged-unit" in r.flags) for r in records] == [("body-incomplete", True), (None, False)]
    assert sum(gap.bytes for gap in gaps) < 8


def test_in_a_shared_unit_a_flipped_checksum_fails_what_no_digest_proves(tmp_path: Path) -> None:
    whole = gz(response(1, b"proved") + response(2, b"bare", WARC_Payload_Digest=""))
    records, _ = read_bytes(tmp_path, whole[:-8] + bytes(4) + whole[-4:])
    assert [(r.error, r.flags) for r in records] == [
        (None, ("damaged-unit", "shared-unit")),
        ("body-incomplete", ("damaged-unit", "shared-unit")),
    ]


@pytest.mark.parametrize("off", [37, -37, -1, 10**6, 2**70])
@pytest.mark.parametrize("encode", [bytes, gz], ids=["plain", "gz"])
def test_a_wrong_length_never_swallows_the_next_record(off: int, encode: type[bytes], tmp_path: Path) -> None:
    body = b"<p>" + b"x" * 400 + b"</p>"
    block = len(body) + len(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n")
    bad = response(2, body, Content_Length=str(block + off))
    records, _ = read_bytes(tmp_path, encode(response(1, b"one")) + encode(bad) + encode(response(3, b"three")))
    assert [(r.url, r.error) for r in records] == [
        ("https://example.jp/1", None),
        ("https://example.jp/2", "body-incomplete"),
        ("https://example.jp/3", None),
    ]
    assert records[1].body.rstrip(b"\r\n") == body[: len(body) + min(off, 0)]


@pytest.mark.parametrize("off", [1, 2, 4])
def test_a_length_that_takes_in_line_ends_is_flagged(off: int, tmp_path: Path) -> None:
    block = len(http(b"one", "Content-Type: text/html; charset=utf-8"))
    records, _ = read_bytes(tmp_path, response(1, b"one", Content_Length=str(block + off)) + response(2, b"two"))
    assert [r.error for r in records] == [None, None]
    assert records[0].flags == ("digest-mismatch", "odd-separator")


@pytest.mark.parametrize("length", ["", "abc", "-5"])
def test_a_length_that_is_no_number_is_told(length: str, tmp_path: Path) -> None:
    records, gaps = read_bytes(tmp_path, response(1, b"one", Content_Length=length) + response(2, b"two"))
    assert [(r.error, r.body) for r in records] == [("body-incomplete", b"one"), (None, b"two")]
    assert "bad-length" in records[0].flags
    assert {gap.kind for gap in gaps} == {"padding"}


def test_a_nested_archive_is_one_body(tmp_path: Path) -> None:
    inner = b"".join(sample_records())
    records, _ = read_bytes(tmp_path, warc_record("resource", 1, inner) + response(2, b"two"))
    assert [(r.kind, len(r.body)) for r in records] == [("resource", len(inner)), ("response", 3)]


def test_garbage_between_records_costs_its_own_bytes(tmp_path: Path) -> None:
    records, gaps = read_bytes(tmp_path, response(1, b"one") + b"garbage\r\n\r\nmore" + response(2, b"two"))
    assert [r.error for r in records] == [None, None]
    assert [g.bytes for g in gaps if g.kind == "unreadable"] == [15]


def test_a_single_member_file_is_one_unit_of_several_records(tmp_path: Path) -> None:
    raw = b"".join(sample_records())
    records, gaps = read_bytes(tmp_path, gz(raw))
    assert [r.record_id for r in records] == [f"<urn:uuid:{n}>" for n in range(12)]
    assert {(r.offset, r.length) for r in records} == {(0, len(gz(raw)))}
    starts = [raw.index(f"WARC-Record-ID: <urn:uuid:{n}>".encode()) for n in range(12)]
    assert all(r.inner_offset is not None and r.inner_offset < at for r, at in zip(records, starts, strict=True))
    assert [r.inner_offset + r.inner_length for r in records if r.inner_offset is not None and r.inner_length][
        -1
    ] == len(raw) - 4
    assert all("shared-unit" in r.flags for r in records)
    assert not gaps


def test_records_that_run_over_several_members_are_joined(tmp_path: Path) -> None:
    raw = b"".join(sample_records())
    cut = [gz(raw[at : at + 700]) for at in range(0, len(raw), 700)]
    records, gaps = read_bytes(tmp_path, b"".join(cut))
    assert [r.record_id for r in records] == [f"<urn:uuid:{n}>" for n in range(12)]
    assert not [r for r in records if r.error]
    assert not gaps


@pytest.mark.parametrize("members", [1, 9])
def test_a_unit_beyond_the_buffer_is_read_through_a_window(members: int, tmp_path: Path) -> None:
    bodies = [bytes([65 + n]) * (5 << 20) for n in range(5)]
    raw = b"".join(response(n, body) for n, body in enumerate(bodies))
    size = -(-len(raw) // members)
    path = tmp_path / "big.warc.gz"
    path.write_bytes(b"".join(gzip.compress(raw[at : at + size], 1) for at in range(0, len(raw), size)))
    records, _ = read(path)
    assert [(r.digest_ok, r.body == body) for r, body in zip(records, bodies, strict=True)] == [(True, True)] * 5


def test_a_big_unit_that_is_damaged_keeps_the_records_before_the_damage(tmp_path: Path) -> None:
    raw = b"".join(response(n, bytes([65 + n]) * (5 << 20)) for n in range(5))
    data = gzip.compress(raw, 1)
    at = len(data) * 7 // 10
    path = tmp_path / "big.warc.gz"
    path.write_bytes(data[:at] + b"\x00\xa5" * 32 + data[at + 64 :] + gz(response(9, b"nine")))
    records, _ = read(path)
    assert [r.error for r in records] == [None, None, None, "body-incomplete", None]
    assert records[-1].body == b"nine"


def test_bounds_hold_for_units_and_bodies(tmp_path: Path) -> None:
    path = tmp_path / "bomb.warc.gz"
    path.write_bytes(gz(response(1, bytes(3 << 20))) + gz(response(2, b"two")))
    small, _ = list(read_file(path, limits=Limits(max_body_bytes=1 << 20)))
    assert isinstance(small, Record)
    assert (small.error, small.body, small.mime) == ("body-too-large", b"", "text/html")
    errors = [p.error for p in read_file(path, limits=Limits(max_unit_bytes=1 << 20)) if isinstance(p, Record)]
    assert errors == ["inflate-limit", None]


@pytest.mark.parametrize(
    "data", [b"<html>WARC/1.0</html>", b"crawl-data/a.warc.gz\n" * 9, bytes(5000), gz(b"hi") * 2, gz(b"")]
)
def test_what_is_no_archive_is_one_unreadable_gap(data: bytes, tmp_path: Path) -> None:
    records, gaps = read_bytes(tmp_path, data)
    assert records == []
    assert [(g.offset, g.bytes, g.kind) for g in gaps] == [(0, len(data), "unreadable")]


def test_an_empty_file_yields_nothing(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b"") == ([], [])


def test_a_missing_file_is_a_fault_of_storage(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_file(tmp_path / "none.warc.gz"))


def test_digest_of_a_flipped_plain_body_is_told(tmp_path: Path) -> None:
    records, _ = read_bytes(tmp_path, response(1, b"onX", WARC_Payload_Digest=sha1(b"one")))
    assert (records[0].digest_ok, records[0].digest_form, records[0].error) == (False, None, None)
    assert records[0].flags == ("digest-mismatch",)


def test_arc_records_need_no_line_end_between_them(tmp_path: Path) -> None:
    gif = http(b"GIF89a\x00\xff;", "Content-Type: image/gif")
    lines = [f"http://example.jp/{n} 192.0.2.7 20080430204826 image/gif {len(gif)}\n".encode() for n in range(3)]
    records, gaps = read_bytes(tmp_path, b"".join(line + gif for line in lines))
    assert [(r.url, r.error) for r in records] == [(f"http://example.jp/{n}", None) for n in range(3)]
    assert not gaps
