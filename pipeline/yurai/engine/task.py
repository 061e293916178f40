"""Define a task: a pure function of input shards and arguments, which any process can run and commit.

Tasks carry paths and settings, never rows. `execute` runs one attempt: the function writes to a private spool and
returns a record, which is then committed; what a crash leaves behind is unreferenced.
"""

import functools
import os
import platform
import resource
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import pyarrow as pa

from yurai.engine import clock
from yurai.engine.arguments import Arguments
from yurai.engine.ended import Ended, ended
from yurai.engine.process import give_memory_back
from yurai.sources.fetch import Shard
from yurai_manifests import web_budget
from yurai_manifests.canonical import canonical, fingerprint
from yurai_manifests.errors import ContractError, ShardError
from yurai_manifests.faults import storage_error
from yurai_manifests.store import Store, open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord, attempt, commit

A = TypeVar("A", bound=Arguments)
Told_co = TypeVar("Told_co", bound=Arguments, covariant=True)
"""What a task is told; a task with arguments of its own is a task."""


@dataclass(frozen=True, slots=True)
class Task(Generic[Told_co]):
    """One unit of work, retry, resume and proof.

    `key` is "" until the source's sha256 is known, which the first attempt finds out; `journal` names the entry that
    remembers it, "" for tasks over shards.
    """

    function: "TaskFunction[Told_co]"
    step: StepId
    store: str
    source: str
    args: Told_co
    key: str = ""
    inputs: tuple[Shard, ...] = ()
    journal: str = ""

    @property
    def input(self) -> Shard:
        """The one shard of a task that maps."""
        (shard,) = self.inputs
        return shard

    def record(self, source_sha256: str = "") -> TaskRecord:
        """Return an empty record of this task."""
        return TaskRecord(self.key, self.source, source_sha256)


REST = "rest"
"""What of the CPU seconds of a task belongs to no part with a name."""
AnyTask: TypeAlias = Task[Arguments]
_KNOWN: dict[str, "TaskFunction[Arguments]"] = {}


def _nothing() -> None:
    """Let go nothing."""


class TaskFunction(Generic[Told_co]):
    """A function that tasks run, under an id that never changes: ids are part of task keys, names of modules are not.

    Processes hand it on by its place in its module, so a worker imports what it needs. `leave` lets go what a process
    holds between tasks of this function, such as a child process; it is called before the next task of another one.
    """

    def __init__(
        self, name: str, function: Callable[[Task[Told_co], Attempt], TaskRecord], leave: Callable[[], None] = _nothing
    ) -> None:
        self.id, self._function, self.leave = name, function, leave
        self.__doc__, self.__module__, self.__qualname__ = function.__doc__, function.__module__, function.__qualname__

    def __call__(self, task: Task[Told_co], attempt: Attempt) -> TaskRecord:
        """Run one attempt at `task` and return its record."""
        return self._function(task, attempt)

    def __reduce__(self) -> str:
        return self.__qualname__


def task_function(
    name: str, leave: Callable[[], None] = _nothing
) -> Callable[[Callable[[Task[A], Attempt], TaskRecord]], TaskFunction[A]]:
    """Declare a function that tasks run; `name` is its frozen id, `leave` lets go what it holds between its tasks.

    Raises:
        ContractError: another function has that id.
    """

    def declare(function: Callable[[Task[A], Attempt], TaskRecord]) -> TaskFunction[A]:
        declared = TaskFunction(name, function, leave)
        identity = declared.__module__, declared.__qualname__
        known = _KNOWN.setdefault(name, declared)
        if (known.__module__, known.__qualname__) != identity:
            raise ContractError(
                f"task functions {known.__module__}.{known.__qualname__} and {'.'.join(identity)} are both {name}"
            )
        return declared

    return declare


def task_key(step: StepId, source: str, source_sha256: str, span: str = "") -> str:
    """Return the key of the task of `step` over a source: fingerprint, name, digest and range.

    The name belongs to it, since a doc_id does: two copies of one file, or two empty shards, are two tasks.
    """
    return fingerprint({"step": step.fingerprint, "source": source, "source_sha256": source_sha256, "range": span})


class _Last:
    """The function of the last task that this process ran."""

    function: TaskFunction[Arguments] | None = None


def _turn_to(function: TaskFunction[Arguments]) -> None:
    """Let go what the last function held, where this is another one."""
    last, _Last.function = _Last.function, function
    if last is not None and last.id != function.id:
        last.leave()


@functools.cache
def _use_one_allocator() -> None:
    """Have Arrow take memory from the C library, unless the environment says otherwise.

    Its own allocator keeps what it had: up to a third of a worker over pages of the web, for no time that shows.
    """
    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
        pa.set_memory_pool(pa.system_memory_pool())


def execute(task: AnyTask) -> Ended:
    """Run and commit one task; return what it did.

    Raises:
        YuraiError: as the task's function does; OSError of storage becomes ShardError.
    """
    _use_one_allocator()
    _turn_to(task.function)
    store = open_store(task.store)
    started = time.time()
    clock.taken()  # what an attempt left that failed
    web_budget.taken()
    try:
        with clock.part(REST), attempt(store, task.step) as current:
            record = task.function(task, current)
            record.outputs = current.outputs
            failpoint(f"in {task.step.name}")
            failpoint("before-manifest")
            commit(store, task.step, record)
            failpoint("after-manifest")
    except OSError as error:
        raise _explain(error, task) from error
    done = ended(record, round(time.time() - started, 3), web_budget.taken())
    _journal(store, task, record, started, done)
    give_memory_back()
    return done


def _explain(error: OSError, task: AnyTask) -> ShardError:
    where = error.filename or task.store
    return storage_error(f"finish {task.source} in step {task.step.name} at", str(where), error)


def _journal(store: Store, task: AnyTask, record: TaskRecord, started: float, done: Ended) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    entry = {
        "task": record.key,
        "source": record.source,
        "source_sha256": record.source_sha256,
        "started": int(started),
        "ended": int(time.time()),
        "seconds": done.seconds,
        "host": platform.node(),
        "process": os.getpid(),
        "max_rss_kib": usage.ru_maxrss,
    }
    entry |= {"cpu_seconds": {name: round(seconds, 3) for name, seconds in clock.taken().items()}}
    entry |= {"web": dict(done.web)} if done.web else {}
    name = task.journal or f"{record.key}-{uuid.uuid4().hex[:8]}"
    store.put(f"journal/{task.step.name}/{name[:2]}/{name}.json", canonical(entry))


def failpoint(name: str) -> None:
    """Kill this process here when `YURAI_FAILPOINT` names this place: crash tests use it, nothing else does."""
    if os.environ.get("YURAI_FAILPOINT") == name:
        os.kill(os.getpid(), 9)
