"""Add up the CPU seconds of a run by part and rule, from the journal: where its time went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from yurai.engine.task import REST
from yurai.report.journal import entries
from yurai_manifests.run import RunRecord
from yurai_manifests.step import task_values
from yurai_manifests.store import Store


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a step: its CPU seconds over all tasks."""

    step: str
    name: str
    seconds: float


def profile(store: Store, run: RunRecord) -> list[Part]:
    """Return the parts of each step of the run, steps in order, the longest part of each first.

    A task that was not run again counts with the time that it took when it was.
    """
    found: list[Part] = []
    for step in run.steps(store):
        spent = Counter[str]()
        tasks = {value["key"] for value in task_values(store, step)}
        for entry in entries(store, step.step.name):
            if entry["task"] in tasks:
                tasks.discard(entry["task"])
                spent.update(entry.get("cpu_seconds") or {REST: entry["ended"] - entry["started"]})
        found += [Part(step.step.name, name, seconds) for name, seconds in spent.most_common()]
    return found
