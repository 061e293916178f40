"""Map steps over shards: measuring stages alone, and the filter.

One shard in, one shard out, in the same order; what a filter drops goes to `dropped`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yurai.columns import text_bytes
from yurai.decide import Decider
from yurai.fetch import Shard, fetch_shard
from yurai.stage import StageUse
from yurai.steps.extract import DROPPED_ROW_BYTES, measure
from yurai.task import Task
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.schema import DOCUMENT, DROPPED
from yurai_manifests.task import Attempt, TaskRecord

MEASURE = "yurai.steps.shards:measure_shard"
FILTER = "yurai.steps.shards:filter_shard"


class Sinks:
    """The kept and the dropped rows of one task."""

    def __init__(self, attempt: Attempt, kept: str) -> None:
        self._attempt, self._name = attempt, kept
        self.kept = ParquetSink(attempt.path("kept.parquet"), DOCUMENT)
        self.dropped = ParquetSink(attempt.path("dropped.parquet"), DROPPED)
        self.text_bytes = 0

    def finish(self) -> None:
        """Close both and move them to the names of their content."""
        self.kept.close()
        self.dropped.close()
        self._attempt.finish(self._name, self.kept.path, rows=self.kept.rows, size=self.text_bytes)
        rows = self.dropped.rows
        self._attempt.finish("dropped", self.dropped.path, rows=rows, size=rows * DROPPED_ROW_BYTES)


@contextmanager
def sinks(attempt: Attempt, kept: str = "kept") -> Iterator[Sinks]:
    """Open both sinks; whatever goes wrong, their handles are closed and nothing is left."""
    opened = Sinks(attempt, kept)
    try:
        yield opened
        opened.finish()
    finally:
        opened.kept.abort()
        opened.dropped.abort()


def only_input(task: Task, attempt: Attempt) -> tuple[Shard, Path]:
    """Return the one shard of a map task, and where its checked bytes are."""
    (shard,) = task.inputs
    return shard, fetch_shard(shard, attempt.spool)


def measure_shard(task: Task, attempt: Attempt) -> TaskRecord:
    """Run measuring stages over one shard of extracted pages; args: `stages`."""
    shard, path = only_input(task, attempt)
    uses = [StageUse.of(value) for value in task.args["stages"]]
    record = TaskRecord(task.key, shard.source, shard.sha256, stages=[StageCounts(use.name) for use in uses])
    with sinks(attempt, "extracted") as out:
        for batch in read_rows(path):
            measured = measure(batch, uses, record.stages)
            out.text_bytes += text_bytes(measured)
            out.kept.write(measured)
    return record


def filter_shard(task: Task, attempt: Attempt) -> TaskRecord:
    """Apply the rules of one filter stage to one shard; args: `use`, `measures`."""
    shard, path = only_input(task, attempt)
    use = StageUse.of(task.args["use"])
    decider = Decider(use, [StageUse.of(value) for value in task.args["measures"]])
    record = TaskRecord(task.key, shard.source, shard.sha256, stages=[StageCounts(use.name)])
    with sinks(attempt) as out:
        for batch in read_rows(path):
            kept, dropped = decider(batch, record.stages[0])
            out.text_bytes += text_bytes(kept)
            out.kept.write(kept)
            out.dropped.write(dropped)
    return record
