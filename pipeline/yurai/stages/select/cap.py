"""Find where the cap on documents that need care cuts: at a place in the order of a hash, so that a prefix stays.

With `open` the size of the kept documents under open licences and `max` the cap, what needs care may have the size
max / (1 - max) x open, rounded down. Documents that need care are taken in the order of their hash until the next one
would not fit; it and all behind it go. The share is exact: fractions, no floats.

sums  WEIGHT rows of a range of hashes -> their size
edge  those of the range where the budget ends, and what is left of it -> the first hash that does not fit
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from yurai.engine.arguments import AS_TEXT, Arguments
from yurai.engine.engine import Engine
from yurai.engine.steps import Steps
from yurai.engine.task import Task, task_function
from yurai.exchange.levels import exchange
from yurai.exchange.route import by_hash
from yurai.exchange.row_files import Span, read_rows
from yurai.exchange.row_types import WEIGHT
from yurai.stages.select.mixing import ALL
from yurai.stages.select.weigh import SUMS
from yurai_manifests.step import StepRecord, tasks
from yurai_manifests.task import Attempt, TaskRecord

HALF = 32


@dataclass(frozen=True)
class Sums(Arguments):
    """WEIGHT rows of a range of hashes."""

    spans: list[Span]


@task_function("yurai.steps.select:sums")
def sums(task: Task[Sums], _: Attempt) -> TaskRecord:
    """Note the size of a range."""
    record = task.record()
    record.index["size"] = [int(read_rows(task.args.spans, WEIGHT)["size"].sum())]
    return record


@dataclass(frozen=True)
class Edge(Arguments):
    """WEIGHT rows of a range of hashes, and how much of it may stay."""

    spans: list[Span]
    budget: int = field(metadata=AS_TEXT)


@task_function("yurai.steps.select:edge")
def edge(task: Task[Edge], _: Attempt) -> TaskRecord:
    """Note the first hash that does not fit, in two halves of 32 bits. Equal hashes stay or go together."""
    record = task.record()
    rows = read_rows(task.args.spans, WEIGHT)
    rows = rows[np.argsort(rows["hash"], kind="stable")]
    over = np.flatnonzero(np.cumsum(rows["size"]) > np.uint64(task.args.budget))
    first = int(rows["hash"][over[0]])
    record.index["edge"] = [first >> HALF, first & ((1 << HALF) - 1)]
    return record


def totals(engine: Engine, record: StepRecord, name: str) -> dict[str, int]:
    """Return the sums that the tasks of a step noted under a name."""
    noted = [task.index[name] for task in tasks(engine.store, record)]
    return {name: sum(one[place] for one in noted) for place, name in enumerate(SUMS)}


def budget_of(most: float, open_size: int) -> int:
    """Return the size that documents which need care may have beside open ones, at a cap below 1."""
    share = Fraction(str(most))
    return int(share * open_size / (1 - share))


def edge_of(steps: Steps, weighed: StepRecord, budget: int) -> int:
    """Return the first hash in the order that goes; what needs care is larger than `budget`."""
    route = by_hash("hash", weighed.output("care"), "weight", steps.memory_bytes)
    ranges = exchange(steps, "care", [weighed], "weight", route, "care")

    def arguments() -> Iterator[Sums]:
        return (Sums(spans) for spans in ranges)

    summed = steps.reduce("sums", sums, arguments)
    left = budget
    for spans, task in zip(ranges, tasks(steps.engine.store, summed), strict=True):
        (size,) = task.index["size"]
        if size > left:
            found = steps.reduce("edge", edge, _only(Edge(spans, left)))
            high, low = next(tasks(steps.engine.store, found)).index["edge"]
            return (high << HALF) | low
        left -= size
    return ALL


def _only(args: Edge) -> Callable[[], Iterator[Edge]]:
    return lambda: iter([args])
