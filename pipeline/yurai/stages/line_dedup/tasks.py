"""List the units of a shard, decide which of them occurred before, and rewrite the shard without those."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from yurai.declare.batches import strings
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import AnyUse, StageUse
from yurai.exchange.row_files import Span, read_twice, rows_file
from yurai.exchange.row_files import read_rows as read_spans
from yurai.exchange.row_types import CUT, LINE, NEW, Rows, hex_ids
from yurai.stages.keep_order import columns, nodes
from yurai.stages.line_dedup.edits import Edit, edited
from yurai.stages.line_dedup.lines import Unit, copies, firsts, line_rows, without
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.map_tasks import read_documents, sinks
from yurai_manifests.counts import StageCounts
from yurai_manifests.task import Attempt, TaskRecord

AT_ONCE = 1 << 18
"""Rows that are judged at a time."""


@dataclass(frozen=True)
class Lines(Arguments):
    """The stage with its settings, the number of the shard, and whether it is of an earlier run."""

    use: StageUse[LineDedup]
    shard: int
    older: bool


@task_function("yurai.steps.lines:lines")
def lines(task: Task[Lines], attempt: Attempt) -> TaskRecord:
    """Write a LINE row for each unit of a shard that is long enough."""
    settings = task.args.use.settings
    unit = settings.unit
    assert unit != "span"  # spans are listed by their own task
    return listed(task, attempt, lambda text, named: line_rows(text, named, unit, settings.least))


def listed(
    task: Task[Lines], attempt: Attempt, rows_of: Callable[[pa.Array[pa.StringScalar], Rows], Rows]
) -> TaskRecord:
    """Write what `rows_of` makes of the texts of a shard and of their NODE rows, batch by batch."""
    settings, record = task.args.use.settings, task.record(task.input.sha256)
    read = list(dict.fromkeys(["text", *columns(settings.keep, settings.quality)]))
    with rows_file(attempt, record) as out:
        start = 0
        for batch in read_documents(task, attempt, read):
            named = nodes(batch, settings.keep, settings.quality, task.args.shard, start, older=task.args.older)
            out.write(rows_of(batch.column("text"), named))
            start += batch.num_rows
    return record


@dataclass(frozen=True)
class Judge(Arguments):
    """The LINE rows of a partition, from how many copies on units go, and the memory to take."""

    spans: list[Span]
    min_copies: int
    memory_bytes: int


@task_function("yurai.steps.lines:judge")
def judge(task: Task[Judge], attempt: Attempt) -> TaskRecord:
    """Write a CUT row for each unit of a partition that occurred before.

    A partition that is larger than a quarter of memory, since one unit in it is everywhere, is read twice and not held:
    once for the first and the count of each unit, once for all its other places.
    """
    record = task.record()
    with rows_file(attempt, record) as out:
        for rows, stay in judged(task.args, LINE):
            out.write(copies(rows, stay))
    return record


def judged(args: Judge, dtype: np.dtype[np.void]) -> Iterator[tuple[Rows, Rows]]:
    """Yield the rows of a partition, some at a time, with the first of each unit that is in places enough.

    Those of earlier runs are firsts, but no rows: they stay.
    """
    chunks = read_twice(args.spans, dtype, args.memory_bytes // 4)
    stay = firsts(chunks(), args.min_copies)
    for rows in chunks():
        for start in range(0, len(rows), AT_ONCE):
            some = rows[start : start + AT_ONCE]
            yield some[some["node"]["rank"] >= NEW], stay


@dataclass(frozen=True)
class Cut(Arguments):
    """CUT rows of the units that go from a shard, the stage, and the measuring stages that new texts go through."""

    spans: list[Span]
    use: StageUse[LineDedup]
    measures: tuple[AnyUse, ...]


@task_function("yurai.steps.lines:cut")
def cut(task: Task[Cut], attempt: Attempt) -> TaskRecord:
    """Write a shard without the units that go."""
    use, measures = task.args.use, task.args.measures
    unit, counts = use.settings.unit, StageCounts(use.name)
    assert unit != "span"  # spans are cut by their own task
    record = task.record(task.input.sha256)
    record.stages = [counts]
    cuts = read_spans(task.args.spans, CUT)
    cuts = cuts[np.lexsort((cuts["position"], cuts["row"]))]
    with sinks(attempt) as out:
        start = 0
        for batch in read_documents(task, attempt):
            first, last = np.searchsorted(cuts["row"], [start, start + batch.num_rows])
            edits = _edits(batch, cuts[first:last], start, unit)
            kept, dropped = edited(batch, edits, use, measures, counts)
            out.keep(kept)
            out.dropped.write(dropped)
            start += batch.num_rows
    return record


def _edits(batch: pa.RecordBatch, cuts: Rows, start: int, unit: Unit) -> dict[int, Edit]:
    """Return the new texts of a batch by row, whose first row is number `start` of the shard."""
    rows, starts = np.unique(cuts["row"], return_index=True)
    bounds = itertools.pairwise(np.append(starts, len(cuts)).tolist())
    groups = {row - start: cuts[first:last] for row, (first, last) in zip(rows.tolist(), bounds, strict=True)}
    texts = strings(batch.take(pa.array(list(groups), pa.int64())), "text")
    return {
        row: Edit(without(text, set(group["position"].tolist()), unit), len(group), _keeper(group))
        for text, (row, group) in zip(texts, groups.items(), strict=True)
    }


def _keeper(cuts: Rows) -> str:
    """Return the doc_id of the document that keeps most of these units; of several the lowest."""
    keepers = Counter(hex_ids(cuts["kept_high"], cuts["kept_low"]))
    return min(keepers, key=lambda name: (-keepers[name], name))
