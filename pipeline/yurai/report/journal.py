"""Read how fast a run was, from times and memory in OUT/journal, which belongs to no digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import orjson

from yurai_manifests.run import RunRecord
from yurai_manifests.step import StepRecord, task_values
from yurai_manifests.store import Store


class Entry(TypedDict):
    """One attempt at a task; what is not required stands in trees of this version: `cpu_seconds` by part."""

    task: str
    started: int
    ended: int
    host: str
    max_rss_kib: int
    cpu_seconds: NotRequired[dict[str, float]]
    seconds: NotRequired[float]
    source: NotRequired[str]
    source_sha256: NotRequired[str]


@dataclass(slots=True)
class Pace:
    """One step as the journal tells it; `wall` runs from the first start to the last end, pauses included.

    `rows` are the rows that the step's tasks saw or wrote, `bytes` those of its inputs where they are known (source
    files), else of its outputs.
    """

    step: str
    tasks: int = 0
    first: int = 0
    last: int = 0
    busy: int = 0
    peak_kib: int = 0
    rows: int = 0
    bytes: int = 0
    hosts: int = 0

    @property
    def wall(self) -> int:
        """Seconds from the first start to the last end; the journal counts whole seconds, and a step takes one."""
        return max(self.last - self.first, 1)


def paces(store: Store, run: RunRecord) -> list[Pace]:
    """Return the pace of each step of the run that has tasks, in order."""
    return [pace for step in run.steps(store) if (pace := _pace(store, step)).tasks]


def _pace(store: Store, step: StepRecord) -> Pace:
    totals = step.value["totals"]
    stages, outputs = totals["stages"], totals["outputs"].values()
    pace = Pace(step.step.name)
    pace.rows = stages[0]["seen"] if stages else sum(one["rows"] for one in outputs)
    pace.bytes = totals["bytes"]["files"] or sum(one["bytes"] for one in outputs)
    tasks = {value["key"] for value in task_values(store, step)}
    hosts: set[str] = set()
    for entry in entries(store, pace.step):
        if entry["task"] in tasks:  # a rebuilt tree keeps the journal of what it was before
            tasks.discard(entry["task"])
            pace.tasks += 1
            pace.first = min(pace.first or entry["started"], entry["started"])
            pace.last = max(pace.last, entry["ended"])
            pace.busy += entry["ended"] - entry["started"]
            pace.peak_kib = max(pace.peak_kib, entry["max_rss_kib"])
            hosts.add(entry["host"])
    pace.hosts = len(hosts)
    return pace


def entries(store: Store, step: str) -> Iterator[Entry]:
    """Yield the journal of a step."""
    return (orjson.loads(data) for data in store.read_many(sorted(store.names(f"journal/{step}"))))
