"""Bring home what a task did, as far as metrics count it: its rows are in files, its record in the tree."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from yurai_manifests.counts import StageCounts
from yurai_manifests.task import TaskRecord


class Fate(NamedTuple):
    """So many rows of a stage that ended alike; `reason` is "" for what was kept."""

    stage: str
    outcome: str
    reason: str
    rows: int


class Ended(NamedTuple):
    """A task that is committed.

    `seconds` of wall time, `read` bytes of the source, `written` bytes of files, `web` what its requests counted
    (`yurai_manifests.web_budget.count`), `tries` how often it was begun: workers die.
    """

    key: str
    seconds: float = 0.0
    fates: tuple[Fate, ...] = ()
    read: int = 0
    written: int = 0
    web: tuple[tuple[str, float], ...] = ()
    tries: int = 1


def fates(stages: Iterable[StageCounts]) -> Iterator[Fate]:
    """Yield how the rows of stages ended."""
    for counts in stages:
        yield Fate(counts.stage, "kept", "", counts.kept)
        for outcome, named in (("dropped", counts.dropped), ("failed", counts.failed)):
            yield from (Fate(counts.stage, outcome, reason, rows) for reason, rows in sorted(named.items()))


def ended(record: TaskRecord, seconds: float, web: Mapping[str, float]) -> Ended:
    """Return what `record` says of its task."""
    written = sum(output.bytes for output in record.outputs)
    return Ended(record.key, seconds, tuple(fates(record.stages)), record.file_bytes, written, tuple(web.items()))
