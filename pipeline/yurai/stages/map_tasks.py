"""Map shards one by one, in the same order, and drive measuring stages: what stages that map share."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.declare.batches import text_bytes
from yurai.declare.stage import Identity, stage_of
from yurai.engine.arguments import Arguments
from yurai.engine.clock import part
from yurai.engine.engine import Engine, shard_task
from yurai.engine.state import Shards, State, of_step
from yurai.engine.task import A, AnyTask, Task, TaskFunction, task_function
from yurai.engine.use import AnyUse, Settings, StageUse
from yurai.sources.fetch import Shard
from yurai.sources.overlay import SUFFIX, OverlaySink, Survivors, documents, whole_file
from yurai.stages.carry_spans import with_spans_carried
from yurai_manifests.canonical import fingerprint
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import WORK_LEVEL, ParquetSink
from yurai_manifests.schema import DOCUMENT, DROPPED, PROVENANCE
from yurai_manifests.step import StepRecord
from yurai_manifests.task import Attempt, StepId, TaskRecord

WRITE = "write Parquet"
DROPPED_ROW_BYTES = 512
"""What a row of dropped/ or evidence/ counts as when files are packed to a target size."""


class Sinks:
    """The kept and the dropped rows of one task. Kept ones that lie over a shard are handed on by their numbers."""

    def __init__(self, attempt: Attempt, kept: str, over: Shard | None, changes: Collection[str]) -> None:
        self._attempt, self._name = attempt, kept
        self._over = None
        if over is None:
            self.kept = ParquetSink(attempt.path("kept.parquet"), DOCUMENT, WORK_LEVEL)
        else:
            self._under = Survivors.of(over, attempt.spool)
            path = attempt.path(f"kept{SUFFIX}")
            self.kept = self._over = OverlaySink(path, self._under, over.base or over, changes)
        self.dropped = ParquetSink(attempt.path("dropped.parquet"), DROPPED)
        self.text_bytes = 0

    def batches(self, columns: Collection[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the shard that kept ones lie over: those columns, and what is handed on with them."""
        assert self._over
        return self._under.batches(self._over.reads([*columns, *(field.name for field in PROVENANCE)]))

    def keep(self, rows: pa.RecordBatch, stays: npt.NDArray[np.bool_] | None = None) -> None:
        """Write rows that stay; over a shard they are those of its next rows that `stays` says."""
        self.text_bytes += text_bytes(rows)
        with part(WRITE):
            if self._over:
                self._over.keep(rows, np.ones(rows.num_rows, bool) if stays is None else stays)
            else:
                self.kept.write(rows)

    def finish(self) -> None:
        """Close both and move them to the names of their content."""
        path = self.kept.path
        with part(WRITE):
            if self._over:
                path = self._over.finished(self._attempt.path("kept.parquet"))
            else:
                self.kept.close()
            self.dropped.close()
        self._attempt.finish(self._name, path, rows=self.kept.rows, size=self.text_bytes)
        rows = self.dropped.rows
        self._attempt.finish("dropped", self.dropped.path, rows=rows, size=rows * DROPPED_ROW_BYTES)


@contextmanager
def sinks(
    attempt: Attempt, kept: str = "kept", *, over: Shard | None = None, changes: Collection[str] = ()
) -> Iterator[Sinks]:
    """Open both sinks; whatever goes wrong, their handles are closed and nothing is left.

    `over`: the shard whose rows stay or go, of which none but the columns `changes` are others behind the task.
    """
    opened = Sinks(attempt, kept, over, changes)
    try:
        yield opened
        opened.finish()
    finally:
        opened.kept.abort()
        opened.dropped.abort()


def fetched(task: Task[A], attempt: Attempt) -> Path:
    """Return where the checked bytes of the one shard of a task that maps are, documents of an overlay as a file."""
    return whole_file(task.input, attempt.spool)


def read_documents(task: Task[A], attempt: Attempt, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the documents of the one shard of a task that maps."""
    return documents(task.input, attempt.spool, columns)


def measure(batch: pa.RecordBatch, uses: Sequence[AnyUse], counts: Sequence[StageCounts]) -> pa.RecordBatch:
    """Run the measuring stages over `batch`; they keep every row, and spans follow a text that one rewrites."""
    for use, count in zip(uses, counts, strict=True):
        stage = stage_of(use)
        assert stage.measure  # stages of kind measure have it
        with part(use.name):
            batch = with_spans_carried(batch, stage.measure(batch, use.settings))
        count.seen += batch.num_rows
        count.kept += batch.num_rows
        count.notes.update(stage.notes(batch))
    return batch


@dataclass(frozen=True)
class Measure(Arguments):
    """The measuring stages to run, in order."""

    stages: tuple[AnyUse, ...]


@task_function("yurai.steps.shards:measure_shard")
def measure_shard(task: Task[Measure], attempt: Attempt) -> TaskRecord:
    """Run measuring stages over one shard of extracted pages."""
    uses, record = task.args.stages, task.record(task.input.sha256)
    record.stages = [StageCounts(use.name) for use in uses]
    with sinks(attempt, "extracted") as out:
        for batch in read_documents(task, attempt):
            out.keep(measure(batch, uses, record.stages))
    return record


def measure_alone(engine: Engine, state: State, use: StageUse[Settings], identity: Identity) -> State:
    """Run a measuring stage alone over extracted pages: the driver of every such stage."""
    step = step_of(state, use.name, identity)
    record = map_shards(engine, step, identity, state.extracted, measure_shard, Measure((use,)))
    extracted = of_step(engine.store, record, "extracted")
    after = state.after(record, (use,), extracted=extracted, survivors=extracted)
    return replace(after, measures=(*state.measures, use))


def step_of(state: State, name: str, identity: Identity) -> StepId:
    """Return the id of the step of a stage: its place in the recipe, and its fingerprint."""
    return StepId(f"{len(state.done):02}-{name}", fingerprint(identity))


def map_shards(
    engine: Engine, step: StepId, identity: Identity, shards: Shards, function: TaskFunction[A], args: A
) -> StepRecord:
    """Run one task for each shard."""

    def expected() -> Iterator[AnyTask]:
        return (shard_task(function, step, engine.store, shard, args) for shard in shards)

    return engine.step(step, identity, expected, shards.count)
