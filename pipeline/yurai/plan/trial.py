"""Run the recipe over sample files in a process of its own, and watch it from outside: time, CPU, memory, disk."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

LOOK_SECONDS = 0.25
CHILD, WORKER = "yurai.extraction.child", ("multiprocessing.spawn", "ray::")
"""What stands in the commands of an extraction child, and of a worker."""
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


Part: TypeAlias = Literal["base", "worker", "child"]


class Parts(NamedTuple):
    """Bytes of the driver with what serves all, of the largest worker and extraction child, and of the least worker."""

    base: int = 0
    worker: int = 0
    child: int = 0
    idle: int = 0

    def whole(self, workers: float) -> float:
        """Return what so many workers hold, each of which has a child as large: a short trial may leave one idle."""
        return self.base + workers * (self.worker + self.child)


NONE = Parts()


@dataclass(frozen=True, slots=True)
class Trial:
    """What one run took: seconds, bytes, and what run.json says of it."""

    wall: float
    cpu: float
    memory: int
    disk: int
    run: RunRecord
    parts: Parts
    """Memory by kinds of processes, when they held most while an extraction child was there."""
    high: Parts
    """What the kernel says that they held at most till then, with what several share counted in each."""
    later: Parts = NONE
    """The same of `parts` while no child was there: it ends where extraction does."""
    later_high: Parts = NONE


def watch(arguments: Sequence[str], out: Path, workers: int = 1) -> Trial:
    """Run `yurai ARGUMENTS`, which writes the tree `out` with so many workers.

    Raises:
        RecipeError: the run ended with an error, which is given.
    """
    started, memory = time.monotonic(), 0
    parts = {True: Parts(), False: Parts()}  # by whether a child is there
    high = {True: dict[int, Usage](), False: dict[int, Usage]()}
    cpu, before = dict[int, float](), _children()
    # a file, since a pipe that nobody reads while we look would fill and stop the run
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "yurai", *arguments], stdout=subprocess.DEVNULL, stderr=output
        )
        while process.poll() is None:
            members = list(tree(process.pid))
            memory = max(memory, sum(one.memory for one in members))
            extracting = any(one.part == "child" for one in members)
            parts[extracting] = _more(parts[extracting], parts_of(members), workers)
            high[extracting] |= {one.process: one._replace(memory=one.highest) for one in members if one.highest}
            cpu |= {one.process: one.cpu for one in members}
            time.sleep(LOOK_SECONDS)
        wall = time.monotonic() - started
        output.seek(0)
        message = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise RecipeError(f"the recipe does not run over a sample of this input: {message[-2000:].strip()}")
    # the kernel counts to the last moment, but not what nobody waited for, as Ray's processes
    spent = max(_children() - before, sum(cpu.values()))
    run = load_run(open_store(str(out)))
    seen, told = [parts[True], parts[False]], [parts_of(high[True].values()), parts_of(high[False].values())]
    return Trial(wall, spent, memory, disk_bytes(out), run, seen[0], told[0], seen[1], told[1])


def _children() -> float:
    """Return the CPU seconds of all ended children of this process, with those that they waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Usage(NamedTuple):
    """What one process uses: bytes of memory, where pages that several share count once (PSS), and CPU seconds.

    `highest` is the most that was ever resident of it.
    """

    process: int
    memory: int
    cpu: float
    part: Part = "base"
    highest: int = 0


def tree(root: int) -> Iterator[Usage]:
    """Yield what a process and all below it use now."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            children.setdefault(_number(entry / "status", "PPid:"), []).append(int(entry.name))
    members = [root]
    while members:
        process = members.pop()
        members += children.get(process, [])
        folder = PROC / str(process)
        memory = _number(folder / "smaps_rollup", "Pss:") * 1024
        highest = _number(folder / "status", "VmHWM:") * 1024
        yield Usage(process, memory, _cpu(folder / "stat"), _part(_read(folder / "cmdline")), highest)


def _more(one: Parts, other: Parts, workers: int) -> Parts:
    """Return what driver and workers hold when that is most; a child has its peak whenever it has it."""
    most = max(one, other, key=lambda parts: parts.base + workers * parts.worker)
    return most._replace(child=max(one.child, other.child))


def parts_of(members: Collection[Usage]) -> Parts:
    """Return the memory of processes by kinds."""
    worker, child = (
        max((one.memory for one in members if one.part == part), default=0) for part in ("worker", "child")
    )
    idle = min((one.memory for one in members if one.part == "worker"), default=0)
    return Parts(sum(one.memory for one in members if one.part == "base"), worker, child, idle)


def _part(command: str) -> Part:
    if CHILD in command:
        return "child"
    return "worker" if any(mark in command for mark in WORKER) else "base"


def _number(path: Path, key: str) -> int:
    """Return a number of a /proc file; 0 for a process that has just ended."""
    return next((int(line.split()[1]) for line in _read(path).splitlines() if line.startswith(key)), 0)


def _cpu(path: Path) -> float:
    """Return the CPU seconds of a process so far; times follow the name, which ends with the last bracket."""
    fields = _read(path).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def disk_bytes(folder: Path) -> int:
    """Return the bytes of all files below `folder`; a file under several names counts once."""
    sizes: dict[int, int] = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            status = (Path(parent) / name).stat()
            sizes[status.st_ino] = status.st_size
    return sum(sizes.values())
