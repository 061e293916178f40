"""Kill, fail, race and misplace runs of the sample crawl, and hold each to one content: docs/chaos.md.

    python bench/chaos.py FOLDER [--seed 0] [--kills 300] [--faults 2000] [--races 10] [--surroundings 10] [--stores 20]
                           [--ray 24] [--partitions 12]

Each tree has to end as the one that nothing disturbed, every byte of it but for the journal: at once, or when a run
that was killed, or said in one line why it ended, is made again by the same command. Cases are drawn from the seed
alone; what was tried stands in FOLDER/chaos.jsonl and is not tried again, so that a soak can be made in pieces. FOLDER
on a tmpfs spares a disk. Exit 1 where anything failed. Linux with glibc and a C compiler.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

from chaos_kills import CHAIN, drawn, kill_some
from chaos_partitions import Partitions, impossible
from chaos_ray import RayRuns
from chaos_stores import DEALT, FarStores
from faults import CUT, Case, chain, race, tried
from laboratory import FAULTS, NEVER, OPERATIONS, Blows, Ended, Laboratory, Outcome, library, missing

CLOCKS: Final = (0, -30 * 365 * 86_400, -86_400, 3_600, 10 * 365 * 86_400)
"""Seconds by which the clock of a machine is off."""
ZONES: Final = ("UTC", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia")
LOCALES: Final = ("C", "C.UTF-8", "tr_TR.UTF-8", "ja_JP.EUC-JP")
FURTHER: Final = 0.6
"""A run that goes on makes fewer operations than a whole one: of this share, a fault's number is drawn."""
LENGTH: Final = 5
"""Attempts of a run, each with a fault of its own."""
BY_CHANCE: Final = 3
"""One of so many kills comes from outside, to any process; the others hit a driver in the middle of an operation."""
Todo = dict[str, Callable[[], Blows]]


class Chaos:
    """Draws the cases of a seed, and opens the laboratories that they are tried in."""

    def __init__(self, folder: Path, seed: int, opened: ExitStack) -> None:
        self.folder, self.seed, self.opened = folder, seed, opened
        self.laboratories: dict[str, Laboratory] = {}

    def laboratory(self, name: str, *, pages: bool) -> Laboratory:
        """Return the laboratory of this name."""
        if name not in self.laboratories:
            self.laboratories[name] = Laboratory(self.folder / name, pages=pages)
            self.opened.callback(self.laboratories[name].close)
        return self.laboratories[name]

    def keys(self, kind: str, count: int) -> Iterator[tuple[str, random.Random]]:
        """Yield so many names of cases, and what each is drawn from."""
        for number in range(self.seed, self.seed + count):
            yield f"{kind}:{number}", random.Random(f"{kind}:{number}")

    def kills(self, count: int) -> Todo:
        """Return trees whose driver, workers or extraction child are killed, `CHAIN` times each."""
        laboratory = self.laboratory("pages", pages=True)
        expected = laboratory.fresh(1)
        total = {}
        for workers in (1, 2):
            if laboratory.fresh(workers) != expected:
                raise SystemExit("workers differ without a kill")
            total[workers] = sum(laboratory.seen()[0].values())
        todo: Todo = {}
        for key, rng in self.keys("kill", -(-count // CHAIN)):
            workers = rng.choice((1, 2))
            todo[key] = partial(kill_some, laboratory, workers, drawn(rng, workers), total[workers], expected)
        return todo

    def faults(self, count: int, kind: str, faults: Sequence[str]) -> Todo:
        """Return trees with one of these faults in each of `LENGTH` attempts, until `count` are drawn."""
        laboratory = self.laboratory("texts", pages=False)
        expected = laboratory.fresh(1)
        seen, _ = laboratory.seen()
        trees = -(-count // LENGTH)
        todo: Todo = {}
        for place, (key, rng) in enumerate(self.keys(kind, trees)):
            shares = [(place + rng.random()) / trees, *(rng.uniform(0, FURTHER) for _ in range(LENGTH - 1))]
            todo[key] = partial(chain, laboratory, [_fault(rng, seen, share, faults) for share in shares], expected)
        return todo

    def races(self, count: int) -> Todo:
        """Return trees that two drivers are started on at once."""
        laboratory = self.laboratory("pages", pages=True)
        expected = laboratory.fresh(1)
        return {key: lambda: [("two drivers", race(laboratory, expected))] for key, _ in self.keys("race", count)}

    def surroundings(self, count: int) -> Todo:
        """Return trees that runs under another clock, zone, locale and hash seed begin and end."""
        laboratory = self.laboratory("pages", pages=True)
        expected = laboratory.fresh(1)
        return {key: partial(_elsewhere, laboratory, rng, expected) for key, rng in self.keys("surroundings", count)}

    def stores(self, count: int) -> Todo:
        """Return runs from a web server to S3, both of which fail requests."""
        far = self.opened.enter_context(closing(FarStores(self.folder)))
        kinds = itertools.islice(itertools.cycle(DEALT), self.seed % len(DEALT), None)
        keys = self.keys("store", count)
        return {key: partial(far.tried, key, kind, rng) for (key, rng), kind in zip(keys, kinds, strict=False)}

    def ray(self, count: int) -> Todo:
        """Return runs on Ray of which a raylet, a worker, the driver or the head is killed."""
        runs = self.opened.enter_context(closing(RayRuns(self.laboratory("pages", pages=True))))
        return {key: partial(runs.tried, rng) for key, rng in self.keys("ray", count)}

    def partitions(self, count: int) -> Todo:
        """Return runs whose network is cut from a web server, or from that and S3."""
        if why := impossible():
            print(f"partitions skipped: {why}")
            return {}
        parted = self.opened.enter_context(closing(Partitions(self.folder)))
        return {key: partial(parted.tried, key, rng) for key, rng in self.keys("partition", count)}


def _fault(rng: random.Random, seen: dict[str, int], share: float, faults: Sequence[str]) -> Case:
    """Draw a fault at this share of all operations of its kind; kinds come by the root of how often they are made."""
    (operation,) = rng.choices(list(seen), weights=[count**0.5 for count in seen.values()])
    kinds = [fault for fault in faults if fault != "SHORT" or operation in CUT]
    return Case(1, operation, 1 + int(share * (seen[operation] - 1)), rng.choice(kinds))


def _elsewhere(laboratory: Laboratory, rng: random.Random, expected: dict[str, bytes]) -> Blows:
    """Kill a run at one of its renames, and let it be ended under other surroundings: those of another machine."""
    laboratory.empty()
    board = {"FAULT_BOARD": str(laboratory.board), "FAULT_ROOTS": str(laboratory.out)}
    ends = []
    for attempt in range(2):
        if attempt == 0:
            laboratory.arm(OPERATIONS.index("rename"), rng.randint(1, 200), FAULTS["KILL"], 0)
        else:
            laboratory.arm(*NEVER)
        environment = {
            "FAULT_CLOCK": str(rng.choice(CLOCKS)),
            "TZ": rng.choice(ZONES),
            "LC_ALL": rng.choice(LOCALES),
            "PYTHONHASHSEED": str(rng.randint(0, 2**32 - 1)),
            "PYTHONUTF8": "0",
        }
        words = [sys.executable, "-m", "yurai", *laboratory.command(rng.choice((1, 2)))]
        everything = os.environ | board | library(laboratory.folder) | environment
        ran = subprocess.run(words, env=everything, capture_output=True, text=True, check=False)
        ends.append(Ended(ran.returncode, ran.stdout, ran.stderr))
        if ran.returncode == 0:
            break
    outcome = laboratory.finished(ends[-1], 1, expected)
    if outcome.how == "at once" and len(ends) > 1:
        outcome = Outcome("wrong", ends[0].wrong) if ends[0].wrong else Outcome("told")
    return [("clock, zone, locale, hash seed", outcome)]


def report(blows: dict[str, Blows]) -> int:
    """Print the table and what is wrong; return the exit code."""
    table = Counter((key.partition(":")[0], name, outcome.how) for key, told in blows.items() for name, outcome in told)
    print(f"{'kind':44} {'cases':>7} {'at once':>8} {'told, then':>11} {'wrong':>6} {'not reached':>12}")
    for kind, name in sorted({(kind, name) for kind, name, _ in table}):
        at_once, told, wrong, missed = (table[kind, name, how] for how in ("at once", "told", "wrong", "not reached"))
        print(f"{f'{kind}: {name}':44} {at_once + told + wrong:7,} {at_once:8,} {told:11,} {wrong:6,} {missed:12,}")
    wrong_ones = [
        (key, name, outcome.why) for key, told in blows.items() for name, outcome in told if outcome.how == "wrong"
    ]
    for key, name, why in wrong_ones[:20]:
        print(f"--- {key} {name}: {why}")
    return 1 if wrong_ones else 0


def main() -> None:
    """Try what was not tried yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0, help="of drivers, workers and extraction children")
    parser.add_argument("--faults", type=int, default=0, help="of file operations")
    parser.add_argument("--races", type=int, default=0, help="of two drivers")
    parser.add_argument("--surroundings", type=int, default=0, help="clocks, zones, locales, hash seeds")
    parser.add_argument("--stores", type=int, default=0, help="runs from a web server to S3 (needs moto)")
    parser.add_argument("--ray", type=int, default=0, help="kills of raylets, workers, drivers and heads of Ray")
    parser.add_argument(
        "--partitions", type=int, default=0, help="runs whose network is cut (needs moto, iproute2, root)"
    )
    arguments = parser.parse_args()
    if missing():
        parser.exit(0, f"skipped: {missing()}\n")
    with ExitStack() as opened:
        chaos = Chaos(arguments.folder, arguments.seed, opened)
        blows = tried(arguments.folder / "chaos.jsonl", _todo(chaos, arguments))
    raise SystemExit(report(blows))


def _todo(chaos: Chaos, arguments: argparse.Namespace) -> Todo:
    todo: Todo = {}
    if arguments.kills:
        todo |= chaos.kills(arguments.kills // BY_CHANCE)
        todo |= chaos.faults(arguments.kills - arguments.kills // BY_CHANCE, "kill in an operation", ("KILL",))
    if arguments.faults:
        todo |= chaos.faults(arguments.faults, "fault", [fault for fault in FAULTS if fault != "KILL"])
    if arguments.races:
        todo |= chaos.races(arguments.races)
    if arguments.surroundings:
        todo |= chaos.surroundings(arguments.surroundings)
    if arguments.stores:
        todo |= chaos.stores(arguments.stores)
    if arguments.ray:
        todo |= chaos.ray(arguments.ray)
    if arguments.partitions:
        todo |= chaos.partitions(arguments.partitions)
    return todo


if __name__ == "__main__":
    main()
