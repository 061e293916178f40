"""Turn sources into tasks, whole or by ranges of a selection, and read the ranges of a task."""

from collections.abc import Iterator

from yurai.engine.task import task_key
from yurai.sources.selection.ranges import Ranges
from yurai.sources.selection.read import Asked, Said, load_ranges, read_ranges
from yurai.sources.source import Source
from yurai.sources.warc import Gap, Record
from yurai.stages.extract.ledger import ReadVerdicts, StoreLedger
from yurai_manifests.task import Attempt, StepId

Read = Iterator[tuple[Said, Record | Gap]]
"""Records and gaps, each with what the index says of its range."""


def runs_of(step: StepId, source: Source) -> Iterator[tuple[str, Ranges | None]]:
    """Yield (key, ranges) of each task over a source; of a whole file nobody knows its key before it is read."""
    if source.ranges is None:
        yield "", None
        return
    for ranges in source.ranges.runs():
        yield task_key(step, source.name, "", ranges.span), ranges


def open_ranges(ranges: Ranges, url: str, source: str, store: str, attempt: Attempt) -> tuple[Asked, Read]:
    """Return what a selection asks of the file `source` at `url`, and its records; verdicts are kept in `store`.

    Raises:
        ShardError, ThrottledError: as `load_ranges` and `read_ranges`.
    """
    asked = load_ranges(ranges, source)
    verdicts = ReadVerdicts(StoreLedger(store), f"{ranges.digest}:{source}")
    return asked, read_ranges(url, asked, attempt.spool, verdicts, ranges.reading)
