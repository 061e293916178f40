"""Fail every file operation of a tiny run, one at a time: `python bench/faults.py FOLDER [--share S] [--races N]`.

A run over a few rows and WET records is made with the n-th rename, link, unlink, fsync, mkdir, open, read, write or
stat under its output or input killed, or failing with EIO, ENOSPC, EMFILE or EPERM, or cut short (reads and writes),
for all n. Each must end by itself or be told in one line, without a traceback; the same command again must give the
content of a run that nothing failed, and its audit must find nothing. What was tried stands in FOLDER/faults.jsonl and
is not tried again: all of it takes hours. bench/chaos.py tries some of it, beside other troubles.

With `--races N` two drivers are started on one output, N times: each ends well, or is refused in one line.

Needs a C compiler for bench/faults.c, which is loaded into the run by LD_PRELOAD.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

from laboratory import FAULTS, NEVER, OPERATIONS, WRONG, Blows, Ended, Laboratory, Outcome, differs, missing

from yurai.engine.progress import Reporter

EVERY: Final = {"write": 25}
"""A file of columns is written in thousands of pieces, which are all one to the run."""
CUT: Final = ("read", "write")


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

    def struck(self, laboratory: Laboratory) -> Ended | None:
        """Make one run with its fault over what is there; None where it was not met."""
        laboratory.arm(OPERATIONS.index(self.operation), self.number, FAULTS[self.fault], 0)
        ended = laboratory.run(self.workers)
        _, struck = laboratory.seen()
        laboratory.arm(*NEVER)
        return ended if struck else None


def chain(laboratory: Laboratory, cases: list[Case], expected: dict[str, bytes]) -> Blows:
    """Make a run with a fault into an empty output and, where that ends it, the same one with the next fault.

    Behind the last fault comes a run without one. The tree that is left has to be the undisturbed one.
    """
    laboratory.empty()
    blows: Blows = []
    for place, case in enumerate(cases):
        ended = case.struck(laboratory)
        if ended is None:
            found = differs(laboratory.out, expected)
            return [*blows, (case.fault, Outcome("wrong", found) if found else Outcome("not reached"))]
        if ended.code == 0 or ended.wrong or place == len(cases) - 1:
            return [*blows, (case.fault, laboratory.finished(ended, case.workers, expected))]
        blows.append((case.fault, Outcome("told")))
    return blows


def race(laboratory: Laboratory, expected: dict[str, bytes]) -> Outcome:
    """Start two drivers at once on one output; "told" where one was refused."""
    laboratory.empty()
    words = [sys.executable, "-m", "yurai", *laboratory.command(1)]
    pair = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [(one.communicate()[1], one.returncode) for one in pair]
    refused = [len(re.findall(r"^LeaseError: ", error, re.MULTILINE)) == 1 for error, code in ends if code == WRONG]
    if not all(refused) or len(refused) + sum(code == 0 for _, code in ends) != len(pair):
        return Outcome("wrong", str(ends))
    found = differs(laboratory.out, expected)
    return Outcome("wrong", found) if found else Outcome("told" if refused else "at once")


def cases(laboratory: Laboratory, workers: list[int]) -> Iterator[Case]:
    """Yield every case, of the operations that a run without a fault makes."""
    for count in workers:
        laboratory.fresh(count)
        seen, _ = laboratory.seen()
        for operation, number in seen.items():
            faults = [fault for fault in FAULTS if fault != "SHORT" or operation in CUT]
            for one in range(1, number + 1, EVERY.get(operation, 1)):
                yield from (Case(count, operation, one, fault) for fault in faults)


def tried(path: Path, todo: dict[str, Callable[[], Blows]]) -> dict[str, Blows]:
    """Make the cases whose outcomes a file does not hold yet, and add them to it; return those of all."""
    lines = path.read_text().splitlines() if path.exists() else []
    known = {case: [(name, Outcome(how, why)) for name, how, why in blows] for case, blows in map(json.loads, lines)}
    missing_ones = [case for case in todo if case not in known]
    with path.open("a") as kept, Reporter().step("cases", len(missing_ones)) as progress:
        for case in missing_ones:
            known[case] = todo[case]()
            told = [(name, outcome.how, outcome.why) for name, outcome in known[case]]
            print(json.dumps([case, told]), file=kept, flush=True)
            progress.advance()
    return {case: known[case] for case in todo}


def main() -> None:
    """Try what was not tried yet, and print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="share of all cases, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--races", type=int, default=0, help="races of two drivers, instead of faults")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    if missing():
        parser.exit(0, f"skipped: {missing()}\n")
    laboratory = Laboratory(arguments.folder)
    if arguments.races:
        expected = laboratory.fresh(1)
        ends = Counter(race(laboratory, expected) for _ in range(arguments.races))
        print(f"{arguments.races} races of two drivers: {ends}")
        raise SystemExit(any(outcome.how == "wrong" for outcome in ends))
    raise SystemExit(_try(laboratory, arguments))


def _try(laboratory: Laboratory, arguments: argparse.Namespace) -> int:
    every = list(cases(laboratory, arguments.workers))
    drawn = random.Random(arguments.seed).sample(every, round(len(every) * arguments.share))
    expected = laboratory.fresh(arguments.workers[0])
    if any(laboratory.fresh(count) != expected for count in arguments.workers[1:]):
        raise SystemExit("workers differ without a fault")
    todo = {case.key(): lambda case=case: chain(laboratory, [case], expected) for case in drawn}
    known = {case: blows[-1][1] for case, blows in tried(laboratory.folder / "faults.jsonl", todo).items()}
    laboratory.close()
    return _report(drawn, known, len(every))


def _report(drawn: list[Case], known: dict[str, Outcome], every: int) -> int:
    table = Counter((case.workers, case.operation, known[case.key()].how) for case in drawn)
    for workers, operation in sorted({(case.workers, case.operation) for case in drawn}):
        hows = {how: count for (*place, how), count in table.items() if place == [workers, operation]}
        told = "  ".join(f"{hows[how]:,} {how}" for how in sorted(hows))
        print(f"{workers} workers  {operation:8} {sum(hows.values()):6,} tried: {told}")
    wrong = {case: outcome.why for case, outcome in known.items() if outcome.how == "wrong"}
    print(f"{len(drawn):,} of {every:,} cases, {len(wrong)} wrong")
    for case, why in list(wrong.items())[:20]:
        print(f"--- {case}: {why}")
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
