"""Mutate what the readers read, by its structure, and hold each case to what is promised: docs/fuzz.md.

    python bench/fuzz.py [--seed 0] [--cases 1000] [--kind warc gzip ...] [--write FILE]

Case n of a kind is made from the kind and seed + n alone, so that `--kind K --seed N --cases 1` plays one again. Cases
run in a child of their own, some hundred in each: one that dies, takes 10 CPU seconds or 1 GiB is one that failed, and
the next child goes on behind it. Pages are tried in the sandbox that a run has. Exit 1 where a case failed. Linux.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from mutant_kinds import KINDS
from mutants import Judged, rng_of

BATCH: Final = 250
"""Cases of one child."""
SECONDS: Final = 10
WALL: Final = 120
"""CPU seconds, and seconds of the clock, that a case may take."""
MEMORY: Final = 1 << 10
"""MiB that a case may take above what the child holds: a body may have 64 MiB, a Parquet page 512."""
SHOWN: Final = 30


@dataclass
class Told:
    """What the cases of a kind came to."""

    cases: int = 0
    ok: int = 0
    refused: int = 0
    differs: Counter[str] = field(default_factory=Counter)
    example: dict[str, int] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


def tried(kind: str, seed: int, path: Path) -> Iterator[tuple[str, Judged]]:
    """Make and judge one case; a peer is asked last, since it may die."""
    made = KINDS[kind]
    try:
        data = made.make(rng_of(kind, seed))
    except Exception as error:  # noqa: BLE001 - a case that cannot be made is none of the product's, and is told
        yield "judged", Judged(f"is not made: {error!r}"[:300])
        return
    _forget_peak()
    before = _memory("VmRSS")
    try:
        judged = made.judge(data, path)
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is wrong
        frames = traceback.extract_tb(error.__traceback__)[-1]
        judged = Judged(f"{type(error).__name__}: {error} ({Path(frames.filename).name}:{frames.lineno})"[:300])
    grown = _memory("VmHWM") - before
    if not judged.wrong and grown > MEMORY:
        judged = Judged(f"takes {grown:,} MiB")
    yield "judged", judged
    for name in made.peers:
        yield name, Judged(differs=made.beside(name, data, path))


def _memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) >> 10


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _serve(kind: str, seeds: Sequence[int], folder: Path, said: int) -> None:
    """Try cases in this process, and say before each step what it is."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries write what they think of a file
    with os.fdopen(said, "w") as out:
        for seed in seeds:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.setitimer(signal.ITIMER_REAL, WALL)
            print(json.dumps([seed, "made", ["", False, []]]), file=out, flush=True)
            for step, judged in tried(kind, seed, folder / "case"):
                print(json.dumps([seed, step, judged]), file=out, flush=True)
                signal.setitimer(signal.ITIMER_PROF, SECONDS)
            print(json.dumps([seed, "done", ["", False, []]]), file=out, flush=True)


def batch(kind: str, seeds: Sequence[int], folder: Path, told: Told) -> int:
    """Try cases in one child until it ends; return how many it came to."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        gc.freeze()
        code = 1
        try:
            _serve(kind, seeds, folder, writing)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    count, seed, step = 0, seeds[0], "made"
    with os.fdopen(reading) as said:
        for line in said:
            seed, step, values = json.loads(line)
            _count(told, seed, step, Judged(*values))
            count += step == "made"
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        how = signal.Signals(-code).name if code < 0 else f"exit {code}"
        _died(told, seed, step, f"{SECONDS} s" if how in {"SIGPROF", "SIGALRM"} else how, KINDS[kind].peers)
    return max(count, 1)


def _count(told: Told, seed: int, step: str, judged: Judged) -> None:
    if step == "judged":
        told.cases += 1
        told.ok += not judged.wrong and not judged.refused
        told.refused += not judged.wrong and judged.refused
        if judged.wrong:
            told.failed[seed] = judged.wrong
    for one in judged.differs:
        told.differs[one] += 1
        told.example.setdefault(one, seed)


def _died(told: Told, seed: int, step: str, how: str, peers: Sequence[str]) -> None:
    """A death while a case is made or judged is a failure; behind that it is the next peer's."""
    steps = ["judged", *peers, "done"]
    dying = steps[steps.index(step) + 1] if step in steps else "judged"
    if dying == "judged":
        told.cases += 1
        told.failed[seed] = f"the process ended: {how}"
    else:
        _count(told, seed, dying, Judged(differs=(f"{dying}: ends the process ({how})",)))


def run(kind: str, seed: int, cases: int, folder: Path) -> Told:
    """Try so many cases of a kind."""
    told, at = Told(), 0
    while at < cases:
        seeds = range(seed + at, seed + min(cases, at + BATCH))
        at += batch(kind, seeds, folder, told)
    return told


def report(tolds: dict[str, Told]) -> int:
    """Print the table, the differences and the failures; return the exit code."""
    print(f"{'kind':10} {'cases':>8} {'ok':>8} {'refused':>8} {'failed':>7}")
    for kind, told in tolds.items():
        print(f"{kind:10} {told.cases:8,} {told.ok:8,} {told.refused:8,} {len(told.failed):7,}")
    total = sum(told.cases for told in tolds.values())
    failed = [(kind, seed, why) for kind, told in tolds.items() for seed, why in told.failed.items()]
    print(f"{'all':10} {total:8,} cases, {len(failed):,} failed")
    for kind, told in tolds.items():
        for why, count in told.differs.most_common():
            print(f"differs, {kind:6} {count:7,}  {why}  (--kind {kind} --seed {told.example[why]} --cases 1)")
    for kind, seed, why in failed[:SHOWN]:
        print(f"--- --kind {kind} --seed {seed} --cases 1: {why}")
    return 1 if failed else 0


def main() -> None:
    """Try all kinds, or some, and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first case")
    parser.add_argument("--cases", type=int, default=1000, help="cases of each kind")
    parser.add_argument("--kind", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--write", type=Path, help="write the input of the first case of the first kind to this file")
    arguments = parser.parse_args()
    if arguments.write:
        made = KINDS[arguments.kind[0]].make(rng_of(arguments.kind[0], arguments.seed))
        arguments.write.write_bytes(made)
        return
    tolds = {}
    with tempfile.TemporaryDirectory() as name:
        for kind in arguments.kind:
            tolds[kind] = run(kind, arguments.seed, arguments.cases, Path(name))
            print(f"{kind}: done", file=sys.stderr, flush=True)
    raise SystemExit(report(tolds))


if __name__ == "__main__":
    main()
