"""Hash the tokens of each document of a shard, as they are stored: little-endian ids, the end of document included."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.parquet import read_rows
from yurai_manifests.token_runs import whole


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
    place = 0
    for batch in read_rows(index, ["doc_id", "token_start", "token_count"]):
        spans = (cast("list[int]", batch.column(name).to_pylist()) for name in ("token_start", "token_count"))
        for doc_id, start, count in zip(_ids(batch), *spans, strict=True):
            if start != place:  # tokens of a document that was taken down lay between
                ids.seek(start * token_bytes)
            yield doc_id, hashlib.sha256(whole(ids, count * token_bytes)).digest()
            place = start + count


def _ids(batch: pa.RecordBatch) -> list[str]:
    return cast("list[str]", batch.column("doc_id").to_pylist())


def _in_lists(batch: pa.RecordBatch) -> Iterator[bytes]:
    values = pc.list_flatten(batch.column("tokens")).to_numpy()
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    start = 0
    for length in pc.list_value_length(batch.column("tokens")).to_pylist():
        yield hashlib.sha256(little[start : start + length].data).digest()
        start += length
