"""Trace Megatron shards that others made: write beside each which row of which file every document is.

A Megatron pair knows no document by name. Documents are matched by order and count, and a seeded sample of them is
tokenized again: a shard that was made of other rows, in another order or by another tokenizer, is refused.
"""

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice, zip_longest
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from yurai.api.given import Where, places
from yurai.data.foreign import ForeignShard, foreign_shard
from yurai.sources.fetch import fetch_source
from yurai.sources.find import find_sources
from yurai.sources.rows import Row, read_rows, row_kind
from yurai.tokens import Tokenizer
from yurai_manifests.canonical import sha256_file
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.files import spooled
from yurai_manifests.parquet import ROW_GROUP, ParquetSink
from yurai_manifests.parquet import read_rows as read_parquet
from yurai_manifests.run import RUN, Delivered, load_run
from yurai_manifests.store import open_store

CHECKED: Final = 1000
_COLUMNS: Final[Mapping[str, pa.DataType]] = {
    "document": pa.int64(),
    "source": pa.string(),
    "row": pa.int64(),
    "id": pa.string(),
    "url": pa.string(),
    "token_start": pa.int64(),
    "token_count": pa.int64(),
}
META: Final = pa.schema(_COLUMNS)
"""A document of a shard: its number, its file and row there, from 0, what the row says of it, its tokens."""


class _Document(NamedTuple):
    source: str
    row: int
    id: str | None
    url: str | None
    text: str


def write_meta(
    shards: Where | Sequence[Where],
    documents: Where | Sequence[Where],
    tokenizer: Tokenizer,
    *,
    columns: Mapping[str, str] | None = None,
    check: int = CHECKED,
    seed: int = 0,
) -> list[Delivered]:
    """Write `PREFIX.meta.parquet` (columns: META) beside each Megatron pair, and return these files.

    `documents` are what the shards were made of: JSONL or Parquet files, or output trees, in the order of the shards;
    files of a folder or glob by name. `columns` maps text, url and id to their columns. `check` documents, drawn by
    `seed`, are tokenized and compared, with or without an end-of-document token. Nothing is written unless all agree.

    Raises:
        RecipeError: no such shard or document, or a row without a text. ShardError: a shard is damaged.
        AuditError: there are more or fewer documents than in the shards, or one of those compared differs.
    """
    opened = [foreign_shard(one) for one in places(shards, "shards")]
    count = sum(one.documents for one in opened)
    drawn = set(random.Random(seed).sample(range(count), min(check, count)))  # noqa: S311 - a sample, not a secret
    rows = _documents(places(documents, "documents"), columns or {})
    with ExitStack() as stack:
        made, first = [], 0
        for shard in opened:
            path = stack.enter_context(spooled(shard.store))
            wanted = {number - first for number in drawn if first <= number < first + shard.documents}
            made.append((shard, path, _write(path, shard, rows, tokenizer, wanted)))
            first += shard.documents
        if (more := next(rows, None)) is not None:
            raise AuditError(
                f"{more.source} row {more.row} is behind the last of {count:,} documents of the shards: give the rows "
                "that the shards were made of, and all their shards"
            )
        return [_put(shard, path, written) for shard, path, written in made]


def _put(shard: ForeignShard, path: Path, rows: int) -> Delivered:
    file = Delivered(f"{shard.name}.meta.parquet", sha256_file(path), path.stat().st_size, rows, int(shard.bounds[-1]))
    shard.store.put_file(path, file.name)
    return file


def _write(path: Path, shard: ForeignShard, rows: Iterator[_Document], tokenizer: Tokenizer, wanted: set[int]) -> int:
    with ExitStack() as stack:
        sink = ParquetSink(path, META)
        stack.callback(sink.abort)
        for number in range(0, shard.documents, ROW_GROUP):
            count = min(ROW_GROUP, shard.documents - number)
            held = list(islice(rows, count))
            for at, one in enumerate(held, number):
                if at in wanted:
                    _refuse_other(shard, at, one, tokenizer)
            if len(held) < count:
                raise AuditError(
                    f"{shard.where} has {shard.documents:,} documents, and rows end before its document "
                    f"{number + len(held):,}: give all rows that the shards were made of"
                )
            sink.write(_table(shard, number, held))
        sink.close()
        stack.pop_all()
    return sink.rows


def _table(shard: ForeignShard, first: int, held: Sequence[_Document]) -> pa.Table:
    bounds = shard.bounds[first : first + len(held) + 1]
    columns = {
        "document": range(first, first + len(held)),
        **{name: [getattr(one, name) for one in held] for name in ("source", "row", "id", "url")},
        "token_start": bounds[:-1],
        "token_count": bounds[1:] - bounds[:-1],
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in META], schema=META)


def _refuse_other(shard: ForeignShard, number: int, one: _Document, tokenizer: Tokenizer) -> None:
    """Raise AuditError where a document of a shard is not the tokens of a text."""
    theirs, ours = shard.tokens(number).tolist(), tokenizer.encode_batch([one.text])[0].tolist()
    if theirs in (ours, ours[:-1]):
        return
    at, (their, our) = next(
        (at, pair) for at, pair in enumerate(zip_longest(theirs, ours, fillvalue="no more")) if pair[0] != pair[1]
    )
    raise AuditError(
        f"{shard.where} document {number}: token {at} is {their} in the shard, and "
        f"{our} by the tokenizer, of row {one.row} of {one.source}; give the rows in the order of the shards, and "
        "their tokenizer; nothing was written"
    )


def _documents(given: Sequence[str], columns: Mapping[str, str]) -> Iterator[_Document]:
    for one in given:
        store = open_store(one)
        if store.size(RUN) is not None:
            yield from _of_tree(one)
            continue
        for source in find_sources([one], option="--documents "):
            yield from _of_rows(source.url, source.name, columns)


def _of_tree(url: str) -> Iterator[_Document]:
    store = open_store(url)
    for file in load_run(store).files("documents"):
        with store.open(file.name) as handle:
            row = 0
            for batch in read_parquet(handle, ["doc_id", "url", "text"], batch_rows=64):
                for one in batch.to_pylist():
                    yield _Document(file.name, row, one["doc_id"], one["url"], one["text"])
                    row += 1


def _of_rows(url: str, name: str, columns: Mapping[str, str]) -> Iterator[_Document]:
    kind = row_kind(name)
    if kind is None:
        raise RecipeError(f"--documents {name} is neither JSONL nor Parquet, nor an output tree")
    with tempfile.TemporaryDirectory() as spool:
        path, _ = fetch_source(url, Path(spool))
        rows = (one for one in read_rows(path, kind, columns) if isinstance(one, Row))
        for number, row in enumerate(rows):
            text = _words(row.values.get("text"))
            if row.error is not None or text is None:
                raise RecipeError(
                    f"--documents {name} row {number} has no text ({row.error or 'no such column'}); name the column "
                    "with --text-column, or mend the row: documents are counted"
                )
            yield _Document(name, number, _words(row.values.get("id")), _words(row.values.get("url")), text)


def _words(value: object) -> str | None:
    """Return what a row holds as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
