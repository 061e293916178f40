"""Leave gaps in token shards in the place of tokens that go: what a takedown of mode `stable-offset` does.

    decision  where the tokens lie, and the end-of-document id that is to lie there
    gaps      the files of a token shard -> the shard with that id in each of these places, and no row of them

No other token moves. A `.bin` is overwritten in place, its index and `.idx` say where documents are as before; a
Parquet shard loses the rows, and `token_start` of the rows behind them stays.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.run.takedown.plan import Held, Plan
from yurai.sources.fetch import fetch_shard
from yurai.tokens.base import TokenDType
from yurai.tokens.megatron import index_bytes
from yurai_manifests.errors import AuditError
from yurai_manifests.lookup.rows import rows_at
from yurai_manifests.lookup.tokens import index_files
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.run import Delivered, RunRecord
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import LeftGap
from yurai_manifests.task import Attempt, TaskRecord


def left_gaps(store: Store, run: RunRecord, plan: Plan) -> list[LeftGap]:
    """Return the gaps that a plan leaves, in the order of shards; the filler of all is the last id of the first one.

    Each document ends with the end-of-document id of its tokenizer, so none has to be loaded.

    Raises:
        AuditError, ShardError: a shard is damaged.
    """
    named = {file.name: file for file in run.files("shards")}
    ids_of = {index.name: named[name] for index, name in index_files(run)}
    filler = _last_id(store, named[plan.held[0].index], ids_of[plan.held[0].index], plan.held[0]) if plan.held else 0
    return [
        LeftGap(
            doc_id=one.doc_id,
            shard=ids_of[one.index].name,
            token_start=one.start,
            token_count=one.count,
            filler=filler,
        )
        for one in plan.held
    ]


def _last_id(store: Store, index: Delivered, ids: Delivered, held: Held) -> int:
    if ids is index:
        ((_, _, batch),) = rows_at(store, [index], [held.row], ("tokens",))
        return int(batch.column(0)[0].as_py()[-1])
    width, last = ids.bytes // ids.size, held.start + held.count - 1
    data = store.read_range(ids.name, last * width, (last + 1) * width)
    if len(data) != width:
        raise AuditError(f"{store.url}/{ids.name} ends before its index; restore it")
    return int.from_bytes(data, "little")


@dataclass(frozen=True)
class FillTokens(Arguments):
    """The doc_ids whose tokens go, the type of an id in a .bin ("": the index has the ids), the id that goes there."""

    ids: tuple[str, ...]
    dtype: str
    filler: int


@task_function("yurai.run.takedown.gaps:gaps")
def fill_tokens(task: Task[FillTokens], attempt: Attempt) -> TaskRecord:
    """Write a token shard again with gaps; inputs are its index and, if it has one, its .bin."""
    index, *ids = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    sink = ParquetSink(attempt.path("shard.parquet"), pq.read_schema(index))
    gone, none = pa.array(task.args.ids, pa.string()), np.empty(0, np.int64)
    spans: tuple[list[pa.RecordBatch], list[pa.RecordBatch]] = [], []
    for batch in read_rows(index):
        taken = pc.is_in(batch.column("doc_id"), gone)
        left = batch.filter(pc.invert(taken))
        sink.write(left)
        for held, rows in zip(spans, (left, batch.filter(taken)), strict=True):
            held.append(rows.select(["token_start", "token_count"]))
    sink.close()
    (starts, counts), gaps = (
        [np.concatenate([none, *(one.column(at).to_numpy() for one in held)]) for at in (0, 1)] for held in spans
    )
    size = int(counts.sum())
    if ids:
        dtype: TokenDType = np.dtype(task.args.dtype)
        path = _filled(ids[0], attempt.path("shard.bin"), np.array(task.args.filler, dtype), gaps)
        attempt.finish("bin", path, rows=sink.rows, size=path.stat().st_size // dtype.itemsize)
        attempt.path("shard.idx").write_bytes(index_bytes(counts, dtype, starts))
        attempt.finish("idx", attempt.path("shard.idx"), rows=sink.rows, size=size)
    attempt.finish("parquet", sink.path, rows=sink.rows, size=size)
    return task.record(task.inputs[0].sha256)


def _filled(stored: Path, path: Path, filler: "np.ndarray", gaps: Sequence["np.ndarray"]) -> Path:
    """Copy a .bin with `filler` in the gaps: their first places, and how many there are."""
    shutil.copyfile(stored, path)
    with path.open("r+b") as file:
        for start, count in zip(*(one.tolist() for one in gaps), strict=True):
            file.seek(start * filler.itemsize)
            file.write(np.full(count, filler, filler.dtype).tobytes())
    return path
