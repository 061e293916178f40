"""The rate of the last minutes stands beside that of the whole step, and a full disk leaves room for the last word."""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING

import pytest

from yurai.engine.last_word import BYTES, ROOM, put_last
from yurai.engine.note import STATE, RunNote, load_state
from yurai.engine.pace import EVERY, WINDOW, Pace, recent
from yurai.engine.progress import Counter
from yurai.run.status import lines, status_of
from yurai_manifests.errors import ShardError
from yurai_manifests.lease import held
from yurai_manifests.store import LocalStore, open_store
from yurai_manifests.task import StepId

if TYPE_CHECKING:
    from pathlib import Path

    from yurai_manifests.store import Store

STEP = StepId("00-extract", "0" * 64)


def paced(*ends: float) -> Pace:
    """The pace of a step that began at 0, whose tasks ended then."""
    pace = Pace(0.0, 0)
    for done, at in enumerate(ends, 1):
        pace.note(at, done)
    return pace


def test_a_step_that_got_slow_shows_it() -> None:
    fast = [second / 10 for second in range(1, 6001)]  # 10 a second for ten minutes
    slow = [600.0 + 30 * number for number in range(1, 21)]  # then one in 30 s for ten
    late = paced(*fast, *slow).recent(1200.0, 6020)
    assert late
    assert 240 <= late.window <= 300
    assert late.rate == pytest.approx(1 / 30, rel=0.2)
    assert f"{late}" == "2.0/min in the last 5 min"


def test_one_that_stands_still_says_since_when() -> None:
    pace = paced(*map(float, range(1, 901)))
    late = pace.recent(3000.0, 900)
    assert late
    assert late.rate < 0.02
    assert late.window > 2000


def test_a_young_step_has_one_rate() -> None:
    assert paced(60.0, 120.0).recent(1.4 * WINDOW, 2) is None


def test_points_are_few_however_long_it_runs() -> None:
    pace = Pace(0.0, 0)
    taken = [pace.note(float(second), second) for second in range(1, 100_000)]
    assert sum(taken) <= 100_000 / EVERY
    assert len(pace.points) < 10


def test_points_before_the_step_are_those_of_another_driver() -> None:
    assert recent([(10.0, 5)], begun=1000.0, now=2000.0, done=6) is None


def test_status_and_what_is_left_go_by_the_last_minutes(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    with held(store):
        note = RunNote(store)
        note.step(STEP, 100, 0)
        state = load_state(store)
        assert state
        now = time.time()
        assert note._state
        note._state["steps"][-1]["begun"] = now - 3600  # it began an hour ago, and made 40 tasks in ten minutes
        note._pace = Pace(now - 3600, 0)
        note._pace.points.extend([(now - 3000, 40), (now - 290, 40)])
        for number in range(41):
            store.put(STEP.task_key(f"{number:02}"), b"{}")
        note.made(41)
        now_it_is = status_of(store)
    step = now_it_is.step
    assert step
    assert step.recent
    assert step.recent.rate == pytest.approx(1 / 290, rel=0.1)
    assert step.rate == pytest.approx(41 / 3600, rel=0.1)
    assert step.left == pytest.approx(59 * 290, rel=0.1)
    assert ", 0.7/min, 0.2/min in the last 5 min, " in "\n".join(lines(now_it_is))


def test_a_note_without_a_pace_is_read(tmp_path: Path) -> None:
    """As drivers of before left it."""
    store = open_store(str(tmp_path))
    RunNote(store).step(STEP, 3, 0)
    state = load_state(store)
    assert state
    del state["pace"]
    from yurai_manifests.canonical import canonical

    store.put(STATE, canonical(state))
    assert status_of(store).step


def test_a_line_of_progress_says_both(capsys: pytest.CaptureFixture[str]) -> None:
    now = time.monotonic()
    counter = Counter("00-extract", 100, now - 3600, done=39)
    counter.pace.points.extend([(now - 3000, 39), (now - 290, 39)])
    counter.advance()
    assert capsys.readouterr().err.startswith("00-extract: 40/100 tasks, 0.7/min, 0.2/min in the last 5 min, ")


class Full(LocalStore):
    """A folder on a disk that has room for the last word alone once `full`: when the room is given back."""

    full = False

    def put(self, key: str, data: bytes) -> None:
        if self.full and self.size(ROOM) is not None:
            raise ShardError(f"cannot write {key}: [errno {errno.ENOSPC}]")
        super().put(key, data)


def test_the_last_word_takes_the_room_that_was_kept(tmp_path: Path) -> None:
    store = Full(tmp_path)
    note = RunNote(store)
    note.step(STEP, 3, 0)
    assert store.size(ROOM) == BYTES
    store.full = True
    note.end(ShardError("the disk is full; free space"))
    now = status_of(store)
    assert (now.life, now.why, now.error) == (
        "dead",
        "the driver ended with an error",
        "ShardError: the disk is full; free space",
    )
    assert store.size(ROOM) is None


def test_a_run_that_ends_gives_the_room_back(small_tree: Path, small_on_s3: str) -> None:
    assert not (small_tree / ROOM).exists()
    assert open_store(small_on_s3).size(ROOM) is None


def test_storage_that_is_away_says_so(tmp_path: Path) -> None:
    class Away(LocalStore):
        def put(self, key: str, data: bytes) -> None:
            raise ShardError(f"{len(data)} bytes of {key}: storage is away")

    store: Store = Away(tmp_path)
    with pytest.raises(ShardError, match="storage is away"):
        put_last(store, STATE, b"{}")
