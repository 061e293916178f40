"""Hash the tokens of each document of a shard, as they are stored: little-endian ids, the end of document included."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.errors import ShardError
from yurai_manifests.parquet import read_rows


def spans_of(index: IO[bytes] | Path, ids: IO[bytes] | None, token_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield (doc_id, sha256 of its ids) of each document of a shard, in order.

    `index` is its Parquet file, which has the ids in it where `ids` is None; `ids` its .bin, of `token_bytes` a token.

    Raises:
        ShardError: a file is damaged, or the two do not fit together.
    """
    if ids is None:
        for batch in read_rows(index, ["doc_id", "tokens"], batch_rows=64):
            yield from zip(_ids(batch), _in_lists(batch), strict=True)
        return
    for batch in read_rows(index, ["doc_id", "token_count"]):
        counts = cast("list[int]", batch.column("token_count").to_pylist())
        for doc_id, count in zip(_ids(batch), counts, strict=True):
            data = ids.read(count * token_bytes)
            if len(data) != count * token_bytes:
                raise ShardError(
                    f"{getattr(ids, 'name', 'a token shard')} ends before its index; restore or rebuild it"
                )
            yield doc_id, hashlib.sha256(data).digest()


def _ids(batch: pa.RecordBatch) -> list[str]:
    return cast("list[str]", batch.column("doc_id").to_pylist())


def _in_lists(batch: pa.RecordBatch) -> Iterator[bytes]:
    values = pc.list_flatten(batch.column("tokens")).to_numpy()
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    start = 0
    for length in pc.list_value_length(batch.column("tokens")).to_pylist():
        yield hashlib.sha256(little[start : start + length].data).digest()
        start += length
