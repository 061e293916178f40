"""Run the tasks from verified pairs to decisions; `graph_driver` says what they make together.

A task works in pieces of `memory_bytes` / PART: arrays that say what is whose, and sorting them, take some times the
bytes of the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import (
    RowsFile,
    Span,
    as_bytes,
    file_chunks,
    read_chunks,
    read_rows,
    read_twice,
    rows_file,
    size_of,
)
from yurai.exchange.row_types import DECISION, EDGE, LABELLED, LINK, Rows
from yurai.exchange.splitter import Splitter
from yurai.stages.near_dedup import graph, greedy_by_range
from yurai_manifests.task import Attempt, TaskRecord

PART = 16


@dataclass(frozen=True)
class Decide(Arguments):
    """EDGE rows of whole components, which fit into memory."""

    spans: list[Span]


@dataclass(frozen=True)
class Part(Arguments):
    """The rows of a partition, and the memory to take."""

    spans: list[Span]
    memory_bytes: int


@dataclass(frozen=True)
class Contract(Arguments):
    """The LINK rows of a partition, the memory to take, and whether stars are written from either end."""

    spans: list[Span]
    memory_bytes: int
    both: bool


@dataclass(frozen=True)
class Label(Arguments):
    """LABELLED rows of a partition, and LINK rows that say the labels of their names."""

    spans: list[Span]
    labels: list[Span]


@task_function("yurai.steps.graph:decide")
def decide(task: Task[Decide], attempt: Attempt) -> TaskRecord:
    """Decide about whole components."""
    record = task.record()
    with rows_file(attempt, record) as out:
        out.write(graph.decide(read_rows(task.args.spans, EDGE)))
    return record


@task_function("yurai.steps.graph:links")
def links(task: Task[Part], attempt: Attempt) -> TaskRecord:
    """Write LINK rows from either end that connect what EDGE rows connect, and `labelled` edges."""
    record = task.record()
    with rows_file(attempt, record) as out, rows_file(attempt, record, "labelled") as labelled:

        def linked() -> Iterator[Rows]:
            for edges in _chunks(task.args.spans, EDGE):
                a, b = graph.names(edges["a"]), graph.names(edges["b"])
                labelled.write(graph.labelled(a, edges))
                yield graph.links(a, b)

        for rows in _pieces(linked(), _budget(task.args.memory_bytes)):
            out.write(graph.both_ways(graph.contract(rows)))
    return record


@task_function("yurai.steps.graph:contract")
def contract(task: Task[Contract], attempt: Attempt) -> TaskRecord:
    """Replace LINK rows, of which one end is enough, by stars.

    All lower neighbours of a name must meet here, or rounds might not end; few tasks wrote any, so they are few.
    """
    record = task.record()
    downwards = (rows[rows["other"] < rows["node"]] for rows in _chunks(task.args.spans, LINK))
    contracted = graph.contract(np.concatenate([*downwards, np.empty(0, LINK)]))
    with rows_file(attempt, record) as out:
        out.write(graph.both_ways(contracted) if task.args.both else contracted)
    return record


@task_function("yurai.steps.graph:lift")
def lift(task: Task[Part], attempt: Attempt) -> TaskRecord:
    """Link the neighbours of each name to the lowest, told all LINK rows that have it as `node`.

    The record's index says as `unsettled` how many names forbid to call the links labels.
    """
    record = task.record()
    read = read_twice(task.args.spans, LINK, _budget(task.args.memory_bytes))
    stars = np.empty(0, graph.STAR)
    for rows in read():
        stars = graph.joined(np.concatenate([stars, graph.joined(graph.stars(rows))]))
    with rows_file(attempt, record) as out:
        for rows in read():
            out.write(graph.lifted(rows, stars))
    record.index["unsettled"] = [graph.unsettled(stars)]
    return record


@task_function("yurai.steps.graph:label")
def label(task: Task[Label], attempt: Attempt) -> TaskRecord:
    """Give edges the label of their component."""
    record = task.record()
    labels = read_rows(task.args.labels, LINK)
    labels = labels[np.argsort(labels["node"])]
    with rows_file(attempt, record) as out:
        for rows in _chunks(task.args.spans, LABELLED):
            out.write(graph.labelled(graph.labels_of(rows["label"], labels), rows["edge"]))
    return record


@task_function("yurai.steps.graph:settle")
def settle(task: Task[Part], attempt: Attempt) -> TaskRecord:
    """Decide about the components of a partition, told its LABELLED rows, of any size."""
    record, spans = task.record(), task.args.spans
    with rows_file(attempt, record) as out:
        if size_of(spans) <= _budget(task.args.memory_bytes):
            out.write(graph.decide(read_rows(spans, LABELLED)["edge"]))
        else:
            _forward(spans, attempt, _budget(task.args.memory_bytes), out)
    return record


def _forward(spans: list[Span], attempt: Attempt, budget: int, out: RowsFile) -> None:
    """Decide range by range of the keep order, with what leaves a range in files."""
    begins = _begins(spans, budget)
    inner, outer, mail = (Splitter(attempt, LABELLED, len(begins), budget) for _ in range(3))
    for rows in _chunks(spans, LABELLED):
        a, b = (greedy_by_range.range_of(begins, rows["edge"][end]) for end in ("a", "b"))
        for splitter, chosen in ((inner, a == b), (outer, a != b)):
            splitter.add(rows[chosen], a[chosen])
    clusters = np.empty(0, greedy_by_range.CLUSTER)
    path = attempt.path("decisions")
    with path.open("wb") as file:
        for number in range(len(begins)):
            received = np.empty(0, LABELLED)
            for rows in _pieces(mail.part(number), budget):
                received = greedy_by_range.nearest(np.concatenate([received, rows]))
            decided = [greedy_by_range.settle(inner.whole(number), received)]
            known = greedy_by_range.Known(decided[0])
            for rows in _pieces(outer.part(number), budget):
                sent, fresh = known.posted(rows)
                mail.add(sent, greedy_by_range.range_of(begins, sent["edge"]["b"]))
                decided.append(fresh)
            decisions = np.concatenate(decided)
            file.write(as_bytes(decisions))
            clusters = greedy_by_range.counted(clusters, decisions)
    for rows in file_chunks(path, DECISION):
        out.write(greedy_by_range.named(rows, clusters))


def _begins(spans: list[Span], budget: int) -> Rows:
    """Return where ranges begin, so that the edges that touch one fit into `budget`, but those of a single document."""
    ranges = 2 * size_of(spans) // budget + 1
    share = min(1.0, ranges * greedy_by_range.SAMPLES * LABELLED.itemsize / (2 * size_of(spans)))
    random = np.random.default_rng(0)
    parts = [np.empty(0, greedy_by_range.POINT)]
    for rows in _chunks(spans, LABELLED):
        edges = rows["edge"][random.random(len(rows)) < share]
        parts += [greedy_by_range.points(edges["a"]), greedy_by_range.points(edges["b"])]
    return greedy_by_range.cuts(np.concatenate(parts), ranges)


def _budget(memory_bytes: int) -> int:
    return max(1, memory_bytes // PART)


def _chunks(spans: list[Span], dtype: np.dtype[np.void]) -> Iterator[Rows]:
    return (rows for span in spans for rows in read_chunks(span, dtype))


def _pieces(chunks: Iterable[Rows], least: int) -> Iterator[Rows]:
    """Join chunks until they hold so many bytes; yields none without rows."""
    held: list[Rows] = []
    size = 0
    for rows in chunks:
        held.append(rows)
        size += rows.nbytes
        if size >= least:
            yield np.concatenate(held)
            held, size = [], 0
    if size:
        yield np.concatenate(held)
