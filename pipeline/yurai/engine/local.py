"""Run tasks in this process, or in several processes of this machine, without Ray."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TypeAlias, TypeVar

from yurai.engine.ended import Ended
from yurai.engine.process import deaf_to_interrupts, end_with_parent, without_main
from yurai.engine.task import AnyTask, execute
from yurai_manifests.errors import ShardError
from yurai_manifests.web_gate import Gate, install, installed

Item = TypeVar("Item")
Result = TypeVar("Result")
AHEAD = 4
ATTEMPTS = 4
Running: TypeAlias = dict[Future[Ended], tuple[int, AnyTask, int]]
"""Number, task and tries of what is in flight."""


class LocalRunner:
    """Runs tasks in `workers` processes; one worker means this process."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
        """Yield (number, what it did) of each task as it ends; raises what a task raised."""
        if self.workers == 1:
            yield from ((number, execute(task)) for number, task in tasks)
        else:
            yield from self._spread(iter(tasks))

    def _spread(self, tasks: Iterator[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
        running: Running = {}
        while True:
            while len(running) < self.workers * AHEAD and (entry := next(tasks, None)):
                self._submit(running, *entry, 1)
            if not running:
                return
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            lost: list[tuple[int, AnyTask, int]] = []
            for future in ended:
                number, task, tries = running.pop(future)
                try:
                    yield number, future.result()._replace(tries=tries)
                except BrokenProcessPool:
                    lost.append((number, task, tries))
            if lost:
                self._recover(running, lost)

    def _submit(self, running: Running, number: int, task: AnyTask, tries: int) -> None:
        if self._pool is None:
            self._pool = spawned(self.workers)
        with deaf_to_interrupts(), without_main():  # this may start a process
            running[_submitted(self._pool, task)] = (number, task, tries)

    def _recover(self, running: Running, lost: list[tuple[int, AnyTask, int]]) -> None:
        """A worker died: all tasks in flight are lost with the pool; run them again in a new one."""
        lost += running.values()
        running.clear()
        self.close()
        for number, task, tries in lost:
            if tries >= ATTEMPTS:
                raise ShardError(
                    f"a worker died {tries} times while {task.source} was in flight in step {task.step.name}; "
                    "look for the kernel's out-of-memory killer, lower --workers, then run the same command to resume"
                )
            self._submit(running, number, task, tries + 1)

    def close(self, *, at_once: bool = False) -> None:
        """End the processes; with `at_once` they are killed, whatever they do."""
        if self._pool is None:
            return
        if at_once:
            for process in list(self._pool._processes.values()):  # noqa: SLF001 - public as kill_workers from 3.14 on
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None


def _submitted(pool: ProcessPoolExecutor, task: AnyTask) -> Future[Ended]:
    """Submit; where a worker died since the last task ended, the pool has lost this task like those in flight."""
    try:
        return pool.submit(execute, task)
    except BrokenProcessPool as error:
        lost: Future[Ended] = Future()
        lost.set_exception(error)
        return lost


def spawned(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes that end with this one."""
    # spawn: a forked child would share the parent's threads' locks and its sandbox's pipes
    context = multiprocessing.get_context("spawn")
    start = partial(_start_worker, os.getpid(), installed())
    return ProcessPoolExecutor(workers, mp_context=context, initializer=start)


def in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """Yield what a function of a module returns of each item, in their order, from `workers` processes; one: this one.

    Raises:
        ShardError: a process died; and what the function raised.
    """
    if workers == 1:
        yield from map(function, items)
        return
    pool = spawned(workers)
    try:
        with deaf_to_interrupts(), without_main():
            found = pool.map(function, items)
        yield from found
    except BrokenProcessPool as error:
        raise ShardError("a worker died; look for the kernel's out-of-memory killer, and lower --workers") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(parent: int, gate: Gate | None) -> None:
    """A worker ends with its parent, or it would wait for its next task for ever, and its requests pass one gate."""
    install(gate)
    end_with_parent(parent)
