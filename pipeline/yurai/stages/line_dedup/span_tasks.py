"""List the windows of a shard, find which occurred before, see how far each repeat goes, and rewrite the shard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, read_twice, rows_file
from yurai.exchange.row_files import read_rows as read_spans
from yurai.exchange.row_types import BESIDE, REPEAT, WINDOW, Rows
from yurai.stages.line_dedup.cutting import settled, without_pieces
from yurai.stages.line_dedup.edits import Edit, edited
from yurai.stages.line_dedup.pieces import Piece, pieces
from yurai.stages.line_dedup.repeats import extended, joined, repeats, window_rows, with_beside
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.tasks import Cut, Judge, Lines, judged, listed
from yurai.stages.map_tasks import read_documents, sinks
from yurai_manifests.counts import StageCounts
from yurai_manifests.task import Attempt, TaskRecord
from yurai_manifests.text_bytes import Texts, texts_of

AT_ONCE = 1 << 11
"""Repeats whose bytes are compared at a time."""


@task_function("yurai.steps.spans:windows")
def windows(task: Task[Lines], attempt: Attempt) -> TaskRecord:
    """Write a WINDOW row for each window of a shard."""
    window = task.args.use.settings.window
    return listed(task, attempt, lambda text, named: window_rows(texts_of(text), named, window))


@task_function("yurai.steps.spans:judge")
def judge(task: Task[Judge], attempt: Attempt) -> TaskRecord:
    """Write a REPEAT row for each window of a partition that occurred before; memory is that of lines."""
    record = task.record()
    with rows_file(attempt, record) as out:
        for rows, stay in judged(task.args, WINDOW):
            out.write(repeats(rows, stay))
    return record


@dataclass(frozen=True)
class Extend(Arguments):
    """The rows that came to a shard, and the memory to take."""

    spans: list[Span]
    memory_bytes: int


@task_function("yurai.steps.spans:ask")
def ask(task: Task[Extend], attempt: Attempt) -> TaskRecord:
    """Write a BESIDE row for each repeat in a shard: windows in a row, and the bytes beside them."""
    record = task.record(task.input.sha256)
    found = joined(read_spans(task.args.spans, REPEAT))
    with rows_file(attempt, record) as out:
        for texts, first, last in _texts(read_documents(task, attempt, ["text"]), 0):
            rows = found[slice(*np.searchsorted(found["row"], [first, last]))]
            for start in range(0, len(rows), AT_ONCE):
                out.write(with_beside(rows[start : start + AT_ONCE], texts, first))
    return record


@task_function("yurai.steps.spans:extend")
def extend(task: Task[Extend], attempt: Attempt) -> TaskRecord:
    """Write the repeats whose first place is in a shard, as far as both texts agree.

    Holds a quarter of memory of texts and, where so many repeats come to one shard, a quarter of them; more of them are
    read again for each quarter of texts.
    """
    quarter, record = task.args.memory_bytes // 4, task.record(task.input.sha256)
    asked = read_twice(task.args.spans, BESIDE, quarter)
    with rows_file(attempt, record) as out:
        for texts, first, last in _texts(read_documents(task, attempt, ["text"]), quarter):
            for chunk in asked():
                kept = chunk["repeat"]["kept"]["row"]
                here = np.flatnonzero((kept >= first) & (kept < last))
                for start in range(0, len(here), AT_ONCE):
                    out.write(extended(chunk[here[start : start + AT_ONCE]], texts, first))
    return record


def _texts(batches: Iterator[pa.RecordBatch], least_bytes: int) -> Iterator[tuple[Texts, int, int]]:
    """Yield texts of a shard, so many bytes or a batch at a time, with the numbers of the first row and the next."""
    held: list[pa.LargeStringArray] = []
    first = last = size = 0
    for batch in batches:
        held.append(cast("pa.LargeStringArray", batch.column("text")))
        last += batch.num_rows
        size += held[-1].nbytes
        if size >= least_bytes:
            yield texts_of(pa.concat_arrays(held)), first, last
            held, first, size = [], last, 0
    if held:
        yield texts_of(pa.concat_arrays(held)), first, last


@task_function("yurai.steps.spans:cut")
def cut(task: Task[Cut], attempt: Attempt) -> TaskRecord:
    """Write a shard without the repeats that are long enough."""
    args = task.args
    counts = StageCounts(args.use.name)
    record = task.record(task.input.sha256)
    record.stages = [counts]
    found = joined(read_spans(args.spans, REPEAT))
    with sinks(attempt) as out:
        start = 0
        for batch in read_documents(task, attempt):
            rows = found[slice(*np.searchsorted(found["row"], [start, start + batch.num_rows]))]
            edits = _edits(batch, rows, start, args.use.settings)
            kept, dropped = edited(batch, edits, args.use, args.measures, counts)
            out.keep(kept)
            out.dropped.write(dropped)
            start += batch.num_rows
    return record


def _edits(batch: pa.RecordBatch, found: Rows, start: int, settings: LineDedup) -> dict[int, Edit]:
    """Return the new texts of a batch by row, whose first row is number `start` of the shard."""
    texts = texts_of(batch.column("text"))
    edits: dict[int, Edit] = {}
    for row, all_of_it in pieces(found, texts, start, settings.min_bytes):
        data = texts.data[slice(*texts.bounds[row - start : row - start + 2])].tobytes()
        if gone := settled(all_of_it, data, settings.snap):
            edits[row - start] = Edit(without_pieces(data, gone).decode(), len(gone), _keeper(gone), gone)
    return edits


def _keeper(gone: list[Piece]) -> str:
    """Return the doc_id of the document that had most of these bytes; of several the lowest."""
    held: Counter[str] = Counter()
    for piece in gone:
        held[piece.kept_doc_id] += piece.length
    return min(held, key=lambda name: (-held[name], name))
