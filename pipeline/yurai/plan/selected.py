"""Tell what tasks read of sources, and draw records of a selection: of each file some at even distances."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from yurai.sources.fetch import fetch_range
from yurai.sources.parts.part import goals, is_cut
from yurai.sources.rows.names import is_packed_rows
from yurai.sources.selection.coalesce import coalesce, read_bytes
from yurai.sources.selection.read import load_ranges
from yurai.sources.source import Source


def as_selected(sources: Sequence[Source]) -> list[Source]:
    """Return the sources, those that are read by ranges as large as these are."""
    return [replace(source, size=source.ranges.bytes) if source.ranges else source for source in sources]


def by_task(sources: Sequence[Source], split: int = 0) -> list[Source]:
    """Return sources as tasks read them: one for each run of ranges, as large as its share of the records.

    One that a run cuts into ranges of about `split` bytes is as many equal ones: where it can be cut, nobody has asked.
    """
    return [part for source in sources for part in _parts(source, split)]


def _parts(source: Source, split: int) -> Iterator[Source]:
    if source.ranges is not None:
        for run in source.ranges.runs():
            yield replace(source, size=source.size * run.rows // source.ranges.rows)
    elif source.sized and is_cut(source.size, split) and not is_packed_rows(source.name):
        for start, end in pairwise((0, *goals(source.size, split), source.size)):
            yield replace(source, size=end - start)
    else:
        yield source


def records_of(source: Source, share: float, phase: float) -> Iterator[bytes]:
    """Yield about `share` of the records that are selected of a file, one at least, beginning at `phase` of a step.

    Raises:
        ShardError: the file cannot be read, or the selection is damaged.
    """
    assert source.ranges
    said = load_ranges(source.ranges, source.name).said
    count = min(len(said), max(1, round(len(said) * share)))
    chosen = [said[int((number + phase) * len(said) / count)] for number in range(count)]
    for group in coalesce(((one.offset, one.length) for one in chosen), source.ranges.reading):
        first = group[0][0]
        data = fetch_range(source.url, first, first + read_bytes(group))
        for offset, length in group:
            yield data[offset - first : offset - first + length]
