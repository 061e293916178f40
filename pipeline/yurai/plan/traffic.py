"""Model the cost of what steps hand on in files, and of the levels of an exchange.

Bytes are laws of row widths and counts; only speeds are measured. One request reads or writes one range of a file, or
50 MiB of a longer one, as S3 clients cut uploads; every task also puts a record.
"""

import itertools
from dataclasses import dataclass, field
from typing import Literal

from yurai.exchange.levels import widths
from yurai.exchange.route import MIN_READ

PART = 50 << 20
"""Bytes of one request, at most."""


def _constant(value: float, what: str, by: Literal["measured", "assumed", "law"]) -> float:
    made: float = field(default=value, metadata={"is": what, "by": by})
    return made


@dataclass(frozen=True, slots=True)
class Measured:
    """The constants of the model, for one core; `metadata` says what each is, and where it comes from.

    *measured* by `bench/dedup_costs.py --fit`, which prints them anew.
    """

    text: float = _constant(130e6, "bytes of text made into shingles, a second", "measured")
    permuted: float = _constant(3.9e9, "shingles x hashes by minhash, a second", "measured")
    drawn: float = _constant(140e6, "shingles by fast-similarity, a second and round", "measured")
    moved: float = _constant(170e6, "bytes of rows written or partitioned, a second", "measured")
    sorted: float = _constant(140e6, "bytes of rows sorted by hash, a second", "measured")
    compared: float = _constant(3e9, "bytes of signatures compared, a second", "measured")
    judged: float = _constant(27e6, "bytes of text of pairs compared as sets, a second", "measured")
    decided: float = _constant(1e6, "edges decided, a second and round", "measured")
    applied: float = _constant(175e3, "documents of which a decision is applied, a second", "measured")
    scanned: float = _constant(750e6, "bytes of text read from Parquet, a second", "measured")
    delivered: float = _constant(82e6, "bytes of text delivered, a second", "measured")
    rooted: float = _constant(61e6, "bytes of text hashed for roots, a second", "measured")
    audited: float = _constant(114e6, "bytes of text audited at the end, a second", "measured")
    task: float = _constant(0.001, "seconds around each task", "measured")
    started: float = _constant(2.1, "seconds of starting a run", "measured")
    word: float = _constant(6.85, "bytes of text for one shingle of words", "measured")
    letter: float = _constant(1.0, "the same, of characters: ASCII, the worst case", "law")
    meets: float = _constant(0.9, "similarity of a usual candidate pair", "assumed")
    rounds: float = _constant(6, "rounds over edges beyond memory", "assumed")


@dataclass(frozen=True, slots=True)
class Good:
    """What one step hands to another: bytes in files, read by so many ranges."""

    name: str
    bytes: int
    files: int
    ranges: int

    @property
    def reads(self) -> int:
        """Requests that reading all of it takes."""
        return max(self.ranges, -(-self.bytes // PART)) if self.bytes else 0

    @property
    def writes(self) -> int:
        """Requests that writing all of it takes."""
        return max(self.files, -(-self.bytes // PART))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: tasks, what they read and write, and CPU seconds."""

    name: str
    tasks: int
    takes: tuple[Good, ...]
    gives: tuple[Good, ...]
    seconds: float
    exchange: bool = False

    @property
    def files(self) -> int:
        """Files written."""
        return sum(good.files for good in self.gives)

    @property
    def requests(self) -> int:
        """Requests to the store."""
        return self.tasks + sum(good.reads for good in self.takes) + sum(good.writes for good in self.gives)

    @property
    def read(self) -> int:
        """Bytes read."""
        return sum(good.bytes for good in self.takes)

    @property
    def written(self) -> int:
        """Bytes written."""
        return sum(good.bytes for good in self.gives)

    @property
    def cpu_hours(self) -> float:
        """CPU hours."""
        return self.seconds / 3600


def fans(partitions: int) -> list[int]:
    """Return into how many parts each level of an exchange splits what it reads; none for one partition."""
    covers = [partitions, *widths(partitions)]
    return [-(-cover // width) for cover, width in itertools.pairwise(covers)]


def exchange(
    name: str, goods: tuple[Good, ...], partitions: int, measured: Measured
) -> tuple[list[Step], tuple[Good, ...]]:
    """Return the steps that bring rows to their partitions, and what the partitions then read.

    A task of a level joins ranges that belong together until each of its parts holds 4 MiB.
    """
    steps, areas = [], 1
    for level, fan in enumerate(fans(partitions)):
        size, ranges = sum(good.bytes for good in goods), sum(good.ranges for good in goods)
        tasks = max(areas, min(-(-size // (fan * MIN_READ)), ranges)) if size else 0
        out = Good(f"{name}-{level}", size, tasks, tasks * fan)
        steps.append(Step(out.name, tasks, goods, (out,), size / measured.moved, exchange=True))
        goods, areas = (out,), areas * fan
    return steps, goods
