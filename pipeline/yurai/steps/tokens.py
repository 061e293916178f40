"""Tokens: pieces by shard, then shards of a target size.

    pieces  a shard of documents   -> its ids (.bin) and (doc_id, url, tokens) rows
    pack    consecutive pieces     -> one Megatron .bin/.idx pair and its token-to-document index (.parquet)

Packing is by document, in input order: shard k holds what begins at a token in [k x target, (k + 1) x target).
"""

from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yurai.fetch import fetch_shard
from yurai.stage import StageUse
from yurai.steps.deliver import window
from yurai.steps.shards import only_input
from yurai.task import Task
from yurai.tokens import BinWriter, TokenDType, Tokenizer, index_bytes
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.schema import TOKEN_INDEX
from yurai_manifests.task import Attempt, TaskRecord

PIECES = "yurai.steps.tokens:pieces"
PACK = "yurai.steps.tokens:pack"


def pieces(task: Task, attempt: Attempt) -> TaskRecord:
    """Tokenize one shard; args: `use`."""
    shard, path = only_input(task, attempt)
    use = StageUse.of(task.args["use"])
    tokenizer: Tokenizer = use.stage.function(**use.settings)
    counts = StageCounts(use.name)
    record = TaskRecord(task.key, shard.source, shard.sha256, stages=[counts])
    index = ParquetSink(attempt.path("piece.parquet"), TOKEN_INDEX)
    tokens = attempt.path("piece.bin")
    start = 0
    with tokens.open("wb") as file:
        for batch in read_rows(path, ["doc_id", "url", "text"]):
            ids, lengths = tokenizer.encode_column(cast("pa.LargeStringArray", batch.column("text")))
            file.write(np.ascontiguousarray(ids).view(np.uint8).data)
            index.write(_index_rows(batch, lengths, start))
            start += int(lengths.sum())
            counts.seen += batch.num_rows
            counts.kept += batch.num_rows
    index.close()
    attempt.finish("tokens", tokens, rows=index.rows, size=start)
    attempt.finish("index", index.path, rows=index.rows, size=start)
    return record


def _index_rows(
    batch: pa.RecordBatch, lengths: np.ndarray[tuple[int], np.dtype[np.int64]], start: int
) -> pa.RecordBatch:
    starts = start + np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else lengths
    columns = [batch.column("doc_id"), batch.column("url"), pa.array(starts, pa.int64()), pa.array(lengths, pa.int64())]
    return pa.RecordBatch.from_arrays(columns, schema=TOKEN_INDEX)


def pack(task: Task, attempt: Attempt) -> TaskRecord:
    """Write one token shard; inputs: (tokens, index) pairs; args: `number`, `before`, `target`, `dtype`."""
    dtype: TokenDType = np.dtype(task.args["dtype"])
    record = TaskRecord(task.key, task.source, "")
    index = ParquetSink(attempt.path("shard.parquet"), TOKEN_INDEX)
    path, before, start = attempt.path("shard.bin"), task.args["before"], 0
    with path.open("wb") as file:
        writer = BinWriter(file, dtype)
        for tokens, rows in zip(task.inputs[::2], task.inputs[1::2], strict=True):
            table = pq.read_table(fetch_shard(rows, attempt.spool)).combine_chunks()
            lengths = table.column("token_count").to_numpy()
            low, high = window(lengths, before, task.args["number"], task.args["target"])
            start += _copy(writer, fetch_shard(tokens, attempt.spool), dtype, lengths, low, high)
            index.write(_moved(table.slice(low, high - low), start))
            before += int(lengths.sum())
    index.close()
    shards = attempt.path("shard.idx")
    shards.write_bytes(index_bytes(writer.lengths, dtype))
    for name, local in (("bin", path), ("idx", shards), ("parquet", index.path)):
        attempt.finish(name, local, rows=index.rows, size=start)
    return record


def _copy(
    writer: BinWriter,
    path: Path,
    dtype: TokenDType,
    lengths: np.ndarray[tuple[int], np.dtype[np.int64]],
    low: int,
    high: int,
) -> int:
    first, count = int(lengths[:low].sum()), int(lengths[low:high].sum())
    if count:
        ids = np.memmap(path, dtype, "r", offset=first * dtype.itemsize, shape=(count,))
        writer.append(ids, lengths[low:high])
    return count


def _moved(table: pa.Table, end: int) -> pa.Table:
    """Return index rows whose tokens end at token `end` of the shard."""
    lengths = table.column("token_count").to_numpy()
    starts = end - int(lengths.sum()) + np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else lengths
    return table.set_column(2, TOKEN_INDEX.field("token_start"), pa.array(starts, pa.int64()))
