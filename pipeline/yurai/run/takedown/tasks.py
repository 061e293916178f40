"""Write one affected file again without the rows that go: the tasks of a takedown, of shards in mode `compact`.

    rows     a delivered file            -> the file without these documents
    shard    the files of a token shard  -> the shard without the tokens of these documents

What stood behind tokens that go moves up, also over gaps that earlier takedowns left (`gaps`). Bytes depend on the rows
that stay, and on the file as it was cut.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.declare.batches import with_columns
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.sources.fetch import fetch_shard
from yurai.stages.map_tasks import DROPPED_ROW_BYTES
from yurai.stages.packing import starts_of
from yurai.tokens.base import TokenArray, TokenDType
from yurai.tokens.shards import open_shard
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.schema import TOKEN_INDEX
from yurai_manifests.task import Attempt, TaskRecord
from yurai_manifests.token_runs import read_runs

KEPT_ID, KEPT_URL = "kept_doc_id", "kept_url"
ROWS_AT_ONCE: Final = 256
"""Documents of a shard whose tokens are in memory."""


@dataclass(frozen=True)
class RemoveRows(Arguments):
    """The folder of a file, the doc_ids whose rows go from it, and those that rows which stay may no longer name."""

    folder: str
    ids: tuple[str, ...]
    gone: tuple[str, ...] = ()


@task_function("yurai.run.takedown.tasks:rows")
def remove_rows(task: Task[RemoveRows], attempt: Attempt) -> TaskRecord:
    """Write a Parquet file again without the rows of some documents."""
    args, path = task.args, fetch_shard(task.input, attempt.spool)
    sink = ParquetSink(attempt.path("rows.parquet"), pq.read_schema(path))
    ids, gone, size = pa.array(args.ids, pa.string()), pa.array(args.gone, pa.string()), 0
    for batch in read_rows(path):
        left = batch.filter(pc.invert(pc.is_in(batch.column("doc_id"), ids)))
        if args.gone:
            left = _unnamed(left, gone)
        sized = "text_bytes" in left.schema.names
        size += (pc.sum(left.column("text_bytes")).as_py() or 0) if sized else DROPPED_ROW_BYTES * left.num_rows
        sink.write(left)
    sink.close()
    attempt.finish(args.folder, sink.path, rows=sink.rows, size=size)
    return task.record(task.input.sha256)


def _unnamed(rows: pa.RecordBatch, gone: "pa.Array[pa.StringScalar]") -> pa.RecordBatch:
    """Take the URL of a document that goes out of the rows that had it as the one that was kept."""
    column = rows.column(KEPT_URL)
    named = pc.is_in(rows.column(KEPT_ID), gone)  # false of null
    none = pa.nulls(rows.num_rows, column.type)
    return with_columns(rows, {KEPT_URL: pc.call_function("if_else", [named, none, column])})


@dataclass(frozen=True)
class RemoveTokens(Arguments):
    """The doc_ids whose tokens go, and the type of a token in a .bin; "" where the index has the ids in it."""

    ids: tuple[str, ...]
    dtype: str


@task_function("yurai.run.takedown.tasks:shard")
def remove_tokens(task: Task[RemoveTokens], attempt: Attempt) -> TaskRecord:
    """Write a token shard again; inputs are its index and, if it has one, its .bin."""
    index, *ids = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    gone, size = pa.array(task.args.ids, pa.string()), 0
    dtype: TokenDType = np.dtype(task.args.dtype) if ids else _of_lists(index)
    with ExitStack() as stack:
        shard = open_shard(attempt.spool, dtype, "megatron" if ids else "parquet")
        stack.callback(shard.abort)
        stored = stack.enter_context(ids[0].open("rb")) if ids else None
        for batch in read_rows(index, batch_rows=ROWS_AT_ONCE):
            rows = pa.Table.from_batches([batch])
            tokens = _tokens(rows, stored, dtype)
            keep = pc.invert(pc.is_in(rows.column("doc_id"), gone))
            mask = np.repeat(np.asarray(keep), rows.column("token_count").to_numpy())
            left = rows.filter(keep).select(TOKEN_INDEX.names)
            shard.append(_moved(left, size), tokens[mask])
            size += int(mask.sum())
        for name, local in shard.close():
            attempt.finish(name, local, rows=shard.documents, size=size)
    return task.record(task.inputs[0].sha256)


def _of_lists(index: Path) -> TokenDType:
    kind = pq.read_schema(index).field("tokens").type.value_type
    return np.dtype("<u2") if kind == pa.uint16() else np.dtype("<i4")


def _tokens(rows: pa.Table, stored: IO[bytes] | None, dtype: TokenDType) -> TokenArray:
    if stored is None:
        lists = cast("pa.LargeListArray[pa.DataType]", rows.column("tokens").combine_chunks())
        return cast("TokenArray", lists.flatten().to_numpy().astype(dtype, copy=False))
    starts, counts = (rows.column(name).to_numpy() for name in ("token_start", "token_count"))
    return np.frombuffer(read_runs(stored, starts, counts, dtype.itemsize), dtype)


def _moved(rows: pa.Table, start: int) -> pa.Table:
    """Return index rows whose tokens begin at token `start` of the shard."""
    starts = start + starts_of(rows.column("token_count").to_numpy())
    at = rows.schema.get_field_index("token_start")
    return rows.set_column(at, rows.schema.field(at), pa.array(starts, pa.int64()))
