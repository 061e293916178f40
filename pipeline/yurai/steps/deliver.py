"""Delivery: join consecutive shards into files of a target size, in input order.

The unit of retry (one input) is not the unit of delivery: 90 crawls of a small language are millions of tiny shards.
File k holds the rows before which [k x target, (k + 1) x target) of text lies, so the bytes delivered depend on the
rows alone, not on how they were sharded. Files <= bytes / target + 1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yurai.fetch import Shard, fetch_shard
from yurai.steps.extract import DROPPED_ROW_BYTES
from yurai.task import Task
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE, INDEX
from yurai_manifests.task import Attempt, TaskRecord

COMPACT = "yurai.steps.deliver:compact"
SCHEMAS = {"documents": DOCUMENT, "extracted": DOCUMENT, "dropped": DROPPED, "evidence": EVIDENCE, "index": INDEX}


@dataclass(frozen=True, slots=True)
class Pack:
    """One file to deliver: its number, the shards that reach into it, and the size of all before the first of them."""

    number: int
    before: int
    shards: tuple[Shard, ...]


def packs(shards: Iterable[Shard], target: int) -> Iterator[Pack]:
    """Yield the files to deliver, in order; there is at least one, and memory holds the shards of one file."""
    before, number, held, start = 0, 0, list[Shard](), 0
    for shard in shards:
        held.append(shard)
        after = before + shard.size
        while after > (number + 1) * target:
            yield Pack(number, start, tuple(held))
            number += 1
            held, start = [shard], before
        before = after
    if held:
        yield Pack(number, start, tuple(held))


def window(sizes: np.ndarray[tuple[int], np.dtype[np.int64]], before: int, number: int, target: int) -> tuple[int, int]:
    """Return the range of rows, of the given sizes, that begin in file `number`; `before` is the size before them.

    A row without size belongs to the file of the row before it: after the last one no file may follow.
    """
    starts = before + np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else np.empty(0, np.int64)
    starts = np.maximum(starts - (sizes == 0), 0)
    low, high = np.searchsorted(starts, [number * target, (number + 1) * target], side="left")
    return int(low), int(high)


def compact(task: Task, attempt: Attempt) -> TaskRecord:
    """Write one delivered file; args: `number`, `before`, `target`, `kind` (a key of SCHEMAS)."""
    kind, before = task.args["kind"], task.args["before"]
    record = TaskRecord(task.key, task.source, "")
    sink = ParquetSink(attempt.path("pack.parquet"), SCHEMAS[kind])
    size = 0
    for shard in task.inputs:
        for batch in read_rows(fetch_shard(shard, attempt.spool)):
            sizes = _sizes(batch, kind)
            low, high = window(sizes, before, task.args["number"], task.args["target"])
            sink.write(batch.slice(low, high - low))
            size += int(sizes[low:high].sum())
            before += int(sizes.sum())
    sink.close()
    attempt.finish(kind, sink.path, rows=sink.rows, size=size)
    return record


def _sizes(batch: pa.RecordBatch, kind: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if "text_bytes" not in SCHEMAS[kind].names:
        return np.full(batch.num_rows, DROPPED_ROW_BYTES, np.int64)
    return batch.column("text_bytes").to_numpy()
