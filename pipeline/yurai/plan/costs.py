"""Tell from two trials what a run costs whatever its size, what each of its pages costs, and how long all of it takes.

Costs are CPU seconds, as the kernel counts them: a clock on the wall tells how busy a machine is, too. What tasks took
stands in the journal of a trial: reading and extracting grows with bodies, all else with text. The rest is starting
processes, driving, which grows with the tasks, and the audit at the end, which is done again to see. Wall time is
predicted from them: the start, then the tasks, of which one source is one, on so many workers.
"""

import heapq
import math
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import orjson

from yurai.plan.duplicates import STAGES
from yurai.plan.estimate import Estimate, added
from yurai.plan.trial import Trial
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

CPU_NOISE, WALL_NOISE, DISK_NOISE = 0.08, 0.1, 0.1
"""Relative errors that the spread of pages does not explain: of caches, clocks, files that pack better when long."""
KEPT_NOISE, TOKEN_NOISE = 0.05, 0.09
"""The same, of what is kept: sites are kept or not as wholes, and a few hundred pages meet few of them (16 plans)."""
BUSY_NOISE = 0.12
"""Relative error of CPU seconds on a machine with twice as much to do as it can: caches and cores are shared."""
READ = ("read", "extract")
"""Parts of a task that go with bodies, as its journal names them."""
BEHIND = ("documents", "shards", "evidence")
"""Folders of a tree that hold what is kept at the end."""


@dataclass(frozen=True, slots=True)
class Line:
    """An amount of the larger trial: what of it is there whatever the size, and what goes with the pages."""

    start: float
    pages: float

    def at(self, growth: Estimate) -> Estimate:
        """Return the amount for an input that is `growth` times the larger trial."""
        whole = self.start + self.pages * growth.value
        moving = self.pages * growth.value / whole if whole else 0.0
        return Estimate(whole, growth.variance * moving**2, growth.freedom)


NOTHING = Line(0.0, 0.0)


def line(small: float, large: float, share: float) -> Line:
    """Return the line through the amounts of two trials, the smaller of which has `share` of the pages."""
    start = (small - share * large) / (1 - share) if share < 1 else 0.0
    start = min(max(start, 0.0), large)
    return Line(start, large - start)


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds of a trial in its tasks and around them, how many tasks it had, and how many sources.

    Of the seconds of tasks, those of `reading` are apart, and of those around them those of the `audit`.
    """

    tasks: float
    around: float
    count: int
    sources: int
    reading: float = 0.0
    audit: float = 0.0


def spent(trial: Trial, out: str, sources: int, audit: float = 0.0) -> Spent:
    """Return where the CPU seconds of a trial went; `out` is its tree, which `audit` seconds go into at the end."""
    taken = [seconds for _, seconds in _journal(out, "")]
    whole, reading = sum(sum(one.values()) for one in taken), sum(one.get(part, 0.0) for one in taken for part in READ)
    told = min(1.0, trial.cpu / whole) if whole else 1.0  # ticks may add up to more than there was
    around = trial.cpu - told * whole
    audit = min(audit, around)
    return Spent(told * (whole - reading), around - audit, len(taken), sources, told * reading, audit)


def audit_seconds(out: str) -> float:
    """Return the CPU seconds of auditing a tree, as a run does at its end."""
    before = time.process_time()
    audit(open_store(out), just_made=True)
    return time.process_time() - before


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds of a run: those of tasks, of starting, and of driving so many tasks; of reading, and of the audit.

    `doubt` is the relative variance of what pages cost: little is told by two trials that hardly differ.
    """

    tasks: Line
    start: float
    driving: float
    doubt: float = 0.0
    reading: Line = NOTHING
    audit: Line = NOTHING

    def at(self, growth: Estimate, reading: Estimate | None = None) -> Estimate:
        """Return the CPU seconds of an input that is `growth` times the larger trial, and `reading` times to read."""
        text = growth.times(self.tasks.pages + self.audit.pages)
        moving = added((text, (reading or growth).times(self.reading.pages))).times(Estimate(1.0, self.doubt))
        fixed = self.tasks.start + self.audit.start + self.reading.start + self.start + self.driving
        return added((moving, Estimate(fixed)))


def cpu(small: Spent, large: Spent, share: float, sources: int, read: float = 1.0) -> Cpu:
    """Return what a run over so many sources costs.

    The smaller trial has `share` of the work on text of the larger one, and `read` of what was to read.
    Driving is told apart from starting only where the trials differ in tasks; elsewhere, so does the run hardly.
    """
    more, files = large.count - small.count, large.sources - small.sources
    each = max(0.0, large.around - small.around) / more if more > small.count else 0.0
    count = large.count + more / files * max(0, sources - large.sources) if files > 0 else large.count
    each = min(each, large.around / max(1, large.count))
    tasks, audit = line(small.tasks, large.tasks, share), line(small.audit, large.audit, share)
    reading = line(small.reading, large.reading, read)
    few, many = small.tasks + small.reading, large.tasks + large.reading
    noise = CPU_NOISE * math.hypot(few, many) / max(many - few, CPU_NOISE * many, 1e-9)
    doubt = noise**2 if share < 1 and many else 0.0
    return Cpu(tasks, large.around - each * large.count, each * count, doubt, reading, audit)


def busy() -> float:
    """Return how much more this machine has to do than it can: 0 for none, 1 for twice as much or worse."""
    return min(1.0, max(0.0, os.getloadavg()[0] / (os.cpu_count() or 1) - 1))


class _Entry(TypedDict, total=False):
    """What the journal of a tree says of a task."""

    source: str
    cpu_seconds: dict[str, float]


def _journal(out: str, step: str) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the source and the CPU seconds by part of each task of a step, or of all steps."""
    store = open_store(out)
    for data in store.read_many(sorted(store.names(f"journal/{step}"))):
        entry: _Entry = orjson.loads(data)
        if "cpu_seconds" in entry:
            yield entry["source"], entry["cpu_seconds"]


def work_of(out: str, names: Iterable[str]) -> float:
    """Return the CPU seconds that reading and extracting these sample files took, from the journal of a trial."""
    own = set(names)
    return sum(sum(seconds.values()) for source, seconds in _journal(out, "00-extract") if source in own)


def longest(sizes: Iterable[int], workers: int) -> float:
    """Return the share of all work that the busiest of `workers` does: each source is one task, begun in order."""
    ends, whole = [0] * workers, 0
    for size in sizes:
        heapq.heapreplace(ends, ends[0] + size)
        whole += size
    return max(ends) / whole if whole else 1.0


def start_seconds(trial: Trial, spent: Spent, start: float, workers: int, runner: str) -> float:
    """Return how long starting takes: of processes of our own by their CPU, of Ray, which waits a lot, by the clock."""
    if runner == "ray":
        return max(0.0, trial.wall - spent.tasks / workers)
    return start * 2 / (1 + workers)  # this process starts, then the workers beside each other


def after_duplicates(out: Path, stages: Sequence[str]) -> int:
    """Return the bytes of a tree that no duplicate is in: those of the steps behind the first stage that drops them."""
    first = next((number for number, stage in enumerate(stages) if stage in STAGES), len(stages))
    sizes: dict[int, int] = {}
    for path in out.rglob("*"):
        place = path.relative_to(out).parts
        step = place[1] if place[0] in (".work", "stages") and len(place) > 1 else place[0]
        number, _, stage = step.partition("-")
        behind = step in BEHIND or (number.isdecimal() and (int(number), stage.endswith(".apply")) > (first, False))
        if behind and first < len(stages) and path.is_file():
            status = path.stat()
            sizes[status.st_ino] = status.st_size
    return sum(sizes.values())
