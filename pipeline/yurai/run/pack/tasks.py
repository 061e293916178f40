"""The tasks of `yurai pack` behind `deal`; rows go from one to the next through `yurai.exchange`.

arrange  the places of a range   -> in order, and with a policy that fits: in samples
place    the same                -> PACKED rows, each at the place of its sample
write    the samples of a range  -> a file of the order, and where its documents are
join     the places of all files -> one index of them
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, read_rows, rows_file
from yurai.exchange.row_types import ITEM, PACKED, Numbers, Rows, hex_ids
from yurai.sources.fetch import fetch_shard
from yurai.tokens.order.permutation import Permutation
from yurai.tokens.order.policies import Parts, Policy, cut, fit
from yurai.tokens.order.samples import ORDER, PLACES
from yurai_manifests.errors import ContractError
from yurai_manifests.lookup.place_rows import PLACE, PLACE_BYTES, PREFIX_BYTES
from yurai_manifests.merkle.sorted_keys import SortedRows, digest, merged
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.task import Attempt, TaskRecord

Column: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
RANGE = 1 << 18
"""Places of documents that one task arranges: documents are packed together within such a range."""
SAMPLES_AT_ONCE = 1 << 12


@dataclass(frozen=True)
class Arrange(Arguments):
    """Places of a range, and how its documents become samples."""

    spans: list[Span]
    policy: Policy
    length: int


@task_function("yurai.steps.pack:arrange")
def arrange(task: Task[Arrange], attempt: Attempt) -> TaskRecord:
    """Bring the documents of a range in order; with a policy that fits, in samples that are numbered from 0."""
    args, record = task.args, task.record()
    items = read_rows(args.spans, ITEM)
    items = items[np.argsort(items["position"], kind="stable")]
    samples, left = 0, np.empty(0, np.int64)
    with rows_file(attempt, record) as out:
        if args.policy == "concat":
            out.write(items)
        else:
            parts, left = fit(items["count"].astype(np.int64), args.length, split=args.policy == "best-fit")
            samples = int(parts.sample[-1]) + 1 if len(parts.sample) else 0
            out.write(_packed(items, parts, np.arange(len(parts.sample))))
    tokens = int(items["count"].sum())
    unpacked = int(items["count"][left].sum())
    record.index |= {"tokens": [tokens], "samples": [samples], "left": [len(left), unpacked]}
    return record


def _packed(items: Rows, parts: Parts, at: Numbers) -> Rows:
    rows = np.zeros(len(parts.sample), PACKED)
    rows["sample"], rows["at"], rows["offset"] = parts.sample, at, parts.offset
    rows["item"] = items[parts.document]
    rows["item"]["token_start"] += parts.offset.astype(np.uint64)
    rows["item"]["count"] = parts.count
    return rows


@dataclass(frozen=True)
class Placed(Arguments):
    """Where a range begins, and how samples are shuffled: those of each epoch among themselves."""

    spans: list[Span]
    policy: Policy
    length: int
    start: int
    """Of all: the first token of the range, with policy concat; else its first sample."""
    edges: tuple[int, ...]
    """The first sample of each epoch, and how many there are."""
    seed: int


@task_function("yurai.steps.pack:place")
def place(task: Task[Placed], attempt: Attempt) -> TaskRecord:
    """Give each part of a range the place of its sample; what belongs to none is counted: the last, short one."""
    args, record = task.args, task.record()
    if args.policy == "concat":
        items = read_rows(args.spans, ITEM)
        parts = cut(items["count"].astype(np.int64), args.start, args.length)
        at = args.start + np.cumsum(parts.count) - parts.count
        rows = _packed(items, parts, at)
    else:
        rows = read_rows(args.spans, PACKED)
        rows = rows.copy()
        rows["sample"] += np.uint64(args.start)
    inside = rows["sample"] < args.edges[-1]
    over = rows[~inside]
    rows = rows[inside]
    for epoch, (low, high) in enumerate(zip(args.edges, args.edges[1:], strict=False)):
        mine = np.flatnonzero((rows["sample"] >= low) & (rows["sample"] < high))
        shuffle = Permutation(high - low, args.seed, f"samples {epoch}")
        rows["sample"][mine] = shuffle.forward(rows["sample"][mine] - np.uint64(low)) + np.uint64(low)
    with rows_file(attempt, record) as out:
        out.write(rows)
    record.index |= {"left": [len(over), int(over["item"]["count"].sum())]}
    return record


@dataclass(frozen=True)
class Write(Arguments):
    """Parts of the samples of a file, its first sample, how many it has, and the files that hold the ids."""

    spans: list[Span]
    first: int
    samples: int
    shards: tuple[str, ...]


@task_function("yurai.steps.pack:write")
def write(task: Task[Write], attempt: Attempt) -> TaskRecord:
    """Write a file of the order, and the sorted places of its documents."""
    args, record = task.args, task.record()
    rows = read_rows(args.spans, PACKED)
    rows = rows[np.lexsort((rows["at"], rows["sample"]))]
    bounds = np.searchsorted(rows["sample"], np.arange(args.first, args.first + args.samples + 1))
    if bounds[0] != 0 or bounds[-1] != len(rows) or (np.diff(bounds) == 0).any():
        raise ContractError(f"pack: samples from {args.first} on are not whole; report it, with the recipe")
    sink = ParquetSink(attempt.path("samples.parquet"), ORDER)
    local = attempt.path("sorted.places")
    places = SortedRows(local, PLACE)
    try:
        for low in range(0, args.samples, SAMPLES_AT_ONCE):
            some = bounds[low : low + SAMPLES_AT_ONCE + 1]
            sink.write(_table(rows[some[0] : some[-1]], some - some[0], args.first + low, args.shards))
            places.add(_places(rows[some[0] : some[-1]]))
        sink.close()
        attempt.finish("samples", sink.path, rows=args.samples, size=int(rows["item"]["count"].sum()))
    finally:
        sink.abort()
    attempt.finish("places", local, rows=places.write())
    return record


def _table(rows: Rows, bounds: Numbers, first: int, shards: Sequence[str]) -> pa.Table:
    items = rows["item"]
    named = pa.array(shards, pa.string()).take(pa.array(items["shard"].astype(np.int64), pa.int64()))
    columns: list[Column] = [
        pa.array(hex_ids(items["id_high"], items["id_low"]), pa.string()),
        named,
        pa.array(items["token_start"].astype(np.int64), pa.int64()),
        pa.array(items["count"].astype(np.int32), pa.int32()),
        pa.array(rows["offset"].astype(np.int32), pa.int32()),
    ]
    kind = ORDER.field("parts").type
    parts = pa.StructArray.from_arrays(columns, fields=list(kind.value_type))
    counts = np.add.reduceat(items["count"].astype(np.int64), bounds[:-1]) if len(rows) else np.empty(0, np.int64)
    return pa.Table.from_arrays(
        [
            pa.array(np.arange(first, first + len(bounds) - 1, dtype=np.int64), pa.int64()),
            pa.array(counts.astype(np.int32), pa.int32()),
            pa.ListArray.from_arrays(pa.array(bounds.astype(np.int32), pa.int32()), parts).cast(kind),
        ],
        schema=ORDER,
    )


def _places(rows: Rows) -> bytes:
    """Return where documents occur: each document once for each of its samples."""
    names = hex_ids(rows["item"]["id_high"], rows["item"]["id_low"])
    pairs = dict.fromkeys(zip(names, rows["sample"].tolist(), strict=True))
    return b"".join(digest(name)[:PREFIX_BYTES] + sample.to_bytes(PREFIX_BYTES, "big") for name, sample in pairs)


@dataclass(frozen=True)
class Join(Arguments):
    """Nothing but the inputs says what is joined."""


@task_function("yurai.steps.pack:join")
def join(task: Task[Join], attempt: Attempt) -> TaskRecord:
    """Join the sorted places of all files."""
    files, path, rows = [fetch_shard(shard, attempt.spool) for shard in task.inputs], attempt.path(PLACES), 0
    with path.open("wb") as joined:
        for part in merged(files, row=PLACE):
            rows += joined.write(part) // PLACE_BYTES
    attempt.finish("places", path, rows=rows)
    return task.record()
