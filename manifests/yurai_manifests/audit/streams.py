"""Read rows of delivered folders side by side, in their order, a row group at a time.

All folders are in input order, so that what belongs together is found by walking them together: memory holds one batch
of each, and every file is read once.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from yurai_manifests.errors import ShardError
from yurai_manifests.parquet import ROW_GROUP
from yurai_manifests.run import Delivered
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE, INDEX, SCHEMA_VERSION
from yurai_manifests.store import Store

SCHEMAS: Final = {
    "documents": DOCUMENT,
    "extracted": DOCUMENT,
    "dropped": DROPPED,
    "evidence": EVIDENCE,
    "index": INDEX,
}


def read_span(
    store: Store, files: Sequence[Delivered], columns: list[str] | None, start: int = 0, end: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield rows from `start` to `end` of the rows of all files together; row groups without any are not read.

    Raises:
        ShardError: a file is no Parquet, lacks a column, or holds other rows than it is said to.
    """
    first = 0
    for file in files:
        last = first + file.rows
        if (end is None or first < end) and last > start:
            for at, batch in _batches(store, file, columns, start - first, None if end is None else end - first):
                low = max(start - first - at, 0)
                high = batch.num_rows if end is None else min(end - first - at, batch.num_rows)
                if high > low:
                    yield batch.slice(low, high - low)
        first = last


def _batches(
    store: Store, file: Delivered, columns: list[str] | None, start: int, end: int | None
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield (number of its first row, batch) of the row groups that hold rows from `start` to `end`."""
    try:
        with store.open(file.name) as handle, pq.ParquetFile(handle) as parquet:
            _check_schema(file.name, parquet.schema_arrow)
            missing = {*(columns or ())} - {*parquet.schema_arrow.names}
            if missing or parquet.metadata.num_rows != file.rows:
                what = f"no column {min(missing)}" if missing else f"{parquet.metadata.num_rows} rows, not {file.rows}"
                raise ShardError(f"{file.name} holds {what}; restore or rebuild it")
            at = 0
            for group in range(parquet.num_row_groups):
                count = parquet.metadata.row_group(group).num_rows
                if at + count > start and (end is None or at < end):
                    for batch in parquet.iter_batches(ROW_GROUP, [group], columns, use_threads=False):
                        yield at, batch
                        at += batch.num_rows
                else:
                    at += count
    except (pa.ArrowInvalid, OSError) as error:
        raise ShardError(f"{file.name} is not readable as Parquet: {error}; restore or rebuild it") from error


def _check_schema(name: str, schema: pa.Schema) -> None:
    """Refuse a file that says that it has this version's schema and has another; older ones lack columns."""
    due = SCHEMAS.get(name.partition("/")[0])
    version = (schema.metadata or {}).get(b"schema_version", b"").decode("utf-8", "replace")
    if due is not None and version == SCHEMA_VERSION and not schema.equals(due):
        odd = {*schema.names} ^ {*due.names}
        what = f"column {min(odd)} is one too many or missing" if odd else "columns have other types or another order"
        raise ShardError(f"{name}: {what}; restore or rebuild it")


class Stream:
    """Rows with a `doc_id`, consumed in order by who walks another folder."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._batch: pa.RecordBatch | None = None
        self._ids: list[str] = []
        self._at = 0

    def next_id(self) -> str | None:
        """Return the doc_id of the next row, None at the end."""
        while self._at == len(self._ids):
            self._batch = next(self._batches, None)
            if self._batch is None:
                return None
            self._ids, self._at = ids_of(self._batch), 0
        return self._ids[self._at]

    def matching(self, ids: Sequence[str], *, several: bool = False) -> tuple[list[int], pa.Table | None]:
        """Consume the next rows as long as their doc_ids are among `ids`, in this order; return their places and rows.

        With `several`, more rows than one may have the same doc_id.
        """
        places: list[int] = []
        parts: list[pa.RecordBatch] = []
        at = 0
        while at < len(ids) and self.next_id() is not None:
            assert self._batch is not None  # a next row is in it
            start = self._at
            while at < len(ids) and self._at < len(self._ids):
                if ids[at] != self._ids[self._at]:
                    at += 1
                    continue
                places.append(at)
                self._at += 1
                at += not several
            if self._at > start:
                parts.append(self._batch.slice(start, self._at - start))
        return places, pa.Table.from_batches(parts) if parts else None

    def take(self, count: int) -> pa.Table | None:
        """Consume `count` rows, fewer at the end; None if there is none."""
        parts: list[pa.RecordBatch] = []
        while count and self.next_id() is not None:
            assert self._batch is not None  # a next row is in it
            part = self._batch.slice(self._at, min(count, len(self._ids) - self._at))
            self._at += part.num_rows
            count -= part.num_rows
            parts.append(part)
        return pa.Table.from_batches(parts) if parts else None


def ids_of(rows: pa.RecordBatch | pa.Table) -> list[str]:
    """Return column `doc_id`."""
    return [str(name) for name in rows.column("doc_id").to_pylist()]
