"""Kill processes of local runs at seeded moments, for bench/chaos.py: drivers, workers, extraction children."""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from laboratory import KILLED, NEVER, Blows, Laboratory, Outcome

from run_helpers import descendants, processes

MARKS: Final = {"worker": r"spawn_main", "child": r"yurai\.extraction\.child"}
"""What stands in the command of such a process."""
LAST: Final = {"driver": 0.6, "worker": 0.9, "child": 0.05}
"""Share of a run's file operations by which such a process is gone; of drivers, by which one that resumed is."""
LOOK: Final = 0.001
PATIENCE: Final = 30.0
CHAIN: Final = 3


@dataclass(frozen=True)
class Kill:
    """Who dies: `pause` seconds after the attempt has made this share of the file operations of a whole run."""

    victim: str
    share: float
    pause: float


def drawn(rng: random.Random, workers: int) -> list[Kill]:
    """Return the kills of one tree: of one kind or any, those of children first, which live first."""
    kinds = ["driver", "child", *(["worker"] if workers > 1 else [])]
    victims = rng.choice([[rng.choice(kinds)] * CHAIN, rng.choices(kinds, k=CHAIN)])
    kills = [Kill(victim, rng.uniform(0, LAST[victim]), rng.uniform(0, 0.02)) for victim in victims]
    return sorted(kills, key=lambda kill: (kill.victim != "child", kill.share))


def kill_some(laboratory: Laboratory, workers: int, kills: list[Kill], total: int, expected: dict[str, bytes]) -> Blows:
    """Run, kill, run again where the driver died, until all kills were made; then let it end, and look."""
    laboratory.empty()
    pid = _start(laboratory, workers)
    blows: Blows = []
    for kill in kills:
        struck, wrong = _strike(laboratory, pid, kill, total)
        if wrong:
            return [*blows, (kill.victim, Outcome("wrong", wrong))]
        blows.append((kill.victim, Outcome("told" if struck else "not reached")))
        if struck and kill.victim == "driver":
            pid = _start(laboratory, workers)
    outcome = laboratory.finished(laboratory.ended(), workers, expected)
    return _concluded(blows, outcome)


def _concluded(blows: Blows, outcome: Outcome) -> Blows:
    """Say of each kill behind the last one of a driver how the run went on; the last bears what is wrong."""
    if outcome.how == "wrong":
        return [*blows[:-1], (blows[-1][0], outcome)]
    last = max(
        (place for place, (victim, told) in enumerate(blows) if victim == "driver" and told.how == "told"), default=-1
    )
    return [
        (victim, outcome if place > last and told.how == "told" else told) for place, (victim, told) in enumerate(blows)
    ]


def _start(laboratory: Laboratory, workers: int) -> int:
    laboratory.arm(*NEVER)
    return laboratory.start(*laboratory.command(workers))


def _victims(pid: int, kill: Kill) -> list[int]:
    if kill.victim == "driver":
        return [pid]
    return [one for one, command in descendants(pid).items() if re.search(MARKS[kill.victim], command)]


def _strike(laboratory: Laboratory, pid: int, kill: Kill, total: int) -> tuple[bool, str]:
    """Kill at the moment; return whether that was reached, and what is wrong with what came of it."""
    while laboratory.runs(pid):
        if sum(laboratory.seen()[0].values()) >= kill.share * total and _victims(pid, kill):
            break
        time.sleep(LOOK)
    time.sleep(kill.pause)
    below = descendants(pid)
    victims = [one for one in _victims(pid, kill) if laboratory.runs(pid)]
    if not victims:
        return False, ""
    os.kill(victims[-1], signal.SIGKILL)
    if kill.victim != "driver":
        return True, ""
    ended = laboratory.ended()
    return ended.code == KILLED, ended.wrong or _orphans(below)


def _orphans(below: dict[int, str]) -> str:
    """Return which processes outlive their driver, "" for none."""
    late = time.monotonic() + PATIENCE
    while left := below.keys() & processes().keys():
        if time.monotonic() > late:
            return f"outlive their driver: {[below[pid] for pid in left]}"
        time.sleep(LOOK)
    return ""
