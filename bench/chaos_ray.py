"""Kill processes of Ray under whole runs at seeded moments, for bench/chaos.py: raylet, worker, driver, head."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from laboratory import Blows, Ended, Laboratory, Outcome, command, differs

from ray_heads import end, own_cluster
from run_helpers import descendants

NODE: Final = "node-b"
PROGRAMS: Final = {"raylet": r"/raylet/raylet ", "worker": r"^ray::\d\d-", "GCS": r"/gcs/gcs_server "}
"""What the command of such a process looks like; a worker is one that runs a task."""
VICTIMS: Final = ("raylet", "worker", "driver", "GCS", "head")
"""The raylet of the node beside the head, one worker of any node, the driver, the head's GCS, all of the head."""
OF_HEAD: Final = ("GCS", "head")
LOOK: Final = 0.005
PAUSE: Final = 0.1
LAST: Final = 0.8
"""Share of the tasks of a run by which the last kill is made."""
PATIENCE: Final = 240.0
"""Seconds after which a run hangs."""


class RayRuns:
    """A head and one node beside it on this machine, one CPU each, that runs of a laboratory's input are made on."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.expected = laboratory.fresh(1)
        self._tasks = self._committed()
        self._open = ExitStack()
        self.cluster = self._open.enter_context(own_cluster())

    def close(self) -> None:
        """End the cluster."""
        self._open.close()

    def tried(self, rng: random.Random) -> Blows:
        """Make a run, kill at the moment, and make it again by the same command where that ended it."""
        victim, share, pause = rng.choice(VICTIMS), rng.uniform(0, LAST), rng.uniform(0, PAUSE)
        goes_on = "local" if victim in OF_HEAD and rng.random() < 0.5 else "ray"
        self._up()
        self.laboratory.empty()
        call = self._start()
        while call.poll() is None and self._committed() < share * self._tasks:
            time.sleep(LOOK)
        time.sleep(pause)
        struck = self._struck(victim, call)
        name = f"{victim}, then local" if goes_on == "local" else victim
        return [(name, self._outcome(_ended(call), goes_on) if struck else Outcome("not reached"))]

    def _outcome(self, ended: Ended, goes_on: str) -> Outcome:
        if ended.wrong:
            return Outcome("wrong", ended.wrong)
        if ended.code:
            self._up()
            again = _ended(self._start()) if goes_on == "ray" else self.laboratory.run(2)
            if again.code:
                return Outcome("wrong", f"does not resume, exit {again.code}: {again.err[-2_000:]}")
        found = differs(self.laboratory.out, self.expected)
        return Outcome("wrong", found) if found else Outcome("told" if ended.code else "at once")

    def _committed(self) -> int:
        return sum(1 for _ in (self.laboratory.out / "stages").glob("*/*/tasks/*/*.json"))

    def _start(self) -> subprocess.Popen[str]:
        words = command(self.laboratory.recipe, self.laboratory.inputs, self.laboratory.out)
        return self.cluster.yurai(*words, "--address", self.cluster.address)

    def _up(self) -> None:
        """Start what is missing of the cluster; without its head all of it is new."""
        lost = [node for node in self.cluster.nodes if not _of(node.process, "raylet")]
        if lost and self.cluster.nodes[0] not in lost and _of(self.cluster.nodes[0].process, "GCS"):
            for node in lost:
                for pid in (node.process.pid, *descendants(node.process.pid)):
                    end(pid)
                node.process.wait()
                self.cluster.nodes.remove(node)
            self.cluster.start_node(NODE)
        elif lost or not self.cluster.nodes or not _of(self.cluster.nodes[0].process, "GCS"):
            self.cluster.lose_power()
            self.cluster.start(1, NODE)

    def _struck(self, victim: str, call: subprocess.Popen[str]) -> bool:
        """Kill; return whether there was something to kill in a run that had not ended."""
        head, node = (one.process for one in self.cluster.nodes)
        pids = {
            "raylet": lambda: _of(node, "raylet"),
            "worker": lambda: [*_of(node, "worker"), *_of(head, "worker")][:1],
            "driver": lambda: [call.pid],
            "GCS": lambda: _of(head, "GCS"),
            "head": lambda: [head.pid, *descendants(head.pid)],
        }[victim]
        while call.poll() is None and not (found := pids()):
            time.sleep(LOOK)
        if call.poll() is not None:
            return False
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return True


def _of(node: subprocess.Popen[bytes], program: str) -> list[int]:
    """Return the processes of a node that are this program."""
    if node.poll() is not None:
        return []
    return [pid for pid, words in descendants(node.pid).items() if re.search(PROGRAMS[program], words)]


def _ended(call: subprocess.Popen[str]) -> Ended:
    """Wait for a run; one that hangs is ended, and has no good end."""
    try:
        out, err = call.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        call.kill()
        out, err = call.communicate()
        return Ended(1, out, f"hangs for {PATIENCE:.0f} s: {err}")
    return Ended(call.returncode, out, err)
