"""Which sources a resumed run knows already, by the journal, where each look at it is a request."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from yurai.engine.arguments import NoArguments
from yurai.engine.ended import Ended
from yurai.engine.engine import Engine
from yurai.engine.journal import WINDOW, entry_key, keyed
from yurai.engine.local import LocalRunner
from yurai.engine.progress import Reporter
from yurai.engine.task import AnyTask, Task, task_function, task_key
from yurai_manifests.store import Store, open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord

STEP = StepId("00-known", "a" * 64)


@task_function("tests:hashed")
def hashed(task: Task[NoArguments], _: Attempt) -> TaskRecord:
    """A task over a source that it hashes itself."""
    digest = f"{int(task.source):064x}"
    return TaskRecord(task_key(task.step, task.source, digest), task.source, digest)


def of(store: Store, numbers: range) -> Iterator[AnyTask]:
    """Yield tasks over sources that are not hashed yet; every seventh has a key of its own."""
    for number in numbers:
        key = task_key(STEP, str(number), "range") if number % 7 == 3 else ""
        yield Task(hashed, STEP, store.url, str(number), NoArguments(), key, journal="" if key else f"{number:040}")


def fill(store: Store, numbers: range) -> list[str]:
    """Write journal entries, none of every third and half of one of every fifth source; return the keys to expect."""
    expected = []
    for number in numbers:
        entry = json.dumps({"source_sha256": f"{number:064x}"}).encode()
        if number % 7 == 3:
            expected.append(task_key(STEP, str(number), "range"))
        elif number % 3 == 0:
            expected.append("")
        else:
            store.put(entry_key(STEP.name, f"{number:040}"), entry[:20] if number % 5 == 0 else entry)
            expected.append("" if number % 5 == 0 else task_key(STEP, str(number), f"{number:064x}"))
    return expected


@pytest.fixture(params=["folder", "requests"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A tree in a folder, and one where each read is a request."""
    return open_store(str(tmp_path) if request.param == "folder" else f"memory://known-{uuid.uuid4().hex}")


@pytest.mark.parametrize("count", [0, 1, 60])
def test_keys_come_from_the_journal(store: Store, count: int) -> None:
    expected = fill(store, range(count))
    found = list(keyed(store, of(store, range(count))))
    assert [key for _, key in found] == expected
    assert [task.source for task, _ in found] == [str(number) for number in range(count)]


def test_more_sources_than_are_asked_for_at_a_time() -> None:
    store, numbers = open_store(f"memory://known-{uuid.uuid4().hex}"), range(2 * WINDOW + 1)
    expected = fill(store, numbers)
    assert [key for _, key in keyed(store, of(store, numbers))] == expected


def test_a_list_of_sources_is_read_a_window_ahead() -> None:
    store, taken = open_store(f"memory://known-{uuid.uuid4().hex}"), []

    def told() -> Iterator[AnyTask]:
        for task in of(store, range(3 * WINDOW)):
            taken.append(task.source)
            yield task

    next(keyed(store, told()))
    assert len(taken) == WINDOW


def test_a_resumed_step_runs_what_is_missing_alone(store: Store) -> None:
    ran: list[str] = []

    class Watched(LocalRunner):
        """The local runner; what it is given is written down."""

        def run(self, tasks: Iterable[tuple[int, AnyTask]]) -> Iterator[tuple[int, Ended]]:
            def told() -> Iterator[tuple[int, AnyTask]]:
                for number, task in tasks:
                    ran.append(task.source)
                    yield number, task

            return super().run(told())

    engine, numbers = Engine(store, Watched(1), Reporter(quiet=True)), [n for n in range(20) if n % 7 != 3]

    def tasks() -> Iterator[AnyTask]:
        return (task for task in of(store, range(20)) if int(task.source) in numbers)

    first = engine.step(STEP, {}, tasks, len(numbers))
    assert ran == [str(number) for number in numbers]
    lost = list(store.names(f"{STEP.folder}/tasks"))[:3]
    gone = {json.loads(store.read(name))["source"] for name in lost}
    for name in [*lost, first.key]:
        store.remove(name)
    ran.clear()
    assert engine.step(STEP, {}, tasks, len(numbers)).sha256 == first.sha256
    assert set(ran) == gone
    assert len(ran) == 3
