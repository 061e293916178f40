"""Write Parquet whose bytes depend on the rows alone, not on how they were batched.

Rows are re-chunked to fixed row groups before they are written (the chunk layout changes the bytes of a Parquet
file otherwise), codec and level are fixed, and a file appears under its name only after it was closed, re-opened and
counted: a writer that is closed by an exception leaves a valid footer over half the rows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.errors import ContractError, ShardError

ROW_GROUP = 1024
BROAD_ROW_GROUP = 128
"""Rows of a row group whose rows may have half a megabyte each, as robots.txt has: what a writer and a reader hold."""
FETCHED = 16
"""Row groups that a reader of a store asks for together. Arrow holds what it fetched until the last of them is read:
without a bound the whole file, however small its batches."""
LEVEL, WORK_LEVEL = 3, 1
"""Of zstd, for files that are delivered, and for rows that steps hand on: half the time, 1.27 of the bytes."""
UNIQUE = ("doc_id", "text", "text_sha256", "signature")
"""Columns whose values hardly repeat: a dictionary of them costs time and saves nothing."""
LONG = ("text", "signature", "rules")
"""Columns whose least and greatest values nobody asks for, and which would be long."""


class ParquetSink:
    """Writes rows of one schema to `path` in row groups of 1,024, or of 128 where rows are broad."""

    def __init__(self, path: Path, schema: pa.Schema, level: int = LEVEL) -> None:
        self.path = path
        self.schema = schema
        self.row_group = BROAD_ROW_GROUP if "rules" in schema.names else ROW_GROUP
        self.rows = 0
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=level,
            version="2.6",
            data_page_version="1.0",
            use_dictionary=_leaves(schema, but=UNIQUE),  # type: ignore[arg-type] # the stubs know no lists
            write_statistics=_leaves(schema, but=LONG),
        )

    def write(self, table: pa.Table | pa.RecordBatch) -> None:
        """Append rows.

        Raises:
            ContractError: the columns are not those of the schema, or a column that may not be null is.
        """
        if isinstance(table, pa.RecordBatch):
            table = pa.Table.from_batches([table])
        check_columns(table, self.schema, str(self.path))
        self._held.append(table)
        self._held_rows += table.num_rows
        self.rows += table.num_rows
        if self._held_rows >= self.row_group:
            self._flush(keep=self._held_rows % self.row_group)

    def _flush(self, *, keep: int) -> None:
        rows = pa.concat_tables(self._held).combine_chunks()
        ready = rows.num_rows - keep
        if ready:
            self._writer.write_table(rows.slice(0, ready).combine_chunks(), row_group_size=self.row_group)
        self._held = [rows.slice(ready)] if keep else []
        self._held_rows = keep

    def close(self) -> None:
        """Finish the file and read its row count back.

        Raises:
            ShardError: the file on disk holds another number of rows than were written.
        """
        if self._held:
            self._flush(keep=0)
        self._writer.close()
        rows_written = pq.read_metadata(self.path).num_rows
        if rows_written != self.rows:
            raise ShardError(
                f"{self.path} holds {rows_written} rows, {self.rows} were written; check the disk and run again"
            )

    def abort(self) -> None:
        """Give up: close the handle and remove the file."""
        self._writer.close()
        self.path.unlink(missing_ok=True)


def is_null(path: Path, columns: list[str]) -> bool:
    """Tell whether these columns of a Parquet file hold nothing but null."""
    return not columns or all(
        column.null_count == batch.num_rows for batch in read_rows(path, columns) for column in batch.columns
    )


def is_as_written(path: Path, schema: pa.Schema, spool: Path) -> bool:
    """Tell whether a ParquetSink would write the rows of this file as the bytes that it has.

    By its footer (columns, writer, row groups) and its first row group, which is written again to see: a version of
    Arrow, a level or an encoding that is another one shows there.
    """
    with pq.ParquetFile(path) as file:
        there, groups = file.schema_arrow, file.metadata.num_row_groups
        if (there.names, there.types) != (schema.names, schema.types) or not groups:
            return False
        sink = ParquetSink(spool / "first.parquet", schema)
        sink.write(pa.Table.from_batches(file.iter_batches(ROW_GROUP, [0], use_threads=False), schema))
        sink.close()
        first = pq.read_metadata(sink.path)
        same = there.equals(pq.read_schema(sink.path), check_metadata=True)
        counts = [file.metadata.row_group(group).num_rows for group in range(groups)]
        full = [sink.row_group] * (groups - 1)
        same &= file.metadata.created_by == first.created_by
        if not same or counts[:-1] != full or counts[-1] > sink.row_group:
            return False
    end = max(_end(first.row_group(0).column(number)) for number in range(first.num_columns))
    with path.open("rb") as one, sink.path.open("rb") as other:
        return one.read(end) == other.read(end)


def _end(chunk: pq.ColumnChunkMetaData) -> int:
    """Return where a column of a row group ends in its file."""
    dictionary = chunk.dictionary_page_offset
    return (chunk.data_page_offset if dictionary is None else dictionary) + chunk.total_compressed_size


def _leaves(schema: pa.Schema, but: tuple[str, ...]) -> list[str]:
    """Return the paths that Parquet gives to the columns of `schema`, without the fields called `but`."""
    return [path for field in schema if field.name not in but for path in _paths(field.name, field.type)]


def _paths(path: str, kind: pa.DataType) -> list[str]:
    if isinstance(kind, pa.ListType | pa.LargeListType):
        return _paths(f"{path}.list.element", kind.value_type)
    if isinstance(kind, pa.StructType):
        return [inner for part in kind for inner in _paths(f"{path}.{part.name}", part.type)]
    return [path]


def check_columns(table: pa.Table, schema: pa.Schema, where: str) -> None:
    """Raise ContractError unless `table` has exactly the columns, types and non-null columns of `schema`."""
    if table.schema.names != schema.names or table.schema.types != schema.types:
        wrong = [
            f"{name}: {table.schema.field(name).type if name in table.schema.names else 'missing'}"
            for name in schema.names
            if name not in table.schema.names or table.schema.field(name).type != schema.field(name).type
        ]
        raise ContractError(f"{where}: columns differ from the schema ({', '.join(wrong) or 'order or extra columns'})")
    for field in schema:
        if not field.nullable and table.column(field.name).null_count:
            raise ContractError(f"{where}: column {field.name} may not be null")


def read_table(file: IO[bytes] | pa.NativeFile | Path, columns: list[str] | None = None) -> pa.Table:
    """Return a whole Parquet file. `pyarrow.parquet.read_table` does so with datasets, which import pandas where it is.

    Raises:
        pa.ArrowInvalid, OSError: missing, not a Parquet file, or damaged.
    """
    with pq.ParquetFile(file) as parquet:
        return parquet.read(columns, use_threads=False)


def read_range(path: Path, columns: list[str], start: int, end: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield (number of its first row, batch) for the row groups of a Parquet file that hold rows from start to end.

    Raises:
        ShardError: missing, not a Parquet file, or damaged.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False) as parquet:
            first = 0
            for group in range(parquet.num_row_groups):
                count = parquet.metadata.row_group(group).num_rows
                if first < end and first + count > start:
                    for batch in parquet.iter_batches(ROW_GROUP, [group], columns, use_threads=False):
                        yield first, batch
                        first += batch.num_rows
                else:
                    first += count
    except (pa.ArrowInvalid, OSError) as error:
        raise ShardError(f"{path} is not readable as Parquet: {error}; restore or rebuild it") from error


def read_picked(path: Path, columns: list[str], numbers: npt.NDArray[np.int64]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the rows of these numbers, which ascend, with the place of the first in `numbers`.

    Row groups that hold none of them are not read.

    Raises:
        ShardError: missing, not a Parquet file, or damaged.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False) as parquet:
            counts = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
            ends = np.cumsum([0, *counts])
            groups = np.unique(np.searchsorted(ends, numbers, side="right") - 1)
            for group in groups.tolist():
                first = int(ends[group])
                for batch in parquet.iter_batches(ROW_GROUP, [group], columns, use_threads=False):
                    low, high = np.searchsorted(numbers, [first, first + batch.num_rows])
                    if high - low == batch.num_rows:
                        yield int(low), batch
                    elif high > low:
                        yield int(low), batch.take(numbers[low:high] - first)
                    first += batch.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise ShardError(f"{path} is not readable as Parquet: {error}; restore or rebuild it") from error


def read_rows(
    file: IO[bytes] | Path, columns: list[str] | None = None, *, batch_rows: int = ROW_GROUP
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file in their order, in batches of at most `batch_rows`.

    Raises:
        ShardError: missing, not a Parquet file, or damaged.
    """
    try:
        with pq.ParquetFile(file, pre_buffer=not isinstance(file, Path)) as parquet:
            groups = [*range(parquet.num_row_groups)]
            for low in groups[::FETCHED]:
                yield from parquet.iter_batches(batch_rows, groups[low : low + FETCHED], columns, use_threads=False)
    except (pa.ArrowInvalid, OSError) as error:  # a damaged page header is an OSError
        raise ShardError(
            f"{getattr(file, 'name', file)} is not readable as Parquet: {error}; restore or rebuild it"
        ) from error
