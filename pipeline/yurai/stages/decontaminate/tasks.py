"""Compare the documents of one shard with the evaluations, and drop or tag those that have what items have."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import dropped_rows, strings, with_columns
from yurai.engine.arguments import Arguments
from yurai.engine.clock import part
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.stages.decontaminate.find import Match, find
from yurai.stages.decontaminate.index import Evaluations, load
from yurai.stages.decontaminate.settings import Decontaminate
from yurai.stages.map_tasks import sinks
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import CONTAMINATION
from yurai_manifests.task import Attempt, TaskRecord

COLUMN = "contamination"


@dataclass(frozen=True)
class Compare(Arguments):
    """The stage, and the sha256 of each evaluation's file."""

    use: StageUse[Decontaminate]
    digests: tuple[str, ...]


@task_function("yurai.steps.decontaminate:weigh")
def weigh(task: Task[Compare], _: Attempt) -> TaskRecord:
    """Note what each evaluation has: its Counts, under its name."""
    record, known = task.record(), load(task.args.use.settings, task.args.digests)
    record.index.update({name: [*astuple(one)] for name, one in zip(known.names, known.counts, strict=True)})
    return record


@task_function("yurai.steps.decontaminate:compare")
def compare(task: Task[Compare], attempt: Attempt) -> TaskRecord:
    """Write the documents of one shard that stay, each with what it has of evaluations, and those that go."""
    use, counts = task.args.use, StageCounts(task.args.use.name)
    record = task.record(task.input.sha256)
    record.stages = [counts]
    known = load(use.settings, task.args.digests)
    with sinks(attempt, over=task.input, changes=[COLUMN]) as out:
        for batch in out.batches(["text"]):
            kept, dropped, stays = split(batch, use, known, counts)
            out.keep(kept, stays)
            out.dropped.write(dropped)
    return record


def split(
    batch: pa.RecordBatch, use: StageUse[Decontaminate], known: Evaluations, counts: StageCounts
) -> tuple[pa.RecordBatch, pa.RecordBatch, npt.NDArray[np.bool_]]:
    """Return the rows that stay, DROPPED rows, and which stay, and count them."""
    with part(use.name):
        found = [find(text, known, use.settings.min_matches) for text in strings(batch, "text")]
    drops = use.settings.action == "drop"
    gone = [bool(one) and drops for one in found]
    reasons = [f"{use.name}:{one[0].evaluation}" for one in found if one]
    counts.seen += batch.num_rows
    counts.kept += batch.num_rows - sum(gone)
    (counts.dropped if drops else counts.notes).update(reasons)
    mask = pa.array(gone, pa.bool_())
    details = [_detail(one) for one in found if one] if drops else []
    dropped = dropped_rows(batch.filter(mask), use.name, pa.array(reasons if drops else [], pa.string()), details)
    return _tagged(batch, found).filter(pc.invert(mask)), dropped, ~np.array(gone, bool)


def _detail(found: list[Match]) -> str:
    """Return what `detail` says: the item with most runs, and how many items there are."""
    return orjson.dumps({**found[0]._asdict(), "items": len(found)}).decode()


def _tagged(batch: pa.RecordBatch, found: list[list[Match]]) -> pa.RecordBatch:
    """Return `batch` with what was found behind what an earlier stage of this kind found."""
    before = batch.column(COLUMN).to_pylist()
    rows = [[*(old or ()), *(one._asdict() for one in new)] for old, new in zip(before, found, strict=True)]
    return with_columns(batch, {COLUMN: pa.array(rows, CONTAMINATION)})
