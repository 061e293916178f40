"""How rows get from the tasks that write them to the task that needs them: an exchange in files, level by level.

Writers write their rows as they come. Each level reads ranges and writes files parted into at most 256 ranges, one
task for as many rows as make 4 MiB a range; so every read is large however many files and partitions there are. One
level serves 256 partitions, two 65,536. Nothing is held in memory but a few chunks.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from yurai.dedup.records import NODE, Rows, places, row_type
from yurai.engine import Engine
from yurai.fetch import Shard
from yurai.shuffle import Span, span, whole_span
from yurai.state import Shards
from yurai.task import Task, task_key
from yurai_manifests.canonical import fingerprint
from yurai_manifests.stage import StageRecord, outputs, tasks
from yurai_manifests.task import StepId, TaskRecord

MIN_READ = 4 << 20
FAN = 256
SPREAD = 64
SPLIT = "yurai.steps.exchange:split"
Arguments = Callable[[], Iterator[dict[str, Any]]]
Before = Callable[[], Iterator[Iterable[Span]]]


@dataclass(slots=True)
class Steps:
    """The steps of one stage: their names begin with `base`, and their records are kept in order."""

    engine: Engine
    base: StepId
    identity: dict[str, Any]
    memory_bytes: int
    records: list[StageRecord] = field(default_factory=list)

    def run(self, name: str, expected: Callable[[], Iterable[Task]], count: int) -> StageRecord:
        """Bring one step to its commit."""
        record = self.engine.step(self.step(name), self.identity, expected, count)
        self.records.append(record)
        return record

    def step(self, name: str) -> StepId:
        """Return the id of the step called `name`."""
        return StepId(f"{self.base.name}.{name}", self.base.fingerprint)

    def task(self, name: str, function: str, number: int, args: dict[str, Any], inputs: tuple[Shard, ...] = ()) -> Task:
        """Return task `number` of a step that reduces."""
        known = {"function": function, "args": identity_of(args), "inputs": [shard.sha256 for shard in inputs]}
        source = f"{name} {number:05}"
        key = task_key(self.step(name), source, fingerprint(known))
        return Task(function, self.step(name), self.engine.store.url, source, key, inputs, args)

    def map(
        self, name: str, function: str, found: Shards, args: Callable[[int], dict[str, Any]], first: int = 0
    ) -> StageRecord:
        """Run one task for each shard; `args` gets its number, counted from `first`."""

        def expected() -> Iterator[Task]:
            for number, shard in enumerate(found, first):
                given = args(number)
                key = task_key(self.step(name), shard.source, shard.sha256, fingerprint(identity_of(given)))
                yield Task(function, self.step(name), self.engine.store.url, shard.source, key, (shard,), given)

        return self.run(name, expected, found.count)

    def reduce(self, name: str, function: str, arguments: Arguments) -> StageRecord:
        """Run one task for each of `arguments`."""

        def expected() -> Iterator[Task]:
            return (self.task(name, function, number, args) for number, args in enumerate(arguments()))

        return self.run(name, expected, sum(1 for _ in arguments()))


def identity_of(args: dict[str, Any]) -> dict[str, Any]:
    """Leave out where a range lies: its file's digest and its bounds say what it is."""

    def plain(value: Any) -> Any:  # noqa: ANN401 - nested lists and dicts of spans
        if isinstance(value, Shard):
            return value.sha256
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items()}
        return [plain(part) for part in value] if isinstance(value, list | tuple) else value

    return {name: plain(value) for name, value in args.items()}


@dataclass(frozen=True, slots=True)
class Route:
    """Which of `count` partitions a row belongs to.

    With `edges`, number k holds the values of the field from `edges[k]` up to the next, where a NODE stands for its
    place; with `every`, those from `k x every`; else the field is a hash of 64 bits, whose upper half is scaled.
    """

    field: str
    count: int
    edges: tuple[int, ...] = ()
    every: int = 0

    def json(self) -> list[Any]:
        """Return the route as tasks carry it."""
        return [self.field, self.count, [str(edge) for edge in self.edges], self.every]

    @classmethod
    def of(cls, value: list[Any]) -> "Route":
        """Return what `json` gave."""
        return cls(value[0], value[1], tuple(map(int, value[2])), value[3])

    def partition(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Return the partition of each row."""
        values: Any = rows
        for name in self.field.split("."):
            values = values[name]
        if values.dtype == NODE:
            values = places(values)
        if self.edges:
            found = np.searchsorted(np.array(self.edges, np.int64), values.astype(np.int64), side="right") - 1
        elif self.every:
            found = values.astype(np.int64) // self.every
        else:
            high = values.astype(np.uint64) >> np.uint64(32)
            high *= np.uint64(self.count)
            high >>= np.uint64(32)
            found = high.view(np.int64)
        return np.asarray(found, np.int64)


def by_hash(name: str, rows: int, kind: str, memory_bytes: int) -> Route:
    """Return a route by hash: partitions that fit into an eighth of memory, and up to 64 so that workers can share."""
    total = rows * row_type(kind).itemsize
    target = min(max(MIN_READ, total // SPREAD), memory_bytes // 8)
    return Route(name, max(1, -(-total // max(1, target))))


@dataclass(frozen=True, slots=True)
class Partitions:
    """The spans of each partition; they are read again from manifests each time, since they may be millions."""

    count: int
    read: Callable[[], Iterator[list[Span]]]

    def __iter__(self) -> Iterator[list[Span]]:
        return self.read()


def written(engine: Engine, record: StageRecord, name: str = "rows") -> Iterator[Span]:
    """Yield the whole files called `name` of a step, in order, but empty ones."""
    for task, output in outputs(engine.store, record, name):
        if output.bytes:
            shard = Shard(engine.store.url, output.path, output.sha256, output.rows, output.size, task.source)
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
    steps: Steps, name: str, records: list[StageRecord], kind: str, route: Route, output: str = "rows"
) -> Partitions:
    """Bring the rows of the files called `output` of `records` to the partitions that `route` says.

    Rows of a partition keep the order of `records`, of their tasks, and of the rows in a file.
    """

    def everything() -> Iterator[Span]:
        return (place for record in records for place in written(steps.engine, record, output))

    found = Partitions(1, lambda: iter([list(everything())]))
    before: Before = lambda: iter([everything()])  # noqa: E731 - a list of the spans of a million writers would be 1 GB
    cover = route.count
    for number, width in enumerate(widths(route.count)):
        found = _Level(steps, f"{name}-{number}", before, kind, route, cover, width).run()
        before, cover = found.read, width
    return found


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
        record = self.steps.reduce(self.name, SPLIT, self.arguments)
        return Partitions(-(-self.route.count // self.width), lambda: self.after(record))

    def parts(self, coarse: int) -> int:
        """Return into how many parts a partition goes; the last may be narrower."""
        return -(-min(self.cover, self.route.count - coarse * self.cover) // self.width)

    def batches(self) -> Iterator[tuple[int, list[Span]]]:
        """Yield what each task reads, and of which partition."""
        for coarse, found in enumerate(self.before()):
            for batch in batches(found, self.parts(coarse) * MIN_READ):
                yield coarse, batch

    def arguments(self) -> Iterator[dict[str, Any]]:
        """Yield the arguments of each task."""
        share = {"kind": self.kind, "route": self.route.json(), "width": self.width}
        for coarse, batch in self.batches():
            yield {"spans": batch, "first": coarse * self.cover, "parts": self.parts(coarse), **share}

    def after(self, record: StageRecord) -> Iterator[list[Span]]:
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
                yield [place for file in group if (place := file.span(part)).end > place.start]


def batches(places: Iterable[Span], least: int) -> Iterator[list[Span]]:
    """Yield consecutive spans that hold at least so many bytes; what is left over at the end goes to the last batch."""
    full: list[Span] = []
    held: list[Span] = []
    size = 0
    for place in places:
        held.append(place)
        size += place.end - place.start
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
        output = task.output("rows")
        shard = Shard(engine.store.url, output.path, output.sha256, output.rows, output.size, task.source)
        return cls(shard, np.array(task.index["offsets"], np.int64), np.array(task.index["checks"], np.int64))

    def span(self, part: int) -> Span:
        """Return where a part lies."""
        return Span(self.shard, int(self.offsets[part]), int(self.offsets[part + 1]), int(self.checks[part]))
