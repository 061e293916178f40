"""Run tasks on a Ray cluster, or on Ray started for this run on this machine.

Ray is a scheduler, never the store of record: tasks carry paths, results are keys, and the cluster may vanish at any
instant. Core tasks, not Ray Data: inputs and outputs are files (docs/decisions/0004-ray-core-over-files.md).
"""

import atexit
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

from yurai.engine.ended import Ended
from yurai.engine.task import AnyTask, execute
from yurai.ray.budget import RayGate, shared_gate
from yurai.ray.connect import connect
from yurai.ray.head import Head
from yurai.run.doctor.code import code_digest
from yurai.run.doctor.guard import execute_alike
from yurai.terminal import warn
from yurai_manifests.errors import ShardError
from yurai_manifests.visible import escaped
from yurai_manifests.web_gate import install, installed
from yurai_manifests.words import plural

Reference: TypeAlias = "ray.ObjectRef[Ended]"
AHEAD = 4
ATTEMPTS = 4
POLL_SECONDS = 1.0
FETCH_SECONDS = 60.0
FEW = 256
"""Tasks in flight, up to which a second look costs more than it saves."""
COUNT_SECONDS = 10.0
IDLE_SECONDS = 60.0
NAME_LETTERS = 200
NAMES = 100
"""Tasks of a run that have a name of their own: Ray counts tasks by name in every process, and never forgets one.

Measured with Ray 2.60: a driver grew by 258 MB in two minutes with 12,000 names, and by 10 MB with one.
"""


@dataclass(frozen=True, slots=True)
class _Running:
    """A task in flight."""

    number: int
    task: AnyTask
    tries: int
    started: float


class RayRunner:
    """Runs each task as one Ray Core task, at most 4 x workers in flight.

    Args:
        workers: tasks at a time; None for all CPUs of the cluster.
        address: `local` starts Ray here and ends it with the run; else the cluster's address.
        deadline: seconds from submission after which a task is cancelled and tried again, at most 4 times.
    """

    def __init__(self, workers: int | None = None, address: str = "local", *, deadline: float = 6 * 3600.0) -> None:
        self._deadline = deadline
        self._owned = not ray.is_initialized()
        if self._owned:
            connect(workers, address)
        self._fixed = workers is not None
        self.workers = workers or _cpus()
        self._counted = self._began = time.monotonic()
        self._held = _cpus() - _free()
        by_client = not self._owned or address.startswith("ray://")
        self._head = Head(None if by_client else ray.get_runtime_context().gcs_address)
        self._alike = (code_digest(),) if address != "local" else ()
        before = installed()
        self._gate = shared_gate(before) if before else None
        if self._gate:
            self._gate.head = self._head
        install(self._gate)
        self._remote = ray.remote(num_cpus=1, max_retries=0)(_execute)
        self._names = Names()

    def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
        """Yield (number, what it did) of each task as it ends; raises what a task raised."""
        running: dict[Reference, _Running] = {}
        queue = iter(tasks)
        try:
            while True:
                if self._head.answers():
                    self._grow()
                    self._warn_idle()
                while len(running) < self.workers * AHEAD and (entry := next(queue, None)):
                    self._submit(running, *entry, 1)
                if not running:
                    return
                for reference in _ended(list(running)):
                    self._held = 0.0
                    one = running.pop(reference)
                    if ended := self._result(reference, one):
                        yield one.number, ended
                    else:
                        self._submit(running, one.number, one.task, one.tries + 1)
                self._cancel_late(running)
        finally:
            for reference in running:
                ray.cancel(reference, force=True)

    def _grow(self) -> None:
        """Follow an autoscaled cluster: it starts with few CPUs, and adds nodes for tasks that wait."""
        if not self._fixed and time.monotonic() - self._counted > COUNT_SECONDS:
            self.workers, self._counted = max(self.workers, _cpus()), time.monotonic()

    def _warn_idle(self) -> None:
        """Say once that tasks wait for a CPU that may never come; an autoscaler adds one just because they wait."""
        if self._held and time.monotonic() - self._began > IDLE_SECONDS:
            if (cpus := _cpus()) - self._held < 1:
                warn(
                    f"no task has run for {IDLE_SECONDS:.0f} s: the cluster has {plural(cpus, 'CPU')}, and "
                    "this job (submit gives it one) and others held all of them when it began; add a node, or give the "
                    "head one CPU more (ray start --num-cpus). The job goes on by itself then"
                )
            self._held = 0.0

    def _submit(self, running: dict[Reference, _Running], number: int, task: AnyTask, tries: int) -> None:
        named = self._remote.options(name=self._names.of(task))
        running[named.remote(task, self._gate, *self._alike)] = _Running(number, task, tries, time.monotonic())

    def _result(self, reference: Reference, one: _Running) -> Ended | None:
        """Return what the task did, or None if it must be tried again because its worker or node died."""
        try:
            ended: Ended = ray.get(reference, timeout=FETCH_SECONDS)
            return ended._replace(tries=one.tries)
        except RayTaskError as error:
            raise error.cause from None
        except (RayError, GetTimeoutError) as error:
            if one.tries < ATTEMPTS:
                return None
            raise ShardError(
                f"{one.task.source} in step {one.task.step.name} was lost {one.tries} times ({type(error).__name__}); "
                "look at the memory and logs of its nodes, then run the same command to resume"
            ) from error

    def _cancel_late(self, running: dict[Reference, _Running]) -> None:
        now = time.monotonic()
        for reference, one in running.items():
            if now - one.started > self._deadline:
                ray.cancel(reference, force=True)

    def close(self, *, at_once: bool = False) -> None:
        """Leave the cluster, and end it if it was started here; neither waits for tasks in flight."""
        del at_once
        if self._owned and self._head.is_gone():
            atexit.unregister(ray.shutdown)  # it would wait for the head, until Ray ends the process with exit 1
        elif self._owned:
            ray.shutdown()


def _ended(running: list[Reference]) -> list[Reference]:
    """Return what has ended, after a while at most: all of it, since a look costs the more, the more is in flight.

    With 40,000 in flight a look takes 15 ms of CPU, which for each task alone would hold back 10,000 workers.
    """
    first, _ = ray.wait(running, num_returns=1, timeout=POLL_SECONDS)
    return ray.wait(running, num_returns=len(running), timeout=0)[0] if first and len(running) > FEW else first


def _execute(task: AnyTask, gate: RayGate | None, *alike: str) -> Ended:
    """Run one task in a worker, whose requests pass the gate of the run."""
    install(gate)
    return execute_alike(task, *alike) if alike else execute(task)


class Names:
    """Names of tasks by step and source, at most `most` of them; then by step alone."""

    def __init__(self, most: int = NAMES) -> None:
        self._given, self._most = set[str](), most

    def of(self, task: AnyTask) -> str:
        """Return the name of a task; a further try has that of the first."""
        name = task_name(task.step.name, task.source)
        if name not in self._given:
            if len(self._given) >= self._most:
                return task.step.name
            self._given.add(name)
        return name


def task_name(step: str, source: str) -> str:
    """Return what Ray's dashboard and `ray list tasks` call a task; of a long source its end, which tells it apart."""
    shown = escaped(source)
    room = NAME_LETTERS - len(step) - 1
    return f"{step} {shown if len(shown) <= room else '…' + shown[1 - room :]}"


def _free() -> float:
    free: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call] # Ray's own gap
    return free.get("CPU", 0.0)


def _cpus() -> int:
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call] # Ray's own gap
    return max(1, int(resources.get("CPU", 1)))
