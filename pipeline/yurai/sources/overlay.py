"""Hand on rows of a shard by their numbers, with what changed in them, instead of writing their texts again.

An overlay is Parquet of its own: column `row`, the numbers of the rows of its base that are left, ascending, and those
columns of DOCUMENT whose values are others than in the base. Its metadata names the base by digest, so its own digest
says all of the rows. A base is a whole file: what lies over an overlay has the base of that one, and its columns.
This module alone knows the form; all others read documents through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from yurai.sources.fetch import Shard, fetch_shard
from yurai_manifests.errors import ShardError
from yurai_manifests.parquet import ROW_GROUP, WORK_LEVEL, ParquetSink, check_columns, read_picked, read_rows
from yurai_manifests.schema import DOCUMENT

SUFFIX: Final = ".overlay"
ROW: Final = "row"
BASE: Final = b"base"
LEAST: Final = (2, 3)
"""The share of a base that an overlay holds at least: of fewer rows, readers to come would spend what is saved here."""
Numbers: TypeAlias = npt.NDArray[np.int64]


def laid_over(shard: Shard, under: Shard) -> Shard:
    """Return an output of a task over the shard `under` as a shard: an overlay knows its base."""
    return shard._replace(base=under.base or under) if shard.path.endswith(SUFFIX) else shard


def documents(
    shard: Shard, spool: Path, columns: Sequence[str] | None = None, *, batch_rows: int = ROW_GROUP
) -> Iterator[pa.RecordBatch]:
    """Yield the documents of a shard in order, whatever its form: some columns, or all.

    Raises:
        ShardError: missing, changed since it was written, or an overlay of another base.
    """
    return Survivors.of(shard, spool).batches(columns, batch_rows=batch_rows)


def whole_file(shard: Shard, spool: Path) -> Path:
    """Return a local file of all documents of a shard; an overlay is written out to `spool`; errors as `documents`."""
    if shard.base is None:
        return fetch_shard(shard, spool)
    path = spool / f"{shard.sha256[:16]}-whole.parquet"
    Survivors.of(shard, spool).write(path)
    return path


@dataclass(frozen=True)
class Survivors:
    """The documents of a shard: a whole file, or an overlay at `over` with the rows `numbers` of it."""

    file: Path
    over: Path | None = None
    numbers: Numbers | None = None
    written: tuple[str, ...] = ()
    """Columns that the overlay has."""

    @classmethod
    def of(cls, shard: Shard, spool: Path) -> Survivors:
        """Fetch a shard, and what it lies over; errors as `documents`."""
        own = fetch_shard(shard, spool)
        if shard.base is None:
            return cls(own)
        return cls.lying(own, fetch_shard(shard.base, spool), shard.base.sha256)

    @classmethod
    def lying(cls, over: Path, file: Path, sha256: str) -> Survivors:
        """Return the documents of the overlay at `over`; `sha256` is that of `file`; errors as `documents`."""
        schema = pq.read_schema(over)
        named = (schema.metadata or {}).get(BASE, b"").decode()
        if named != sha256:
            raise ShardError(f"{over} lies over the file {named or '?'}, not over {sha256}; run again with --rebuild")
        numbers = [batch.column(ROW).to_numpy() for batch in read_rows(over, [ROW])]
        found = np.concatenate([np.empty(0, np.int64), *numbers])
        return cls(file, over, found, tuple(name for name in schema.names if name != ROW))

    def batches(self, columns: Sequence[str] | None = None, *, batch_rows: int = ROW_GROUP) -> Iterator[pa.RecordBatch]:
        """Yield all documents in order."""
        if self.numbers is None:
            return read_rows(self.file, None if columns is None else [*columns], batch_rows=batch_rows)
        return (
            rows.slice(at, batch_rows) for rows in self._laid(columns) for at in range(0, rows.num_rows, batch_rows)
        )

    def at(self, columns: Sequence[str], rows: Numbers) -> Iterator[pa.RecordBatch]:
        """Yield the documents of these numbers, which ascend; row groups that hold none of them are not read."""
        if self.numbers is None:
            return (batch for _, batch in read_picked(self.file, [*columns], rows))
        return self._laid(columns, rows)

    def write(self, path: Path) -> int:
        """Write all documents as a file of DOCUMENT rows; return how many."""
        sink = ParquetSink(path, DOCUMENT, WORK_LEVEL)
        for batch in self.batches():
            sink.write(batch)
        sink.close()
        return sink.rows

    def _laid(self, columns: Sequence[str] | None, rows: Numbers | None = None) -> Iterator[pa.RecordBatch]:
        """Yield rows of the base with the columns of the overlay in the place of its own."""
        assert self.over is not None
        assert self.numbers is not None
        wanted = self.numbers if rows is None else self.numbers[rows]
        asked = DOCUMENT.names if columns is None else [name for name in DOCUMENT.names if name in columns]
        above = _Ahead(self.over, [name for name in asked if name in self.written] or [ROW])
        below = [name for name in asked if name not in self.written] or ["doc_id"]
        for start, batch in read_picked(self.file, below, wanted):
            places = np.arange(start, start + batch.num_rows) if rows is None else rows[start : start + batch.num_rows]
            laid = above.take(places)
            arrays = [(laid if name in self.written else batch).column(name) for name in asked]
            yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema([DOCUMENT.field(name) for name in asked]))


class _Ahead:
    """Takes rows of a Parquet file by numbers that ascend; memory holds the row groups that are asked for."""

    def __init__(self, path: Path, columns: list[str]) -> None:
        self._batches = read_rows(path, columns)
        self._held: list[pa.RecordBatch] = []
        self._start = self._end = 0

    def take(self, places: Numbers) -> pa.RecordBatch:
        """Return these rows, at least one; each number is above those that were taken before."""
        while self._end <= places[-1]:
            self._held.append(next(self._batches))
            self._end += self._held[-1].num_rows
            self._forget(int(places[0]))
        self._forget(int(places[0]))
        rows = pa.Table.from_batches(self._held).take(places - self._start)
        return rows.combine_chunks().to_batches()[0]

    def _forget(self, place: int) -> None:
        """Let go what lies before a row."""
        while self._held and self._start + self._held[0].num_rows <= place:
            self._start += self._held.pop(0).num_rows


class OverlaySink(ParquetSink):
    """Writes which rows of `under` stay, and the columns `changes` of them, beside those that `under` has changed.

    Raises:
        ContractError: the base has other columns than DOCUMENT, as a tree of another version.
    """

    def __init__(self, path: Path, under: Survivors, base: Shard, changes: Collection[str]) -> None:
        check_columns(pq.read_schema(under.file).empty_table(), DOCUMENT, str(under.file))
        names = [name for name in DOCUMENT.names if name in {*under.written, *changes}]
        fields = [pa.field(name, DOCUMENT.field(name).type, DOCUMENT.field(name).nullable) for name in names]
        row = pa.field(ROW, pa.int64(), nullable=False)
        super().__init__(path, pa.schema([row, *fields], metadata={BASE: base.sha256.encode()}))
        self._under, self._base, self._seen = under, base, 0

    def reads(self, columns: Collection[str]) -> list[str]:
        """Return the columns to read of a shard where a task needs `columns` of it and hands the rows on."""
        return [name for name in DOCUMENT.names if name in {*columns, *self.schema.names, "text_bytes"}]

    def keep(self, rows: pa.RecordBatch, stays: npt.NDArray[np.bool_]) -> None:
        """Hand on `rows`: those of the next rows of the shard that `stays` says."""
        numbers = self._seen + np.flatnonzero(stays)
        self._seen += len(stays)
        known = numbers if self._under.numbers is None else self._under.numbers[numbers]
        columns = [rows.column(name) for name in self.schema.names[1:]]
        self.write(pa.RecordBatch.from_arrays([pa.array(known, pa.int64()), *columns], schema=self.schema))

    def finished(self, path: Path) -> Path:
        """Close the overlay and return it, or `path`, to which all rows were written where they are too few."""
        self.close()
        few, of = LEAST
        if self.rows * of >= self._base.rows * few:
            return self.path
        Survivors.lying(self.path, self._under.file, self._base.sha256).write(path)
        return path
