"""The tasks of `yurai pack` over token shards: which documents there are, and the place of each in every epoch.

count  a token shard  -> documents and tokens of each weight
deal   a token shard  -> ITEM rows: each occurrence of a document at its place in an epoch
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import rows_file
from yurai.exchange.row_types import ITEM, Numbers, Rows
from yurai.sources.fetch import fetch_shard
from yurai.tokens.order.mix import Mix, Weight, group_of
from yurai.tokens.order.permutation import Permutation
from yurai_manifests.errors import ContractError
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

AT_ONCE = 1 << 14
"""Rows of an index that are dealt at once."""


@dataclass(frozen=True)
class Count(Arguments):
    """The weights, and which row of the first file of documents is that of the first row of the index."""

    weights: tuple[str, ...]
    skip: int


@task_function("yurai.steps.pack:count")
def count(task: Task[Count], attempt: Attempt) -> TaskRecord:
    """Count the documents and tokens of each weight in a token shard; inputs are its index and files of documents."""
    record, weights = task.record(), [Weight.of(one) for one in task.args.weights]
    sums = np.zeros((2, len(weights) + 1), np.int64)
    for batch, groups in _members(task, attempt, weights, task.args.skip):
        np.add.at(sums[0], groups, 1)
        np.add.at(sums[1], groups, batch.column("token_count").to_numpy())
    record.index |= {"documents": sums[0].tolist(), "tokens": sums[1].tolist()}
    return record


@dataclass(frozen=True)
class Deal(Arguments):
    """How an epoch is made, and what comes before the shard: its number, and documents of each weight before it."""

    weights: tuple[str, ...]
    skip: int
    shard: int
    before: tuple[int, ...]
    millionths: tuple[int, ...]
    documents: tuple[int, ...]
    seed: int
    epochs: int
    stride: int
    """Places from the beginning of an epoch to that of the next."""


@task_function("yurai.steps.pack:deal")
def deal(task: Task[Deal], attempt: Attempt) -> TaskRecord:
    """Write each occurrence of each document of a token shard with its place."""
    args, record = task.args, task.record()
    weights = [Weight.of(one) for one in args.weights]
    mix = Mix(args.millionths, args.documents, args.seed)
    seen = np.array(args.before, np.int64)
    with rows_file(attempt, record) as out:
        for batch, groups in _members(task, attempt, weights, args.skip):
            items = _items(batch, args.shard)
            for group in range(len(seen)):
                mine = items[groups == group]
                members = (seen[group] + np.arange(len(mine))).astype(np.uint64)
                seen[group] += len(mine)
                for epoch in range(args.epochs):
                    numbers, which = mix.numbers(group, members, epoch)
                    dealt = mine[which.astype(np.int64)]
                    shuffled = Permutation(mix.size, args.seed, f"documents {epoch}").forward(numbers)
                    dealt["position"] = shuffled + np.uint64(epoch * args.stride)
                    out.write(dealt)
    return record


def _items(batch: pa.RecordBatch, shard: int) -> Rows:
    items = np.zeros(batch.num_rows, ITEM)
    names = batch.column("doc_id").to_pylist()
    halves = np.frombuffer(bytes.fromhex("".join(map(str, names))), ">u8").reshape(-1, 2)
    items["id_high"], items["id_low"], items["shard"] = halves[:, 0], halves[:, 1], shard
    items["token_start"] = batch.column("token_start").to_numpy()
    items["count"] = batch.column("token_count").to_numpy()
    return items


def _members(
    task: Task[Count] | Task[Deal], attempt: Attempt, weights: Sequence[Weight], skip: int
) -> Iterator[tuple[pa.RecordBatch, Numbers]]:
    """Yield batches of the index of a shard, each with the number of the weight of each document."""
    index, *documents = [fetch_shard(shard, attempt.spool) for shard in task.inputs]
    sources = _sources(documents, skip)
    for batch in read_rows(index, ["doc_id", "token_start", "token_count"], batch_rows=AT_ONCE):
        groups = np.zeros(batch.num_rows, np.int64)
        if weights:
            for row, doc_id in enumerate(batch.column("doc_id").to_pylist()):
                named, source = next(sources, (None, ""))
                if named != doc_id:
                    raise ContractError(
                        f"pack: row {doc_id} of {task.inputs[0].path} is not that of documents/, so its source is not "
                        "known; pack without --weight, or make the tree again"
                    )
                groups[row] = group_of(source, weights)
        yield batch, groups


def _sources(files: Sequence[Path], skip: int) -> Iterator[tuple[str, str]]:
    """Yield (doc_id, source) of the rows of consecutive files of documents, from row `skip` of the first one on."""
    number = 0
    for file in files:
        for batch in read_rows(file, ["doc_id", "source"]):
            for named, source in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                if number >= skip:
                    yield str(named), str(source)
                number += 1
