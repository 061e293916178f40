"""A task: a pure function of input shards and settings, named so that any process can run it.

Tasks carry paths and settings, never rows. `execute` runs one attempt: the function writes to a private spool and
returns a record, which is then committed; what a crash leaves behind is unreferenced.
"""

import importlib
import os
import platform
import resource
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from yurai.errors import ShardError
from yurai.fetch import Shard
from yurai_manifests.canonical import canonical, fingerprint
from yurai_manifests.store import Store, open_store, storage_error
from yurai_manifests.task import Attempt, StepId, TaskRecord, attempt, commit


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work, retry, resume and proof.

    `function` is `module:name`; `key` is "" until the source's sha256 is known, which the first attempt finds out.
    """

    function: str
    step: StepId
    store: str
    source: str
    key: str = ""
    inputs: tuple[Shard, ...] = ()
    args: Mapping[str, Any] = field(default_factory=dict)


TaskFunction = Callable[[Task, Attempt], TaskRecord]


def task_key(step: StepId, source: str, source_sha256: str, span: str = "") -> str:
    """Return the key of the task of `step` over a source: fingerprint, name, digest and range.

    The name belongs to it, since a doc_id does: two copies of one file, or two empty shards, are two tasks.
    """
    return fingerprint({"step": step.fingerprint, "source": source, "source_sha256": source_sha256, "range": span})


def execute(task: Task) -> str:
    """Run and commit one task; return its key.

    Raises:
        YuraiError: as the task's function does; OSError of storage becomes ShardError.
    """
    store = open_store(task.store)
    started = time.time()
    module, _, name = task.function.partition(":")
    function: TaskFunction = getattr(importlib.import_module(module), name)
    try:
        with attempt(store, task.step) as current:
            record = function(task, current)
            record.outputs = current.outputs
            failpoint(f"in {task.step.name}")
            failpoint("before-manifest")
            commit(store, task.step, record)
            failpoint("after-manifest")
    except OSError as error:
        raise _explain(error, task) from error
    _journal(store, task, record, started)
    return record.key


def _explain(error: OSError, task: Task) -> ShardError:
    where = error.filename or task.store
    return storage_error(f"finish {task.source} in step {task.step.name} at", str(where), error)


def _journal(store: Store, task: Task, record: TaskRecord, started: float) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    entry = {
        "task": record.key,
        "source": record.source,
        "source_sha256": record.source_sha256,
        "started": int(started),
        "ended": int(time.time()),
        "host": platform.node(),
        "process": os.getpid(),
        "max_rss_kib": usage.ru_maxrss,
    }
    name = task.args.get("journal") or f"{record.key}-{uuid.uuid4().hex[:8]}"
    store.put(f"journal/{task.step.name}/{name[:2]}/{name}.json", canonical(entry))


def failpoint(name: str) -> None:
    """Kill this process here when `YURAI_FAILPOINT` names this place: crash tests use it, nothing else does."""
    if os.environ.get("YURAI_FAILPOINT") == name:
        os.kill(os.getpid(), 9)
