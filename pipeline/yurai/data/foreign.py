"""Read the index of a Megatron shard that others made: any integer type, documents of several sequences."""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from yurai.data.samples import Places
from yurai.tokens import TokenArray, TokenDType
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.store import Store, open_store

_HEADER: Final = struct.Struct("<9sQBQQ")
_MAGIC: Final = b"MMIDIDX\x00\x00"
_DTYPES: Final = {1: "<u1", 2: "<i1", 3: "<i2", 4: "<i4", 5: "<i8", 8: "<u2"}
"""Codes of `DType` in megatron/core/datasets/indexed_dataset.py, but for its two float types."""


@dataclass(frozen=True, slots=True)
class ForeignShard:
    """A pair PREFIX.bin, PREFIX.idx: where each document begins, and behind the last one where all end."""

    store: Store
    name: str
    dtype: TokenDType
    bounds: Places

    @property
    def documents(self) -> int:
        """Documents of the shard."""
        return self.bounds.size - 1

    @property
    def where(self) -> str:
        """The prefix, as people know it."""
        return f"{self.store.url}/{self.name}"

    def tokens(self, document: int) -> TokenArray:
        """Return the ids of a document."""
        start, end = (int(place) * self.dtype.itemsize for place in self.bounds[document : document + 2])
        return np.frombuffer(self.store.read_range(f"{self.name}.bin", start, end), self.dtype)


def foreign_shard(prefix: str) -> ForeignShard:
    """Open a pair by its path or URL, with or without .bin or .idx.

    Raises:
        RecipeError: there is none. ShardError: its index is damaged, or is not that of its .bin.
    """
    folder, slash, name = prefix.removesuffix(".bin").removesuffix(".idx").rpartition("/")
    store = open_store(folder if slash and folder else slash or ".")
    try:
        data = store.read(f"{name}.idx")
    except FileNotFoundError as error:
        raise RecipeError(
            f"there is no {store.url}/{name}.idx; give the path of a Megatron pair without .bin"
        ) from error
    dtype, bounds = _parsed(data, f"{store.url}/{name}.idx")
    size, due = store.size(f"{name}.bin"), int(bounds[-1]) * dtype.itemsize
    if size != due:
        raise ShardError(f"{store.url}/{name}.bin has {size} bytes, its .idx names {due}; fetch both again")
    return ForeignShard(store, name, dtype, bounds)


def _parsed(data: bytes, where: str) -> tuple[TokenDType, Places]:
    """Return the type of an id, and the bounds of documents in ids."""
    magic, version, code, sequences, marks = (
        _HEADER.unpack_from(data) if len(data) >= _HEADER.size else (b"", 0, 0, 0, 0)
    )
    if magic != _MAGIC or version != 1 or code not in _DTYPES or len(data) < _HEADER.size + 12 * sequences + 8 * marks:
        raise ShardError(f"{where} is no whole index of Megatron-core (MMIDIDX, version 1, integers); fetch it again")
    dtype: TokenDType = np.dtype(_DTYPES[code])
    lengths = np.frombuffer(data, "<i4", sequences, _HEADER.size).astype(np.int64)
    pointers = np.frombuffer(data, "<i8", sequences, _HEADER.size + 4 * sequences)
    documents = np.frombuffer(data, "<i8", marks, _HEADER.size + 12 * sequences)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    ordered = marks > 0 and documents[0] == 0 and documents[-1] == sequences and bool((np.diff(documents) >= 0).all())
    if not ordered or (lengths < 0).any() or (pointers != ends[:-1] * dtype.itemsize).any():
        raise ShardError(f"{where}: lengths, offsets and documents contradict each other; fetch it again")
    return dtype, ends[documents]
