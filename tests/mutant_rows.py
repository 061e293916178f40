"""Mutants of row files: lines of odd JSON in odd streams, and Parquet of any type and writer, its footer mutated.

Judged by the law: spans cover the file, every line or claimed row is a row here or told of.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

import hostile_damage
from mutant_records import gzip_unit, split_units, zstd_unit
from mutants import NUMBERS, Judged, Kind, damaged, maybe, shuffled, twice
from row_helpers import lost
from row_helpers import read as read_rows
from warc_samples import lz4_frame
from yurai.sources.rows import fields

NAMES: Final = ("text", "url", "title", "date", "id", "content", "meta", "", "\0", "\u6e2f", "raw_content", "timestamp")
WORDS: Final = "Nobody knows who moored the boat at the old pier. "


def value(rng: random.Random, depth: int = 0) -> Any:
    """A JSON value of any type."""
    plain: tuple[Callable[[], Any], ...] = (
        lambda: WORDS * rng.randint(0, 4),
        lambda: "https://example.jp/" + "".join(rng.choices("ab/%?#\u3042", k=rng.randint(0, 20))),
        lambda: rng.choice(("2024-05-06T07:08:09Z", "2024", "9999-99-99", "Mon, 06 May 2024 07:08:09 GMT", "")),
        lambda: rng.choice(NUMBERS) * rng.choice((1, -1, 10**30)),
        lambda: rng.choice((0.1, 1e308, -0.0, float("nan"), float("inf"), None, True, False)),
        lambda: "".join(
            chr(rng.choice((0, 9, 10, 0x7F, 0x85, 0x2028, 0xD800, 0xDFFF, 0xFFFD, 0x1F600))) for _ in range(4)
        ),
    )
    if depth < 3 and maybe(rng, 0.2):
        return [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    if depth < 3 and maybe(rng, 0.2):
        return {rng.choice(NAMES): value(rng, depth + 1) for _ in range(rng.randint(0, 3))}
    return rng.choice(plain)()


def line(rng: random.Random) -> bytes:
    """One line: an object with a text, one of anything, or damaged."""
    row: Any = {"text": WORDS * rng.randint(1, 3)} if maybe(rng, 0.8) else {}
    row |= {rng.choice(NAMES): value(rng) for _ in range(rng.randint(0, 3))}
    row = value(rng) if maybe(rng, 0.05) else row
    made = json.dumps(row, ensure_ascii=maybe(rng, 0.7)).encode("utf-8", "surrogatepass")
    if maybe(rng, 0.1):  # a name twice, an object not closed, two in a row
        made = rng.choice(
            (made[:-1] + b',"text":"again"}', made[:-1], made + made, b"[" + made + b"]", made.replace(b":", b""))
        )
    if maybe(rng, 0.05):
        made = b"[" * rng.choice((10, 900, 2_000)) + made
    made = damaged(made, rng) if maybe(rng, 0.15) else made
    return rng.choice((b"\xef\xbb\xbf", b" ", b"\0")) + made if maybe(rng, 0.05) else made


def lines(rng: random.Random) -> list[bytes]:
    end = rng.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\n"))
    made = [line(rng) + end for _ in range(rng.randint(0, 8))]
    if maybe(rng, 0.1):
        made = [
            rng.choice((b"\xff\xfe", b"\xef\xbb\xbf", b"[\n", b"text\n", b"PAR1", b"WARC/1.0\r\n", b"PK\3\4")),
            *made,
        ]
    if made and maybe(rng, 0.2):
        made[-1] = made[-1].removesuffix(end)
    return made


def jsonl(rng: random.Random) -> bytes:
    """A stream of lines, plain or in members and frames whose borders fall anywhere."""
    units: tuple[Callable[[bytes, random.Random], bytes], ...] = (
        lambda data, _: data,
        gzip_unit,
        zstd_unit,
        lambda data, _: lz4_frame(data),
    )
    unit = rng.choice(units)
    parts = [unit(part, rng) for part in split_units(lines(rng), rng)]
    if maybe(rng, 0.1):
        parts.insert(
            rng.randint(0, len(parts)),
            rng.choice((bytes(99), unit(b"", rng), rng.randbytes(20), rng.choice(units)(b"{}", rng))),
        )
    made = b"".join(parts)
    return damaged(made, rng) if maybe(rng, 0.3) else made


# --- Parquet ----------------------------------------------------------------------------------------------------------

TYPES: Final[tuple[tuple[pa.DataType, Callable[[random.Random], Any]], ...]] = (
    (pa.string(), lambda rng: WORDS * rng.randint(0, 2)),
    (pa.large_string(), lambda rng: "\u6e2f" * rng.randint(0, 9)),
    (pa.binary(), lambda rng: rng.randbytes(rng.randint(0, 9))),
    (pa.binary(4), lambda rng: rng.randbytes(4)),
    (pa.int8(), lambda rng: rng.randint(-128, 127)),
    (pa.uint64(), lambda rng: rng.choice(NUMBERS)),
    (pa.float64(), lambda rng: rng.choice((0.1, float("nan"), float("-inf")))),
    (pa.bool_(), lambda rng: maybe(rng, 0.5)),
    (pa.date32(), lambda rng: rng.choice((0, 19_000, -800_000, 2_932_896))),
    (pa.timestamp("us", "UTC"), lambda rng: rng.choice((0, 1_714_979_289_000_000, -(2**62), 2**62))),
    (pa.timestamp("ns"), lambda rng: rng.choice((0, 1_714_979_289_000_001_000, -(2**62) // 1000 * 1000))),
    (pa.time64("us"), lambda rng: rng.randrange(86_400_000_000)),
    (pa.decimal128(20, 3), lambda rng: rng.randint(-999, 999)),
    (pa.null(), lambda _: None),
    (pa.list_(pa.string()), lambda rng: [WORDS] * rng.randint(0, 3)),
    (pa.struct([("text", pa.string()), ("url", pa.list_(pa.int32()))]), lambda _: {"text": WORDS, "url": [1]}),
    (pa.map_(pa.string(), pa.string()), lambda _: [("k", "v")]),
)


def column(rng: random.Random, count: int) -> pa.Array:
    kind, make = TYPES[0] if maybe(rng, 0.4) else rng.choice(TYPES)
    array = pa.array([None if maybe(rng, 0.1) else make(rng) for _ in range(count)], kind)
    return array.dictionary_encode() if kind == pa.string() and maybe(rng, 0.2) else array


def table(rng: random.Random) -> bytes:
    """A table of columns of any type, as some writer writes it."""
    count = rng.choice((0, 1, 3, 40))
    names = rng.sample(NAMES, rng.randint(1, 4))
    names = names if "text" in names or maybe(rng, 0.1) else ["text", *names]
    arrays = [pa.array([WORDS + str(n) for n in range(count)]) if name == "text" and maybe(rng, 0.8) else column(rng, count)
              for name in names]  # fmt: skip
    out = io.BytesIO()
    pq.write_table(
        pa.table(arrays, names=names), out,
        row_group_size=rng.choice((1, 7, 100)), compression=rng.choice(("none", "snappy", "gzip", "zstd", "lz4", "brotli")),
        use_dictionary=maybe(rng, 0.5), data_page_version=rng.choice(("1.0", "2.0")), data_page_size=rng.choice((1, 100, 1 << 20)),
        write_page_index=maybe(rng, 0.3), write_page_checksum=maybe(rng, 0.3), write_statistics=maybe(rng, 0.7),
        version=rng.choice(("1.0", "2.4", "2.6")), use_deprecated_int96_timestamps=maybe(rng, 0.1),
        coerce_timestamps=rng.choice((None, None, "us")), allow_truncated_timestamps=True,
    )  # fmt: skip
    return out.getvalue()


def varint(number: int) -> bytes:
    """An integer as Thrift's compact protocol has it, zigzag: what counts, sizes and offsets of a footer are."""
    left, out = number << 1 ^ number >> 63, bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


def footer_mutated(data: bytes, rng: random.Random) -> bytes:
    """Other numbers, types and fields in the footer, whose own length is right, or in a page's header."""
    size = int.from_bytes(data[-8:-4], "little")
    body, footer = data[: -8 - size], bytearray(data[-8 - size : -8])
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(footer))
        stop = at
        while stop < len(footer) - 1 and footer[stop] & 0x80:
            stop += 1
        number = rng.choice((*NUMBERS, len(body), len(body) - 1, -1, rng.randrange(len(body) + 1)))
        part = rng.choice((varint(number), bytes([rng.randrange(256)]), footer[at : at + 9] * 2, b""))
        footer[at : stop + 1] = part
    said = len(footer) + rng.choice((0, 0, 0, 0, 1, -1, 2**31))
    return body + bytes(footer) + (said & 0xFFFFFFFF).to_bytes(4, "little") + data[-4:]


def parquet(rng: random.Random) -> bytes:
    data = hostile_damage.whole(rng.choice(PARQUETS)).data if maybe(rng, 0.3) else table(rng)
    fate = rng.random()
    if fate < 0.15:
        return data
    if fate < 0.7:
        return footer_mutated(data, rng)
    if fate < 0.8:
        pieces = [data[a : a + 64] for a in range(0, len(data), 64)]
        return b"".join(shuffled(pieces, rng))
    return damaged(data, rng)


PARQUETS: Final = [name for name in hostile_damage.ROW_FILES if name.endswith("parquet")]


# --- the check --------------------------------------------------------------------------------------------------------


def _judge(name: str, data: bytes, path: Path) -> Judged:
    (rows, spans, notes), wrong = twice(lambda: _read(name, data, path))
    failed = [row for row in rows if row.error or fields(row.values).error]
    if not rows and lost(spans) and not notes:
        wrong = wrong or "nothing is read, and nothing tells"
    if [row.offset for row in rows] != sorted({row.offset for row in rows}):
        wrong = wrong or "rows are not in order, or one comes twice"
    return Judged(wrong, bool(failed or notes or lost(spans)))


def _read(name: str, data: bytes, path: Path) -> Any:
    """What is read, and the words for it: values may hold NaN, which is not itself."""
    rows, spans, notes = read_rows(path, data, name)
    return Reading((rows, spans, notes))


class Reading(tuple[Any, ...]):
    """Equal where it is written the same."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return repr(tuple(self)) == repr(tuple(other)) if isinstance(other, Reading) else False

    __hash__ = tuple.__hash__


def _judge_lines(data: bytes, path: Path) -> Judged:
    """As rows; of a plain file each line that is not blank is a row, and stands where it says."""
    judged = _judge("x.jsonl", data, path)
    if judged.wrong or not _is_plain(data):
        return judged
    rows, _, _ = read_rows(path, data)
    lines_of = [one for one in data.split(b"\n") if one.strip()]
    if len(rows) != len(lines_of):
        return Judged(f"{len(lines_of)} lines are {len(rows)} rows")
    for row, one in zip(rows, lines_of, strict=True):
        if data[row.offset : row.offset + row.length].strip() != one.strip():
            return Judged("a row is not where it says")
    return judged


def _is_plain(data: bytes) -> bool:
    packed = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
    return not data.startswith(packed) and data[1:4] != b"\x2a\x4d\x18"


def _judge_table(data: bytes, path: Path) -> Judged:
    return _judge("x.parquet", data, path)


KINDS: Final = {"jsonl": Kind(jsonl, _judge_lines), "parquet": Kind(parquet, _judge_table)}
