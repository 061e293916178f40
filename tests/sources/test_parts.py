"""Ranges of a file give the rows of the whole, wherever they are cut, and every byte stands in one of them."""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warc_samples import PACKERS, gz, pack, response, sample_records, warc_record
from yurai.sources.parts.cut import cut
from yurai.sources.parts.fetch import fetch_part, read_part
from yurai.sources.rows import Row, Span, read_rows, row_kind
from yurai.sources.warc import Gap, Record, read_file
from yurai_manifests.errors import ShardError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from yurai.sources.parts.part import Part


class Forgetful:
    """Verdicts of a reader that is never given up."""

    def get(self, _: int, /) -> int | None:
        return None

    def put(self, offset: int, stopped: int, /) -> None:
        raise AssertionError((offset, stopped))


def parts_of(path: Path, split: int) -> list[Part]:
    """The ranges of a file, which tile it."""
    data = path.read_bytes()
    parts, why = cut(path, path.name, {}, lambda: hashlib.sha256(data).hexdigest(), split)
    assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
    assert parts[-1].end == len(data)
    assert why
    return parts


def in_parts(path: Path, parts: Iterable[Part], spool: Path) -> list[Any]:
    spool.mkdir(exist_ok=True)
    items: list[Any] = []
    for part in parts:
        local = fetch_part(str(path), path.name, part, spool)
        found = items_of(local, path.name, part)
        bytes_of_gaps = sum(one.bytes for one in found if isinstance(one, Gap | Span))
        records = {one.offset: one.length for one in found if isinstance(one, Record)}
        assert bytes_of_gaps + sum(records.values()) == part.end - part.start
        items += found
    return items


def items_of(local: Path, name: str, part: Part) -> list[Any]:
    if kind := row_kind(name):
        return [*read_rows(local, kind, {}, (part.start, part.end))]
    return [*read_part(local, part, Forgetful())]


def whole(path: Path) -> list[Any]:
    kind = row_kind(path.name)
    return [*read_rows(path, kind, {})] if kind else [*read_file(path)]


def rows(items: list[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, Row | Record)]


def gaps(items: list[Any]) -> list[Any]:
    return [item for item in items if isinstance(item, Gap)]


def check(path: Path, spool: Path, splits: Iterable[int]) -> int:
    """Hold the ranges to the whole, and return in how many the smallest split cut it."""
    expected, count = whole(path), 0
    for split in splits:
        parts = parts_of(path, split)
        found = in_parts(path, parts, spool)
        assert rows(found) == rows(expected)
        assert gaps(found) == gaps(expected)
        count = max(count, len(parts))
    return count


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("packing", PACKERS)
def test_archives_of_every_packing(packing: str, tmp_path: Path) -> None:
    archive = PACKERS[packing]()
    path = written(tmp_path / f"x.{packing}", archive.data)
    assert check(path, tmp_path / "spool", (1, 700, 2000)) >= len(archive.units) - 1


def hostile(number: int) -> bytes:
    """A record whose body holds magics, members and whole records, as they would stand in a file."""
    inner = [response(900 + number, b"<p>not a record of the file</p>"), gz(response(number, b"<p>inner</p>"))]
    noise = random.Random(number).randbytes(97)
    return response(number, b"\x1f\x8b\x08" * 5 + b"".join(inner) + noise + b"\nWARC/1.0\r\nWARC-Type: x\r\n\r\n")


def stored(data: bytes) -> bytes:
    """A gzip member that is not compressed: the magics in its body are bytes of the file."""
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize("packed", [False, True])
def test_bodies_that_hold_records_and_members(packed: bool, tmp_path: Path) -> None:
    data = pack([hostile(number) for number in range(1, 25)], stored if packed else bytes).data
    assert data.count(b"\x1f\x8b\x08") > 24
    path = written(tmp_path / "x.warc", data)
    assert check(path, tmp_path / "spool", (1, 1000, 4001)) == 24


@pytest.mark.parametrize("seed", range(8))
def test_damaged_archives(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    packing = ("warc", "warc.gz", "arc", "dict.warc.zst")[seed % 4]
    data = bytearray(PACKERS[packing]().data * 2)
    for _ in range(3):
        at = chance.randrange(len(data))
        how = chance.randrange(3)
        if how == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            del data[at : at + chance.randrange(200)]
        else:
            data[at:at] = chance.randbytes(chance.randrange(200))
    path = written(tmp_path / f"x.{packing}", bytes(data))
    check(path, tmp_path / "spool", (1, 400, 1500))


def test_one_member_stays_one_range(tmp_path: Path) -> None:
    path = written(tmp_path / "x.warc.gz", gz(b"".join(sample_records())))
    parts, why = cut(path, path.name, {}, lambda: "0" * 64, 100)
    assert len(parts) == 1
    assert "unit" in why


def test_a_lying_length_never_hides_a_cut(tmp_path: Path) -> None:
    lying = [warc_record("resource", n, b"x" * 50, Content_Length=str(60 + 97 * n)) for n in range(1, 12)]
    data = pack([one for pair in zip(sample_records(), lying, strict=False) for one in pair], bytes).data
    check(written(tmp_path / "x.warc", data), tmp_path / "spool", range(1, 2000, 333))


def line(number: int) -> bytes:
    return json.dumps({"text": f"文 {number} " * (number % 9), "url": f"https://example.jp/{number}"}).encode()


def test_lines_of_any_kind(tmp_path: Path) -> None:
    odd = [
        b"",
        b"  ",
        b"[1]",
        b"{broken",
        b"\x1f\x8b\x08{",
        b"\x50\x2a\x4d\x18aaaa",
        b'\xef\xbb\xbf{"text": "bom"}',
        b"\r",
    ]
    chance = random.Random(3)
    lines = [line(number) if chance.random() < 0.7 else chance.choice(odd) for number in range(200)]
    for name, ending in (("x.jsonl", b"\n"), ("y.jsonl", b"\r\n")):
        path = written(tmp_path / name, ending.join([line(1), *lines]))
        assert check(path, tmp_path / "spool", (50, 777, 5000)) > 50


@pytest.mark.parametrize("pack_lines", [gz, lambda data: gz(data[:90]) + gz(data[90:])])
def test_packed_lines_stay_one_range(pack_lines: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl.gz", pack_lines(b"\n".join(map(line, range(300)))))
    parts, why = cut(path, path.name, {}, lambda: "0" * 64, 100)
    assert len(parts) == 1
    assert "packed" in why


def test_row_groups(tmp_path: Path) -> None:
    table = pa.table({"text": [f"text {n} " * (n % 50) for n in range(500)], "url": [f"u{n}" for n in range(500)]})
    for size in (40, 100, 500):
        path = tmp_path / f"x{size}.parquet"
        pq.write_table(table, path, row_group_size=size)
        assert check(path, tmp_path / "spool", (1, 500, 3000)) == -(-500 // size)


def test_damaged_parquet_stays_one_range(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"text": [f"text {n}" * 30 for n in range(500)]}), path, row_group_size=50)
    data = bytearray(path.read_bytes())
    at = pq.ParquetFile(path).metadata.row_group(3).column(0).dictionary_page_offset
    assert at is not None
    data[at : at + 8] = bytes(8)
    path.write_bytes(data)
    assert len(parts_of(path, 100)) == 1
    check(path, tmp_path / "spool", (100,))


def test_a_range_that_changed_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl", b"\n".join(map(line, range(100))))
    parts = parts_of(path, 500)
    path.write_bytes(path.read_bytes().replace("文".encode(), b"xyz").replace(b"\\u6587", b"\\u6588"))
    with pytest.raises(ShardError, match="has other bytes from"):
        fetch_part(str(path), path.name, parts[1], tmp_path)
