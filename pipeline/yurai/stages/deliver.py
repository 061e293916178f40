"""Deliver: join consecutive shards of each kind of rows into files of the target size, in input order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yurai.declare.batches import with_columns
from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine
from yurai.engine.state import Shards
from yurai.engine.task import AnyTask, Task, task_function
from yurai.sources.overlay import documents
from yurai.stages.map_tasks import DROPPED_ROW_BYTES
from yurai.stages.packing import Sizes, pack_task, packs, window
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.crawl_schema import ROBOTS, WARCINFO
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE, INDEX
from yurai_manifests.step import StepRecord
from yurai_manifests.task import Attempt, StepId, TaskRecord

SCHEMAS = {
    "documents": DOCUMENT,
    "extracted": DOCUMENT,
    "dropped": DROPPED,
    "evidence": EVIDENCE,
    "robots": ROBOTS,
    "warcinfo": WARCINFO,
    "index": INDEX,
}


@dataclass(frozen=True)
class Compact(Arguments):
    """One file to deliver: its number, what lies before the first input, the target size, and its kind in SCHEMAS."""

    number: int
    before: int
    target: int
    kind: str


@task_function("yurai.steps.deliver:compact")
def compact(task: Task[Compact], attempt: Attempt) -> TaskRecord:
    """Write one delivered file."""
    args, before, size = task.args, task.args.before, 0
    record = task.record()
    sink = ParquetSink(attempt.path("pack.parquet"), SCHEMAS[args.kind])
    for shard in task.inputs:
        for batch in documents(shard, attempt.spool):
            sizes = _sizes(batch, args.kind)
            low, high = window(sizes, before, args.number, args.target)
            sink.write(_delivered(batch.slice(low, high - low), args.kind))
            size += int(sizes[low:high].sum())
            before += int(sizes.sum())
    sink.close()
    attempt.finish(args.kind, sink.path, rows=sink.rows, size=size)
    return record


def _delivered(batch: pa.RecordBatch, kind: str) -> pa.RecordBatch:
    """Return rows as they are delivered: a second text, which no filter chose, is no part of a document."""
    unchosen = [name for name in batch.schema.names if name.startswith("other_")]
    if kind != "documents" or all(batch.column(name).null_count == batch.num_rows for name in unchosen):
        return batch
    return with_columns(batch, {name: pa.nulls(batch.num_rows, batch.schema.field(name).type) for name in unchosen})


def _sizes(batch: pa.RecordBatch, kind: str) -> Sizes:
    if "text_bytes" not in SCHEMAS[kind].names:
        return np.full(batch.num_rows, DROPPED_ROW_BYTES, np.int64)
    return batch.column("text_bytes").to_numpy()


def deliver(engine: Engine, position: int, kinds: Mapping[str, Shards], target: int) -> StepRecord:
    """Pack shards of each kind (documents, extracted, dropped ...) into files of the target size, in one step."""
    identity: dict[str, Json] = {"deliver": list(kinds), "target": target}
    step = StepId(f"{position:02}-deliver", fingerprint(identity))

    def expected() -> Iterator[AnyTask]:
        for kind, shards in kinds.items():
            for pack in packs(shards, target):
                args = Compact(pack.number, pack.before, target, kind)
                yield pack_task(compact, step, engine, pack.shards, args, f"{kind} {pack.number:05}")

    return engine.step(step, identity, expected, sum(1 for shards in kinds.values() for _ in packs(shards, target)))
