"""Apply the rules to one shard, and write what they drop to `dropped`."""

from dataclasses import dataclass

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import AnyUse, StageUse
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai.stages.map_tasks import fetched, sinks
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord


@dataclass(frozen=True)
class FilterShard(Arguments):
    """The filter to apply, and the measuring stages that edited texts go through again."""

    use: StageUse[Filter]
    measures: tuple[AnyUse, ...]


@task_function("yurai.steps.shards:filter_shard")
def filter_shard(task: Task[FilterShard], attempt: Attempt) -> TaskRecord:
    """Apply the rules of one filter stage to one shard."""
    use = task.args.use
    decider = Decider(use.name, use.settings.rules, task.args.measures)
    record = task.record(task.input.sha256)
    counts = StageCounts(use.name)
    record.stages = [counts]
    with sinks(attempt) as out:
        for batch in read_rows(fetched(task, attempt)):
            kept, dropped = decider(batch, counts)
            out.keep(kept)
            out.dropped.write(dropped)
    return record
