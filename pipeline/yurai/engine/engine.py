"""Run the tasks of one step that are not committed yet, then commit the step."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from yurai.engine.ended import Ended
from yurai.engine.journal import keyed
from yurai.engine.keys import Keys, KeySet
from yurai.engine.note import RunNote
from yurai.engine.progress import Counter, Reporter
from yurai.engine.spent import Gone, SpentSteps, spend
from yurai.engine.task import A, AnyTask, Task, TaskFunction, task_key
from yurai.sources.fetch import Shard
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.lease import Lease
from yurai_manifests.spent import spent_outputs
from yurai_manifests.step import StepRecord, commit_step
from yurai_manifests.store import Store, digest_of
from yurai_manifests.task import StepId, TaskRecord


class Runner(Protocol):
    """Runs tasks somewhere; what a task did is in its manifest, so its number, key and what metrics count come back."""

    workers: int

    def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
        """Yield (number, what it did) of each task as it ends, in any order; raises what a task raised."""

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
    keep_work: bool = False
    """Leave the files that no later step reads."""
    spent: SpentSteps = field(default_factory=SpentSteps)
    """Steps that an earlier driver brought to their commit, and let their files go."""

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
        self._again(self.spent.read_by(task for task, key in keyed(self.store, tasks()) if key not in done))
        meter = self.reporter.meter
        meter.step(step.name, count)
        with self.reporter.step(step.name, count) as progress:
            told: dict[int, AnyTask] = {}
            for number, ended in self.runner.run(self._missing(tasks(), keys, done, progress, told)):
                keys[number] = ended.key
                meter.task(step.name, ended)
                if self.reporter.verbose:
                    task = told.pop(number)
                    progress.tell(task.source, ended.seconds)
                progress.advance()
                if self.note:
                    self.note.made(progress.done)
                self._hold(ended)
        record = commit_step(self.store, step, identity, keys)
        meter.committed(record)
        self.spent.remember(self.store, record, tasks)
        return record

    def spend(self, record: StepRecord, names: Collection[str] = (), *, at_last: bool = False) -> None:
        """Let the outputs `names` of a step go, or all: no later step of this run reads them.

        What an earlier driver let go, and this one may have made again, goes `at_last`, with its stage.
        """
        if not self.keep_work and (at_last or record.step.name not in self.spent):
            spend(self.store, record, names)
            self.spent.went(self.store, record.step)

    def _hold(self, ended: Ended) -> None:
        """Go on only while the tree is held; what dead workers left there goes at the end."""
        if self.lease:
            self.lease.lost_workers |= ended.tries > 1
            self.lease.check()

    def _again(self, steps: Iterable[Gone]) -> None:
        """Make the files of spent steps again, after those of the steps that they read."""
        for gone in filter(self.spent.holds, steps):  # one may have been made for another one
            self._again(self.spent.read_by(task for _, task in gone.missing(self.store)))
            if count := sum(1 for _ in gone.missing(self.store)):
                with self.reporter.step(f"{gone.record.step.name} again", count) as progress:
                    for _, ended in self.runner.run(gone.missing(self.store)):
                        progress.advance()
                        self._hold(ended)
            self.spent.made(gone)

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
                self.reporter.meter.reused(task.step.name)
                continue
            if self.reporter.verbose:
                told[number] = task
            yield number, task


def forget_damaged(store: Store, step: StepId) -> None:
    """Remove the step's commits, and the manifests of tasks that are unreadable or whose files are not as they say."""
    for key in list(store.names(f"{step.folder}/commits")):
        store.remove(key)
    spent = spent_outputs(store, step)
    for key in list(store.names(f"{step.folder}/tasks")):
        if not _intact(store, key, spent):
            store.remove(key)


def _intact(store: Store, key: str, spent: Collection[str]) -> bool:
    """Tell whether a task's manifest can be read and its files are as it says; what is spent may be gone."""
    try:
        record = TaskRecord.of(store.read(key))
    except (ValueError, KeyError, TypeError):
        return False
    right = ((output, {output.sha256, None} if output.name in spent else {output.sha256}) for output in record.outputs)
    return all(digest_of(store, output.path) in digests for output, digests in right)


def journal_name(source: str, size: int, stamp: str) -> str:
    """Return the journal name that says a source is unchanged: its name, bytes, and modification time or ETag."""
    return fingerprint({"source": source, "bytes": size, "stamp": stamp})[:40]


def shard_task(
    function: TaskFunction[A], step: StepId, store: Store, shard: Shard, args: A, *, span: str = ""
) -> Task[A]:
    """Return the task of a step that maps over one shard; settings are in the step's fingerprint, not in the key."""
    key = task_key(step, shard.source, shard.sha256, span)
    return Task(function, step, store.url, shard.source, args, key, (shard,))
