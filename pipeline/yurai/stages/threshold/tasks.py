"""Count the scores of a shard, add such counts up, find the cut, and apply it to a shard."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import orjson
import pyarrow as pa

from yurai.declare.batches import dropped_rows
from yurai.declare.scores import score_column, scores
from yurai.engine.arguments import UNLESS_NONE, Arguments
from yurai.engine.clock import part
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.row_files import Span, read_chunks, rows_file
from yurai.stages.map_tasks import fetched, sinks
from yurai.stages.threshold.histogram import COUNT, counted, cut, merged, whole
from yurai.stages.threshold.settings import PER_ONE, Threshold
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

CUT = "cut"
"""The name under which the cut is noted, and stands in `facts`."""


@dataclass(frozen=True)
class Score(Arguments):
    """The name of the score to count."""

    score: str


@dataclass(frozen=True)
class Merge(Arguments):
    """COUNT rows to add up."""

    spans: list[Span]


@dataclass(frozen=True)
class Find(Arguments):
    """COUNT rows to add up, and the share of documents that stays."""

    spans: list[Span]
    keep_share: float


@dataclass(frozen=True)
class Apply(Arguments):
    """The stage, and the lowest score that stays, in whole numbers of 1e-4; None where no document has a score."""

    use: StageUse[Threshold]
    cut: int | None = field(default=None, metadata=UNLESS_NONE)


@task_function("yurai.steps.threshold:count")
def count(task: Task[Score], attempt: Attempt) -> TaskRecord:
    """Write COUNT rows of the documents of one shard that have a score."""
    name, record = task.args.score, task.record(task.input.sha256)
    batches = read_rows(fetched(task, attempt), [score_column(name)])
    found = (scores(batch, name) for batch in batches)
    with rows_file(attempt, record) as out:
        out.write(merged(counted(whole(one[~np.isnan(one)])) for one in found))
    return record


@task_function("yurai.steps.threshold:merge")
def merge(task: Task[Merge], attempt: Attempt) -> TaskRecord:
    """Write the sum of COUNT rows."""
    record = task.record()
    with rows_file(attempt, record) as out:
        out.write(merged(chain.from_iterable(read_chunks(span, COUNT) for span in task.args.spans)))
    return record


@task_function("yurai.steps.threshold:find")
def find(task: Task[Find], _: Attempt) -> TaskRecord:
    """Note the cut, where there is one: its score, of how many documents, and how many of them stay."""
    record = task.record()
    rows = merged(chain.from_iterable(read_chunks(span, COUNT) for span in task.args.spans))
    if found := cut(rows, task.args.keep_share):
        record.index[CUT] = [*found]
    return record


@task_function("yurai.steps.threshold:apply")
def apply(task: Task[Apply], attempt: Attempt) -> TaskRecord:
    """Write the documents of one shard that reach the cut, and those that do not or have no score."""
    use, counts = task.args.use, StageCounts(task.args.use.name)
    record = task.record(task.input.sha256)
    record.stages = [counts]
    with sinks(attempt) as out:
        for batch in read_rows(fetched(task, attempt)):
            kept, dropped = split(batch, use, task.args.cut, counts)
            out.keep(kept)
            out.dropped.write(dropped)
    return record


def split(
    batch: pa.RecordBatch, use: StageUse[Threshold], lowest: int | None, counts: StageCounts
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the rows that stay and DROPPED rows, and count them."""
    settings = use.settings
    with part(use.name):
        found = scores(batch, settings.score)
        missing = np.isnan(found)
        low = ~missing & (whole(np.where(missing, 0.0, found)) < (0 if lowest is None else lowest))
    gone = low if settings.missing == "keep" else low | missing
    no_score = f"no-score:{settings.score}"
    reasons = [f"low-score:{settings.score}" if below else no_score for below in low[gone]]
    details = [_detail(value, lowest) for value in found[gone].tolist()]
    counts.seen += batch.num_rows
    counts.kept += batch.num_rows - int(gone.sum())
    counts.dropped.update(reasons)
    if settings.missing == "keep" and missing.any():
        counts.notes[no_score] += int(missing.sum())
    dropped = dropped_rows(batch.filter(pa.array(gone)), use.name, pa.array(reasons, pa.string()), details)
    return batch.filter(pa.array(~gone)), dropped


def _detail(value: float, lowest: int | None) -> str | None:
    if np.isnan(value) or lowest is None:
        return None
    return orjson.dumps({"score": value, CUT: lowest / PER_ONE}).decode()
