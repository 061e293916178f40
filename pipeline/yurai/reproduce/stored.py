"""Draw a sample of a run's candidates, and read what its output holds of them: rows, evidence, tokens."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.declare.batches import strings
from yurai.report.draw import ranks
from yurai.tokens.base import TokenArray
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import RunRecord, token_shards
from yurai_manifests.store import Store

Row: TypeAlias = dict[str, object]
Which = Literal["kept", "dropped", "all"]
FOLDERS: dict[Which, tuple[str, ...]] = {
    "kept": ("documents",),
    "dropped": ("dropped",),
    "all": ("documents", "dropped"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """How many candidates are drawn, from which rows, by which seed: the same ones each time."""

    count: int
    rows: Which = "kept"
    seed: int = 0


@dataclass(slots=True)
class Stored:
    """What an output holds of one candidate; `tokens` are its ids, None where the run has no shards."""

    doc_id: str
    document: Row | None = None
    extracted: Row | None = None
    dropped: Row | None = None
    evidence: list[Row] = field(default_factory=list)
    tokens: TokenArray | None = None

    @property
    def row(self) -> Row:
        """A row that says where the bytes lie."""
        row = self.extracted or self.dropped or self.document
        assert row is not None  # it was drawn from one of them
        return row


def stored(store: Store, run: RunRecord, sample: Sample) -> list[Stored]:
    """Return the candidates that are drawn, in the order of the draw.

    Raises:
        RecipeError: there is no such row.
    """
    names = _drawn(store, run, sample)
    if not names:
        raise RecipeError(f"this run has no rows to draw from ({sample.rows}); --rows names others")
    found = {name: Stored(name) for name in names}
    for row in _rows(store, run, "documents", names):
        found[str(row["doc_id"])].document = row
    for row in _rows(store, run, "extracted", names):
        found[str(row["doc_id"])].extracted = row
    for row in _rows(store, run, "dropped", names):
        found[str(row["doc_id"])].dropped = row
    for row in _rows(store, run, "evidence", names):
        found[str(row["doc_id"])].evidence.append(row)
    for name, tokens in _tokens(store, run, names):
        found[name].tokens = tokens
    return list(found.values())


def _drawn(store: Store, run: RunRecord, sample: Sample) -> list[str]:
    """Return the doc_ids whose hashes with the seed are smallest: whatever the order and number of files."""
    return [name for _, name in heapq.nsmallest(sample.count, _ranked(store, run, sample))]


def _ranked(store: Store, run: RunRecord, sample: Sample) -> Iterator[tuple[int, str]]:
    for folder in FOLDERS[sample.rows]:
        for file in run.files(folder):
            with store.open(file.name) as handle:
                for batch in read_rows(handle, ["doc_id"]):
                    names = strings(batch, "doc_id")
                    yield from zip(ranks(names, sample.seed).tolist(), names, strict=True)


def _rows(store: Store, run: RunRecord, folder: str, names: Iterable[str]) -> Iterator[Row]:
    for file in run.files(folder):
        yield from rows_of(store, file.name, names)


def rows_of(store: Store, name: str, wanted: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of one file that are of these doc_ids; only row groups that hold one are read whole."""
    values = pa.array(list(wanted), pa.string())
    with store.open(name) as handle, pq.ParquetFile(handle) as parquet:
        for group in range(parquet.num_row_groups):
            is_wanted = pc.is_in(
                parquet.read_row_group(group, columns=["doc_id"], use_threads=False).column(0), value_set=values
            )
            if pc.any(is_wanted).as_py():
                yield from parquet.read_row_group(group, use_threads=False).filter(is_wanted).to_pylist()


def _tokens(store: Store, run: RunRecord, names: Iterable[str]) -> Iterator[tuple[str, TokenArray]]:
    """Yield the ids of each document; of a `.bin`, only its range is read."""
    for file in token_shards(run.files("shards")):
        stem = file.name.rpartition(".")[0]
        width = np.dtype("<u2" if file.bytes == 2 * file.size else "<i4")
        for row in rows_of(store, f"{stem}.parquet", names):
            if "tokens" in row:
                yield str(row["doc_id"]), np.array(row["tokens"], np.int64)
                continue
            start, count = (int(str(row[name])) for name in ("token_start", "token_count"))
            data = store.read_range(file.name, start * width.itemsize, (start + count) * width.itemsize)
            yield str(row["doc_id"]), np.frombuffer(data, width)
