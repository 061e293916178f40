"""Leave word of a run in OUT/journal/run: the call that resumes it, how far it is, and how it ended.

`call.json` is written once, `state.json` at the begin of each step, each minute in which tasks end, and at the end: a
few small objects however many tasks there are. Both are of one driver, the last that began a step; neither is part of
a digest.
"""

import contextlib
import os
import platform
import shlex
import time
from collections.abc import Mapping
from typing import Final, Literal, NotRequired, TypedDict, cast

from yurai.engine.last_word import keep_room, put_last
from yurai.engine.pace import Pace
from yurai.engine.process import InterruptedBySignalError
from yurai.engine.typed import typed_call
from yurai_manifests.canonical import Json, canonical
from yurai_manifests.errors import ShardError
from yurai_manifests.location import without_secrets
from yurai_manifests.shape import COUNT, TEXT, Fields, Kind, Many, parsed
from yurai_manifests.store import Store
from yurai_manifests.task import StepId
from yurai_manifests.web_gate import installed

FOLDER: Final = "journal/run"
CALL: Final = f"{FOLDER}/call.json"
STATE: Final = f"{FOLDER}/state.json"
REQUESTS: Final = f"{FOLDER}/requests.json"
"""What the run asked of web servers, and what they said when they refused."""
TIME: Final = Kind("a time", lambda value: isinstance(value, int | float) and not isinstance(value, bool))
CALL_SHAPE: Final = Fields(
    {"words": Many(TEXT), "folder": TEXT, "complete": Kind("true or false", lambda value: isinstance(value, bool))}
)
STEP_SHAPE: Final = Fields({"step": TEXT, "folder": TEXT, "tasks": COUNT, "there": COUNT, "begun": TIME})
POINT_SHAPE: Final = Fields({"at": TIME, "done": COUNT})
STATE_SHAPE: Final = Fields(
    required={
        "host": TEXT,
        "process": COUNT,
        "since": TIME,
        "steps": Many(STEP_SHAPE),
        "outcome": TEXT,
        "ended": TIME,
        "error": TEXT,
        "error_at": TIME,
    },
    optional={"pace": Many(POINT_SHAPE)},
)
Outcome = Literal["", "done", "failed", "interrupted"]


class Call(TypedDict):
    """What was typed, and in which folder; `complete` is false where secrets of URLs were left out."""

    words: list[str]
    folder: str
    complete: bool


class StepNote(TypedDict):
    """A step that began: where its manifests lie, how many tasks it has, and how many files of tasks were there."""

    step: str
    folder: str
    tasks: int
    there: int
    begun: float


class PointNote(TypedDict):
    """How many tasks of the last step were committed at a time."""

    at: float
    done: int


class State(TypedDict):
    """How far a run is. Times are seconds since 1970; `error` is the last one, of this driver or one before it."""

    host: str
    process: int
    since: float
    steps: list[StepNote]
    outcome: Outcome
    ended: float
    error: str
    error_at: float
    pace: NotRequired[list[PointNote]]
    """The last minutes of the last step; trees of before have none."""


class RunNote:
    """What one driver leaves; nothing before its first step, so that a refused call leaves nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state: State | None = None
        self._pace: Pace | None = None

    def step(self, step: StepId, tasks: int, there: int) -> None:
        """Note that a step of so many tasks begins, of which `there` are committed."""
        state = self._state = self._state or self._begun()
        now = time.time()
        state["steps"].append({"step": step.name, "folder": step.folder, "tasks": tasks, "there": there, "begun": now})
        self._pace = Pace(now, there)
        self._put(state)

    def made(self, count: int) -> None:
        """Note, once a minute, that this driver has brought `count` tasks of the step to their end.

        Where that cannot be written the next task cannot either, and it says so.
        """
        state, pace = self._state, self._pace
        if state and pace and pace.note(time.time(), state["steps"][-1]["there"] + count):
            with contextlib.suppress(OSError, ShardError):
                self._put(state)

    def end(self, error: BaseException | None = None) -> None:
        """Note how the run ended; where storage is at fault, that cannot be noted."""
        state = self._state
        if state is None:
            return
        state["ended"] = time.time()
        state["outcome"] = "done"
        if error is None:
            state["error"], state["error_at"] = "", 0.0
        elif isinstance(error, KeyboardInterrupt | InterruptedBySignalError):
            state["outcome"] = "interrupted"
        else:
            state["outcome"] = "failed"
            state["error"], state["error_at"] = _words(error), state["ended"]
        gate = installed()
        try:
            put_last(self._store, STATE, self._bytes(state))
            if gate and (account := gate.account()).sent:
                self._store.put(REQUESTS, canonical(account.json()))
        except (OSError, ShardError):
            if error is None:
                raise

    def _begun(self) -> State:
        keep_room(self._store)
        folder, words = typed_call()
        told = [without_secrets(word, word) for word in words]
        call: Call = {"words": told, "folder": folder, "complete": told == list(words)}
        self._store.put(CALL, canonical(call))
        before = load_state(self._store)
        return {
            "host": platform.node(),
            "process": os.getpid(),
            "since": time.time(),
            "steps": [],
            "outcome": "",
            "ended": 0.0,
            "error": before["error"] if before else "",
            "error_at": before["error_at"] if before else 0.0,
        }

    def _put(self, state: State) -> None:
        self._store.put(STATE, self._bytes(state))

    def _bytes(self, state: State) -> bytes:
        points: list[PointNote] = [{"at": at, "done": done} for at, done in self._pace.points] if self._pace else []
        return canonical(state | {"pace": points})


def _words(error: BaseException) -> str:
    return without_secrets(f"{type(error).__name__}: {error}", "")


def load_state(store: Store) -> State | None:
    """Return what the last driver noted; None where none did, or what is there is no such note."""
    value = _loaded(store, STATE, STATE_SHAPE)
    return cast("State", value) if value else None


def load_call(store: Store) -> Call | None:
    """Return the call of the last driver; None where none was noted."""
    value = _loaded(store, CALL, CALL_SHAPE)
    return cast("Call", value) if value else None


def call_line(call: Call | None) -> str:
    """Return the call as a shell takes it, "" where none was noted."""
    return f"cd {shlex.quote(call['folder'])} && {shlex.join(call['words'])}" if call and call["words"] else ""


def _loaded(store: Store, key: str, shape: Fields) -> Mapping[str, Json]:
    try:
        value, wrong = parsed(store.read(key), shape)
    except FileNotFoundError:
        return {}
    return {} if wrong else value
