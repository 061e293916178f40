"""Find what an attempt at a task left in OUT/journal: times, host, memory."""

import json
from typing import Any

from yurai.engine.task import AnyTask
from yurai_manifests.store import Store


def entry_key(step: str, name: str) -> str:
    """Return where the entry called `name` of a step lies."""
    return f"journal/{step}/{name[:2]}/{name}.json"


def seconds_of(store: Store, task: AnyTask, key: str) -> float | None:
    """Return the seconds that the task took which has this key now; None where no entry says so."""
    try:
        names = [entry_key(task.step.name, task.journal)] if task.journal else _named(store, task.step.name, key)
        entries: list[dict[str, Any]] = [json.loads(data) for data in store.read_many(names)]
    except FileNotFoundError:
        return None
    return next((float(entry["seconds"]) for entry in entries if "seconds" in entry), None)


def _named(store: Store, step: str, key: str) -> list[str]:
    folder = entry_key(step, key).rpartition("/")[0]
    return sorted(name for name in store.names(folder) if name.startswith(f"{folder}/{key}-"))
