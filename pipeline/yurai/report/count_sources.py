"""Count pages by the source that they come from, and meet kept pages with their tokens.

source  rows: pages that ended here as kept, dropped or failed; documents: kept; size: bytes of kept text; tokens
failed  rows: pages of the source that failed

A source has the name of its [[source]] table, else that of its file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import strings
from yurai.report.tallies import Column, tally
from yurai.sources.fetch import Shard
from yurai.sources.rows import SourceTable, row_kind, table_of
from yurai_manifests.parquet import read_range

Tokens = npt.NDArray[np.int64]


def source_names(batch: pa.RecordBatch, tables: Sequence[SourceTable]) -> Column:
    """Return the name of the source of each page."""
    sources = strings(batch, "source")
    names = {one: _name(one, tables) for one in set(sources)}
    return pa.array([names[one] for one in sources], pa.string())


def _name(source: str, tables: Sequence[SourceTable]) -> str:
    named = table_of(tables, source).name if row_kind(source) else None
    return named or source


def kept_by_source(names: Column, sizes: Column, tokens: Tokens) -> pa.Table:
    """Count kept pages."""
    return tally("source", names, documents=np.ones(len(names), np.int64), size=sizes, tokens=tokens)


def ended_by_source(batch: pa.RecordBatch, tables: Sequence[SourceTable]) -> list[pa.Table]:
    """Count the rows of dropped/."""
    names = source_names(batch, tables)
    failed = pc.equal(batch.column("outcome"), pa.scalar("failed"))
    return [tally("source", names), tally("failed", names.filter(failed))]


def overlapping(document_rows: Sequence[int], shards: Sequence[Shard]) -> Iterator[tuple[int, list[Shard]]]:
    """Yield for each file of documents the token shards that hold its rows, and its first row's place in the first.

    Both hold the same pages in the same order; where they do not, as without a tokenizer, no file has shards.
    """
    ends, first = np.cumsum([one.rows for one in shards]), 0
    same = sum(one.rows for one in shards) == sum(document_rows)
    for count in document_rows:
        low = int(np.searchsorted(ends, first, "right"))
        high = int(np.searchsorted(ends, first + count, "left")) + 1
        if same and count:
            yield first - int(ends[low - 1] if low else 0), list(shards[low:high])
        else:
            yield 0, []
        first += count


class TokenCounts:
    """Tells how many tokens pages became, asked in the order of their file; 0 where the shards do not say."""

    def __init__(self, paths: Sequence[Path], skip: int) -> None:
        self._pieces = _index(paths, skip)
        self._ids = pa.array([], pa.string())
        self._counts = np.empty(0, np.int64)

    def take(self, ids: Column) -> Tokens:
        """Return the tokens of the next pages, which have these doc_ids."""
        while len(self._ids) < len(ids) and (piece := next(self._pieces, None)):
            self._ids = pa.concat_arrays([self._ids, piece[0]])
            self._counts = np.concatenate([self._counts, piece[1]])
        held, counts = self._ids.slice(0, len(ids)), self._counts[: len(ids)]
        self._ids, self._counts = self._ids.slice(len(ids)), self._counts[len(ids) :]
        if len(held) != len(ids):
            return np.zeros(len(ids), np.int64)
        same = pc.equal(held, ids).to_numpy(zero_copy_only=False).astype(bool)
        return np.where(same, counts, 0)


def _index(paths: Sequence[Path], skip: int) -> Iterator[tuple[pa.StringArray, Tokens]]:
    for path in paths:
        for first, batch in read_range(path, ["doc_id", "token_count"], skip, 2**62):
            rows = batch.slice(max(skip - first, 0))
            yield cast("pa.StringArray", rows.column("doc_id")), rows.column("token_count").to_numpy()
        skip = 0
