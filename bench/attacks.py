"""Send what a stranger may send, and measure what it costs: `python bench/attacks.py [--share 0.1] [--seed 0]`.

- readers: archives and row files that are made to cost, at n and at 2n: the second may take 2.3 times the CPU.
- records: hostile records among good ones: reading never raises, the bytes add up, the good ones are as they were.
- pages: hostile pages between good ones, in the sandbox with its default limits: an answer with a reason, no more
  than a second beyond the CPU limit, no more memory than the limit above what the child holds, and good pages as they
  were.
- damage: cut, flipped, zeroed and mixed up files: as records; what lies outside of the damage is as it was.

All but pages are each tried in a process of their own. Memory is what a try takes above the process that it begins in.
Exit 1 where something did not survive. Inputs are made by tests/hostile_*.py; needs Linux.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from yurai.extraction import Page
from yurai.sources.warc import read_file

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import hostile_damage
import hostile_pages
import hostile_records
import hostile_rows
import hostile_warcs
from warc_samples import PACKERS

RATIO: Final = 2.3
"""Times the CPU that twice the size may take."""
NOTHING: Final = 0.01
"""CPU seconds below which clocks and caches decide."""
REPEATS: Final = 6
LARGER: Final = 4
"""Times the sizes of the tests."""
MEMORY: Final = 1 << 10
"""MiB that reading one file may take, with the file and what makes it: a body may have 64 MiB."""
DAMAGES: Final = 160
"""Damages of each container."""
SHOWN: Final = 20
PARTS: Final = ("readers", "records", "pages", "damage")

Item = TypeVar("Item")


@dataclass(frozen=True)
class Tried:
    """One try: what was wrong ("" for nothing), CPU seconds, MiB, and what was answered."""

    group: str
    name: str
    wrong: str
    seconds: float
    memory: int
    answer: str = ""


Tries = Callable[[], Iterator[Tried]]


def apart(group: str, name: str, tries: Tries) -> Iterator[Tried]:
    """Try in a process of its own; its death is a try that did not survive."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        gc.freeze()  # what this process had is not collected again in each of its children
        with os.fdopen(writing, "w") as said:
            for one in tries():
                print(json.dumps(asdict(one)), file=said, flush=True)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as said:
        for line in said:
            yield Tried(**json.loads(line))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        how = signal.Signals(-code).name if code < 0 else f"exit {code}"
        yield Tried(group, name, f"the process ended: {how}", 0.0, 0)


def measured(group: str, name: str, work: Callable[[], str]) -> Iterator[Tried]:
    """Do some work and tell what it took of this process."""
    begun = resource.getrusage(resource.RUSAGE_SELF)
    try:
        wrong = work()
    except Exception as error:  # noqa: BLE001 - whatever is raised did not survive
        wrong = repr(error)
    ended = resource.getrusage(resource.RUSAGE_SELF)
    memory = (ended.ru_maxrss - begun.ru_maxrss) >> 10
    if not wrong and memory > MEMORY:
        wrong = f"{memory:,} MiB"
    yield Tried(group, name, wrong, ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime, memory)


# --- readers ----------------------------------------------------------------------------------------------------------


def _read_archive(path: Path) -> str:
    list(read_file(path))
    return ""


def _read_rows(path: Path) -> str:
    hostile_rows.read(path)
    return ""


def growth(
    group: str, name: str, make: Callable[[int], bytes], size: int, read: Callable[[Path], str], folder: Path
) -> Tried:
    """Read a file at `size` and at twice that, until the least of each agree with linear cost."""
    paths = [folder / str(times) / name.replace(" ", "-") for times in (1, 2)]
    for times, path in enumerate(paths, 1):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(make(times * size))
    least, wrong, memory = [float("inf")] * 2, "", 0
    for _ in range(REPEATS):
        for index, path in enumerate(paths):
            (one,) = apart(group, name, partial(measured, group, name, partial(read, path)))
            least[index], memory = min(least[index], one.seconds), max(memory, one.memory)
            wrong = wrong or one.wrong
        if wrong or least[1] <= RATIO * least[0] + NOTHING:
            break
    else:
        wrong = f"twice the size takes {least[1] / least[0]:.2f} times the CPU"
    sizes = path.stat().st_size
    for path in paths:
        path.unlink()
    ratio = least[1] / max(least[0], 1e-9)
    print(f"{group:14} {name:34} {sizes:12,} B {least[1]:8.2f} s {ratio:7.2f} {memory:7,} MB", flush=True)
    return Tried(group, name, wrong, least[1], memory)


def readers(draw: Draw, folder: Path) -> Iterator[Tried]:
    """Yield the readers' attacks."""
    print(f"{'reader':14} {'kind':34} {'twice n':>14} {'CPU':>10} {'ratio':>7} {'memory':>10}")
    for name, (make, size) in draw([*hostile_warcs.KINDS.items(), *hostile_records.GROWING.items()]):
        yield growth("archives at 2n", name, make, LARGER * size, _read_archive, folder)
    for name, (make, size) in draw(list(hostile_rows.KINDS.items())):
        yield growth("rows at 2n", name, make, LARGER * size, _read_rows, folder)


# --- records, pages, damage -------------------------------------------------------------------------------------------


def records(draw: Draw, folder: Path) -> Iterator[Tried]:
    """Yield the hostile records."""
    for name in draw(list(hostile_records.TRIALS)):
        group = {"warc": "WARC records", "unit": "gzip units", "arc": "ARC records"}[hostile_records.TRIALS[name][2]]
        work = partial(hostile_records.wrong, name, folder / "hostile")
        yield from apart(group, name, partial(measured, group, name, work))


Pages = Sequence[tuple[str, Callable[[], Page]]]


def sandboxed(group: str, pages: Pages) -> Iterator[Tried]:
    """Yield pages as one sandbox answers them."""
    with hostile_pages.Trials() as trials:
        for name, make in pages:
            before = trials.answers.copy()
            wrong = trials.wrong(name, make())
            (answer,) = trials.answers - before
            yield Tried(group, name, wrong, trials.cost.seconds, trials.cost.memory, answer)


def pages(draw: Draw) -> Iterator[Tried]:
    """Yield the hostile pages."""
    of_pdf = {name: make for name, make in hostile_pages.PAGES.items() if name.startswith("PDF")}
    others = {name: make for name, make in hostile_pages.PAGES.items() if name not in of_pdf}
    for group, table in (("pages", others), ("PDFs", of_pdf)):
        yield from apart(group, "sandbox", partial(sandboxed, group, draw(list(table.items()))))


def damage(draw: Draw, seed: int, folder: Path) -> Iterator[Tried]:
    """Yield the damaged files."""
    drawn = draw(hostile_damage.damages(DAMAGES, seed))
    of_pdf = [one for one in drawn if one.container in hostile_damage.PDF_FILES]
    for one in drawn:
        if one in of_pdf:
            continue
        group = "damaged archives" if one.container in PACKERS else "damaged rows"
        work = partial(hostile_damage.wrong, one, folder / "damaged")
        yield from apart(group, str(one), partial(measured, group, str(one), work))
    torn = [(str(one), partial(hostile_damage.page_of, one)) for one in of_pdf]
    yield from apart("damaged PDFs", "sandbox", partial(sandboxed, "damaged PDFs", torn))


class Draw:
    """Draws a share of each table."""

    def __init__(self, share: float, seed: int) -> None:
        self._share, self._rng = share, random.Random(seed)

    def __call__(self, items: list[Item]) -> list[Item]:
        """Return the share, in the order of the table."""
        count = min(len(items), max(1, round(len(items) * self._share)))
        return [items[index] for index in sorted(self._rng.sample(range(len(items)), count))]


# --- the table --------------------------------------------------------------------------------------------------------


def report(tried: list[Tried]) -> int:
    """Print the table and what did not survive; return the exit code."""
    print(f"\n{'group':16} {'tries':>6} {'survived':>8} {'CPU s':>8} {'worst':>6} {'peak MB':>8}  worst kind")
    for group in dict.fromkeys(one.group for one in tried):
        of_group = [one for one in tried if one.group == group]
        worst = max(of_group, key=lambda one: one.seconds)
        survived, seconds = sum(not one.wrong for one in of_group), sum(one.seconds for one in of_group)
        memory = max(one.memory for one in of_group)
        counts = f"{group:16} {len(of_group):6,} {survived:8,} {seconds:8.1f} {worst.seconds:6.2f} {memory:8,}"
        print(f"{counts}  {worst.name[:40]}")
    answers = Counter(one.answer.partition(":")[0] for one in tried if one.answer)
    if answers:
        print("answers to pages: " + ", ".join(f"{name} {count:,}" for name, count in answers.most_common()))
    if crashes := [one.name for one in tried if one.answer.startswith("crashed")]:
        print(f"crashes that the sandbox bore: {', '.join(crashes)[:160]}")
    lost = [one for one in tried if one.wrong]
    print(f"{len(tried):,} tried, {len(lost):,} did not survive")
    for one in lost[:SHOWN]:
        print(f"--- {one.group}, {one.name}: {one.wrong}"[:200])
    return 1 if lost else 0


def main() -> None:
    """Try all, or a share, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="share of each table, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    arguments = parser.parse_args()
    draw, tried = Draw(arguments.share, arguments.seed), list[Tried]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = {
            "readers": readers(draw, folder),
            "records": records(draw, folder),
            "pages": pages(draw),
            "damage": damage(draw, arguments.seed, folder),
        }
        for part in arguments.parts:
            tried += parts[part]
            print(f"{part}: done, {len(tried):,} tried so far", file=sys.stderr, flush=True)
    raise SystemExit(report(tried))


if __name__ == "__main__":
    main()
