"""Say what reading selections takes, before any of it is read."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yurai.sources.selection.coalesce import READING, Reading, Span, coalesce, read_bytes
from yurai.sources.selection.manifest import RECORDS, Selection, load_selection
from yurai.sources.source import Source
from yurai_manifests.parquet import read_rows
from yurai_manifests.store import open_store

_PLACES = ["file", "offset", "length"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading takes: `records` of so many `bytes`; `requests` that `read` so many, gaps included; `tasks`.

    A read that lies over the end of a task is counted once, and is two. `hours` are those of the requests at
    `requests_per_second`.
    """

    records: int
    bytes: int
    requests: int
    read: int
    tasks: int
    requests_per_second: float
    hours: float


def cost_of(sources: Iterable[Source], requests_per_second: float) -> Cost | None:
    """Return what the selections among `sources` take; None where there are none.

    Raises:
        ShardError: a selection is damaged.
    """
    chosen = [source for source in sources if source.ranges]
    if not chosen:
        return None
    records = size = requests = read = 0
    for url, how in sorted({(one.ranges.store, one.ranges.reading) for one in chosen if one.ranges}):
        made = load_selection(open_store(url))
        records, size = records + made.facts.records, size + made.facts.bytes
        asked, held = (made.facts.requests, made.facts.read) if how == READING else _counted(made, how)
        requests, read = requests + asked, read + held
    tasks, hours = sum(source.tasks for source in chosen), requests / requests_per_second / 3600
    return Cost(records, size, requests, read, tasks, requests_per_second, round(hours, 4))


def _counted(made: Selection, how: Reading) -> tuple[int, int]:
    """Return requests, and bytes that they read, where ranges are read in another way than a selection is told for."""
    requests = read = 0
    for _, places in itertools.groupby(_places(made), key=lambda one: one[0]):
        for group in coalesce((span for _, span in places), how):
            requests, read = requests + 1, read + read_bytes(group)
    return requests, read


def _places(made: Selection) -> Iterator[tuple[str, Span]]:
    for file in made.files:
        if file.name.startswith(RECORDS):
            with made.store.open(file.name) as opened:
                for batch in read_rows(opened):
                    names, *spans = (batch.column(name).to_pylist() for name in _PLACES)
                    yield from zip(names, zip(*spans, strict=True), strict=True)
