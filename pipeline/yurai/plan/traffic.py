"""Model the cost of what steps hand on in files, and of the levels of an exchange.

Bytes are laws of row widths and counts; only speeds are measured. One request reads or writes one range of a file, or
50 MiB of a longer one, as S3 clients cut uploads; every task also puts a record.
"""

import itertools
from dataclasses import dataclass, field

from yurai.exchange.levels import widths
from yurai.exchange.route import MIN_READ

PART = 50 << 20
"""Bytes of one request, at most."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The constants of the model, for one core; `metadata` says where each comes from."""

    text: float = field(default=50e6, metadata={"is": "bytes of text made into shingles, a second", "by": "prototype"})
    permuted: float = field(default=4.0e9, metadata={"is": "shingles x hashes, a second", "by": "prototype"})
    moved: float = field(
        default=200e6, metadata={"is": "bytes of rows written or partitioned, a second", "by": "assumed"}
    )
    sorted: float = field(default=100e6, metadata={"is": "bytes of rows sorted by hash, a second", "by": "assumed"})
    compared: float = field(default=500e6, metadata={"is": "bytes of signatures compared, a second", "by": "assumed"})
    decided: float = field(default=500e3, metadata={"is": "edges decided, a second and round", "by": "assumed"})
    copied: float = field(default=60e6, metadata={"is": "bytes of text read, chosen, written", "by": "assumed"})
    scanned: float = field(default=200e6, metadata={"is": "bytes of text read from Parquet, a second", "by": "assumed"})
    word: float = field(default=6.7, metadata={"is": "bytes of text for one shingle of words", "by": "prototype"})
    letter: float = field(default=1.0, metadata={"is": "the same, of characters: ASCII, the worst case", "by": "law"})
    meets: float = field(default=0.9, metadata={"is": "similarity of a usual candidate pair", "by": "assumed"})
    rounds: int = field(default=6, metadata={"is": "rounds over edges beyond memory", "by": "assumed"})


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
