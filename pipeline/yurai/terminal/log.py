"""Say what a run does as structured logs: JSON objects, one a line, in place of the lines that people read.

Names and levels of events are the table below ([docs](../../../docs/logs.md)). An object has `time` (RFC 3339, UTC,
milliseconds), `level`, `event` and `message`, then what belongs to its event. No value holds a secret of a URL.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from yurai_manifests.visible import escaped_json

Level: TypeAlias = Literal["info", "warning", "error"]
Value: TypeAlias = "str | int | float | None"
OPTION: Final = "--log-format"


class Event(NamedTuple):
    """What is said: how grave it is, and when."""

    level: Level
    when: str


EVENTS: Final = {
    "run-begin": Event("info", "a driver begins"),
    "step-begin": Event("info", "a step begins"),
    "progress": Event("info", "tasks of a step have ended; every 10 s at most"),
    "task": Event("info", "a task has ended (with `--verbose`)"),
    "step-end": Event("info", "a step is committed"),
    "published": Event("info", "the tree is whole, and this is its digest"),
    "waiting": Event("info", "all requests wait, since an origin refused one"),
    "asking-again": Event("info", "requests go again"),
    "note": Event("info", "something to know"),
    "submit": Event("info", "what `yurai submit` does with its job"),
    "job": Event("info", "a line of a job that is no JSON: Ray's own, or another library's"),
    "warning": Event("warning", "something is doubtful; the run goes on, or is whole"),
    "unfit": Event("error", "a node of the cluster cannot take part"),
    "error": Event("error", "the command ends; the message says what to do next"),
    "interrupted": Event("error", "Ctrl-C or SIGTERM ended the command"),
    "bug": Event("error", "the command ends by a fault of Yurai; the message is Python's trace"),
}
"""Names are for good: alerts are made of them."""


class _Form:
    """Of this process, whatever thread says something."""

    json = False


def logged() -> bool:
    """Tell whether lines are JSON now."""
    return _Form.json


@contextmanager
def logging_json(*, on: bool) -> Iterator[None]:
    """Have everything that is said to standard error inside the context be JSON, if `on`."""
    before, _Form.json = _Form.json, on
    try:
        yield
    finally:
        _Form.json = before


def asked_for(arguments: Sequence[str]) -> bool:
    """Tell whether a call asks for JSON: known before it is parsed, so that a wrong call is told in JSON, too."""
    return any(
        argument == f"{OPTION}=json" or (argument == OPTION and following == "json")
        for argument, following in pairwise((*arguments, ""))
    )


def line_of(event: str, message: str, fields: dict[str, Value]) -> str:
    """Return the line of an event; None among the fields are left out."""
    from yurai_manifests.location import without_secrets  # noqa: PLC0415 - help of commands goes without

    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    value = {"time": now, "level": EVENTS[event].level, "event": event, "message": message, **fields}
    given = ((name, one) for name, one in value.items() if one is not None)
    told = {name: without_secrets(one, "") if isinstance(one, str) else one for name, one in given}
    return escaped_json(json.dumps(told, ensure_ascii=False))


def event_of(line: str) -> dict[str, Value]:
    """Return the event that a line holds, nothing where it holds none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    event = value.get("event") if isinstance(value, dict) else None
    return value if isinstance(event, str) and event in EVENTS else {}
