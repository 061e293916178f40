"""Apply the rules to one shard, and write what they drop to `dropped`."""

from dataclasses import dataclass

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import AnyUse, StageUse
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai.stages.map_tasks import read_documents, sinks
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import DOCUMENT
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
    over = None if _rewrites(task, attempt) else task.input
    with sinks(attempt, over=over) as out:
        for batch in out.batches(DOCUMENT.names) if over else read_documents(task, attempt):
            edited, reasons = decider.judged(batch, counts.notes)
            kept, dropped = decider.split(edited, reasons, counts)
            out.keep(kept, reasons.is_null().to_numpy(zero_copy_only=False))
            out.dropped.write(dropped)
    return record


def _rewrites(task: Task[FilterShard], attempt: Attempt) -> bool:
    """Tell whether rows may leave with other values: an editor is among the rules, or a row has a second text."""
    if any(use.rule.kind == "editor" for use in task.args.use.settings.rules):
        return True
    second = read_documents(task, attempt, ["other_text"])
    return any(batch.column(0).null_count < batch.num_rows for batch in second)
