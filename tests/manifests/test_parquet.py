"""Parquet files: bytes follow from the rows alone, and a half-written or damaged file is never taken for a whole one."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yurai_manifests.errors import ContractError, ShardError
from yurai_manifests.parquet import ROW_GROUP, ParquetSink, read_rows
from yurai_manifests.schema import HEADERS

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False, metadata={"doc": "number"}),
        pa.field("text", pa.large_string()),
        pa.field("headers", HEADERS),
        pa.field("never", pa.string()),
        pa.field("score", pa.float32()),
    ],
    metadata={"schema_version": "1.1.0"},
)


def make_rows(count: int) -> pa.Table:
    """Rows with long and empty texts, nested lists, nulls at all levels, and a column that is null throughout."""

    def headers(number: int) -> list[dict[str, str | None]] | None:
        if number % 7 == 3:
            return None
        return [{"name": f"h{place}", "value": None if place == 2 else "v" * place} for place in range(number % 5)]

    values = [
        {
            "id": number,
            "text": None if number % 11 == 5 else f"本文 {number} " * (number % 13),
            "headers": headers(number),
            "never": None,
            "score": number / 3,
        }
        for number in range(count)
    ]
    return pa.Table.from_pylist(values, schema=SCHEMA)


ROWS = make_rows(ROW_GROUP + 300)


def digest_of(rows: pa.Table, batches: list[pa.Table | pa.RecordBatch]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        sink = ParquetSink(Path(folder) / "rows.parquet", SCHEMA)
        for batch in batches:
            sink.write(batch)
        sink.close()
        assert sink.rows == rows.num_rows
        assert pq.read_table(sink.path).equals(rows)
        return hashlib.sha256(sink.path.read_bytes()).hexdigest()


def pieces(rows: pa.Table, cuts: list[int]) -> list[pa.Table]:
    edges = [0, *sorted(min(cut, rows.num_rows) for cut in cuts), rows.num_rows]
    return [rows.slice(start, stop - start) for start, stop in itertools.pairwise(edges)]


LAYOUTS: dict[str, Callable[[pa.Table], pa.Table]] = {
    "as it is": lambda piece: piece,
    "one chunk": lambda piece: piece.combine_chunks(),
    "rebuilt": lambda piece: pa.Table.from_pylist(piece.to_pylist(), schema=SCHEMA),
    "small chunks": lambda piece: (
        pa.concat_tables([piece.slice(start, 97) for start in range(0, piece.num_rows, 97)])
        if piece.num_rows
        else piece
    ),
}
WHOLE = {count: digest_of(ROWS.slice(0, count), [ROWS.slice(0, count)]) for count in (0, 1, 1023, 1024, 1025, 1324)}


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.integers(0, 1400), max_size=6),
    st.lists(st.sampled_from(sorted(LAYOUTS))),
)
def test_bytes_do_not_depend_on_batches_or_chunks(count: int, cuts: list[int], layouts: list[str]) -> None:
    rows = ROWS.slice(0, count)
    kinds = [LAYOUTS[name] for name in layouts or ["as it is"]]
    batches = [kinds[place % len(kinds)](piece) for place, piece in enumerate(pieces(rows, cuts))]
    assert digest_of(rows, list(batches)) == WHOLE[count]


@pytest.mark.parametrize("size", [1, 256, 1000, 1024, 5000])
def test_record_batches_give_the_same_bytes(size: int) -> None:
    rows = ROWS.slice(0, 1025)
    assert digest_of(rows, list(rows.to_batches(max_chunksize=size))) == WHOLE[1025]


def test_row_groups_hold_1024_rows(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "rows.parquet", SCHEMA)
    for piece in pieces(ROWS, [5, 1100]):
        sink.write(piece)
    sink.close()
    found = pq.read_metadata(sink.path)
    assert [found.row_group(place).num_rows for place in range(found.num_row_groups)] == [1024, 300]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop_columns(["text"]), "text: missing"),
        (lambda rows: rows.append_column("extra", rows.column("id")), "order or extra columns"),
        (lambda rows: rows.select([1, 0, 2, 3, 4]), "order or extra columns"),
        (lambda rows: rows.set_column(0, "id", rows.column("id").cast(pa.int32())), "id: int32"),
        (lambda rows: rows.set_column(1, "text", rows.column("text").cast(pa.string())), "text: string"),
        (
            lambda rows: rows.set_column(0, SCHEMA.field("id"), pa.nulls(rows.num_rows, pa.int64())),
            "id may not be null",
        ),
    ],
    ids=["missing", "extra", "order", "int32", "string", "null"],
)
def test_wrong_columns_are_refused(change: Callable[[pa.Table], pa.Table], said: str, tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "rows.parquet", SCHEMA)
    with pytest.raises(ContractError, match=said):
        sink.write(change(ROWS.slice(0, 10)))
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_abort_leaves_nothing(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "rows.parquet", SCHEMA)
    sink.write(ROWS)
    sink.abort()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_lost_rows_is_not_finished(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path / "rows.parquet", SCHEMA)
    sink.write(ROWS.slice(0, 10))
    sink.rows += 1
    with pytest.raises(ShardError, match="holds 10 rows, 11 were written"):
        sink.close()


def whole_file(folder: Path) -> Path:
    sink = ParquetSink(folder / "rows.parquet", SCHEMA)
    sink.write(ROWS)
    sink.close()
    return sink.path


def test_rows_come_back_in_order_and_in_batches(tmp_path: Path) -> None:
    path = whole_file(tmp_path)
    batches = list(read_rows(path, ["id"], batch_rows=100))
    assert max(batch.num_rows for batch in batches) == 100
    assert [number for batch in batches for number in batch.column("id").to_pylist()] == list(range(ROWS.num_rows))
    with path.open("rb") as file:
        assert pa.Table.from_batches(read_rows(file)).equals(ROWS)


@pytest.mark.parametrize("damage", ["empty", "cut", "no-magic", "page-header", "no-file"])
def test_a_damaged_file_is_named(damage: str, tmp_path: Path) -> None:
    path = whole_file(tmp_path)
    data = bytearray(path.read_bytes())
    if damage == "empty":
        data.clear()
    elif damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "no-magic":
        data[-4:] = b"XXXX"
    else:
        data[4:40] = b"\xff" * 36
    path.write_bytes(data)
    if damage == "no-file":
        path.unlink()
    with pytest.raises(ShardError, match=r"rows\.parquet is not readable as Parquet: (?s:.*); restore or rebuild it"):
        list(read_rows(path))
