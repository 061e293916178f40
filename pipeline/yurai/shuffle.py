"""The shuffle that reduce steps share: fixed-width rows in files sorted by partition, with an index of byte ranges.

A map task writes one file, never one per partition. `group` tasks join consecutive files until each partition's range
holds at least 4 MiB, so that reading a partition costs few requests. Every range carries a check of its own, since
hashing a whole file for one of its ranges would read it once per partition.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.errors import ShardError
from yurai.fetch import Shard, remedy
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, Output, TaskRecord

Rows: TypeAlias = npt.NDArray[np.void]
MIN_READ = 4 << 20
MAX_PARTITIONS = 64
CHECK_BYTES = 6


class Span(NamedTuple):
    """The rows of one partition in one file."""

    shard: Shard
    start: int
    end: int
    check: int


def partitions(rows: int, width: int, memory_bytes: int) -> int:
    """Return how many partitions `rows` of `width` bytes need, so that one fits into memory; at most 64."""
    return max(1, min(MAX_PARTITIONS, -(-rows * width // memory_bytes)))


def check_of(data: bytes | memoryview) -> int:
    """Return the first 48 bits of the sha256 of `data`: an integer that canonical JSON can hold."""
    return int.from_bytes(hashlib.sha256(data).digest()[:CHECK_BYTES], "big")


def write_partitions(attempt: Attempt, record: TaskRecord, rows: Rows, counts: npt.NDArray[np.int64]) -> Output:
    """Write `rows`, which are sorted by partition with `counts[p]` rows in each, and index them in `record`."""
    path = attempt.path("rows.bin")
    edges = np.concatenate([[0], np.cumsum(counts)]) * rows.dtype.itemsize
    view = np.ascontiguousarray(rows).view(np.uint8).data
    path.write_bytes(view)
    record.index = {
        "offsets": [int(edge) for edge in edges],
        "checks": [
            check_of(view[start:end]) for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        ],
    }
    return attempt.finish("rows", path, rows=len(rows), size=int(edges[-1]))


def span(record: TaskRecord, shard: Shard, partition: int) -> Span:
    """Return where partition `partition` lies in the file that `record` indexes."""
    start, end = record.index["offsets"][partition : partition + 2]
    return Span(shard, start, end, record.index["checks"][partition])


def read_span(place: Span, dtype: np.dtype[Any]) -> Rows:
    """Return the rows of one range.

    Raises:
        ShardError: missing, unreadable, or other bytes than were written.
    """
    store = open_store(place.shard.store)
    try:
        with store.open(place.shard.path) as file:
            file.seek(place.start)
            data = file.read(place.end - place.start)
    except OSError as error:
        raise ShardError(f"cannot read {store.url}/{place.shard.path}: {error}; {remedy(place.shard)}") from error
    if check_of(data) != place.check:
        raise ShardError(
            f"{store.url}/{place.shard.path} was changed between byte {place.start} and {place.end}; "
            f"{remedy(place.shard)}"
        )
    return np.frombuffer(data, dtype)


def join_spans(places: list[Span], dtype: np.dtype[Any]) -> Rows:
    """Return the rows of all ranges, in order."""
    return np.concatenate([read_span(place, dtype) for place in places] or [np.empty(0, dtype)])


def append_rows(path: Path, rows: Rows) -> None:
    """Append rows to a private spill file."""
    with path.open("ab") as file:
        file.write(np.ascontiguousarray(rows).view(np.uint8).data)
