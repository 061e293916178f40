"""List the units of a shard, decide which of them occurred before, and rewrite the shard without those."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from yurai.declare.batches import dropped_rows, strings
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import AnyUse, StageUse
from yurai.exchange.row_files import Span, read_chunks, rows_file, size_of
from yurai.exchange.row_files import read_rows as read_spans
from yurai.exchange.row_types import CUT, LINE, Rows, hex_ids
from yurai.stages.keep_order import columns, nodes
from yurai.stages.line_dedup.lines import copies, firsts, line_rows, without
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.map_tasks import fetched, sinks
from yurai.stages.rewrite import replace_rows, rewritten
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

REASON = "no-line-left"
AT_ONCE = 1 << 18
"""Rows that are judged at a time."""
RULE = {"line": "repeated-lines", "paragraph": "repeated-paragraphs"}
Batches: TypeAlias = tuple[pa.RecordBatch, pa.RecordBatch]


@dataclass(frozen=True)
class Lines(Arguments):
    """The stage with its settings, and the number of the shard."""

    use: StageUse[LineDedup]
    shard: int


@task_function("yurai.steps.lines:lines")
def lines(task: Task[Lines], attempt: Attempt) -> TaskRecord:
    """Write a LINE row for each unit of a shard that is long enough."""
    settings, path = task.args.use.settings, fetched(task, attempt)
    record = task.record(task.input.sha256)
    read = list(dict.fromkeys(["text", *columns(settings.keep, settings.quality)]))
    with rows_file(attempt, record) as out:
        start = 0
        for batch in read_rows(path, read):
            named = nodes(batch, settings.keep, settings.quality, task.args.shard, start, older=False)
            out.write(line_rows(batch.column("text"), named, settings.unit, settings.least))
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
    spans, record = task.args.spans, task.record()
    held = [read_spans(spans, LINE)] if size_of(spans) <= task.args.memory_bytes // 4 else None

    def chunks() -> Iterator[Rows]:
        return iter(held) if held else itertools.chain.from_iterable(read_chunks(span, LINE) for span in spans)

    stay = firsts(chunks(), task.args.min_copies)
    with rows_file(attempt, record) as out:
        for rows in chunks():
            for start in range(0, len(rows), AT_ONCE):
                out.write(copies(rows[start : start + AT_ONCE], stay))
    return record


@dataclass(frozen=True)
class Cut(Arguments):
    """CUT rows of the units that go from a shard, the stage, and the measuring stages that new texts go through."""

    spans: list[Span]
    use: StageUse[LineDedup]
    measures: tuple[AnyUse, ...]


@task_function("yurai.steps.lines:cut")
def cut(task: Task[Cut], attempt: Attempt) -> TaskRecord:
    """Write a shard without the units that go."""
    use, measures, path = task.args.use, task.args.measures, fetched(task, attempt)
    counts = StageCounts(use.name)
    record = task.record(task.input.sha256)
    record.stages = [counts]
    cuts = read_spans(task.args.spans, CUT)
    cuts = cuts[np.lexsort((cuts["position"], cuts["row"]))]
    with sinks(attempt) as out:
        start = 0
        for batch in read_rows(path):
            first, last = np.searchsorted(cuts["row"], [start, start + batch.num_rows])
            kept, dropped = _without_units(batch, cuts[first:last], start, use, measures, counts)
            out.keep(kept)
            out.dropped.write(dropped)
            start += batch.num_rows
    return record


def _without_units(
    batch: pa.RecordBatch,
    cuts: Rows,
    start: int,
    use: StageUse[LineDedup],
    measures: tuple[AnyUse, ...],
    counts: StageCounts,
) -> Batches:
    """Return the rows that are kept and DROPPED rows, and count them; `start` is the number of the first row."""
    unit = use.settings.unit
    rows, starts = np.unique(cuts["row"], return_index=True)
    bounds = itertools.pairwise(np.append(starts, len(cuts)).tolist())
    groups = {row - start: cuts[first:last] for row, (first, last) in zip(rows.tolist(), bounds, strict=True)}
    texts = strings(batch.take(pa.array(list(groups), pa.int64())), "text")
    new = {
        row_index: without(text, set(group["position"].tolist()), unit)
        for text, (row_index, group) in zip(texts, groups.items(), strict=True)
    }
    remaining, emptied = (
        [row_index for row_index, text in new.items() if bool(text.strip()) is has_text] for has_text in (True, False)
    )
    counts.seen += batch.num_rows
    counts.kept += batch.num_rows - len(emptied)
    counts.dropped.update([REASON] * len(emptied))
    if groups:
        counts.notes.update({f"{use.name}:documents": len(groups), f"{use.name}:{RULE[unit]}": len(cuts)})
    if remaining:
        removed = [{RULE[unit]: len(groups[row_index])} for row_index in remaining]
        before = batch.take(pa.array(remaining))
        edited = rewritten(
            before, [new[row_index] for row_index in remaining], removed, measures, use.name, counts.notes
        )
        batch = replace_rows(batch, edited, remaining)
    return _split(batch, emptied, [_keeper(groups[row_index]) for row_index in emptied], use.name)


def _split(batch: pa.RecordBatch, emptied: list[int], keepers: list[str], stage: str) -> Batches:
    keep = np.ones(batch.num_rows, bool)
    keep[emptied] = False
    reasons = pa.array([REASON] * len(emptied), pa.string())
    dropped = dropped_rows(batch.take(pa.array(emptied, pa.int64())), stage, reasons, keepers)
    return batch.filter(pa.array(keep)), dropped


def _keeper(cuts: Rows) -> str:
    """Return the doc_id of the document that keeps most of these units; of several the lowest."""
    keepers = Counter(hex_ids(cuts["kept_high"], cuts["kept_low"]))
    return min(keepers, key=lambda name: (-keepers[name], name))
