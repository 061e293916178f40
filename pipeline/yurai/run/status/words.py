"""Tell a status to people, and to programs."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime

from yurai.engine.note import CALL, call_line
from yurai.engine.pace import told
from yurai.run.status.read import Progress, Status
from yurai_manifests.words import plural

LONGEST = 2000
"""Letters of a call that are shown: a shell's glob may have made a megabyte of it."""
SHOWN_STEPS = 3


def lines(status: Status) -> list[str]:
    """Return the lines that tell it."""
    now = time.time()
    told = [
        ("", f"{status.tree}" + (f", recipe {status.recipe}" if status.recipe else "")),
        (status.life, _life(status, now)),
        ("step", _step(status.step) if status.step else ""),
        ("before", _before(status.before)),
        ("error", _error(status)),
        *(("resume", line) for line in _resume(status)),
        ("journal", f"{status.tree.rstrip('/')}/journal"),
    ]
    return [f"{name:<9}{text}" if name else text for name, text in told if text]


def as_json(status: Status) -> str:
    """Return it as JSON: the fields of Status, and `resume`, the line for a shell."""
    return json.dumps(asdict(status) | {"resume": call_line(status.call)}, ensure_ascii=False, indent=2)


def _life(status: Status, now: float) -> str:
    parts = [status.why, status.driver]
    if status.since:
        parts.append(f"since {_moment(status.since)}")
    if status.life == "running":
        parts += [f"for {_clock(now - status.since)}", f"last sign of life {max(now - status.seen, 0):.0f} s ago"]
    elif status.seen:
        parts.append(f"until {_moment(status.seen)}")
    return ", ".join(part for part in parts if part)


def _step(step: Progress) -> str:
    stage = f", stage {step.place} of {step.stages}" if step.place else ""
    of = f"{step.done:,} of {plural(step.tasks, 'task')}" if step.tasks is not None else plural(step.done, "task")
    rate = f", {told(step.rate)}" if step.rate else ""
    rate += f", {step.recent}" if step.recent else ""
    left = f", {_clock(step.left)} left in this step" if step.left is not None else ""
    return f"{step.step}{stage}: {of}{rate}{left}"


def _before(steps: tuple[tuple[str, int], ...]) -> str:
    named = ", ".join(f"{name} ({plural(tasks, 'task')})" for name, tasks in steps[-SHOWN_STEPS:])
    return f"{plural(len(steps), 'step')}, the last {named}" if len(steps) > SHOWN_STEPS else named


def _error(status: Status) -> str:
    return f"{status.error} ({_moment(status.error_at)})" if status.error else ""


def _resume(status: Status) -> list[str]:
    """Say which call goes on, where one has to: of a run that is done or runs there is none."""
    if status.life != "dead":
        return []
    if not status.call or not status.call["words"]:
        return ["the same call again; which it was is not noted, since a program made it"]
    line = call_line(status.call)
    cut = line if len(line) <= LONGEST else f"{line[:LONGEST]} ... (whole: {status.tree.rstrip('/')}/{CALL})"
    return [cut, *([] if status.call["complete"] else ["put back what is secret in its URLs: it is not noted"])]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
