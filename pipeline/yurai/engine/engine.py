"""Run the tasks of one step that are not committed yet, then commit the step."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from yurai.engine.journal import keyed, seconds_of
from yurai.engine.keys import Keys, KeySet
from yurai.engine.note import RunNote
from yurai.engine.progress import Counter, Reporter
from yurai.engine.task import A, AnyTask, Task, TaskFunction, task_key
from yurai.sources.fetch import Shard
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.lease import Lease
from yurai_manifests.step import StepRecord, commit_step
from yurai_manifests.store import Store, digest_of
from yurai_manifests.task import StepId, TaskRecord


class Runner(Protocol):
    """Runs tasks somewhere; what a task did is in its manifest, so only its number and key come back."""

    workers: int

    def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, str]]:
        """Yield (number, key) of each task as it ends, in any order; raises what a task raised."""

    def close(self, *, at_once: bool = False) -> None:
        """Give back what was started; with `at_once` without waiting for tasks in flight."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where a run writes, what runs its tasks, and who is told."""

    store: Store
    runner: Runner
    reporter: Reporter
    rebuild: bool = False
    """Trust no earlier work unseen: hash what committed tasks wrote, and run those again whose files are damaged."""
    lease: Lease | None = None
    """The hold on the tree, of a run that may write all of it."""
    note: RunNote | None = None
    """Where a run leaves word of how far it is."""

    def step(
        self, step: StepId, identity: Mapping[str, Json], tasks: Callable[[], Iterable[AnyTask]], count: int
    ) -> StepRecord:
        """Bring one step to its commit and return its record. Committed tasks are not run again.

        `tasks` yields the expected tasks in input order, `count` of them.
        """
        if self.rebuild:
            forget_damaged(self.store, step)
        names = (name.rpartition("/")[2].removesuffix(".json") for name in self.store.names(f"{step.folder}/tasks"))
        done, keys = KeySet(names), Keys(count)
        if self.note:
            self.note.step(step, count, len(done))
        with self.reporter.step(step.name, count) as progress:
            told: dict[int, AnyTask] = {}
            for number, key in self.runner.run(self._missing(tasks(), keys, done, progress, told)):
                keys[number] = key
                if self.reporter.verbose:
                    task = told.pop(number)
                    progress.tell(task.source, seconds_of(self.store, task, key))
                progress.advance()
                if self.lease:
                    self.lease.check()
        return commit_step(self.store, step, identity, keys)

    def _missing(
        self,
        tasks: Iterable[AnyTask],
        keys: Keys,
        done: KeySet,
        progress: Counter,
        told: dict[int, AnyTask],
    ) -> Iterator[tuple[int, AnyTask]]:
        """Yield the tasks that are not committed; those in flight that are told of when they end are put in `told`."""
        for number, (task, key) in enumerate(keyed(self.store, tasks) if done else ((task, "") for task in tasks)):
            if key in done:
                keys[number] = key
                progress.reuse()
                continue
            if self.reporter.verbose:
                told[number] = task
            yield number, task


def forget_damaged(store: Store, step: StepId) -> None:
    """Remove the step's commits, and the manifests of tasks that are unreadable or whose files are not as they say."""
    for key in list(store.names(f"{step.folder}/commits")):
        store.remove(key)
    for key in list(store.names(f"{step.folder}/tasks")):
        if not _intact(store, key):
            store.remove(key)


def _intact(store: Store, key: str) -> bool:
    try:
        record = TaskRecord.of(store.read(key))
    except (ValueError, KeyError, TypeError):
        return False
    return all(digest_of(store, output.path) == output.sha256 for output in record.outputs)


def journal_name(source: str, size: int, stamp: str) -> str:
    """Return the journal name that says a source is unchanged: its name, bytes, and modification time or ETag."""
    return fingerprint({"source": source, "bytes": size, "stamp": stamp})[:40]


def shard_task(
    function: TaskFunction[A], step: StepId, store: Store, shard: Shard, args: A, *, span: str = ""
) -> Task[A]:
    """Return the task of a step that maps over one shard; settings are in the step's fingerprint, not in the key."""
    key = task_key(step, shard.source, shard.sha256, span)
    return Task(function, step, store.url, shard.source, args, key, (shard,))
