"""Let the files of a step go once no later step of the run reads them, and make them again where one does after all.

A run that goes on from where another ended, or gets more inputs, finds tasks committed whose files are gone. They are
made again only where a task that is missing reads them, step by step: a step is made again as a whole, after those
that it reads itself. What is made has the digests that its manifests have held all along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from yurai.engine.task import failpoint
from yurai.sources.fetch import Shard
from yurai_manifests.spent import data_folder, mark_spent, outputs_of, removable, spent_outputs
from yurai_manifests.step import StepRecord, tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from yurai.engine.task import AnyTask
    from yurai_manifests.store import Store
    from yurai_manifests.task import StepId

WORK = ".work/"


@dataclass(frozen=True, slots=True)
class Gone:
    """A committed step whose files may be gone: its record, its tasks in their order, the outputs that are spent."""

    record: StepRecord
    tasks: Callable[[], Iterable[AnyTask]]
    outputs: frozenset[str]

    def missing(self, store: Store) -> Iterator[tuple[int, AnyTask]]:
        """Yield number and task of each whose files are not all there."""
        there = {*store.names(data_folder(self.record.step))}
        for number, (task, made) in enumerate(zip(self.tasks(), tasks(store, self.record), strict=True)):
            if any(one.name in self.outputs and one.path not in there for one in made.outputs):
                yield number, task


class SpentSteps:
    """The steps of a run whose files may be gone, by name: those that it found so, and those that it let go itself.

    Of the latter a run that found none needs nothing: all that reads their files has run. Else a step that was found
    committed, and whose own files are gone, may have to be made again from files that this run made and let go.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[StepRecord, Callable[[], Iterable[AnyTask]]]] = {}
        self._gone: dict[str, Gone] = {}
        self._found: set[str] = set()

    def __contains__(self, step: str) -> bool:
        return step in self._found

    def remember(self, store: Store, record: StepRecord, made: Callable[[], Iterable[AnyTask]]) -> None:
        """Note a step that was brought to its commit, with what of it an earlier driver marked as spent."""
        self._known[record.step.name] = record, made
        if found := spent_outputs(store, record.step):
            self._gone[record.step.name] = Gone(record, made, found)
            self._found.add(record.step.name)

    def went(self, store: Store, step: StepId) -> None:
        """Note that this run let files of a step go."""
        if self._found and (known := self._known.get(step.name)):
            self._gone[step.name] = Gone(*known, spent_outputs(store, step))

    def read_by(self, expected: Iterable[AnyTask]) -> list[Gone]:
        """Return the steps whose files these tasks read, by name, but those that were made again."""
        names: set[str] = set()
        if not self._gone:
            return []
        for task in expected:
            names.update(step for shard in shards_in((task.inputs, task.args)) if (step := _step_of(shard)))
            if names >= self._gone.keys():
                break
        return [self._gone[name] for name in sorted(names & self._gone.keys())]

    def made(self, gone: Gone) -> None:
        """Note that the files of a step are there until its stage ends."""
        del self._gone[gone.record.step.name]
        self._found.add(gone.record.step.name)

    def holds(self, gone: Gone) -> bool:
        """Tell whether a step has not been made again yet."""
        return gone.record.step.name in self._gone


def _step_of(shard: Shard) -> str:
    return shard.path.split("/", 2)[1] if shard.path.startswith(WORK) else ""


def shards_in(value: object) -> Iterator[Shard]:
    """Yield the shards in the arguments of a task, with those that they lie over."""
    if isinstance(value, Shard):
        yield value
        if value.base:
            yield value.base
    elif isinstance(value, Mapping):
        yield from shards_in(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from shards_in(part)
    elif is_dataclass(value):
        for one in fields(value):
            yield from shards_in(getattr(value, one.name))


def spend(store: Store, record: StepRecord, names: Collection[str] = ()) -> None:
    """Mark outputs of a committed step as spent, all where no names are given, and remove their files.

    Outputs that no task wrote are none. A driver that dies in between leaves the mark, and files that the next removes.
    """
    wanted = {*outputs_of(record)}.intersection(names) if names else {*outputs_of(record)}
    if not wanted:
        return
    mark_spent(store, record.step, wanted)
    failpoint(f"spent-marked {record.step.name}")
    for output in removable(store, record, wanted):
        store.remove(output.path)
        failpoint(f"in-spending {record.step.name}")
