"""Files that were cut, flipped, zeroed, torn or mixed up, and the check that reading keeps what the damage left whole.

Every container of records, of rows and PDF; bench/attacks.py tries thousands, tests a seeded share.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from pdf_samples import encrypted, pdf
from row_helpers import read as read_rows
from warc_samples import PACKERS, Archive, read_bytes
from yurai.extraction import Page
from yurai.sources.rows import Row
from yurai.sources.warc import Record

HOWS: Final = ("cut", "flip", "flip", "zero", "insert", "remove", "copy")
ROWS: Final = [
    {"text": f"Row {number}: " + hashlib.sha256(bytes([number])).hexdigest() * 3, "url": f"https://example.jp/{number}"}
    for number in range(60)
]
GROUP: Final = 20
"""Rows of one member, frame or row group."""


@dataclass(frozen=True)
class Damage:
    """What was done to a whole file; `[start, stop)` of its bytes are no longer as they were."""

    container: str
    how: str
    start: int
    stop: int
    seed: int

    def __str__(self) -> str:
        return f"{self.container}: {self.how} {self.start}-{self.stop}"

    def of(self, data: bytes) -> bytes:
        """The damaged file."""
        rng = random.Random(self.seed)
        before, inside, after = data[: self.start], data[self.start : self.stop], data[self.stop :]
        if self.how == "cut":
            return before
        if self.how == "flip":
            return before + bytes([inside[0] ^ 1 << rng.randrange(8)]) + after
        if self.how == "zero":
            return before + bytes(len(inside)) + after
        if self.how == "insert":
            return before + rng.randbytes(rng.randint(1, 300)) + after
        if self.how == "copy":
            place = rng.randrange(len(data))
            return before + data[place : place + len(inside)].ljust(len(inside), b"\n") + after
        return before + after


def damages(each: int, seed: int = 0) -> list[Damage]:
    """So many damages of each container, drawn."""
    out = []
    for container in CONTAINERS:
        rng = random.Random(f"{seed} {container}")
        size = len(whole(container).data)
        for _ in range(each):
            how, start = rng.choice(HOWS), rng.randrange(size)
            length = {"cut": size, "flip": 1, "insert": 0}.get(how, rng.choice((1, 8, 64, 2_000)))
            out.append(Damage(container, how, start, min(start + length, size), rng.getrandbits(32)))
    return out


# --- whole files ------------------------------------------------------------------------------------------------------


def _lines(rows: list[dict[str, str]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _parquet(**options: str | bool) -> Archive:
    """A Parquet file, and the bytes of each row group."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), out, row_group_size=GROUP, **options)  # type: ignore[arg-type]
    units = []
    meta = pq.ParquetFile(out).metadata
    for number in range(meta.num_row_groups):
        columns = [meta.row_group(number).column(one) for one in range(meta.num_columns)]
        starts = [one.dictionary_page_offset or one.data_page_offset for one in columns]
        ends = [start + one.total_compressed_size for start, one in zip(starts, columns, strict=True)]
        units.append((min(starts), max(ends)))
    return Archive(out.getvalue(), tuple(units))


def _packed(encode: Callable[[bytes], bytes], size: int) -> Archive:
    data, units = b"", []
    for start in range(0, len(ROWS), size):
        unit = encode(_lines(ROWS[start : start + size]))
        units.append((len(data), len(data) + len(unit)))
        data += unit
    return Archive(data, tuple(units))


def _one(data: bytes) -> Archive:
    return Archive(data, ((0, len(data)),))


ROW_FILES: Final[dict[str, Callable[[], Archive]]] = {
    "jsonl": lambda: _packed(bytes, 1),
    "jsonl.gz": lambda: _packed(lambda part: gzip.compress(part, mtime=0), GROUP),
    "jsonl.zst": lambda: _packed(zstandard.ZstdCompressor(write_checksum=True).compress, GROUP),
    "jsonl.lz4": lambda: _packed(lambda part: bytes(lz4.frame.compress(part, content_checksum=True)), GROUP),
    "parquet": lambda: _parquet(compression="zstd"),
    "plain.parquet": lambda: _parquet(compression="none", use_dictionary=False),
    "checked.parquet": lambda: _parquet(compression="snappy", write_page_checksum=True),
}
PDF_FILES: Final[dict[str, Callable[[], Archive]]] = {
    "pdf": lambda: _one(pdf("Nobody knows who moored the boat.", "\u6e2f\u306f\u9759\u304b\u3060", title="Pier")),
    "locked.pdf": lambda: _one(encrypted("Nobody knows who moored the boat.")),
}
CONTAINERS: Final = {**PACKERS, **ROW_FILES, **PDF_FILES}


@cache
def whole(container: str) -> Archive:
    return CONTAINERS[container]()


def page_of(damage: Damage) -> Page:
    """A damaged PDF, for the sandbox."""
    return Page(
        str(damage), damage.of(whole(damage.container).data), "application/pdf", None, "http://a.example/", None
    )


# --- the check --------------------------------------------------------------------------------------------------------


def wrong(damage: Damage, path: Path) -> str:
    """What is wrong with reading that file of records or rows; "" where nothing is. PDFs are for the sandbox."""
    check = _wrong_records if damage.container in PACKERS else _wrong_rows
    try:
        return check(damage, path)
    except Exception as error:  # noqa: BLE001 - whatever reading raises is what is wrong
        return f"{error!r}"[:300]


def _untouched(damage: Damage, margin: int) -> list[int]:
    """Units that keep all their bytes, and those on either side where they have no frame of their own."""
    start, stop = damage.start - margin, damage.stop + margin
    return [number for number, (a, b) in enumerate(whole(damage.container).units) if b <= start or a >= stop]


def _wrong_records(damage: Damage, path: Path) -> str:
    archive = whole(damage.container)
    framed = damage.container not in {"warc", "arc"}
    if damage.container.startswith("dict") and damage.start < archive.units[0][0]:
        read_bytes(path.parent, damage.of(archive.data), path.name)
        return ""  # every record needs the dictionary
    before = read_bytes(path.parent, archive.data, path.name)[0]
    after, _ = read_bytes(path.parent, damage.of(archive.data), path.name)
    found = {_content(record) for record in after}
    lost = [number for number in _untouched(damage, 0 if framed else 4) if _content(before[number]) not in found]
    if lost:
        return f"records {lost} are whole and not as they were"
    if framed:
        bodies = {record.body for record in before}
        made_up = [one for one in after if one.error is None and one.body and one.body not in bodies]
        return f"{len(made_up)} records are whole and were not there" if made_up else ""
    return ""


def _content(record: Record) -> Record:
    """A record without its place, which moves, and without what the record behind it says of the line ends."""
    return replace(record, offset=0, flags=tuple(flag for flag in record.flags if flag != "odd-separator"))


def _wrong_rows(damage: Damage, path: Path) -> str:
    kept = _untouched(damage, 1 if damage.container == "jsonl" else 0)
    if damage.container.endswith("parquet"):
        kept = kept if damage.how in {"flip", "zero", "copy"} and _in_groups(damage) else []
    elif damage.container != "jsonl":  # behind damage, rows of a stream are lost, and that is told
        kept = [number for number in kept if whole(damage.container).units[number][1] <= damage.start]
    rows, _, notes = read_rows(path, damage.of(whole(damage.container).data), f"x.{damage.container}")
    found = [_text_of(row) for row in rows if row.error is None]
    size = 1 if damage.container == "jsonl" else GROUP
    expected = [row for number in kept for row in ROWS[number * size : (number + 1) * size]]
    lost = [row["url"] for row in expected if row not in found]
    if lost:
        return f"{len(lost)} rows are whole and not as they were, the first {lost[0]}"
    silent = damage.container.startswith("jsonl.") and found != ROWS and not notes and not _failed(rows)
    return "rows are lost, and nothing tells" if silent else ""


def _text_of(row: Row) -> dict[str, str]:
    """Values of a row; Parquet gives text as the bytes that it stands in."""
    return {
        role: value.decode(errors="replace") if isinstance(value, bytes) else value
        for role, value in row.values.items()
    }


def _in_groups(damage: Damage) -> bool:
    """Whether damage to a Parquet file is in its pages, not in the footer that says where they are."""
    return damage.start >= 4 and damage.stop <= whole(damage.container).units[-1][1]


def _failed(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.error]
