"""Rows that are handed on by their numbers are the rows that would have been written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup_helpers import document
from yurai.declare.batches import with_columns
from yurai.sources.fetch import Shard
from yurai.sources.overlay import SUFFIX, Survivors, documents, laid_over, whole_file
from yurai.stages.map_tasks import sinks
from yurai_manifests.canonical import sha256_file
from yurai_manifests.errors import ShardError
from yurai_manifests.parquet import ROW_GROUP, ParquetSink
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import open_store
from yurai_manifests.task import StepId, attempt

ROWS = 2 * ROW_GROUP + 300
COLUMNS = ["doc_id", "text", "policy_id", "cluster_size"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Shard:
    folder = tmp_path_factory.mktemp("base")
    table = pa.Table.from_pylist([document("a", place, text=f"text {place}") for place in range(ROWS)], schema=DOCUMENT)
    sink = ParquetSink(folder / "base.parquet", DOCUMENT)
    sink.write(table)
    sink.close()
    return Shard(str(folder), "base.parquet", sha256_file(sink.path), ROWS, 0, "a")


def handed_on(shard: Shard, out: Path, column: str, stays: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Shard:
    """Have a task write numbers into a column of the rows that stay."""
    store = open_store(str(out))
    with attempt(store, StepId("00-try", "f" * 64)) as current:
        start = 0
        with sinks(current, over=shard, changes=[column]) as kept:
            for batch in kept.batches([]):
                here = stays[start : start + batch.num_rows]
                kind = DOCUMENT.field(column).type
                values = pa.array(range(start, start + batch.num_rows), pa.int64()).cast(kind)
                kept.keep(with_columns(batch, {column: values}).filter(pa.array(here)), here)
                start += batch.num_rows
        output = current.outputs[0]
    assert (output.name, output.rows) == ("kept", int(stays.sum()))
    return laid_over(Shard(store.url, output.path, output.sha256, output.rows, output.size, "a"), shard)


def rows_of(shard: Shard, spool: Path) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for batch in documents(shard, spool, COLUMNS) for row in batch.to_pylist()]


def test_what_two_stages_leave_is_read_through_both(base: Shard, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    first, second = random.random(ROWS) < 0.9, random.random(ROWS) < 0.85
    second = second[: int(first.sum())]
    one = handed_on(base, tmp_path, "cluster_size", first)
    two = handed_on(one, tmp_path, "policy_id", second)
    numbers = np.flatnonzero(first)[second]
    expected = [
        (document("a", place)["doc_id"], f"text {place}", str(at), place)
        for place, at in zip(numbers.tolist(), np.flatnonzero(second).tolist(), strict=True)
    ]
    assert (one.path.endswith(SUFFIX), two.path.endswith(SUFFIX), two.base) == (True, True, base)
    assert rows_of(two, tmp_path) == expected
    assert all(b"text 1000" not in Path(shard.store, shard.path).read_bytes() for shard in (one, two))

    asked = np.array([0, 5, 6, 700, 1500, len(expected) - 1])
    picked = [row for batch in Survivors.of(two, tmp_path).at(COLUMNS, asked) for row in batch.to_pylist()]
    assert [tuple(row.values()) for row in picked] == [expected[place] for place in asked]
    small = list(documents(two, tmp_path, ["policy_id"], batch_rows=64))
    assert max(batch.num_rows for batch in small) == 64
    assert [value for batch in small for value in batch.column(0).to_pylist()] == [row[2] for row in expected]

    whole = pq.read_table(whole_file(two, tmp_path))
    assert whole.schema.equals(DOCUMENT)
    assert whole.select(["doc_id", "text"]).to_pylist() == [{"doc_id": row[0], "text": row[1]} for row in expected]


@pytest.mark.parametrize("left", [0, 1, ROWS // 2])
def test_few_rows_are_written_and_not_handed_on(left: int, base: Shard, tmp_path: Path) -> None:
    stays = np.arange(ROWS) < left
    shard = handed_on(base, tmp_path, "cluster_size", stays)
    assert (Path(shard.path).suffix, shard.base) == (".parquet", None)
    assert pq.read_table(tmp_path / shard.path)["cluster_size"].to_pylist() == list(range(left))


def test_an_overlay_is_of_one_base(base: Shard, tmp_path: Path) -> None:
    shard = handed_on(base, tmp_path, "cluster_size", np.ones(ROWS, bool))
    other = tmp_path / "other.parquet"
    pq.write_table(pq.read_table(Path(base.store, base.path)).slice(1), other)
    wrong = base._replace(store=str(tmp_path), path=other.name, sha256=sha256_file(other))
    with pytest.raises(ShardError, match="lies over the file"):
        list(documents(shard._replace(base=wrong), tmp_path))
