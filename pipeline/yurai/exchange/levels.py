"""Plan an exchange: rows get from the tasks that write them to the one that needs them, level by level.

Writers write their rows as they come. Each level reads ranges and writes files parted into at most 256 ranges, one
task for as many rows as make 4 MiB a range; so every read is large however many files and partitions there are. One
level serves 256 partitions, two 65,536. Nothing is held in memory but a few chunks.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yurai.engine.engine import Engine
from yurai.engine.state import shard_of
from yurai.engine.steps import Steps
from yurai.exchange.route import MIN_READ, Route
from yurai.exchange.row_files import Span, span, whole_span
from yurai.exchange.split_task import Split, split
from yurai.sources.fetch import Shard
from yurai_manifests.step import StepRecord, outputs, tasks
from yurai_manifests.task import TaskRecord

FAN = 256
"""Partitions that one level parts rows into, at most."""
Before = Callable[[], Iterator[Iterable[Span]]]


@dataclass(frozen=True, slots=True)
class Partitions:
    """The spans of each partition; they are read again from manifests each time, since they may be millions.

    `records` are the steps in whose files called `output` they lie, where nothing but the reader of this reads those.
    """

    count: int
    read: Callable[[], Iterator[list[Span]]]
    records: tuple[StepRecord, ...] = ()
    output: str = "rows"

    def spend(self, steps: Steps) -> None:
        """Let the files go: the step that read them is committed."""
        if self.records:
            steps.spend(self.records, self.output)

    def __iter__(self) -> Iterator[list[Span]]:
        return self.read()


def written(engine: Engine, record: StepRecord, name: str = "rows") -> Iterator[Span]:
    """Yield the whole files called `name` of a step, in order, but empty ones."""
    for task, output in outputs(engine.store, record, name):
        if output.bytes:
            shard = shard_of(engine.store, task, output)
            checks = task.index.get("checks" if name == "rows" else f"{name}-checks", [])
            yield span(task, shard, 0, name) if len(checks) == 1 else whole_span(shard, output.bytes)


def widths(count: int) -> list[int]:
    """Return how many of `count` partitions a part of each level covers: the fewest levels, of about equal fans."""
    levels, fan = 0, 1
    while FAN**levels < count:
        levels += 1
    while fan**levels < count:
        fan += 1
    return [fan**level for level in reversed(range(levels))]


def exchange(
    steps: Steps,
    name: str,
    records: list[StepRecord],
    kind: str,
    route: Route,
    output: str = "rows",
    *,
    last: bool = False,
) -> Partitions:
    """Bring the rows of the files called `output` of `records` to the partitions that `route` says.

    Rows of a partition keep the order of `records`, of their tasks, and of the rows in a file. Files go when the level
    that read them is committed; those of `records` only if this is the `last` that reads them.
    """

    def everything() -> Iterator[Span]:
        return (span for record in records for span in written(steps.engine, record, output))

    mine = tuple(records) if last else ()
    partitions = Partitions(1, lambda: iter([list(everything())]), mine, output)
    before: Before = lambda: iter([everything()])  # noqa: E731 - a list of the spans of a million writers would be 1 GB
    cover = route.count
    for number, width in enumerate(widths(route.count)):
        parted = _Level(steps, f"{name}-{number}", before, kind, route, cover, width).run()
        partitions.spend(steps)
        partitions = parted
        before, cover = partitions.read, width
    return partitions


@dataclass(frozen=True, slots=True)
class _Level:
    """Parts every partition of `before`, which cover `cover` of the route each, into ones that cover `width`."""

    steps: Steps
    name: str
    before: Before
    kind: str
    route: Route
    cover: int
    width: int

    def run(self) -> Partitions:
        """Bring the level to its commit."""
        record = self.steps.reduce(self.name, split, self.arguments)
        return Partitions(-(-self.route.count // self.width), lambda: self.after(record), (record,))

    def parts(self, coarse: int) -> int:
        """Return into how many parts a partition goes; the last may be narrower."""
        return -(-min(self.cover, self.route.count - coarse * self.cover) // self.width)

    def batches(self) -> Iterator[tuple[int, list[Span]]]:
        """Yield what each task reads, and of which partition."""
        for coarse, spans in enumerate(self.before()):
            for batch in batches(spans, self.parts(coarse) * MIN_READ):
                yield coarse, batch

    def arguments(self) -> Iterator[Split]:
        """Yield the arguments of each task."""
        for coarse, batch in self.batches():
            first, parts = coarse * self.cover, self.parts(coarse)
            yield Split(batch, self.kind, self.route, first, self.width, parts)

    def after(self, record: StepRecord) -> Iterator[list[Span]]:
        """Yield the spans of each part; a partition without rows had no task."""
        done = zip(self.batches(), tasks(self.steps.engine.store, record), strict=True)
        files = ((coarse, _File.of(self.steps.engine, task)) for (coarse, _), task in done)
        groups = itertools.groupby(files, key=lambda one: one[0])
        following = next(groups, None)
        for coarse in range(-(-self.route.count // self.cover)):
            group: list[_File] = []
            if following and following[0] == coarse:
                group = [file for _, file in following[1]]
                following = next(groups, None)
            for part in range(self.parts(coarse)):
                yield [span for file in group if (span := file.span(part)).end > span.start]


def batches(places: Iterable[Span], least: int) -> Iterator[list[Span]]:
    """Yield consecutive spans that hold at least so many bytes; what is left over at the end goes to the last batch."""
    full: list[Span] = []
    held: list[Span] = []
    size = 0
    for piece in places:
        held.append(piece)
        size += piece.end - piece.start
        if size >= least:
            if full:
                yield full
            full, held, size = held, [], 0
    if full or held:
        yield full + held


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a level; an array holds its index in a fifth of the memory of a list."""

    shard: Shard
    offsets: npt.NDArray[np.int64]
    checks: npt.NDArray[np.int64]

    @classmethod
    def of(cls, engine: Engine, task: TaskRecord) -> "_File":
        """Return the file called rows of `task`."""
        shard = shard_of(engine.store, task, task.output("rows"))
        return cls(shard, np.array(task.index["offsets"], np.int64), np.array(task.index["checks"], np.int64))

    def span(self, part: int) -> Span:
        """Return where a part lies."""
        return Span(self.shard, int(self.offsets[part]), int(self.offsets[part + 1]), int(self.checks[part]))
