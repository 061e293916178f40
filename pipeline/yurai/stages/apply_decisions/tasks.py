"""Apply the decisions about one shard: name what stays to what goes, and count copies for what stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.declare.batches import dropped_rows, text_bytes, with_columns
from yurai.engine.arguments import UNLESS_NONE, Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, read_rows
from yurai.exchange.row_types import CONTAINED, DECISION, EQUAL, ESTIMATE, EXACT, NAME, UNKNOWN, Rows, hex_ids
from yurai.sources.fetch import fetch_shard
from yurai.stages.apply_decisions.names import told
from yurai.stages.keep_order import Keep, columns, ranks
from yurai.stages.map_tasks import Sinks, sinks
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.schema import INDEX
from yurai_manifests.task import Attempt, TaskRecord

BY = {EQUAL: "equal", ESTIMATE: "estimate", EXACT: "exact", CONTAINED: "containment"}
SIZES = np.array([1, 2, 3, 5, 100, 1000])
WEIGHTS = np.array([1, 2, 3, 5, 8, 1], np.int16)
"""How often a document whose cluster has at least SIZES documents is repeated: card of HuggingFaceFW/fineweb-2."""
KEPT, COPY = "kept", "copy"
CLUSTER = ("cluster_id", "cluster_role", "cluster_size", "kept_doc_id", "jaccard", "rehydration_weight")
"""The columns that are written of what was decided."""


@dataclass(frozen=True)
class Apply(Arguments):
    """Decisions about a shard and names of what stays instead; who drops, why, and whether rows are only annotated.

    `order`, where there are signatures: the keep order and the measure that it goes by.
    """

    decisions: list[Span]
    names: list[Span]
    stage: str
    reason: str
    annotate: bool
    order: tuple[Keep, str | None] | None = field(default=None, metadata=UNLESS_NONE)


@task_function("yurai.steps.applied:apply")
def apply(task: Task[Apply], attempt: Attempt) -> TaskRecord:
    """Write kept, dropped and (given signatures) index rows of one shard; inputs: it, and perhaps its signatures."""
    shard, args = task.inputs[0], task.args
    decisions, names = _of_shard(args.decisions, DECISION), _of_shard(args.names, NAME)
    counts = StageCounts(args.stage)
    record = task.record(shard.sha256)
    record.stages = [counts]
    start = 0
    reads = [*CLUSTER, *(columns(*args.order) if args.order else ())]
    with sinks(attempt, over=shard, changes=CLUSTER) as out, _index(task, attempt) as index:
        for batch in out.batches(reads):
            decided = _between(decisions, start, start + batch.num_rows)
            dropped = decided[decided["gone"] == 1][: 0 if args.annotate else None]
            stays = np.ones(batch.num_rows, bool)
            stays[dropped["row"] - start] = False
            kept = _annotated(batch, decided, start).filter(pa.array(stays))
            out.keep(kept, stays)
            index.write(kept, start, stays)
            _drop(out, batch, dropped, start, _between(names, start, start + batch.num_rows), args)
            start += batch.num_rows
            counts.seen += batch.num_rows
            counts.kept += kept.num_rows
            counts.dropped.update({args.reason: len(dropped)} if len(dropped) else {})
    return record


def _of_shard(spans: list[Span], kind: np.dtype[np.void]) -> Rows:
    rows = read_rows(spans, kind)
    return rows[np.argsort(rows["row"], kind="stable")]


def _between(rows: Rows, start: int, end: int) -> Rows:
    low, high = np.searchsorted(rows["row"], [start, end])
    return rows[low:high]


def _drop(out: Sinks, batch: pa.RecordBatch, dropped: Rows, start: int, names: Rows, args: Apply) -> None:
    known = told(names)
    kept = hex_ids(dropped["kept"]["id_high"], dropped["kept"]["id_low"])
    urls, paths = zip(*(known[row] for row in dropped["row"].tolist()), strict=True) if len(dropped) else ((), ())
    unknown = np.isnan(dropped["jaccard"])
    columns = {
        "kept_doc_id": pa.array(kept, pa.string()),
        "kept_url": pa.array(urls, pa.string()),
        "kept_path": pa.array(paths, pa.string()),
        "jaccard": _jaccard(dropped),
        "jaccard_by": pa.array([BY[by] for by in dropped["by"].tolist()], pa.string(), mask=unknown),
        **{
            name: pa.array(dropped[name].astype(np.int32), mask=unknown | (dropped[name] == UNKNOWN))
            for name in ("absent_run", "absent")
        },
        "cluster_id": pa.array(hex_ids(dropped["cluster_high"], dropped["cluster_low"]), pa.string()),
    }
    reasons = pa.array([args.reason] * len(dropped), pa.string())
    out.dropped.write(dropped_rows(batch.take(pa.array(dropped["row"] - start)), args.stage, reasons, kept, columns))


def _jaccard(rows: Rows) -> pa.Array[Any]:
    return pa.array(rows["jaccard"].astype(float).round(4), pa.float32(), from_pandas=True)


def _annotated(batch: pa.RecordBatch, decided: Rows, start: int) -> pa.RecordBatch:
    """Write what was decided into the cluster columns; where nothing was, they stay as a stage before left them."""
    index = np.full(batch.num_rows, -1, np.int64)
    index[decided["row"] - start] = np.arange(len(decided))
    own = decided["gone"] == 0
    roles = np.where(own, KEPT, COPY).tolist()
    kept = pa.array(hex_ids(decided["kept"]["id_high"], decided["kept"]["id_low"]), pa.string(), mask=own)
    written = {
        "cluster_id": pa.array(hex_ids(decided["cluster_high"], decided["cluster_low"]), pa.string()),
        "cluster_role": pa.array(roles, pa.string()),
        "cluster_size": pa.array(decided["size"], pa.int32()),
        "kept_doc_id": kept,
        "jaccard": pa.array(
            [None if one else value for one, value in zip(own, _jaccard(decided).to_pylist(), strict=True)]
        ),
    }
    columns = {name: _merged(batch.column(name), values, index) for name, values in written.items()}
    sizes = columns["cluster_size"].fill_null(1)
    weights = WEIGHTS[np.searchsorted(SIZES, sizes.to_numpy(), side="right") - 1]
    return with_columns(batch, columns | {"cluster_size": sizes, "rehydration_weight": pa.array(weights)})


def _merged(old: pa.Array[Any], new: pa.Array[Any], index: npt.NDArray[np.int64]) -> pa.Array[Any]:
    """Return `new[place]`, and `old` where `place` is -1."""
    both = pa.concat_arrays([old, new.cast(old.type)])
    return both.take(np.where(index < 0, np.arange(len(old)), len(old) + index))


class _Index:
    """Writes the signatures of the rows that stay; without signatures, nothing."""

    def __init__(self, task: Task[Apply], attempt: Attempt) -> None:
        self._attempt, self._sink, self._size = attempt, None, 0
        if task.args.order:
            self._order = task.args.order
            shard = task.inputs[1]
            data = np.memmap(fetch_shard(shard, attempt.spool), np.uint8, "r") if shard.rows else np.empty(0, np.uint8)
            self._signatures = data.reshape(shard.rows, -1) if shard.rows else data
            self._sink = ParquetSink(attempt.path("index.parquet"), INDEX)

    def write(self, kept: pa.RecordBatch, start: int, stays: npt.NDArray[np.bool_]) -> None:
        """Write the rows of `kept`, which are those of the batch at `start` that `stays` says."""
        if self._sink:
            rows = self._signatures[start : start + len(stays)][stays]
            signatures = pa.array([row.tobytes() for row in rows], pa.large_binary())
            order = pa.array(ranks(kept, *self._order))
            values = [kept.column("doc_id"), kept.column("text_bytes"), order, signatures]
            self._sink.write(pa.RecordBatch.from_arrays(values, schema=INDEX))
            self._size += text_bytes(kept)

    def finish(self) -> None:
        """Close the file and move it to the name of its content."""
        if self._sink:
            self._sink.close()
            self._attempt.finish("index", self._sink.path, rows=self._sink.rows, size=self._size)

    def abort(self) -> None:
        """Close the handle whatever happened."""
        if self._sink:
            self._sink.abort()


@contextmanager
def _index(task: Task[Apply], attempt: Attempt) -> Iterator[_Index]:
    index = _Index(task, attempt)
    try:
        yield index
        index.finish()
    finally:
        index.abort()
