"""Read the rows of a Parquet file: row group by row group, only the mapped columns, in bounded batches.

What the file claims is checked before it is believed: rows against its size, pages against a limit, and what they and
their values inflate to against the same ratio as everything else here. Each row that is claimed is a row here; those
that cannot be read have failed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.sources.rows.columns import Column, column_at, columns_of, type_at
from yurai.sources.rows.jsonl import missing, told
from yurai.sources.rows.pages import Group, LimitError, PageError, footer_at, page_sizes, row_groups
from yurai.sources.rows.roles import Choices, first_filled
from yurai.sources.rows.row import BATCH_BYTES, FREE_ROWS, MAX_LINE, MAX_PAGES, Item, Note, Row, Span, inflate_limit
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


Extent = tuple[int, int]
"""Where bytes of a file begin and end."""


def read_parquet(path: Path, data: Readable, choices: Choices, extent: Extent | None = None) -> Iterator[Item]:
    """Yield the rows of the file in order, then where its bytes (`data`) went; content never raises.

    `extent`: bytes of the file, whose row groups alone are read; it answers for these, and numbers stay those of the
    file.
    """
    try:
        footer_at(data)
        with open_parquet(path) as file:
            yield from _Reader(file, data, choices).items(extent or (0, len(data)))
    except pa.ArrowMemoryError:
        raise
    except CONTENT_ERRORS as error:
        yield Span(0, len(data), "unreadable")
        yield Note(f"is no readable Parquet ({_plain(error)})")


def _plain(error: Exception) -> str:
    """Return an error's first line, as ASCII: it may quote the file."""
    return ascii(str(error).partition("\n")[0][:200])[1:-1]


class _Reader:
    """One pass over a file; counts what was inflated and read, so that no footer makes it read a page twice."""

    def __init__(self, file: pq.ParquetFile, data: Readable, choices: Choices) -> None:
        self._file, self._data, self._choices = file, data, choices
        self._schema = file.schema_arrow
        self._columns = columns_of(self._schema, choices)
        self._limit = inflate_limit(len(data))
        self._stored = self._inflated = self._values_size = 0
        self._is_over, self._behind = False, 0
        self._groups = row_groups(data)

    def items(self, extent: Extent) -> Iterator[Item]:
        """Yield the rows of row groups that begin within `extent`, then spans and notes."""
        size, first = len(self._data), 0
        rows = sum(group.rows for group in self._groups)
        if rows > FREE_ROWS + size:
            yield Span(0, size, "unreadable")
            yield Note(f"claims {rows:,} rows in {size:,} bytes, more than can be believed")
            return
        for place, group in enumerate(self._groups):
            if group.rows and (extent == (0, size) or extent[0] <= group.start < extent[1]):
                yield from self._group(place, first)
            first += group.rows
        yield Span(extent[0], extent[1] - extent[0], "rows" if rows else "padding")
        if not extent[0]:
            yield from self._unmapped()

    def _unmapped(self) -> Iterator[Note]:
        """Say which columns are not there, and which are of a type that cannot play their role."""
        yield from missing(self._choices, set(self._columns), told(self._schema.names))
        for role, columns in self._columns.items():
            for column in columns:
                if column.read is None:
                    kind = ascii(str(type_at(self._schema, column.path))[:200])
                    yield Note(f"column {told([column.path])} is of type {kind}, which cannot be the {role}")

    def _group(self, place: int, first: int) -> Iterator[Item]:
        """Yield the rows of one row group, as many as the footer says; behind damage or a limit they have failed."""
        number, end = first, first + self._groups[place].rows
        reason, self._behind = "inflate-limit", 0
        try:
            for values, sizes in () if self._is_over else self._values(place):
                if number == end:
                    raise PageError("there are more than the footer says")
                self._count(sum(sizes))
                is_large = max(sizes, default=0) > MAX_LINE
                yield Row(number, 1, error="body-too-large") if is_large else Row(number, 1, values)
                number += 1
            if number < end and not self._is_over:
                raise PageError("there are fewer than the footer says")
        except pa.ArrowMemoryError:
            raise
        except CONTENT_ERRORS as error:
            reason = "inflate-limit" if isinstance(error, LimitError) else "body-incomplete"
            told_of = f"after {number - first:,} of {end - first:,} rows ({_plain(error)})"
            yield Note(f"row group {place} breaks off {told_of}; the others have failed")
        yield from (Row(lost, 1, error=reason) for lost in range(number, end))
        if self._behind > 0:
            yield Note(f"row group {place} holds {self._behind:,} rows more than its footer says; they are not read")

    def _count(self, size: int) -> None:
        """Stop reading where all values until here are too large for their file."""
        self._values_size += size
        if self._values_size > self._limit:
            self._is_over = True
            raise LimitError(f"values of more than {self._limit:,} bytes; no row behind them is read")

    def _values(self, place: int) -> Iterator[tuple[dict[str, Any], list[int]]]:
        """Yield the values of each row of a row group, by role, and how large those of all its columns are."""
        paths = sorted({column.path for columns in self._columns.values() for column in columns if column.read})
        group = self._groups[place]
        if not paths:
            yield from ((dict.fromkeys(self._columns, OTHER_TYPE), []) for _ in range(group.rows))
            return
        rows = self._batch_rows(group, set(paths))
        for batch in self._file.iter_batches(rows, row_groups=[place], columns=paths, use_threads=False):
            lists = [_role_values(batch, columns) for columns in self._columns.values()]
            for row in zip(*(zip(*values, strict=True) for values in lists), strict=True):
                sizes = [len(value) for values in row for value in values if isinstance(value, bytes)]
                yield {role: first_filled(values) for role, values in zip(self._columns, row, strict=True)}, sizes

    def _batch_rows(self, group: Group, paths: set[str]) -> int:
        """Return how many rows may be read at a time; raises PageError where no number is small enough."""
        pages = 0
        for chunk in group.chunks:
            if chunk.path in paths:
                self._stored += chunk.end - chunk.start
                if self._stored > len(self._data):
                    raise PageError("columns overlap")
                sizes = page_sizes(self._data, chunk.start, chunk.end)
                self._inflated += sizes.total
                self._behind = max(self._behind, sizes.values - group.rows)
                pages += max(sizes.largest, chunk.inflated) if chunk.chained else sizes.largest
        if pages > MAX_PAGES:
            raise LimitError(f"pages of {pages:,} bytes, above the limit of {MAX_PAGES:,}")
        if self._inflated > self._limit:
            self._is_over = True
            raise LimitError(f"pages of more than {self._limit:,} bytes in all; no row behind them is read")
        return max(1, min(BATCH_ROWS, BATCH_BYTES // max(pages, 1)))


def _role_values(batch: pa.RecordBatch, columns: tuple[Column, ...]) -> list[list[Any]]:
    """Return the values of each column that may play a role."""
    return [
        column.read(column_at(batch, column.path)) if column.read else [OTHER_TYPE] * batch.num_rows
        for column in columns
    ]
