"""Write a token shard in one of two forms: Megatron's pair with an index, or one Parquet file that holds both.

Either takes documents as rows of the token index and their ids joined, and gives at its end the files of the shard by
the ending that each is delivered under.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import pyarrow as pa

from yurai.tokens.megatron import BinWriter, index_bytes
from yurai_manifests.errors import ContractError
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.schema import TOKEN_IDS, TOKEN_INDEX

if TYPE_CHECKING:
    from pathlib import Path

    from yurai.tokens.base import TokenArray, TokenDType

Format = Literal["megatron", "parquet"]
# rows that become Parquet at once: a shard may have more ids than memory has room for twice
_ROWS_AT_ONCE = 256


class TokenShard(Protocol):
    """A shard that is being written."""

    documents: int

    def append(self, rows: pa.Table, ids: TokenArray) -> None:
        """Add documents: rows of TOKEN_INDEX, and all their ids joined."""

    def close(self) -> list[tuple[str, Path]]:
        """Finish the files and return them with their endings, the one that holds the ids first."""

    def abort(self) -> None:
        """Close what is open and remove what is left; does nothing to files that were moved away."""


def open_shard(folder: Path, dtype: TokenDType, kind: Format) -> TokenShard:
    """Start a shard in `folder`."""
    return MegatronShard(folder, dtype) if kind == "megatron" else ParquetShard(folder, dtype)


class MegatronShard:
    """`.bin` and `.idx`, and the token index (doc_id, url, token_start, token_count) as `.parquet`."""

    def __init__(self, folder: Path, dtype: TokenDType) -> None:
        self.documents = 0
        self._dtype = dtype
        self._bin, self._idx = folder / "shard.bin", folder / "shard.idx"
        self._index = ParquetSink(folder / "shard.parquet", TOKEN_INDEX)
        self._file = self._bin.open("wb")
        self._writer = BinWriter(self._file, dtype)

    def append(self, rows: pa.Table, ids: TokenArray) -> None:
        """Add documents."""
        self._writer.append(ids, rows.column("token_count").to_numpy())
        self._index.write(rows)
        self.documents += rows.num_rows

    def close(self) -> list[tuple[str, Path]]:
        """Finish the three files."""
        self._file.close()
        self._index.close()
        self._idx.write_bytes(index_bytes(self._writer.lengths, self._dtype))
        return [("bin", self._bin), ("idx", self._idx), ("parquet", self._index.path)]

    def abort(self) -> None:
        """Give up."""
        self._file.close()
        self._index.abort()
        self._bin.unlink(missing_ok=True)


class ParquetShard:
    """One `.parquet`: the columns of the token index, and `tokens`."""

    def __init__(self, folder: Path, dtype: TokenDType) -> None:
        self.documents = 0
        self._kind = pa.uint16() if dtype.itemsize == pa.uint16().byte_width else pa.uint32()
        self._sink = ParquetSink(folder / "shard.parquet", TOKEN_IDS[self._kind])

    def append(self, rows: pa.Table, ids: TokenArray) -> None:
        """Add documents. Raises ContractError where their lengths do not add up to the ids."""
        ends = np.cumsum(rows.column("token_count").to_numpy())
        if (int(ends[-1]) if len(ends) else 0) != ids.size:
            raise ContractError(f"tokenize: lengths of {len(ends)} documents do not add up to {ids.size} ids")
        offsets = np.concatenate([[0], ends])
        for row in range(0, rows.num_rows, _ROWS_AT_ONCE):
            part = rows.slice(row, _ROWS_AT_ONCE)
            part_offsets = offsets[row : row + part.num_rows + 1]
            values = pa.array(
                np.asarray(ids[part_offsets[0] : part_offsets[-1]]).astype(self._kind.to_pandas_dtype(), copy=False)
            )
            tokens = pa.LargeListArray.from_arrays(pa.array(part_offsets - part_offsets[0], pa.int64()), values)
            self._sink.write(part.append_column(self._sink.schema.field("tokens"), tokens))
        self.documents += rows.num_rows

    def close(self) -> list[tuple[str, Path]]:
        """Finish the file."""
        self._sink.close()
        return [("parquet", self._sink.path)]

    def abort(self) -> None:
        """Give up."""
        self._sink.abort()
