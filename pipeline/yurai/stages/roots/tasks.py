"""Hash the rows of delivered files, the tokens of shards, and sorted keys: the tasks of Merkle roots.

    spans   a token shard                       -> digests of its documents' tokens, and its root
    rows    a delivered file, and such digests  -> hashes of its rows' leaves, its root, and its keys, sorted
    keys    the sorted keys of a folder         -> their root
    places  the sorted places of such keys      -> one index of them, by which rows are found

What a leaf says is in `yurai_manifests.merkle.leaves`. Leaf hashes stay in the tree (.work), so that `yurai verify` can
name the row of a flipped byte.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from yurai.engine.arguments import Arguments
from yurai.engine.clock import part
from yurai.engine.task import Task, task_function
from yurai.sources.fetch import fetch_shard
from yurai_manifests.lookup.place_rows import PLACE, PLACED, place_rows
from yurai_manifests.merkle.leaves import hash_of, row_leaves, token_leaf
from yurai_manifests.merkle.sorted_keys import (
    KINDS,
    SortedRows,
    key_rows,
    keys_of,
    leaves,
    merged,
)
from yurai_manifests.merkle.token_spans import spans_of
from yurai_manifests.merkle.tree import HASH_BYTES, TreeBuilder
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

PART = "Merkle roots"


@dataclass(frozen=True)
class Spans(Arguments):
    """Bytes of a token in the .bin that goes with the index, 0 where the index has the ids in it."""

    token_bytes: int


@task_function("yurai.steps.roots:spans")
def hash_spans(task: Task[Spans], attempt: Attempt) -> TaskRecord:
    """Hash the tokens of each document of one shard; inputs are its index and, if it has one, its .bin."""
    index, *ids = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    builder = TreeBuilder()
    with part(PART), ExitStack() as stack:
        spans, hashes = (stack.enter_context(attempt.path(name).open("wb")) for name in ("spans.bin", "leaves.bin"))
        stored = stack.enter_context(ids[0].open("rb")) if ids else None
        for doc_id, span in spans_of(index, stored, task.args.token_bytes):
            leaf = hash_of(token_leaf(doc_id, span))
            builder.append(leaf)
            spans.write(span)
            hashes.write(leaf)
    attempt.finish("spans", attempt.path("spans.bin"), rows=builder.size)
    attempt.finish("leaves", attempt.path("leaves.bin"), rows=builder.size)
    _finish_root(attempt, builder)
    return task.record()


def _finish_root(attempt: Attempt, builder: TreeBuilder) -> None:
    path = attempt.path("root.bin")
    path.write_bytes(builder.root())
    attempt.finish("root", path, rows=builder.size)


@dataclass(frozen=True)
class HashRows(Arguments):
    """The folder of a file, which of the digests of tokens is the first of its own (-1: none), and its first row."""

    kind: str
    skip: int
    first: int
    """Rows of the folder before the file."""


@task_function("yurai.steps.roots:rows")
def hash_rows(task: Task[HashRows], attempt: Attempt) -> TaskRecord:
    """Hash the rows of one delivered file; the inputs behind it hold digests of tokens."""
    kind, skip = task.args.kind, task.args.skip
    path, *rest = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    spans = b"".join(file.read_bytes() for file in rest)
    keys = {key: SortedRows(attempt.path(f"{key}.keys")) for key in KINDS.get(kind, ())}
    places = {key: SortedRows(attempt.path(f"{key}.places"), PLACE) for key in PLACED.get(kind, ())}
    builder = TreeBuilder()
    with part(PART), attempt.path("leaves.bin").open("wb") as hashes:
        for batch in read_rows(path):
            of_batch = None if skip < 0 else _window(spans, skip + builder.size, batch.num_rows)
            found = [hash_of(leaf) for leaf in row_leaves(kind, batch, of_batch)]
            named = keys_of(places, batch) if places else {}
            for key, placed in places.items():
                placed.add(place_rows(named[key], task.args.first + builder.size))
                if key in keys:
                    keys[key].add(key_rows(named[key], named["doc_id"]))
            builder.extend(found)
            hashes.write(b"".join(found))
    _finish_sorted(attempt, "keys", keys.items())
    _finish_sorted(attempt, "places", places.items())
    attempt.finish("leaves", attempt.path("leaves.bin"), rows=builder.size)
    _finish_root(attempt, builder)
    return task.record()


def _finish_sorted(attempt: Attempt, name: str, rows: Iterable[tuple[str, SortedRows]]) -> None:
    for key, found in rows:
        count = found.write()
        attempt.finish(f"{name}.{key}", attempt.path(f"{key}.{name}"), rows=count)


def _window(spans: bytes, first: int, count: int) -> list[bytes]:
    places = range(first * HASH_BYTES, (first + count) * HASH_BYTES, HASH_BYTES)
    return [spans[place : place + HASH_BYTES] for place in places]


@dataclass(frozen=True)
class SortedKeys(Arguments):
    """The tree of keys: folder/kind."""

    tree: str


@task_function("yurai.steps.roots:keys")
def hash_keys(task: Task[SortedKeys], attempt: Attempt) -> TaskRecord:
    """Compute the root over the sorted keys of a folder."""
    files = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    builder = TreeBuilder()
    with part(PART):
        builder.extend(leaves(merged(files)))
    _finish_root(attempt, builder)
    return task.record()


@task_function("yurai.steps.roots:places")
def join_places(task: Task[SortedKeys], attempt: Attempt) -> TaskRecord:
    """Join the sorted places of all files of a folder."""
    files = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    path, count = attempt.path("joined.places"), 0
    with part(PART), path.open("wb") as joined:
        for rows in merged(files, row=PLACE):
            count += joined.write(rows) // PLACE.itemsize
    attempt.finish("places", path, rows=count)
    return task.record()
