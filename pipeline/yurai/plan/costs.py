"""Tell from two trials what a run costs whatever its size, what each of its pages costs, and how long all of it takes.

Costs are CPU seconds, as the kernel counts them: a clock on the wall tells how busy a machine is, too. Wall time is
predicted from them: the start, then the tasks, of which one source is one, on so many workers.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from yurai.plan.duplicates import STAGES
from yurai.plan.estimate import Estimate
from yurai.plan.trial import Trial
from yurai_manifests.store import open_store

CPU_NOISE, WALL_NOISE, DISK_NOISE, MEMORY_NOISE = 0.08, 0.1, 0.1, 0.12
"""Relative errors that the spread of pages does not explain: of caches, clocks, files that pack better when long."""
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


def line(small: float, large: float, share: float) -> Line:
    """Return the line through the amounts of two trials, the smaller of which has `share` of the pages."""
    start = (small - share * large) / (1 - share) if share < 1 else 0.0
    start = min(max(start, 0.0), large)
    return Line(start, large - start)


def work_of(out: str, names: Iterable[str]) -> float:
    """Return the CPU seconds that reading and extracting these sample files took, from the journal of a trial."""
    own, store = set(names), open_store(out)
    entries = (orjson.loads(data) for data in store.read_many(sorted(store.names("journal/00-extract"))))
    return sum(sum(entry["cpu_seconds"].values()) for entry in entries if entry["source"] in own)


def longest(sizes: Iterable[int], workers: int) -> float:
    """Return the share of all work that the busiest of `workers` does: each source is one task, begun in order."""
    ends, whole = [0] * workers, 0
    for size in sizes:
        heapq.heapreplace(ends, ends[0] + size)
        whole += size
    return max(ends) / whole if whole else 1.0


def start_seconds(trial: Trial, cpu: Line, workers: int, runner: str) -> float:
    """Return how long starting takes: of processes of our own by their CPU, of Ray, which waits a lot, by the clock."""
    if runner == "ray":
        return max(0.0, trial.wall - (trial.cpu - cpu.start) / workers)
    return cpu.start * 2 / (1 + workers)  # this process starts, then the workers beside each other


def peak(small: Trial, large: Trial, share: float, growth: float, workers: float) -> float:
    """Return the memory of all processes at their peak; `workers` are times as many as in the trials.

    The largest of n pages grows with the logarithm of n, and so does what a worker held at its peak.
    """
    each = max(0, large.memory - small.memory) / math.log(1 / share) if share < 1 else 0.0
    return (large.memory + each * max(0.0, math.log(growth / workers))) * workers


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
