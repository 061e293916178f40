"""Fail every file operation of a tiny run, one at a time: `python bench/faults.py FOLDER [--share S] [--races N]`.

A run over a few rows and WET records is made with the n-th rename, link, unlink, fsync, mkdir, open, read, write or
stat under its output or input killed, or failing with EIO, ENOSPC, EMFILE or EPERM, for all n. Each must end by itself
or be told in one line, without a traceback; the same command again must give the content of a run that nothing failed,
and its audit must find nothing. What was tried stands in FOLDER/faults.jsonl and is not tried again: all of it takes
hours.

With `--races N` two drivers are started on one output, N times: each ends well, or is refused in one line.

Needs a C compiler for bench/faults.c, which is loaded into the run by LD_PRELOAD.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import gzip
import importlib
import json
import os
import pkgutil
import random
import re
import shutil
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yurai
import yurai_filters
import yurai_manifests
from yurai.engine.progress import Reporter

OPERATIONS: Final = ("rename", "link", "unlink", "fsync", "mkdir", "open", "read", "write", "stat")
FAULTS: Final = {
    "KILL": 0,
    "EIO": errno.EIO,
    "ENOSPC": errno.ENOSPC,
    "EMFILE": errno.EMFILE,
    "EPERM": errno.EPERM,
}
BOARD: Final = struct.Struct(f"{len(OPERATIONS)}q4q")
"""As `struct board` of faults.c: what was seen of each, then operation, number, error and whether it struck."""
EVERY: Final = {"write": 25}
"""A file of columns is written in thousands of pieces, which are all one to the run."""
NEVER: Final = (-1, 0, 0, 0)
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
[[stage]]
use = "measure"
taggers = ["characters"]
[[stage]]
use = "filter"
rules = [{ use = "length", min_characters = 20 }]
[[stage]]
use = "dedup"
[[stage]]
use = "tokenize"
tokenizer = "bytes"
"""


@dataclass(frozen=True)
class Case:
    """One run: which operation fails, the how-manieth of its kind, with what, among how many workers."""

    workers: int
    operation: str
    number: int
    fault: str

    def key(self) -> str:
        """Return its name in the file of results."""
        return f"{self.workers}:{self.operation}:{self.number}:{self.fault}"


class Laboratory:
    """A folder with the input, the library that fails, and a process that has all loaded and forks for each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.out, self.board = self.folder / "out", self.folder / "board"
        _make_input(self.folder)
        library = self.folder / "faults.so"
        source = Path(__file__).with_suffix(".c")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self.arm(*NEVER)
        environment = {
            "LD_PRELOAD": str(library),
            "FAULT_BOARD": str(self.board),
            "FAULT_ROOTS": f"{self.out}:{self.folder / 'in'}",
        }
        self._loaded = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            env=os.environ | environment,
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

    def yurai(self, *arguments: object) -> tuple[int, str, str]:
        """Run a command; return exit code (negative: the signal), standard output and error."""
        assert self._loaded.stdin
        assert self._loaded.stdout
        print(json.dumps([str(self.folder), *map(str, arguments)]), file=self._loaded.stdin, flush=True)
        code = int(self._loaded.stdout.readline())
        return code, *((self.folder / name).read_text(errors="replace") for name in ("stdout", "stderr"))

    def run(self, workers: int) -> tuple[int, str, str]:
        """Run the recipe over the input."""
        return self.yurai(*self.command(workers))

    def command(self, workers: int) -> tuple[object, ...]:
        """Return the arguments of `yurai` that run it."""
        inputs, recipe = self.folder / "in", self.folder / "tiny.toml"
        options = ("--runner", "local", "--workers", workers, "--no-report")
        sources = ("--input", inputs / "a.warc.wet.gz", "--input", inputs / "b.jsonl")
        return ("run", recipe, *sources, "--output", self.out, *options)

    def fresh(self, workers: int) -> str:
        """Run without a fault into an empty output; return the digest."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.arm(*NEVER)
        code, _, told = self.run(workers)
        if code:
            raise SystemExit(f"the run fails without a fault: {told}")
        return self.yurai("digest", self.out)[1]

    def tried(self, case: Case, golden: str) -> str:
        """Make one run with its fault, then the same one without; return what was wrong, "" for nothing."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.arm(OPERATIONS.index(case.operation), case.number, FAULTS[case.fault], 0)
        code, _, told = self.run(case.workers)
        _, struck = self.seen()
        self.arm(*NEVER)
        if not struck:
            return "not reached"
        errors = [line for line in told.splitlines() if re.match(r"\w+Error: ", line)]
        if "Traceback" in told or code not in (0, WRONG, KILLED) or (code == WRONG) != (len(errors) == 1):
            return f"exit {code}: {told[-2_000:]}"
        again, _, told = self.run(case.workers)
        if again:
            return f"does not resume, exit {again}: {told[-2_000:]}"
        audited, findings, _ = self.yurai("audit", self.out, "--format", "json")
        same = json.loads(findings).get("digest") == golden.strip()
        return "" if same and not audited else f"audit {audited}: {findings[-2_000:]}"


def races(laboratory: Laboratory, golden: str, count: int) -> int:
    """Start two drivers at once on one output; return how often that went wrong."""
    wrong, refused = 0, 0
    command = [sys.executable, "-m", "yurai", *map(str, laboratory.command(1))]
    for _ in range(count):
        shutil.rmtree(laboratory.out, ignore_errors=True)
        pair = [
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)
        ]
        told = [(one.communicate()[1], one.returncode) for one in pair]
        refusals = [
            len(re.findall(r"^LeaseError: ", error, re.MULTILINE)) == 1 for error, code in told if code == WRONG
        ]
        audited, findings, _ = laboratory.yurai("audit", laboratory.out, "--format", "json")
        fine = all(refusals) and len(refusals) + sum(code == 0 for _, code in told) == len(pair)
        fine = fine and not audited and json.loads(findings).get("digest") == golden.strip()
        wrong, refused = wrong + (not fine), refused + len(refusals)
        if not fine:
            print(told, findings)
    print(f"{count} races of two drivers: {refused} refused, {wrong} wrong")
    return wrong


def serve() -> None:
    """Fork for each line of standard input, which holds a folder and the arguments of a command."""
    from yurai.cli import script  # noqa: PLC0415

    for package in (yurai, yurai_filters, yurai_manifests):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not LOADS_RAY.match(module.name):
                importlib.import_module(module.name)
    for line in sys.stdin:
        folder, *arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            for number, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(f"{folder}/{name}", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644), number)
            sys.argv = ["yurai", *arguments]
            script()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _make_input(folder: Path) -> None:
    """A WET file and a row file: no page needs the extraction child, whose start would be most of a run."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    (folder / "tiny.toml").write_text(RECIPE)
    records = []
    for number in range(6):
        text = f"The ferry number {number % 4} leaves the harbour at noon and comes back at dusk.".encode()
        head = (
            "WARC/1.0\r\nWARC-Type: conversion\r\n"
            f"WARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{number}>\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + text + b"\r\n\r\n", mtime=0))
    (folder / "in/a.warc.wet.gz").write_bytes(b"".join(records))
    rows = [{"text": f"Row {number % 3} of a table that somebody wrote down by hand."} for number in range(5)]
    (folder / "in/b.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def cases(laboratory: Laboratory, workers: list[int]) -> Iterator[Case]:
    """Yield every case, of the operations that a run without a fault makes."""
    for count in workers:
        laboratory.fresh(count)
        laboratory.arm(*NEVER)
        shutil.rmtree(laboratory.out)
        laboratory.run(count)
        seen, _ = laboratory.seen()
        for operation, number in seen.items():
            for one in range(1, number + 1, EVERY.get(operation, 1)):
                yield from (Case(count, operation, one, fault) for fault in FAULTS)


def main() -> None:
    """Try what was not tried yet, and print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="share of all cases, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--races", type=int, default=0, help="races of two drivers, instead of faults")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    if shutil.which("cc") is None or not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"):
        parser.exit(0, "skipped: needs a C compiler and glibc\n")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    laboratory = Laboratory(arguments.folder)
    if arguments.races:
        raise SystemExit(races(laboratory, laboratory.fresh(1), arguments.races) > 0)
    raise SystemExit(_try(laboratory, arguments))


def _try(laboratory: Laboratory, arguments: argparse.Namespace) -> int:
    every = list(cases(laboratory, arguments.workers))
    drawn = random.Random(arguments.seed).sample(every, round(len(every) * arguments.share))
    results = laboratory.folder / "faults.jsonl"
    lines = results.read_text().splitlines() if results.exists() else []
    known = {one["case"]: one["wrong"] for one in map(json.loads, lines)}
    golden = {count: laboratory.fresh(count) for count in arguments.workers}
    if len(set(golden.values())) != 1:
        raise SystemExit(f"workers differ without a fault: {golden}")
    missing = [case for case in drawn if case.key() not in known]
    with results.open("a") as kept, Reporter().step("faults", len(missing)) as progress:
        for case in missing:
            known[case.key()] = laboratory.tried(case, golden[case.workers])
            kept.write(json.dumps({"case": case.key(), "wrong": known[case.key()]}) + "\n")
            kept.flush()
            progress.advance()
    laboratory.close()
    return _report(drawn, known, len(every))


def _report(drawn: list[Case], known: dict[str, str], every: int) -> int:
    wrong = [case for case in drawn if known[case.key()] not in ("", "not reached")]
    table = Counter((case.workers, case.operation) for case in drawn)
    for (workers, operation), count in sorted(table.items()):
        bad = sum(case.workers == workers and case.operation == operation for case in wrong)
        print(f"{workers} workers  {operation:8} {count:6,} tried  {bad:4} wrong")
    missed = sum(known[case.key()] == "not reached" for case in drawn)
    print(f"{len(drawn):,} of {every:,} cases, {missed} not reached, {len(wrong)} wrong")
    for case in wrong[:20]:
        print(f"--- {case.key()}: {known[case.key()]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else main()
