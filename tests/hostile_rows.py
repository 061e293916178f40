"""Row files that are made to cost: each kind at any size, where twice the size may cost twice the time and no more."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from yurai.sources.rows import Row, fields, read_rows, row_kind

MEMBER: Final = gzip.compress(b'{"text":"a row"}\n', mtime=0)
MIB: Final = 1 << 20


def text(value: bytes) -> bytes:
    """One row of that text, as it stands between quotes."""
    return b'{"text":"' + value + b'"}\n'


def table(columns: dict[str, object], **options: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def nested(n: int) -> bytes:
    """A column of lists of objects of lists."""
    value = [{"a": [{"b": ["c"] * 3}] * 3}] * 3
    return table({"text": ["a"] * n, "more": [value] * n})


def described(n: int) -> bytes:
    """A footer of that many pairs of metadata."""
    schema = pa.schema([("text", pa.string())], metadata={f"k{number}": "v" * 30 for number in range(n)})
    out = io.BytesIO()
    pq.write_table(pa.table({"text": ["a"]}, schema=schema), out)
    return out.getvalue()


LINES: Final[dict[str, tuple[Callable[[int], bytes], int]]] = {
    "long names": (lambda n: b'{"' + b"k" * n * 100 + b'":1,"text":"a"}\n', 20_000),
    "many names": (lambda n: json.dumps({f"k{number}": number for number in range(n)}).encode(), 40_000),
    "one name, often": (lambda n: b"{" + b'"a":1,' * n + b'"text":"a"}\n', 100_000),
    "many rows of names": (
        lambda n: (json.dumps({f"k{number}": 1 for number in range(99)}).encode() + b"\n") * n,
        1_000,
    ),
    "deep lists": (lambda n: b'{"text":"a","b":' + b"[" * n + b"]" * n + b"}\n", 500_000),
    "rows of deep lists": (lambda n: (b'{"text":"a","b":' + b"[" * 900 + b"]" * 900 + b"}\n") * n, 1_000),
    "halves of pairs": (lambda n: text(b"\\ud83d" * n), 200_000),
    "rows of halves": (lambda n: text(b"\\udc00\\ud83d") * n, 10_000),
    "escapes": (lambda n: text(b"\\u00e9\\n\\t\\\\" * n), 100_000),
    "bytes that are no text": (lambda n: text(b"\xff\xc0\xe3") * n, 20_000),
    "infinities": (lambda n: b'{"text":"a","b":[Infinity,-Infinity,NaN]}\n' * n, 2_000),
    "long numbers": (lambda n: (b'{"text":"a","b":' + b"9" * 4_000 + b"}\n") * n, 200),
    "one long number": (lambda n: b'{"text":"a","b":' + b"9" * n + b"}\n", 500_000),
    "an array": (lambda n: b"[" + b'{"text":"a"},' * n + b"{}]", 50_000),
    "pretty JSON": (lambda n: b"[\n" + b'  {\n    "text": "a"\n  },\n' * n + b"]", 10_000),
    "UTF-16": (lambda n: '{"text":"a"}\n'.encode("utf-16-le") * n, 20_000),
    "byte order marks": (lambda n: b'\xef\xbb\xbf{"text":"a"}\n' * n, 20_000),
    "carriage returns": (lambda n: b'{"text":"a"}\r' * n, 100_000),
    "NULs": (bytes, 4_000_000),
    "dates": (lambda n: b'{"text":"a","date":"Mon, 06 May 2024 07:08:09 GMT"}\n' * n, 5_000),
    "long dates": (lambda n: b'{"text":"a","date":"' + b"2024-" * n + b'"}\n', 200_000),
    "long addresses": (lambda n: b'{"text":"a","url":"http://a.example/' + b"%2e" * n + b'"}\n', 500_000),
    "objects as text": (lambda n: b'{"text":{"text":{"text":"a"}}}\n' * n, 20_000),
    "rows cut short": (lambda n: b'{"text":"a\n' * n, 30_000),
    "half a gzip header": (lambda n: MEMBER + b"\x1f\x8b\x08\x00" * n, 200_000),
    "gzip of zeros": (lambda n: gzip.compress(bytes(MIB), 9, mtime=0) * n, 20),
    "gzip of blank lines": (lambda n: gzip.compress(b"\n" * MIB, 9, mtime=0) * n, 20),
    "frames of rows": (lambda n: zstandard.compress(b'{"text":"a"}\n') * n, 5_000),
    "lz4 of rows": (lambda n: lz4.frame.compress(b'{"text":"a"}\n') * n, 3_000),
    "lz4 of long lines": (lambda n: lz4.frame.compress(text(b"x" * MIB)) * n, 10),
}
TABLES: Final[dict[str, tuple[Callable[[int], bytes], int]]] = {
    "rows": (lambda n: table({"text": ["a"] * n}), 10_000),
    "nulls": (lambda n: table({"text": pa.nulls(n, pa.string())}), 10_000),
    "row groups of a row": (lambda n: table({"text": ["a"] * n}, row_group_size=1), 400),
    "long texts": (lambda n: table({"text": [str(number) + "x" * 9_000 for number in range(n)]}), 2_000),
    "one long text": (lambda n: table({"text": ["x" * n]}, compression="none"), 2_000_000),
    "one text, often": (lambda n: table({"text": ["x" * 9_000] * n}), 2_000),
    "columns": (lambda n: table({"text": ["a"], **{f"c{number}": [1] for number in range(n)}}), 500),
    "long names of columns": (
        lambda n: table({"text": ["a"], **{f"c{number}" * 900: [1] for number in range(n)}}),
        200,
    ),
    "lists of lists": (nested, 1_000),
    "metadata": (described, 20_000),
    "pages of a row": (
        lambda n: table({"text": [str(number) for number in range(n)]}, data_page_size=1, write_batch_size=1),
        2_000,
    ),
    "dates": (lambda n: table({"text": ["a"] * n, "date": ["Mon, 06 May 2024 07:08:09 GMT"] * n}), 5_000),
    "bytes behind": (lambda n: table({"text": ["a"]}) + b"PAR1" * n, 500_000),
}
KINDS: Final = {f"{name}.jsonl": kind for name, kind in LINES.items()} | {
    f"{name}.parquet": kind for name, kind in TABLES.items()
}
"""File name, generator, and a size at which it costs some hundredths of a second."""


def read(path: Path) -> list[str | None]:
    """Read a row file of a name in `KINDS`, and the fields of its rows; return why rows failed."""
    kind = row_kind(path.name)
    assert kind is not None
    rows = (item for item in read_rows(path, kind, {}) if isinstance(item, Row))
    return [row.error or fields(row.values).error for row in rows]
