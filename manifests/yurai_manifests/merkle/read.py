"""Read the leaves and the keys of a tree that lies there, as its run hashed them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from yurai_manifests.merkle.leaves import Leaf, row_leaves, token_leaf
from yurai_manifests.merkle.sorted_keys import KeyKind, SortedRows, key_rows, keys_of
from yurai_manifests.merkle.token_spans import spans_of
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import Delivered, RunRecord, token_shards
from yurai_manifests.store import Store


def shard_spans(store: Store, shard: Delivered) -> Iterator[tuple[str, bytes]]:
    """Yield (doc_id, digest of its tokens) of each document of a token shard, in order.

    Raises:
        ShardError: damaged. FileNotFoundError: not there.
    """
    with ExitStack() as stack:
        if shard.name.endswith(".parquet"):
            yield from spans_of(stack.enter_context(store.open(shard.name)), None, 0)
            return
        ids = stack.enter_context(store.open(shard.name))
        index = stack.enter_context(store.open(f"{shard.name.rpartition('.')[0]}.parquet"))
        yield from spans_of(index, ids, shard.bytes // shard.size if shard.size else 0)


def shard_leaves(store: Store, shard: Delivered) -> Iterator[Leaf]:
    """Yield the leaves of a token shard; errors as `shard_spans`."""
    return (token_leaf(doc_id, span) for doc_id, span in shard_spans(store, shard))


def file_leaves(store: Store, run: RunRecord, folder: str, file: Delivered) -> Iterator[Leaf]:
    """Yield the leaves of the rows of one delivered file that is no token shard; errors as `shard_spans`."""
    spans = _spans(store, run, file) if folder == "documents" and run.files("shards") else None
    with store.open(file.name) as handle:
        for batch in read_rows(handle):
            yield from row_leaves(folder, batch, None if spans is None else list(islice(spans, batch.num_rows)))


def _spans(store: Store, run: RunRecord, file: Delivered) -> Iterator[bytes]:
    """Yield the digests of the tokens of the documents in `file`, reading the shards that hold them alone."""
    first = 0
    for before in run.files("documents"):
        if before.name == file.name:
            break
        first += before.rows
    start = 0
    for shard in token_shards(run.files("shards")):
        low, high = max(first - start, 0), min(first + file.rows - start, shard.rows)
        if low < high:
            yield from (span for _, span in islice(shard_spans(store, shard), low, high))
        start += shard.rows


def key_files(
    store: Store, files: Sequence[Delivered], kinds: Sequence[KeyKind], spool: Path
) -> dict[KeyKind, list[Path]]:
    """Write the sorted keys of each file to `spool`, one file for each kind; return their paths."""
    written: dict[KeyKind, list[Path]] = {kind: [] for kind in kinds}
    columns: list[str] = sorted({"doc_id", *kinds})
    for number, file in enumerate(files):
        rows = {kind: SortedRows(spool / f"{number:05}.{kind}") for kind in kinds}
        with store.open(file.name) as handle:
            for batch in read_rows(handle, columns):
                named = keys_of(kinds, batch)
                for kind in kinds:
                    rows[kind].add(key_rows(named[kind], named["doc_id"]))
        for kind in kinds:
            rows[kind].write()
            written[kind].append(spool / f"{number:05}.{kind}")
    return written


def ids_of(store: Store, files: Sequence[Delivered]) -> Iterator[tuple[int, int, str]]:
    """Yield (number of the file, row in it, doc_id) of every row of `files`."""
    for number, file in enumerate(files):
        row = 0
        with store.open(file.name) as handle:
            for batch in read_rows(handle, ["doc_id"]):
                for doc_id in batch.column(0).to_pylist():
                    yield number, row, str(doc_id)
                    row += 1
