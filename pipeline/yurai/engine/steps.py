"""Run the several steps of one stage, and keep their ids, the keys of their tasks, and their records in order."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from yurai.engine.engine import Engine
from yurai.engine.state import Shards, State
from yurai.engine.task import A, AnyTask, Task, TaskFunction, task_key
from yurai.sources.fetch import Shard
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.step import StepRecord
from yurai_manifests.task import StepId


@dataclass(slots=True)
class Steps:
    """The steps of one stage: their names begin with `base`, and their records are kept in order."""

    engine: Engine
    base: StepId
    identity: dict[str, Json]
    memory_bytes: int
    records: list[StepRecord] = field(default_factory=list)

    def run(self, name: str, expected: Callable[[], Iterable[AnyTask]], count: int) -> StepRecord:
        """Bring one step to its commit."""
        record = self.engine.step(self.step(name), self.identity, expected, count)
        self.records.append(record)
        return record

    def spend(self, records: Iterable[StepRecord], *names: str) -> None:
        """Let files of these steps go, those of the outputs `names` or all: no step behind reads them."""
        for record in records:
            self.engine.spend(record, names)

    def closed(self, state: State) -> State:
        """Return the state after all steps but the last, which alone hands files on: those of the others go."""
        for inner in self.records[:-1]:
            state = state.after(inner, ())
            self.engine.spend(inner, at_last=True)
        return state

    def step(self, name: str) -> StepId:
        """Return the id of the step called `name`."""
        return StepId(f"{self.base.name}.{name}", self.base.fingerprint)

    def task(
        self, name: str, function: TaskFunction[A], number: int, args: A, inputs: tuple[Shard, ...] = ()
    ) -> Task[A]:
        """Return task `number` of a step that reduces."""
        digests = [shard.sha256 for shard in inputs]
        known = {"function": function.id, "args": args.identity(), "inputs": digests}
        source = f"{name} {number:05}"
        key = task_key(self.step(name), source, fingerprint(known))
        return Task(function, self.step(name), self.engine.store.url, source, args, key, inputs)

    def over(
        self, name: str, function: TaskFunction[A], inputs: tuple[Shard, ...], args: A, span: str | None = None
    ) -> Task[A]:
        """Return the task of a step that maps, over a shard and what goes with it; the key is made of its arguments."""
        shard = inputs[0]
        digest = fingerprint(args.identity()) if span is None else span
        key = task_key(self.step(name), shard.source, shard.sha256, digest)
        return Task(function, self.step(name), self.engine.store.url, shard.source, args, key, inputs)

    def map(
        self, name: str, function: TaskFunction[A], shards: Shards, args: Callable[[int], A], first: int = 0
    ) -> StepRecord:
        """Run one task for each shard; `args` gets its number, counted from `first`."""

        def expected() -> Iterator[AnyTask]:
            return (self.over(name, function, (shard,), args(number)) for number, shard in enumerate(shards, first))

        return self.run(name, expected, shards.count)

    def reduce(self, name: str, function: TaskFunction[A], arguments: Callable[[], Iterator[A]]) -> StepRecord:
        """Run one task for each of `arguments`."""

        def expected() -> Iterator[AnyTask]:
            return (self.task(name, function, number, args) for number, args in enumerate(arguments()))

        return self.run(name, expected, sum(1 for _ in arguments()))
