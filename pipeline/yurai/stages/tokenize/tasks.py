"""Tokenize a shard into pieces, and join pieces into token shards of a target size.

    pieces  a shard of documents   -> its ids (.bin) and (doc_id, url, tokens) rows
    pack    consecutive pieces     -> one shard: a Megatron .bin/.idx pair with a token-to-document index (.parquet),
                                      or one .parquet that holds the index and the ids

Packing is by document, in input order: shard k holds what begins at a token in [k x target, (k + 1) x target).
"""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.sources.fetch import fetch_shard
from yurai.stages.map_tasks import read_documents
from yurai.stages.packing import Sizes, starts_of, window
from yurai.stages.tokenize.settings import Tokenize
from yurai.tokens import Format, TokenArray, TokenDType, open_shard
from yurai_manifests.counts import UNKNOWN_NOTE, StageCounts
from yurai_manifests.parquet import ParquetSink, read_table
from yurai_manifests.schema import TOKEN_INDEX
from yurai_manifests.task import Attempt, TaskRecord


@dataclass(frozen=True)
class Pieces(Arguments):
    """The stage with its settings."""

    use: StageUse[Tokenize]


@task_function("yurai.steps.tokens:pieces")
def pieces(task: Task[Pieces], attempt: Attempt) -> TaskRecord:
    """Tokenize one shard."""
    use = task.args.use
    tokenizer = use.settings.load()
    counts = StageCounts(use.name)
    record = task.record(task.input.sha256)
    record.stages = [counts]
    index = ParquetSink(attempt.path("piece.parquet"), TOKEN_INDEX)
    tokens = attempt.path("piece.bin")
    start = 0
    with tokens.open("wb") as file:
        for batch in read_documents(task, attempt, ["doc_id", "url", "text"]):
            ids, lengths = tokenizer.encode_column(cast("pa.LargeStringArray", batch.column("text")))
            file.write(np.ascontiguousarray(ids).view(np.uint8).data)
            index.write(_index_rows(batch, lengths, start))
            start += int(lengths.sum())
            counts.seen += batch.num_rows
            counts.kept += batch.num_rows
            if tokenizer.unknown is not None and (unknown := np.count_nonzero(ids == tokenizer.unknown)):
                counts.notes[UNKNOWN_NOTE] += int(unknown)
    index.close()
    attempt.finish("tokens", tokens, rows=index.rows, size=start)
    attempt.finish("index", index.path, rows=index.rows, size=start)
    return record


def _index_rows(batch: pa.RecordBatch, lengths: Sizes, start: int) -> pa.RecordBatch:
    starts = pa.array(start + starts_of(lengths), pa.int64())
    columns = [batch.column("doc_id"), batch.column("url"), starts, pa.array(lengths, pa.int64())]
    return pa.RecordBatch.from_arrays(columns, schema=TOKEN_INDEX)


@dataclass(frozen=True)
class PackTokens(Arguments):
    """One shard: its number, the tokens before its first piece, the target size, the type of a token, its format."""

    number: int
    before: int
    target: int
    dtype: str
    format: Format


@task_function("yurai.steps.tokens:pack")
def pack(task: Task[PackTokens], attempt: Attempt) -> TaskRecord:
    """Write one token shard; inputs are (tokens, index) pairs."""
    args = task.args
    dtype: TokenDType = np.dtype(args.dtype)
    record = task.record()
    before, start = args.before, 0
    with ExitStack() as stack:
        shard = open_shard(attempt.spool, dtype, args.format)
        stack.callback(shard.abort)
        for tokens, rows in zip(task.inputs[::2], task.inputs[1::2], strict=True):
            table = read_table(fetch_shard(rows, attempt.spool)).combine_chunks()
            lengths = table.column("token_count").to_numpy()
            low, high = window(lengths, before, args.number, args.target)
            ids = _ids(fetch_shard(tokens, attempt.spool), dtype, lengths, low, high)
            start += ids.size
            shard.append(_moved(table.slice(low, high - low), start), ids)
            before += int(lengths.sum())
        for name, local in shard.close():
            attempt.finish(name, local, rows=shard.documents, size=start)
    return record


def _ids(path: Path, dtype: TokenDType, lengths: Sizes, low: int, high: int) -> TokenArray:
    first, count = int(lengths[:low].sum()), int(lengths[low:high].sum())
    if not count:
        return np.empty(0, dtype)  # an empty file cannot be mapped
    return np.memmap(path, dtype, "r", offset=first * dtype.itemsize, shape=(count,))


def _moved(table: pa.Table, end: int) -> pa.Table:
    """Return index rows whose tokens end at token `end` of the shard."""
    lengths = table.column("token_count").to_numpy()
    starts = end - int(lengths.sum()) + starts_of(lengths)
    return table.set_column(2, TOKEN_INDEX.field("token_start"), pa.array(starts, pa.int64()))
