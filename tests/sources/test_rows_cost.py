"""What hostile row files cost: CPU grows as their bytes do, memory stays near that of the largest row."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from cost import grows_linearly
from yurai.sources.rows import Note, Row, Span, read_rows, row_kind
from yurai.sources.rows import lines as lines_module
from yurai.sources.rows import row as row_module
from yurai.sources.rows.mend import mended
from yurai.sources.rows.shapes import HEAD, shape_of
from yurai.sources.rows.weight import too_many_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MIB = 1 << 20
GOOD = b'{"text": "a good row"}\n'
FRAME, MEMBER = zstandard.compress(b"\n"), gzip.compress(b"\n", mtime=0)
SKIPPABLE = b"\x50\x2a\x4d\x18\0\0\0\0"


def packed(parts: Iterable[bytes]) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return b"".join([*map(packer.compress, parts), packer.flush()])


def read(path: Path) -> list[Row | Span | Note]:
    kind = row_kind(path.name)
    assert kind
    return list(read_rows(path, kind, {}))


def errors(path: Path) -> list[str | None]:
    return [item.error for item in read(path) if isinstance(item, Row)]


FILES: dict[str, Callable[[int], bytes]] = {
    "blank lines": lambda n: b"\n" * n * 200,
    "lines of blanks": lambda n: b" \t\r\n" * n * 40,
    "blanks without a line feed": lambda n: b" " * n * 200,
    "one long line": lambda n: b'{"text": "' + b"x" * n * 200 + b'"}',
    "one long line in pieces of gzip": lambda n: gzip.compress(b'{"text": "' + b"x" * n * 200 + b'"}'),
    "lines that are no JSON": lambda n: b"x\n" * n,
    "empty objects": lambda n: b"{}\n" * n,
    "NaN in every row": lambda n: b'{"text":"a","n":NaN}\n' * (n // 4),
    "members of a line feed": lambda n: MEMBER * n,
    "empty members": lambda n: gzip.compress(b"", mtime=0) * n,
    "frames between skippable ones": lambda n: (FRAME + SKIPPABLE) * (n // 4),
    "skippable frames": lambda n: SKIPPABLE * n,
    "lz4 frames": lambda n: lz4.frame.compress(b"\n") * n,
    "lz4 frames of large blocks": lambda n: lz4.frame.compress(b"\n", block_size=7) * (n // 16),
    "a damaged member behind many": lambda n: MEMBER * n + MEMBER[:-8] + bytes(8),
    "zeros behind a member": lambda n: MEMBER + bytes(n * 200),
}


@pytest.mark.parametrize("name", FILES)
def test_reading_lines_costs_what_the_bytes_do(name: str, tmp_path: Path) -> None:
    def prepare(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}.jsonl"
        path.write_bytes(FILES[name](size))
        return lambda: read(path)

    assert grows_linearly(prepare, 10_000)


LINES: dict[str, Callable[[int], bytes]] = {
    "escaped quotes": lambda n: b'{"a":"' + b'\\"' * n,
    "quotes": lambda n: b'{"' + b'"' * n,
    "NaN": lambda n: b"{" + b"NaN," * n,
    "halves": lambda n: b'{"a":"' + b"\\ud83d" * n,
    "backslashes": lambda n: b'{"' + b"\\" * n,
    "digits": lambda n: b'{"a":' + b"9" * n + b"x",
    "numbers with exponents": lambda n: b'{"a":' + b"1e1" * n,
    "points": lambda n: b'{"a":' + b"1." * n + b"NaN",
    "bytes that are no text": lambda n: b'{"' + b"\xe3\x81" * n,
    "minuses": lambda n: b'{"a":' + b"-" * n + b"Infinity",
    "brackets": lambda n: b'{"a":' + b"[" * n,
    "objects": lambda n: b'{"a":[' + b"{}," * n,
}


@pytest.mark.parametrize("name", LINES)
def test_mending_and_weighing_a_line_cost_what_it_is_long(name: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        line = LINES[name](size)
        return lambda: (mended(line), too_many_values(line), shape_of(line[:HEAD]))

    assert grows_linearly(prepare, 40_000)


def bare_object(field: bytes, value: bytes, n: int) -> Iterable[bytes]:
    yield b'{"text":"x","' + field + b'":['
    yield from [value * (MIB // len(value))] * n
    yield b"1]}\n"


LONG: dict[str, tuple[Callable[[], bytes], str | None, int]] = {
    "a long text": (lambda: packed([b'{"text":"', *[b"(" * MIB] * 60, b'"}\n']), None, 250),
    "a long text of brackets": (lambda: packed([b'{"text":"', *[b"[{" * (MIB // 2)] * 60, b'"}\n']), None, 250),
    "a long text with an emoji": (lambda: packed(['{"text":"\U0001f600'.encode(), *[b"x" * MIB] * 60, b'"}\n']), None, 450),
    "a line of lists": (lambda: packed(bare_object(b"a", b"[],", 60)), "line-too-long", 250),
    "a line of objects": (lambda: packed(bare_object(b"a", b'{"a":[]},', 60)), "line-too-long", 250),
    "a line of numbers": (lambda: packed(bare_object(b"a", b"1000,", 60)), "line-too-long", 250),
    "a line of names": (
        lambda: packed([b'{"text":"x"', *(b',"%07x":1' % number for number in range(3 * MIB)), b"}\n"]),
        "line-too-long", 250,
    ),
    "bytes that are no text": (lambda: packed([b'{"text":"', *[b"\xff" * MIB] * 60, b'"}\n']), "line-too-long", 250),
    "a line over the limit": (lambda: packed([*[b"z" * MIB] * 74, b"\n"]), "line-too-long", 200),
}  # fmt: skip


PEAK = """
import resource, sys
from pathlib import Path
from yurai.sources.rows import Row, fields, read_rows, row_kind
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
before = peak()
path = Path(sys.argv[1])
items = (item for item in read_rows(path, row_kind(path.name), {}) if isinstance(item, Row))
errors = [item.error or fields(item.values).error for item in items]
print(peak() - before, *sorted({str(error) for error in errors}))
"""


def growth(path: Path) -> tuple[int, list[str]]:
    """MiB that reading takes in a process of its own, on top of what its imports took; and the errors."""
    said = subprocess.run([sys.executable, "-c", PEAK, path], check=True, capture_output=True, text=True).stdout
    size, *found = said.split()
    return int(size), found


@pytest.mark.parametrize("name", LONG)
def test_a_long_line_takes_a_small_multiple_of_the_largest_row(name: str, tmp_path: Path) -> None:
    make, error, most = LONG[name]
    (tmp_path / "x.jsonl").write_bytes(make())
    size, found = growth(tmp_path / "x.jsonl")
    assert found == [str(error)]
    assert size < most


def test_a_row_of_many_values_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.sources.rows import weight

    monkeypatch.setattr(weight, "MAX_VALUES", 64_000)
    monkeypatch.setattr(weight, "CHUNK", 100)
    assert not too_many_values(json.dumps({"text": "x", "a": [1] * 900}).encode())
    assert too_many_values(json.dumps({"text": "x", "a": [1] * 1100}).encode())
    assert not too_many_values(json.dumps({"text": '[{,\\"' * 5000, "a": [1] * 900}).encode())
    assert too_many_values(json.dumps({"text": '[{,\\"' * 5000, "a": [1] * 1100}).encode())
    assert not too_many_values(b'{"text": "' + b"[" * 5000)


def test_lines_are_as_many_as_can_be_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "FREE_ROWS", 1000)
    data = packed([GOOD, b"{}\n" * 200_000, GOOD])
    (tmp_path / "x.jsonl").write_bytes(data)
    items = read(tmp_path / "x.jsonl")
    assert sum(isinstance(item, Row) for item in items) == 1000 + len(data)
    assert sum(item.bytes for item in items if isinstance(item, Span)) == len(data)
    assert any("breaks off (inflate-limit)" in item.message for item in items if isinstance(item, Note))
    (tmp_path / "y.jsonl").write_bytes(b"1\n" * 200_000)
    assert len(errors(tmp_path / "y.jsonl")) == 200_000  # each has bytes of its own


PIECES = [1, 2, 3, 7, 64, MIB]


@pytest.mark.parametrize("piece", PIECES)
def test_lines_are_the_same_in_pieces_of_any_size(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.sources.rows import inflate

    monkeypatch.setattr(inflate, "PIECE", piece)
    data = b"\n\n  a \n \t\n\r\nbb\r\n\n  c\n   " + b"d" * 100 + b"\n \n e"
    expected, start = [], 0
    for line in data.split(b"\n"):
        if line.strip():
            expected.append((start, line, len(line), None))
        start += len(line) + 1
    assert list(lines_module.lines(inflate.Inflow(data))) == expected


def parquet(path: Path, table: pa.Table, **options: object) -> Path:
    pq.write_table(table, path, **options)  # type: ignore[arg-type]
    return path


def repeated(column: str, rows: int) -> pa.Table:
    """A column of one value of 1 MiB, which its dictionary holds once."""
    one = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["A" * MIB]))
    return pa.table({"text": ["words"] * rows} | {column: one})


@pytest.mark.parametrize("column", ["text", "content", "title", "url", "id", "date"])
def test_a_dictionary_bomb_in_any_column_is_stopped(column: str, tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", repeated(column, 2000), compression="zstd")
    size, found = growth(path)
    assert found == ["None", "inflate-limit"]
    assert size < 350
    assert errors(path).count("inflate-limit") == 2000 - 64


def test_a_text_over_the_limit_in_parquet_is_one_failed_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.sources.rows import parquet as parquet_module

    monkeypatch.setattr(parquet_module, "MAX_LINE", 1000)
    path = parquet(tmp_path / "x.parquet", pa.table({"text": ["a" * 1000, "b" * 1001, "c"]}))
    assert errors(path) == [None, "body-too-large", None]


@pytest.mark.parametrize("shape", ["row groups", "columns", "pages"])
def test_reading_parquet_costs_what_its_parts_do(shape: str, tmp_path: Path) -> None:
    def prepare(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}.parquet"
        if shape == "row groups":
            parquet(path, pa.table({"text": ["a"] * size}), row_group_size=1)
        elif shape == "columns":
            parquet(path, pa.table({"text": ["a"], **{f"c{number}": [1] for number in range(size)}}))
        else:
            table = pa.table({"text": [f"{number}" for number in range(size * 20)]})
            parquet(path, table, data_page_size=1, write_batch_size=10, use_dictionary=False)
        return lambda: read(path)

    assert grows_linearly(prepare, 500)


def test_limits_are_of_one_size() -> None:
    assert row_module.MAX_VALUES == 4 * row_module.MAX_LINE
    assert row_module.BATCH_BYTES == row_module.MAX_LINE
