"""Run the recipe over sample files in a process of its own, and watch it from outside: time, CPU, memory, disk."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

LOOK_SECONDS = 0.5
PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Trial:
    """What one run took: seconds, bytes, and what run.json says of it."""

    wall: float
    cpu: float
    memory: int
    disk: int
    run: RunRecord


def watch(arguments: Sequence[str], out: Path) -> Trial:
    """Run `yurai ARGUMENTS`, which writes the tree `out`.

    Raises:
        RecipeError: the run ended with an error, which is given.
    """
    started, memory, cpu, before = time.monotonic(), 0, dict[int, float](), _children()
    # a file, since a pipe that nobody reads while we look would fill and stop the run
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "yurai", *arguments], stdout=subprocess.DEVNULL, stderr=output
        )
        while process.poll() is None:
            members = list(tree(process.pid))
            memory = max(memory, sum(one.memory for one in members))
            cpu |= {one.process: one.cpu for one in members}
            time.sleep(LOOK_SECONDS)
        wall = time.monotonic() - started
        output.seek(0)
        message = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise RecipeError(f"the recipe does not run over a sample of this input: {message[-2000:].strip()}")
    # the kernel counts to the last moment, but not what nobody waited for, as Ray's processes
    spent = max(_children() - before, sum(cpu.values()))
    return Trial(wall, spent, memory, disk_bytes(out), load_run(open_store(str(out))))


def _children() -> float:
    """Return the CPU seconds of all ended children of this process, with those that they waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Usage(NamedTuple):
    """What one process uses: bytes of memory, where pages that several share count once (PSS), and CPU seconds."""

    process: int
    memory: int
    cpu: float


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
        yield Usage(process, _number(folder / "smaps_rollup", "Pss:") * 1024, _cpu(folder / "stat"))


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
