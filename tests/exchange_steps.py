"""Task functions that write rows for an exchange, and what tests and checks ask of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine
from yurai.engine.local import LocalRunner
from yurai.engine.progress import Reporter
from yurai.engine.steps import Steps
from yurai.engine.task import Task, task_function
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.route import Route
from yurai.exchange.row_files import read_rows, rows_file
from yurai.exchange.row_types import BAND
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yurai.exchange.row_types import Rows
    from yurai_manifests.store import Store

IDENTITY = {"test": "exchange"}
BASE = StepId("00-test", "0" * 64)


def band_rows(writer: int, hashes: Sequence[int]) -> Rows:
    """Rows that say who wrote them, and when."""
    rows = np.zeros(len(hashes), BAND)
    rows["hash"] = np.array(hashes, np.uint64)
    rows["node"]["rank"] = 1 + writer
    rows["node"]["shard"] = writer
    rows["node"]["row"] = np.arange(len(hashes))
    rows["node"]["id_low"] = np.arange(len(hashes), dtype=np.uint64) * 7919
    return rows


@dataclass(frozen=True)
class Write(Arguments):
    writer: int
    hashes: list[str]


@task_function("tests:write")
def write(task: Task[Write], attempt: Attempt) -> TaskRecord:
    record = task.record()
    rows = band_rows(task.args.writer, [int(value) for value in task.args.hashes])
    with rows_file(attempt, record) as out:
        for start in range(0, len(rows), 3):
            out.write(rows[start : start + 3])
    return record


@dataclass(frozen=True)
class Spread(Arguments):
    writer: int
    rows: int


@task_function("tests:spread")
def spread(task: Task[Spread], attempt: Attempt) -> TaskRecord:
    """Write as many rows as `rows` says, with hashes that depend on the writer alone."""
    record = task.record()
    random = np.random.default_rng(task.args.writer)
    rows = band_rows(task.args.writer, random.integers(0, 1 << 64, task.args.rows, np.uint64).tolist())
    with rows_file(attempt, record) as out:
        out.write(rows)
    return record


def steps_at(store: Store | str, *, rebuild: bool = False, workers: int = 1) -> Steps:
    found = open_store(store) if isinstance(store, str) else store
    engine = Engine(found, LocalRunner(workers), Reporter(quiet=True), rebuild, keep_work=True)
    return Steps(engine, BASE, IDENTITY, 1 << 30)


def through(steps: Steps, arguments: list[dict[str, Any]], route: Route, function: str = "write") -> Partitions:
    """Write rows and bring them to their partitions."""
    run, told = {"write": (write, Write), "spread": (spread, Spread)}[function]

    def given() -> Iterator[Arguments]:
        return (told(number, **args) for number, args in enumerate(arguments))

    made = steps.reduce("map", run, given)
    return exchange(steps, "moved", [made], "band", route)


def arrived(found: Partitions) -> list[Rows]:
    """Return the rows of each partition."""
    return [read_rows(spans, BAND) for spans in found]
