"""Read single rows of the files of a folder by their number, a row group at a time."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import IO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.errors import ShardError
from yurai_manifests.lookup.ranges import Ranges
from yurai_manifests.run import Delivered
from yurai_manifests.store import Store


def rows_at(
    store: Store, files: Sequence[Delivered], numbers: Sequence[int], columns: Sequence[str] | None = None
) -> Iterator[tuple[str, int, pa.RecordBatch]]:
    """Yield (name of its file, row in the file, batch of this row) for each number, in order; None: all columns.

    Raises:
        ShardError: a file is damaged, or has no such row. FileNotFoundError: it is not there.
    """
    starts = [0, *accumulate(file.rows for file in files)]
    for which, some in groupby(sorted(set(numbers)), lambda number: bisect_right(starts, number) - 1):
        if which >= len(files):
            raise ShardError(f"{store.url} has no row {next(some)}: its index is of other files; run with --rebuild")
        file = files[which]
        for row, batch in _in_file(store, file, [number - starts[which] for number in some], columns):
            yield file.name, row, batch


def _in_file(
    store: Store, file: Delivered, rows: Sequence[int], columns: Sequence[str] | None
) -> Iterator[tuple[int, pa.RecordBatch]]:
    try:
        with open_parquet(store, file) as parquet:
            firsts = row_group_starts(parquet)
            for group, some in groupby(rows, lambda row: bisect_right(firsts, row) - 1):
                table = parquet.read_row_group(group, None if columns is None else list(columns), use_threads=False)
                for row in some:
                    (batch,) = table.slice(row - firsts[group], 1).combine_chunks().to_batches()
                    yield row, batch
    except (pa.ArrowInvalid, IndexError, ValueError) as error:
        raise ShardError(f"{store.url}/{file.name} is not readable: {error}; restore or rebuild it") from error


def open_parquet(store: Store, file: Delivered) -> pq.ParquetFile:
    """Open a delivered Parquet file to read byte ranges of it."""
    return pq.ParquetFile(cast("IO[bytes]", Ranges(store, file.name, file.bytes)))


def row_group_starts(parquet: pq.ParquetFile) -> list[int]:
    """Return the number of the first row of each row group, and behind the last one how many rows there are."""
    groups = range(parquet.num_row_groups)
    return [0, *accumulate(parquet.metadata.row_group(group).num_rows for group in groups)]
