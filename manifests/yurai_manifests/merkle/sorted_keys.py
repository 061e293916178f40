"""Bring the keys of documents into the order of their hashes, on disk, so that a proof can show what is not there.

A key row is 64 bytes: the sha256 of a key, and the sha256 of the doc_id that has it. Keys are the URL in its normal
form (`yurai_manifests.urls`), the doc_id, and the text in its normal form (`yurai_manifests.normal_text`). The leaf of
a key row is H(0x00 || row); rows are sorted as bytes, whatever files they came from.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa

from yurai_manifests.merkle.tree import leaf_hash
from yurai_manifests.normal_text import normalise
from yurai_manifests.text_bytes import digests
from yurai_manifests.urls import normal_url

KeyKind: TypeAlias = Literal["url", "doc_id", "text"]
"""What a key is of: the column of that name."""
Row: TypeAlias = "np.dtype[np.bytes_]"
KINDS: dict[str, tuple[KeyKind, ...]] = {
    "documents": ("url", "doc_id", "text"),
    "extracted": ("url", "doc_id", "text"),
    "dropped": ("url", "doc_id"),
}
"""Keys that rows of a folder have."""
KEY_BYTES, ROW_BYTES = 32, 64
ROW = np.dtype(f"S{ROW_BYTES}")
"""NumPy pads such strings with zeros when it compares them, so zeros at an end change no order."""
MEMORY_BYTES = 16 << 20
"""Rows that are merged at a time; sorting and hashing them takes some times that."""
RUN_BYTES = 8 << 20
"""Rows of one kind that are held until they are sorted: a file of short documents may have millions."""


def key_of(column: str, value: str) -> bytes:
    """Return the key of a URL, a whole text, or a cell of another column, such as a doc_id: 32 bytes."""
    if column == "url":
        value = normal_url(value)
    elif column == "text":
        value = cast("str", normalise(pa.array([value], pa.large_string()))[0].as_py())
    return digest(value)


def digest(value: str) -> bytes:
    """Return the sha256 of a string; what no UTF-8 says is hashed as Python holds it."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def keys_of(columns: Iterable[str], batch: pa.RecordBatch) -> dict[str, list[bytes | None]]:
    """Return the keys of each of `columns`, and those of the doc_ids, which all key rows have."""
    return {column: batch_keys(column, batch) for column in {"doc_id": None} | dict.fromkeys(columns)}


def batch_keys(column: str, batch: pa.RecordBatch) -> list[bytes | None]:
    """Return the key of each row of a batch, null where the column is null."""
    values = batch.column(column)
    if column != "url":
        return list(digests(normalise(values) if column == "text" else values))
    return [None if url is None else digest(normal_url(url)) for url in cast("list[str | None]", values.to_pylist())]


def key_rows(keys: Sequence[bytes | None], ids: Sequence[bytes | None]) -> bytes:
    """Return the key rows of a batch, joined, in its order; a row without a key has none. `ids`: keys of doc_ids."""
    return b"".join(key + one for key, one in zip(keys, ids, strict=True) if key is not None and one is not None)


class SortedRows:
    """Takes rows of one width in any order and writes them to `path` in order; memory holds `memory_bytes` of them.

    What is more lies beside `path`, sorted, until `write` merges it.
    """

    def __init__(self, path: Path, row: Row = ROW, memory_bytes: int = RUN_BYTES) -> None:
        self._path, self._row, self._memory_bytes = path, row, memory_bytes
        self._held, self._runs, self._count = bytearray(), list[Path](), 0

    def add(self, rows: bytes) -> None:
        """Take whole rows, joined."""
        self._held += rows
        if len(self._held) >= self._memory_bytes:
            run = self._path.with_name(f"{self._path.name}.{len(self._runs)}")
            self._sort_to(run)
            self._runs.append(run)

    def _sort_to(self, path: Path) -> None:
        values = np.frombuffer(self._held, self._row)
        values.sort()  # where they lie, without a copy
        path.write_bytes(self._held)
        self._count += len(values)
        self._held = bytearray()

    def write(self) -> int:
        """Write all rows to `path`; return how many they are."""
        self._sort_to(self._path)
        if self._runs:
            self._runs.append(self._path.replace(self._path.with_name(f"{self._path.name}.last")))
            with self._path.open("wb") as whole:
                whole.writelines(merged(self._runs, self._memory_bytes, self._row))
            for run in self._runs:
                run.unlink()
        return self._count


def merged(files: Sequence[Path], memory_bytes: int = MEMORY_BYTES, row: Row = ROW) -> Iterator[bytes]:
    """Yield the rows of sorted files in one order, joined by the part; memory holds about `memory_bytes` of them.

    Keys are hashes, so a share of their range is that share of the rows.
    """
    held = [path for path in files if path.stat().st_size]
    parts = max(1, -(-sum(path.stat().st_size for path in held) // memory_bytes))
    bounds = np.array([(number << 64) // parts for number in range(1, parts)], ">u8")
    edges = np.frombuffer(bounds.tobytes(), "S8").astype(row)
    starts = [0] * len(held)
    for number in range(parts):
        pieces = []
        for which, path in enumerate(held):
            rows = np.memmap(path, row, "r")
            end = len(rows) if number == parts - 1 else int(np.searchsorted(rows, edges[number]))
            pieces.append(np.array(rows[starts[which] : end]))
            starts[which] = end
        if pieces:
            joined = np.concatenate(pieces)
            joined.sort(kind="stable")
            yield joined.tobytes()


def split(rows: bytes) -> Iterator[bytes]:
    """Yield key rows one by one."""
    return (rows[start : start + ROW_BYTES] for start in range(0, len(rows), ROW_BYTES))


def leaves(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the leaf hashes of key rows."""
    return (leaf_hash(row) for part in parts for row in split(part))
