"""Tasks from verified pairs to decisions; what they make together is said in `yurai.reduce.graph`.

A task works in pieces of `memory_bytes` / PART: arrays that say what is whose, and sorting them, take some times the
bytes of the rows.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from yurai.dedup import forward, graph
from yurai.dedup.records import DECISION, EDGE, LABELLED, LINK, Rows
from yurai.shuffle import (
    RowsFile,
    Span,
    Splitter,
    as_bytes,
    file_chunks,
    read_chunks,
    read_rows,
    read_twice,
    rows_file,
    size_of,
)
from yurai.task import Task
from yurai_manifests.task import Attempt, TaskRecord

PART = 16


def decide(task: Task, attempt: Attempt) -> TaskRecord:
    """Decide about whole components; args: `spans` of EDGE rows that fit into memory."""
    record = _record(task)
    with rows_file(attempt, record) as out:
        out.write(graph.decide(read_rows(_spans(task, "spans"), EDGE)))
    return record


def links(task: Task, attempt: Attempt) -> TaskRecord:
    """Write LINK rows from either end that connect what edges connect, and `labelled` edges; args: `spans`."""
    record = _record(task)
    with rows_file(attempt, record) as out, rows_file(attempt, record, "labelled") as labelled:

        def found() -> Iterator[Rows]:
            for edges in _chunks(_spans(task, "spans"), EDGE):
                a, b = graph.names(edges["a"]), graph.names(edges["b"])
                labelled.write(graph.labelled(a, edges))
                yield graph.links(a, b)

        for rows in _pieces(found(), _budget(task)):
            out.write(graph.both_ways(graph.contract(rows)))
    return record


def contract(task: Task, attempt: Attempt) -> TaskRecord:
    """Replace LINK rows, of which one end is enough, by stars; args: `spans`, `both`: write stars from either end.

    All lower neighbours of a name must meet here, or rounds might not end; few tasks wrote any, so they are few.
    """
    record = _record(task)
    downwards = (rows[rows["other"] < rows["node"]] for rows in _chunks(_spans(task, "spans"), LINK))
    found = graph.contract(np.concatenate([*downwards, np.empty(0, LINK)]))
    with rows_file(attempt, record) as out:
        out.write(graph.both_ways(found) if task.args["both"] else found)
    return record


def lift(task: Task, attempt: Attempt) -> TaskRecord:
    """Link the neighbours of each name to the lowest; args: `spans` of LINK rows, all that have a name as `node`.

    The record's index says as `unsettled` how many names forbid to call the links labels.
    """
    record = _record(task)
    read = read_twice(_spans(task, "spans"), LINK, _budget(task))
    found = np.empty(0, graph.STAR)
    for rows in read():
        found = graph.joined(np.concatenate([found, graph.joined(graph.stars(rows))]))
    with rows_file(attempt, record) as out:
        for rows in read():
            out.write(graph.lifted(rows, found))
    record.index["unsettled"] = [graph.unsettled(found)]
    return record


def label(task: Task, attempt: Attempt) -> TaskRecord:
    """Give edges the label of their component; args: `spans` of LABELLED rows, `labels`: spans of LINK rows."""
    record = _record(task)
    labels = read_rows(_spans(task, "labels"), LINK)
    labels = labels[np.argsort(labels["node"])]
    with rows_file(attempt, record) as out:
        for rows in _chunks(_spans(task, "spans"), LABELLED):
            out.write(graph.labelled(graph.labels_of(rows["label"], labels), rows["edge"]))
    return record


def settle(task: Task, attempt: Attempt) -> TaskRecord:
    """Decide about the components of a partition; args: `spans` of LABELLED rows, of any size."""
    record, spans = _record(task), _spans(task, "spans")
    with rows_file(attempt, record) as out:
        if size_of(spans) <= _budget(task):
            out.write(graph.decide(read_rows(spans, LABELLED)["edge"]))
        else:
            _forward(spans, attempt, _budget(task), out)
    return record


def _forward(spans: list[Span], attempt: Attempt, budget: int, out: RowsFile) -> None:
    """Decide range by range of the keep order, with what leaves a range in files."""
    begins = _begins(spans, budget)
    inner, outer, mail = (Splitter(attempt, LABELLED, len(begins), budget) for _ in range(3))
    for rows in _chunks(spans, LABELLED):
        a, b = (forward.range_of(begins, rows["edge"][end]) for end in ("a", "b"))
        for splitter, some in ((inner, a == b), (outer, a != b)):
            splitter.add(rows[some], a[some])
    clusters = np.empty(0, forward.CLUSTER)
    path = attempt.path("decisions")
    with path.open("wb") as file:
        for number in range(len(begins)):
            received = np.empty(0, LABELLED)
            for rows in _pieces(mail.part(number), budget):
                received = forward.nearest(np.concatenate([received, rows]))
            decided = [forward.settle(inner.whole(number), received)]
            known = forward.Known(decided[0])
            for rows in _pieces(outer.part(number), budget):
                sent, fresh = known.posted(rows)
                mail.add(sent, forward.range_of(begins, sent["edge"]["b"]))
                decided.append(fresh)
            decisions = np.concatenate(decided)
            file.write(as_bytes(decisions))
            clusters = forward.counted(clusters, decisions)
    for rows in file_chunks(path, DECISION):
        out.write(forward.named(rows, clusters))


def _begins(spans: list[Span], budget: int) -> Rows:
    """Return where ranges begin, so that the edges that touch one fit into `budget`, but those of a single document."""
    ranges = 2 * size_of(spans) // budget + 1
    share = min(1.0, ranges * forward.SAMPLES * LABELLED.itemsize / (2 * size_of(spans)))
    random = np.random.default_rng(0)
    found = [np.empty(0, forward.POINT)]
    for rows in _chunks(spans, LABELLED):
        edges = rows["edge"][random.random(len(rows)) < share]
        found += [forward.points(edges["a"]), forward.points(edges["b"])]
    return forward.cuts(np.concatenate(found), ranges)


def _record(task: Task) -> TaskRecord:
    return TaskRecord(task.key, task.source, "")


def _budget(task: Task) -> int:
    return max(1, int(task.args["memory_bytes"]) // PART)


def _spans(task: Task, name: str) -> list[Span]:
    return [Span(*place) for place in task.args[name]]


def _chunks(spans: list[Span], dtype: np.dtype[Any]) -> Iterator[Rows]:
    return (rows for place in spans for rows in read_chunks(place, dtype))


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
