"""Find what an attempt at a task left in OUT/journal, beside times, host and memory: the digest of a source."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from yurai.engine.task import AnyTask, task_key
from yurai_manifests.store import LocalStore, Store
from yurai_manifests.threads import many_at_once

WINDOW: Final = 1024


def entry_key(step: str, name: str) -> str:
    """Return where the entry called `name` of a step lies."""
    return f"journal/{step}/{name[:2]}/{name}.json"


def keyed(store: Store, tasks: Iterable[AnyTask]) -> Iterator[tuple[AnyTask, str]]:
    """Yield (task, its key) in their order; "" where a source was never hashed or has changed since.

    One request after the other would take ten days for nine million sources at 100 ms each; where an entry is a
    request, many are asked for at a time, a window ahead of the tasks that are yielded.
    """
    if isinstance(store, LocalStore):
        yield from ((task, task.key or known_key(store, task)) for task in tasks)
        return
    from yurai_manifests.remote import READERS  # noqa: PLC0415 - fsspec costs 50 ms that local trees need not pay

    ahead = iter(tasks)
    with many_at_once(READERS) as pool:
        while window := list(islice(ahead, WINDOW)):
            unknown = pool.map(partial(known_key, store), [task for task in window if not task.key])
            yield from ((task, task.key or next(unknown)) for task in window)


def known_key(store: Store, task: AnyTask) -> str:
    """Return the key of a source's task from the journal, "" when the source was never hashed or has changed since.

    An entry that is damaged counts as none: the source is hashed again, which writes the entry anew.
    """
    name = task.journal
    try:
        entry = json.loads(store.read(entry_key(task.step.name, name)))
        return task_key(task.step, task.source, str(entry["source_sha256"]))
    except (FileNotFoundError, ValueError, RecursionError, TypeError, KeyError):
        return ""
