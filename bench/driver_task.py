"""A task that writes one small file, as `bench/driver.py` has a million of; workers import it from here."""

from dataclasses import dataclass

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai_manifests.task import Attempt, TaskRecord


@dataclass(frozen=True)
class Nothing(Arguments):
    """No arguments."""


@task_function("bench.driver:small")
def small(task: Task[Nothing], attempt: Attempt) -> TaskRecord:
    """Write a file of 64 bytes and say so."""
    path = attempt.path("small")
    path.write_bytes(task.key.encode())
    attempt.finish("small", path, rows=1, size=64)
    return task.record()
