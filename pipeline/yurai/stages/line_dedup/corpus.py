"""List what the shards of a run and of earlier ones hold, bring it together by hash, and write those of the run."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from yurai.engine.state import Shards, State, chained, kept_of, of_step
from yurai.engine.steps import Steps
from yurai.engine.task import AnyTask, TaskFunction
from yurai.engine.use import StageUse
from yurai.exchange.levels import Partitions, exchange
from yurai.exchange.route import Route, by_hash
from yurai.exchange.row_files import Span
from yurai.sources.fetch import Shard
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.line_dedup.tasks import Lines
from yurai_manifests.step import StepRecord


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents of earlier runs, which stay, and the survivors of this one; shards are numbered in this order."""

    older: Shards
    new: Shards

    @property
    def documents(self) -> Shards:
        """All shards in the order of their numbers."""
        return chained([self.older, self.new])

    def to(self, field: str) -> Route:
        """Return the route by the number of a shard."""
        return Route(field, max(1, self.documents.count), every=1)

    def new_with(self, rows: Partitions) -> Iterator[tuple[Shard, list[Span]]]:
        """Yield the shards of this run with the rows that came to them; without shards there is one empty partition."""
        return zip(self.new, itertools.islice(rows, self.older.count, None), strict=False)


def listed(
    steps: Steps, name: str, function: TaskFunction[Lines], use: StageUse[LineDedup], corpus: Corpus
) -> list[StepRecord]:
    """Run `function` for each shard; return the records of earlier runs, if there are any, and of this one."""
    first = corpus.older.count

    def of(number: int) -> Lines:
        return Lines(use, number, older=number < first)

    older = [steps.map(f"{name}-earlier", function, corpus.older, of)] if first else []
    return [*older, steps.map(name, function, corpus.new, of, first)]


def met(steps: Steps, name: str, records: list[StepRecord], kind: str) -> Partitions:
    """Bring rows together by hash; nothing else reads them."""
    rows = sum(one.output("rows") for one in records)
    return exchange(steps, name, records, kind, by_hash("hash", rows, kind, steps.memory_bytes), last=True)


def after_cut(steps: Steps, state: State, use: StageUse[LineDedup], expected: Callable[[], Iterable[AnyTask]]) -> State:
    """Run the step that writes the shards anew, and return the state after the stage."""
    record = steps.run("cut", expected, state.survivors.count)
    state = steps.closed(state)
    store = steps.engine.store
    dropped = (*state.dropped, of_step(store, record, "dropped"))
    return state.after(record, (use,), survivors=kept_of(store, record, state.survivors), dropped=dropped)
