"""Run the recipe over sample files in a process of its own, and watch it from outside: time, CPU, memory, disk."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yurai.errors import RecipeError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

LOOK_SECONDS = 0.2
PROC = Path("/proc")


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
    before, started, memory = _cpu(), time.monotonic(), 0
    # a file, since a pipe that nobody reads while we look would fill and stop the run
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "yurai", *arguments], stdout=subprocess.DEVNULL, stderr=said
        )
        while process.poll() is None:
            memory = max(memory, tree_memory(process.pid))
            time.sleep(LOOK_SECONDS)
        wall = time.monotonic() - started
        said.seek(0)
        message = said.read().decode("utf-8", "replace")
    if process.returncode:
        raise RecipeError(f"the recipe does not run over a sample of this input: {message[-2000:].strip()}")
    return Trial(wall, _cpu() - before, memory, disk_bytes(out), load_run(open_store(str(out))))


def tree_memory(root: int) -> int:
    """Return the bytes of memory of a process and all below it; pages that several share count once (PSS)."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            parent = _status(entry / "status", "PPid:")
            children.setdefault(parent, []).append(int(entry.name))
    found, total = [root], 0
    while found:
        process = found.pop()
        found += children.get(process, [])
        total += _status(PROC / str(process) / "smaps_rollup", "Pss:") * 1024
    return total


def _status(path: Path, key: str) -> int:
    """Return a number of a /proc file; 0 for a process that has just ended."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(key)), 0)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def disk_bytes(folder: Path) -> int:
    """Return the bytes of all files below `folder`; a file under several names counts once."""
    found: dict[int, int] = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            status = (Path(parent) / name).stat()
            found[status.st_ino] = status.st_size
    return sum(found.values())
