"""Deliver: join consecutive shards of each kind of rows into files of the target size, in input order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from yurai.declare.batches import with_columns
from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine
from yurai.engine.state import Shards
from yurai.engine.task import AnyTask, Task, task_function
from yurai.sources.overlay import Survivors
from yurai.stages.map_tasks import DROPPED_ROW_BYTES
from yurai.stages.packing import Sizes, pack_task, packs, window
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.crawl_schema import ROBOTS, WARCINFO
from yurai_manifests.parquet import ParquetSink, is_as_written, is_null
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE, INDEX
from yurai_manifests.step import StepRecord
from yurai_manifests.task import Attempt, StepId, TaskRecord, linked

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
    """Write one delivered file; one that an earlier tree delivered as it is is linked."""
    args, path, record = task.args, attempt.path("pack.parquet"), task.record()
    schema, pieces = SCHEMAS[args.kind], list(_pieces(task, attempt))
    size = sum(piece.size for piece in pieces)
    if len(pieces) == 1 and pieces[0].is_whole and _is_delivered(pieces[0].rows.file, args.kind, attempt.spool):
        attempt.finish(args.kind, linked(pieces[0].rows.file, path), rows=pieces[0].end, size=size)
        return record
    sink = ParquetSink(path, schema)
    for piece in pieces:
        for batch in piece.rows.at(schema.names, np.arange(piece.start, piece.end)):
            sink.write(_delivered(batch, args.kind))
    sink.close()
    attempt.finish(args.kind, path, rows=sink.rows, size=size)
    return record


class Piece(NamedTuple):
    """Rows of one shard that are in a file: from `start` to `end`, what they count as, and whether these are all."""

    rows: Survivors
    start: int
    end: int
    size: int
    is_whole: bool


def _pieces(task: Task[Compact], attempt: Attempt) -> Iterator[Piece]:
    args, before = task.args, task.args.before
    for shard in task.inputs:
        rows = Survivors.of(shard, attempt.spool)
        sizes = _sizes(rows, args.kind, shard.rows)
        low, high = window(sizes, before, args.number, args.target)
        if low < high:
            yield Piece(rows, low, high, int(sizes[low:high].sum()), rows.over is None and high - low == len(sizes))
        before += int(sizes.sum())


def _is_delivered(file: Path, kind: str, spool: Path) -> bool:
    """Tell whether a sink would write the rows of a file as they stand there, and delivery changes none of them."""
    unchosen = [name for name in SCHEMAS[kind].names if name.startswith("other_")] if kind == "documents" else []
    return is_null(file, unchosen) and is_as_written(file, SCHEMAS[kind], spool)


def _delivered(batch: pa.RecordBatch, kind: str) -> pa.RecordBatch:
    """Return rows as they are delivered: a second text, which no filter chose, is no part of a document."""
    unchosen = [name for name in batch.schema.names if name.startswith("other_")]
    if kind != "documents" or all(batch.column(name).null_count == batch.num_rows for name in unchosen):
        return batch
    return with_columns(batch, {name: pa.nulls(batch.num_rows, batch.schema.field(name).type) for name in unchosen})


def _sizes(rows: Survivors, kind: str, count: int) -> Sizes:
    if "text_bytes" not in SCHEMAS[kind].names:
        return np.full(count, DROPPED_ROW_BYTES, np.int64)
    sizes = [batch.column("text_bytes").to_numpy() for batch in rows.batches(["text_bytes"])]
    return np.concatenate([np.empty(0, np.int64), *sizes])


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
