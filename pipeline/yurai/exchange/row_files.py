"""Write fixed-width rows to files, in one go or by partition, and read ranges of them back, checked.

A task writes one file, never one per partition; its record indexes the ranges of partitions. Every range carries a
check of its own, since hashing a whole file for one of its ranges would read it once per partition. How rows travel
between steps is said in `yurai.exchange.levels`.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import Rows
from yurai.sources.fetch import Shard, remedy
from yurai_manifests.errors import ShardError
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, Output, TaskRecord

CHUNK_BYTES = 16 << 20
HELD_BYTES = 64 << 20
WHOLE = -1


class Span(NamedTuple):
    """The bytes of one partition in one file; `check` is their CRC-32, or WHOLE: the digest of the file says."""

    shard: Shard
    start: int
    end: int
    check: int


def as_bytes(rows: npt.NDArray[np.generic]) -> memoryview:
    """Return the bytes of rows in memory."""
    return np.ascontiguousarray(rows).reshape(-1).view(np.uint8).data


class RowsFile:
    """A file that rows are appended to, one partition after the other."""

    def __init__(self, attempt: Attempt, name: str = "rows") -> None:
        self._attempt, self._name = attempt, name
        self._path = attempt.path(f"{name}.bin")
        self._file = self._path.open("wb")
        self._rows, self._size, self._crc = 0, 0, 0
        self._offsets, self._checks = [0], list[int]()

    def write(self, rows: npt.NDArray[np.generic]) -> None:
        """Append rows to the partition that is open."""
        data = as_bytes(rows)
        self._crc = zlib.crc32(data, self._crc)
        self._file.write(data)
        self._rows += len(rows)
        self._size += data.nbytes

    def end_partition(self) -> None:
        """Close the partition that is open and begin the next one."""
        self._offsets.append(self._size)
        self._checks.append(self._crc)
        self._crc = 0

    def finish(self, record: TaskRecord) -> Output:
        """Commit the file; what no partition was ended for is the last one. `record` indexes it."""
        if not self._checks or self._size > self._offsets[-1]:
            self.end_partition()
        self._file.close()
        prefix = _prefix(self._name)
        record.index |= {f"{prefix}offsets": self._offsets, f"{prefix}checks": self._checks}
        return self._attempt.finish(self._name, self._path, rows=self._rows, size=self._size)

    def abort(self) -> None:
        """Close the handle whatever happened."""
        self._file.close()


@contextmanager
def rows_file(attempt: Attempt, record: TaskRecord, name: str = "rows") -> Iterator[RowsFile]:
    """Open a file of rows, and commit it at the end."""
    file = RowsFile(attempt, name)
    try:
        yield file
        file.finish(record)
    finally:
        file.abort()


def file_range(file: IO[bytes], start: int, end: int, dtype: np.dtype[np.void]) -> Iterator[Rows]:
    """Yield the rows in the bytes from `start` to `end` of an open file, some megabytes at a time."""
    file.seek(start)
    step = _step(dtype)
    for start_row in range(start, end, step):
        yield np.frombuffer(file.read(min(step, end - start_row)), dtype)


def _step(dtype: np.dtype[np.void]) -> int:
    """Return the bytes of a chunk: whole rows."""
    return max(1, CHUNK_BYTES // dtype.itemsize) * dtype.itemsize


def file_chunks(path: Path, dtype: np.dtype[np.void]) -> Iterator[Rows]:
    """Yield the rows of a private file, some megabytes at a time."""
    with path.open("rb") as file:
        yield from file_range(file, 0, path.stat().st_size, dtype)


def span(record: TaskRecord, shard: Shard, partition: int, name: str = "rows") -> Span:
    """Return where partition `partition` lies in the file called `name` that `record` indexes."""
    prefix = _prefix(name)
    start, end = record.index[f"{prefix}offsets"][partition : partition + 2]
    return Span(shard, start, end, record.index[f"{prefix}checks"][partition])


def _prefix(name: str) -> str:
    return "" if name == "rows" else f"{name}-"


def whole_span(shard: Shard, size: int) -> Span:
    """Return the span that is a whole file of `size` bytes."""
    return Span(shard, 0, size, WHOLE)


def read_chunks(span: Span, dtype: np.dtype[np.void]) -> Iterator[Rows]:
    """Yield the rows of one range, some megabytes at a time: one request to the store each.

    What fits into one chunk is checked before it is yielded; of more, the last chunk is not yielded if damaged.

    Raises:
        ShardError: missing, unreadable, or other bytes than were written.
    """
    store, step = open_store(span.shard.store), _step(dtype)
    where = f"{store.url}/{span.shard.path}"
    sums = _Sums(span)
    for start in range(span.start, span.end, step):
        end = min(start + step, span.end)
        try:
            data = store.read_range(span.shard.path, start, end)
        except OSError as error:
            raise ShardError(f"cannot read {where}: {error}; {remedy(span.shard)}") from error
        sums.add(data)
        if len(data) < end - start or (end == span.end and not sums.good()):
            raise ShardError(f"{where} was changed between byte {span.start} and {span.end}; {remedy(span.shard)}")
        yield np.frombuffer(data, dtype)


class _Sums:
    """The running check of a span."""

    def __init__(self, span: Span) -> None:
        self._place, self._crc = span, 0
        self._digest = hashlib.sha256() if span.check == WHOLE else None

    def add(self, data: bytes) -> None:
        if self._digest:
            self._digest.update(data)
        else:
            self._crc = zlib.crc32(data, self._crc)

    def good(self) -> bool:
        if self._digest:
            return self._digest.hexdigest() == self._place.shard.sha256
        return self._crc == self._place.check


def read_rows(places: Iterable[Span], dtype: np.dtype[np.void]) -> Rows:
    """Return the rows of all ranges, in order."""
    chunks = [chunk for span in places for chunk in read_chunks(span, dtype)]
    return np.concatenate([*chunks, np.empty(0, dtype)], dtype=dtype)


def read_numbers(places: Iterable[Span], dtype: np.dtype[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the numbers of all ranges, in order, where files hold plain numbers in place of rows."""
    rows = read_rows(places, np.dtype([("number", dtype)]))
    return rows["number"]


def read_twice(places: list[Span], dtype: np.dtype[np.void], held_bytes: int) -> Callable[[], Iterable[Rows]]:
    """Return what yields the rows of all ranges each time it is called: held up to so many bytes, else read again."""
    if size_of(places) <= held_bytes:
        held = [read_rows(places, dtype)]
        return lambda: held
    return lambda: (rows for span in places for rows in read_chunks(span, dtype))


def size_of(places: Iterable[Span]) -> int:
    """Return the bytes of all ranges."""
    return sum(span.end - span.start for span in places)
