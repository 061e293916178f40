"""Count the scores of a shard, add such counts up, find the cut, and apply it to a shard."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from yurai.declare.batches import dropped_rows
from yurai.declare.scores import score_column, scores
from yurai.engine.arguments import UNLESS_NONE, Arguments
from yurai.engine.clock import part
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.row_files import Span, read_chunks, rows_file
from yurai.stages.map_tasks import read_documents, sinks
from yurai.stages.threshold.histogram import COUNT, counted, cut, merged, whole
from yurai.stages.threshold.settings import PER_ONE, Limits, Threshold
from yurai_manifests.counts import StageCounts
from yurai_manifests.task import Attempt, TaskRecord

CUT = "cut"
"""The name under which the cut is noted, and stands in `facts`."""


@dataclass(frozen=True)
class Score(Arguments):
    """The name of the score to count, and what scores are multiplied by so that higher ones are better."""

    score: str
    sign: int = 1


@dataclass(frozen=True)
class Merge(Arguments):
    """COUNT rows to add up."""

    spans: list[Span]


@dataclass(frozen=True)
class Find(Arguments):
    """COUNT rows to add up, the share of documents that stays, and what their scores were multiplied by."""

    spans: list[Span]
    keep_share: float
    sign: int = 1


@dataclass(frozen=True)
class Apply(Arguments):
    """The stage, and the lowest and the highest score that stay, in whole numbers of 1e-4."""

    use: StageUse[Threshold]
    low: int | None = field(default=None, metadata=UNLESS_NONE)
    high: int | None = field(default=None, metadata=UNLESS_NONE)


@task_function("yurai.steps.threshold:count")
def count(task: Task[Score], attempt: Attempt) -> TaskRecord:
    """Write COUNT rows of the documents of one shard that have a score."""
    name, sign, record = task.args.score, task.args.sign, task.record(task.input.sha256)
    batches = read_documents(task, attempt, [score_column(name)])
    found = (scores(batch, name) for batch in batches)
    with rows_file(attempt, record) as out:
        out.write(merged(counted(whole(sign * one[~np.isnan(one)])) for one in found))
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
        record.index[CUT] = [*found._replace(score=task.args.sign * found.score)]
    return record


@task_function("yurai.steps.threshold:apply")
def apply(task: Task[Apply], attempt: Attempt) -> TaskRecord:
    """Write the documents of one shard that reach the cut, and those that do not or have no score."""
    use, counts = task.args.use, StageCounts(task.args.use.name)
    record = task.record(task.input.sha256)
    record.stages = [counts]
    with sinks(attempt, over=task.input) as out:
        for batch in out.batches([score_column(use.settings.score)]):
            kept, dropped, stays = split(batch, use, Limits(task.args.low, task.args.high), counts)
            out.keep(kept, stays)
            out.dropped.write(dropped)
    return record


def split(
    batch: pa.RecordBatch, use: StageUse[Threshold], limits: Limits, counts: StageCounts
) -> tuple[pa.RecordBatch, pa.RecordBatch, npt.NDArray[np.bool_]]:
    """Return the rows that stay, DROPPED rows, and which stay, and count them."""
    settings = use.settings
    with part(use.name):
        found = scores(batch, settings.score)
        missing = np.isnan(found)
        values = whole(np.where(missing, 0.0, found))
        under = ~missing & (values < limits.low) if limits.low is not None else np.zeros_like(missing)
        over = ~missing & (values > limits.high) if limits.high is not None else np.zeros_like(missing)
    gone = under | over | (missing & (settings.missing == "drop"))
    reason = np.select([under, over], [f"low-score:{settings.score}", f"high-score:{settings.score}"], _none(settings))
    last = np.where(under, limits.low or 0, limits.high or 0) / PER_ONE
    details = [_detail(*one) for one in zip(found[gone].tolist(), last[gone].tolist(), strict=True)]
    reasons = reason[gone].tolist()
    counts.seen += batch.num_rows
    counts.kept += batch.num_rows - int(gone.sum())
    counts.dropped.update(reasons)
    if settings.missing == "keep" and missing.any():
        counts.notes[_none(settings)] += int(missing.sum())
    dropped = dropped_rows(batch.filter(pa.array(gone)), use.name, pa.array(reasons, pa.string()), details)
    return batch.filter(pa.array(~gone)), dropped, ~gone


def _none(settings: Threshold) -> str:
    return f"no-score:{settings.score}"


def _detail(value: float, last: float) -> str | None:
    return None if np.isnan(value) else orjson.dumps({"score": value, CUT: last}).decode()
