"""Find the tokens of a document, and the document of a token, in the indexes of token shards.

Rows of shards go on as rows of documents/ do, so a document's row says where its tokens are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai_manifests.errors import RecipeError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.rows import open_parquet, rows_at
from yurai_manifests.run import Delivered, RunRecord, token_shards
from yurai_manifests.takedown.gaps import gaps_of
from yurai_manifests.takedown.tombstones import load_tombstones

INDEX = ("doc_id", "token_start", "token_count")


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens of a document: the file with their ids, the first one, from 0, and how many."""

    shard: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """A token: the file with its id, its number there, from 0, its document, and its number in that.

    Where a document was taken down, and no token moved, its place is that of an end-of-document id now.
    """

    shard: str
    number: int
    doc_id: str
    in_document: int
    case: str | None = None
    """Case by which the document was taken down since."""


class Indexed(TypedDict):
    """A row of the index of a shard."""

    doc_id: str
    token_start: int
    token_count: int


def index_files(run: RunRecord) -> list[tuple[Delivered, str]]:
    """Return the index of each token shard, in order, and the name of the file with its ids."""
    named = {file.name: file for file in run.files("shards")}
    return [(named[f"{file.name.rpartition('.')[0]}.parquet"], file.name) for file in token_shards(named.values())]


def tokens_of(lookup: Lookup, number: int, doc_id: str) -> Span | None:
    """Return the tokens of the document in row `number` of documents/; None where it has none.

    Raises:
        ShardError: an index is damaged.
    """
    shards = index_files(lookup.run)
    ids = {index.name: name for index, name in shards}
    files = [index for index, _ in shards]
    if number < sum(file.rows for file in files):
        for name, _, batch in rows_at(lookup.store, files, [number], INDEX):
            if batch.column("doc_id")[0].as_py() == doc_id:
                return _span(ids[name], batch)
    return _scanned(lookup, shards, doc_id)


def _scanned(lookup: Lookup, shards: Sequence[tuple[Delivered, str]], doc_id: str) -> Span | None:
    """Look for a document in all shards: in a tree that was made otherwise, rows may differ."""
    for index, name in shards:
        lookup.scanned.add("shards")
        with open_parquet(lookup.store, index) as parquet:
            for batch in parquet.iter_batches(columns=list(INDEX), use_threads=False):
                if (held := batch.filter(pc.equal(batch.column("doc_id"), pa.scalar(doc_id)))).num_rows:
                    return _span(name, held)
    return None


def tokens_count(lookup: Lookup, ids: Sequence[str]) -> int | None:
    """Return how many tokens some documents have together, read from the indexes of all shards; None without shards."""
    shards = index_files(lookup.run)
    if not shards:
        return None
    wanted, count = pa.array(ids, pa.string()), 0
    for index, _ in shards:
        lookup.scanned.add("shards")
        with open_parquet(lookup.store, index) as parquet:
            for batch in parquet.iter_batches(columns=["doc_id", "token_count"], use_threads=False):
                held = batch.filter(pc.is_in(batch.column("doc_id"), value_set=wanted))
                count += pc.sum(held.column("token_count")).as_py() or 0
    return count


def _span(name: str, batch: pa.RecordBatch) -> Span:
    start, count = (int(batch.column(column)[0].as_py()) for column in INDEX[1:])
    return Span(shard=name, start=start, count=count)


def document_of(lookup: Lookup, index: Delivered, token: int) -> Indexed | None:
    """Return the row of the index of a shard that holds a token, numbered from 0; None where no document has it."""
    with open_parquet(lookup.store, index) as parquet:
        group = _group_of(parquet, token)
        if group is None:
            return None
        rows = parquet.read_row_group(group, list(INDEX), use_threads=False)
    starts = rows.column("token_start").to_numpy()
    row = int(starts.searchsorted(token, side="right")) - 1
    doc_id, start, count = (rows.column(name)[row].as_py() for name in INDEX)
    return Indexed(doc_id=doc_id, token_start=start, token_count=count) if token < start + count else None


def _group_of(parquet: pq.ParquetFile, token: int) -> int | None:
    """Return the last row group whose first token is not behind `token`, as its statistics say."""
    column = parquet.schema_arrow.get_field_index("token_start")
    said = (parquet.metadata.row_group(group).column(column).statistics for group in range(parquet.num_row_groups))
    held = [group for group, statistics in enumerate(said) if statistics and cast("int", statistics.min) <= token]
    return held[-1] if held else None


def token_at(lookup: Lookup, token: str) -> TokenPlace:
    """Return the place of a token that is called SHARD:N: token N, from 0, of shards/SHARD.

    Raises:
        RecipeError: no such shard or token.
    """
    shard, _, number = token.rpartition(":")
    shards = index_files(lookup.run)
    name = f"shards/{shard.removeprefix('shards/').partition('.')[0]}.parquet"
    named = {index.name: (index, ids) for index, ids in shards}
    if not (number.isascii() and number.isdecimal()) or name not in named:
        names = ", ".join(ids.removeprefix("shards/").partition(".")[0] for _, ids in shards)
        raise RecipeError(
            f"--token wants SHARD:N, such as 00000:1234, not {token!r}; shards: {names or 'none, not tokenized'}"
        )
    index, ids = named[name]
    entry = document_of(lookup, index, int(number))
    if entry is None:
        return _in_gap(lookup, ids, int(number))
    return TokenPlace(ids, int(number), entry["doc_id"], int(number) - entry["token_start"])


def _in_gap(lookup: Lookup, ids: str, number: int) -> TokenPlace:
    """Return what the place of a token was, where no document has it now."""
    for gap in gaps_of(load_tombstones(lookup.store, lookup.run.value)).get(ids, ()):
        if gap.start <= number < gap.end:
            return TokenPlace(ids, number, gap.doc_id, number - gap.start, gap.case)
    raise RecipeError(f"{ids} has no token {number}; it ends before that")
