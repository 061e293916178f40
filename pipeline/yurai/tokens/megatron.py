"""Write Megatron-core's MMapIndexedDataset: token ids back to back in `.bin`, where documents lie in `.idx`.

Spec: megatron/core/datasets/indexed_dataset.py of megatron-core. All numbers are little endian:

    9 bytes  "MMIDIDX" and two NULs         8 bytes  version, 1           1 byte   code of the id type
    8 bytes  number of sequences S          8 bytes  length D of the document indices, S + 1 here
    S * 4    ids per sequence               S * 8    byte offset of each sequence in `.bin`
    D * 8    first sequence of each document, then S

One sequence is one document here. The byte offset of document i divided by the id size is its first token's number,
so `.idx` alone answers which document a token belongs to.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import fsspec
import numpy as np
import numpy.typing as npt

from yurai_manifests.errors import ContractError, RecipeError, ShardError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yurai.tokens.base import Lengths, TokenArray, TokenDType

_MAGIC = b"MMIDIDX\x00\x00"
_HEADER = struct.Struct("<9sQBQQ")
_CODES: dict[TokenDType, int] = {np.dtype("<i4"): 4, np.dtype("<u2"): 8}
_DTYPES = {code: dtype for dtype, code in _CODES.items()}
_LONGEST = (1 << 31) - 1
_REBUILD = "the file is damaged or no token index of this pipeline: fetch it again, or rebuild the tokenize stage"


class ByteSink(Protocol):
    """What a writer needs of a binary stream: `write` that takes all it is given."""

    def write(self, data: memoryview, /) -> int:
        """Take all bytes of `data`."""


class BinWriter:
    """Appends documents to the stream of a `.bin` and remembers their lengths, 8 bytes each, for the `.idx`.

    Args:
        stream: opened, buffered, binary; the caller closes it. Its OSErrors pass through.
        dtype: the id type of the shard, `Tokenizer.dtype`.
    """

    def __init__(self, stream: ByteSink, dtype: TokenDType) -> None:
        self._stream = stream
        self._dtype = dtype
        self._lengths: list[Lengths] = []
        self.documents = 0
        self.tokens = 0

    def append(self, tokens: TokenArray, lengths: Lengths | None = None) -> int:
        """Write documents joined in `tokens`, `lengths` ids each (left out: one document); return the ids written.

        Raises ContractError, before a byte is written, where the id type is another or the lengths do not add up.
        """
        rows = np.array([tokens.size], np.int64) if lengths is None else np.asarray(lengths, np.int64)
        if tokens.dtype != self._dtype:
            raise ContractError(f"tokenize: ids of type {tokens.dtype} for a shard of {self._dtype}; use its tokenizer")
        if int(rows.sum()) != tokens.size:
            raise ContractError(f"tokenize: {rows.size} lengths add up to {rows.sum()}, ids are {tokens.size}")
        _refuse_lengths(rows)
        self._stream.write(np.ascontiguousarray(tokens).view(np.uint8).data)
        self._lengths.append(rows)
        self.documents += rows.size
        self.tokens += tokens.size
        return int(tokens.size)

    @property
    def lengths(self) -> Lengths:
        """Ids per document appended so far."""
        return np.concatenate(self._lengths) if self._lengths else np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Index:
    """A parsed `.idx` of S documents: ids per document, their byte offsets, and document boundaries (S + 1)."""

    dtype: TokenDType
    lengths: npt.NDArray[np.int32]
    pointers: npt.NDArray[np.int64]
    document_indices: npt.NDArray[np.int64]


def write_bin(path: str, documents: Iterable[TokenArray], dtype: TokenDType) -> Lengths:
    """Write one `.bin` at a path or fsspec URL, an array per document; return ids per document, for `index_bytes`.

    No document at all gives an empty file. Raises ContractError as `BinWriter.append`; ShardError where storage fails.
    """
    try:
        with fsspec.open(path, "wb") as stream:
            writer = BinWriter(stream, dtype)
            for tokens in documents:
                writer.append(tokens)
    except OSError as error:
        raise ShardError(f"cannot write token shard {path}: {error}; free or mend the storage, run again") from error
    return writer.lengths


def index_bytes(lengths: Lengths, dtype: TokenDType, starts: Lengths | None = None) -> bytes:
    """Return the `.idx` of documents of `lengths` ids each, which begin at the places `starts`, else lie back to back.

    Raises ContractError for a length or type it cannot say.
    """
    _refuse_lengths(lengths)
    if dtype not in _CODES:
        raise ContractError(f"token index: no code for ids of type {dtype}; use {' or '.join(map(str, _CODES))}")
    pointers = (_back_to_back(lengths) if starts is None else starts).astype("<i8") * dtype.itemsize
    header = _HEADER.pack(_MAGIC, 1, _CODES[dtype], lengths.size, lengths.size + 1)
    boundaries = np.arange(lengths.size + 1, dtype="<i8")
    return b"".join((header, lengths.astype("<i4").tobytes(), pointers.tobytes(), boundaries.tobytes()))


def index_dtype(head: bytes, *, where: str = "token index") -> TokenDType:
    """Return the id type that the beginning of an `.idx` names; raises ShardError where it is none of this layout."""
    if len(head) < _HEADER.size:
        raise ShardError(f"{where}: {len(head)} bytes are no header of {_HEADER.size}; {_REBUILD}")
    magic, version, code, _, _ = _HEADER.unpack_from(head)
    if magic != _MAGIC or version != 1 or code not in _DTYPES:
        raise ShardError(f"{where}: magic {magic!r}, version {version}, id type {code} are unknown; {_REBUILD}")
    return _DTYPES[code]


def read_index(buf: bytes | memoryview, *, gaps: bool = False, where: str = "token index") -> Index:
    """Parse an `.idx`; arrays are views of `buf`.

    Every number is checked against the others but the last length, which the format says only once: a wrong one shows
    in the size of the `.bin`. With `gaps`, there may be places of no document before and between documents, as a
    takedown of mode `stable-offset` leaves them; lengths are then checked no further than to the next document.
    Raises ShardError where the file is damaged or of another layout.
    """
    view = memoryview(buf).cast("B")
    dtype = index_dtype(bytes(view[: _HEADER.size]), where=where)
    *_, sequences, boundaries = _HEADER.unpack_from(view)
    if boundaries != sequences + 1 or len(view) != _HEADER.size + 12 * sequences + 8 * boundaries:
        raise ShardError(f"{where}: {len(view)} bytes do not hold {sequences} documents; {_REBUILD}")
    lengths = np.frombuffer(view, "<i4", sequences, _HEADER.size)
    pointers = np.frombuffer(view, "<i8", sequences, _HEADER.size + 4 * sequences)
    index = Index(dtype, lengths, pointers, np.frombuffer(view, "<i8", boundaries, len(view) - 8 * boundaries))
    counts, starts = lengths.astype(np.int64), pointers // dtype.itemsize
    skipped = np.diff(starts, prepend=0) - np.concatenate([np.zeros(1, np.int64), counts])[:sequences]
    if (lengths < 0).any() or (skipped < 0).any() or index_bytes(counts, dtype, starts) != bytes(view):
        raise ShardError(f"{where}: lengths, offsets and document boundaries contradict each other; {_REBUILD}")
    if skipped.any() and not gaps:
        raise ShardError(f"{where}: there are ids of no document between documents; read it with gaps, or {_REBUILD}")
    return index


def _back_to_back(lengths: Lengths) -> Lengths:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])[: lengths.size]


def read_tokens(bin_path: str, index: Index, i: int) -> TokenArray:
    """Return the ids of document `i`, reading only its bytes of a `.bin` at a path or fsspec URL.

    Raises RecipeError where there is no document `i`; ShardError where storage fails or holds fewer bytes.
    """
    if not 0 <= i < index.lengths.size:
        raise RecipeError(f"{bin_path} holds {index.lengths.size} documents, counted from 0; there is no document {i}")
    size = int(index.lengths[i]) * index.dtype.itemsize
    try:
        with fsspec.open(bin_path, "rb") as stream:
            stream.seek(int(index.pointers[i]))
            raw = stream.read(size)
    except OSError as error:
        raise ShardError(f"cannot read token shard {bin_path}: {error}; check the storage and run again") from error
    if len(raw) != size:
        raise ShardError(
            f"{bin_path} ends inside document {i}: {len(raw)} of {size} bytes at {index.pointers[i]}; "
            "it is not the file of this index: fetch both again, or rebuild the tokenize stage"
        )
    return np.frombuffer(raw, index.dtype)


def _refuse_lengths(lengths: Lengths) -> None:
    wrong = np.flatnonzero((lengths < 0) | (lengths > _LONGEST))
    if wrong.size:
        raise ContractError(
            f"tokenize: document {wrong[0]} has {lengths[wrong[0]]} ids, the format holds 0 to {_LONGEST}; "
            "drop it before tokenize, with a reason"
        )
