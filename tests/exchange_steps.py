"""Task functions that write rows for an exchange, and what tests and checks ask of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yurai.dedup.records import BAND
from yurai.engine import Engine
from yurai.exchange import Partitions, Route, Steps, exchange
from yurai.local import LocalRunner
from yurai.progress import Reporter
from yurai.shuffle import read_rows, rows_file
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yurai.dedup.records import Rows
    from yurai.task import Task
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


def write(task: Task, attempt: Attempt) -> TaskRecord:
    record = TaskRecord(task.key, task.source, "")
    rows = band_rows(task.args["writer"], [int(value) for value in task.args["hashes"]])
    with rows_file(attempt, record) as out:
        for start in range(0, len(rows), 3):
            out.write(rows[start : start + 3])
    return record


def spread(task: Task, attempt: Attempt) -> TaskRecord:
    """Write as many rows as `rows` says, with hashes that depend on the writer alone."""
    record = TaskRecord(task.key, task.source, "")
    random = np.random.default_rng(task.args["writer"])
    rows = band_rows(task.args["writer"], random.integers(0, 1 << 64, task.args["rows"], np.uint64).tolist())
    with rows_file(attempt, record) as out:
        out.write(rows)
    return record


def steps_at(store: Store | str, *, rebuild: bool = False, workers: int = 1) -> Steps:
    found = open_store(store) if isinstance(store, str) else store
    engine = Engine(found, LocalRunner(workers), Reporter(quiet=True), rebuild)
    return Steps(engine, BASE, IDENTITY, 1 << 30)


def through(steps: Steps, arguments: list[dict[str, Any]], route: Route, function: str = "write") -> Partitions:
    """Write rows and bring them to their partitions."""

    def given() -> Iterator[dict[str, Any]]:
        return ({"writer": number, **args} for number, args in enumerate(arguments))

    made = steps.reduce("map", f"exchange_steps:{function}", given)
    return exchange(steps, "moved", [made], "band", route)


def arrived(found: Partitions) -> list[Rows]:
    """Return the rows of each partition."""
    return [read_rows(spans, BAND) for spans in found]
