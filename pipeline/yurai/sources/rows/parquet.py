"""Read the rows of a Parquet file: row group by row group, only the mapped columns, in bounded batches.

What the file claims is checked before it is believed: rows against its size, pages against a limit, and the inflated
text against the same ratio as everything else here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.sources.rows.columns import column_at, columns_of, type_at
from yurai.sources.rows.jsonl import missing, told
from yurai.sources.rows.pages import Group, PageError, largest_page, row_groups
from yurai.sources.rows.roles import Choices
from yurai.sources.rows.row import BATCH_BYTES, FREE_ROWS, MAX_PAGES, Item, Note, Row, Span, inflate_limit
from yurai.sources.warc.readable import Readable

BATCH_ROWS = 256
CONTENT_ERRORS = (pa.ArrowException, OSError, UnicodeDecodeError, PageError)
"""What pyarrow raises for a file that is no Parquet (names that are not UTF-8, too).

The bytes were read before, to hash them, so OSError does not mean storage.
"""
OTHER_TYPE = ()
"""The value of a column whose type cannot play its role: of no type that a role takes."""


def open_parquet(source: Any) -> pq.ParquetFile:  # noqa: ANN401 - a path or a file object, as pyarrow takes it
    """Open without prefetching; raises CONTENT_ERRORS."""
    return pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20)


def read_parquet(path: Path, data: Readable, choices: Choices) -> Iterator[Item]:
    """Yield the rows of the file in order, then where its bytes (`data`) went; content never raises."""
    try:
        with open_parquet(path) as file:
            yield from _Reader(file, data, choices).items()
    except pa.ArrowMemoryError:
        raise
    except CONTENT_ERRORS as error:
        yield Span(0, len(data), "unreadable")
        yield Note(f"is no readable Parquet ({_plain(error)})")


def _plain(error: Exception) -> str:
    """Return an error's first line, as ASCII: it may quote the file."""
    return ascii(str(error).partition("\n")[0][:200])[1:-1]


class _Reader:
    """One pass over a file; counts text, and remembers the byte ranges that could not be read."""

    def __init__(self, file: pq.ParquetFile, data: Readable, choices: Choices) -> None:
        self._file, self._data, self._choices = file, data, choices
        self._schema = file.schema_arrow
        self._columns = columns_of(self._schema, choices)
        self._text, self._limit = 0, inflate_limit(len(data))
        self._lost: list[tuple[int, int]] = []
        self._groups = row_groups(data)

    def items(self) -> Iterator[Item]:
        """Yield rows, then spans and notes."""
        size, first, count = len(self._data), 0, 0
        sizes = [group.rows for group in self._groups]
        if sum(sizes) > FREE_ROWS + size:
            yield Span(0, size, "unreadable")
            yield Note(f"claims {sum(sizes):,} rows in {size:,} bytes, more than can be believed")
            return
        for group, rows in enumerate(sizes):
            if rows and self._text <= self._limit:
                for item in self._group(group, first):
                    count += isinstance(item, Row)
                    yield item
            first += rows
        yield from self._spans() if count else [Span(0, size, "unreadable" if self._lost else "padding")]
        if count or not self._lost:
            yield from self._unmapped()

    def _unmapped(self) -> Iterator[Note]:
        """Say which columns are not there, and which are of a type that cannot play their role."""
        yield from missing(self._choices, set(self._columns), self._schema.names)
        for role, column in self._columns.items():
            if column.read is None:
                kind = ascii(str(type_at(self._schema, column.path))[:200])
                yield Note(f"column {told([column.path])} is of type {kind}, which cannot be the {role}")

    def _group(self, group: int, first: int) -> Iterator[Item]:
        """Yield the rows of one row group; damage behind its first rows is one failed row, before them lost bytes."""
        number = first
        try:
            for row in self._values(group):
                self._text += len(text) if isinstance(text := row.get("text"), bytes) else 0
                if self._text > self._limit:
                    yield Row(number, 1, error="inflate-limit")
                    yield Note(
                        f"inflates to more than {self._limit:,} bytes of text in row group {group}; rows are lost"
                    )
                    return
                yield Row(number, 1, row)
                number += 1
        except pa.ArrowMemoryError:
            raise
        except CONTENT_ERRORS as error:
            yield Note(f"row group {group} breaks off after {number - first:,} rows ({_plain(error)})")
            if number > first:
                yield Row(number, 1, error="body-incomplete")
            else:
                self._lost.append(self._range(self._groups[group]))

    def _values(self, group: int) -> Iterator[dict[str, Any]]:
        """Yield the values of each row of a row group, by role."""
        read = {role: (column.path, column.read) for role, column in self._columns.items() if column.read}
        others = dict.fromkeys(self._columns.keys() - read.keys(), OTHER_TYPE)
        paths = sorted({path for path, _ in read.values()})
        if not paths:
            yield from (dict(others) for _ in range(self._groups[group].rows))
            return
        rows = self._batch_rows(self._groups[group], set(paths))
        for batch in self._file.iter_batches(rows, row_groups=[group], columns=paths, use_threads=False):
            parts = [values(column_at(batch, path)) for path, values in read.values()]
            yield from (others | dict(zip(read, row, strict=True)) for row in zip(*parts, strict=True))

    def _batch_rows(self, group: Group, paths: set[str]) -> int:
        """Return how many rows may be read at a time; raises PageError where no number is small enough."""
        pages = 0
        for chunk in group.chunks:
            if chunk.path in paths:
                largest = largest_page(self._data, chunk.start, chunk.end)
                pages += max(largest, chunk.inflated) if chunk.chained else largest
        if pages > MAX_PAGES:
            raise PageError(f"pages of {pages:,} bytes, above the limit of {MAX_PAGES:,}")
        return max(1, min(BATCH_ROWS, BATCH_BYTES // max(pages, 1)))

    def _range(self, group: Group) -> tuple[int, int]:
        """Return the bytes of a row group, within the file."""
        start = min((chunk.start for chunk in group.chunks), default=0)
        end = max((chunk.end for chunk in group.chunks), default=0)
        return max(0, min(start, len(self._data))), max(0, min(end, len(self._data)))

    def _spans(self) -> Iterator[Span]:
        at = 0
        for start, end in sorted(self._lost):
            if max(start, at) > at:
                yield Span(at, start - at, "rows")
            if end > max(start, at):
                yield Span(max(start, at), end - max(start, at), "unreadable")
                at = end
            at = max(at, start)
        if at < len(self._data):
            yield Span(at, len(self._data) - at, "rows")
