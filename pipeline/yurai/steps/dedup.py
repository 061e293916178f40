"""Exact duplicates over the whole corpus: keys -> groups -> decisions -> decisions by shard -> applied.

    keys     a shard          -> its (hash, place, id) rows, sorted by partition of the hash
    group    consecutive keys -> one file, so that a partition is few large reads
    decide   a partition      -> which rows go, and the document that stays instead, sorted by place
    collect  1,024 shards     -> the decisions about them, from all partitions
    apply    a shard          -> kept and dropped rows

The first in input order stays, so neither workers nor partitions nor the order of arguments matter. Near-duplicates
will share everything but `keys` and `decide`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.columns import dropped_rows, strings, text_bytes
from yurai.fetch import fetch_shard
from yurai.shuffle import Rows, Span, append_rows, join_spans, read_span, write_partitions
from yurai.steps.shards import only_input, sinks
from yurai.task import Task
from yurai_manifests.counts import StageCounts
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

KEY = np.dtype([("hash", ">u8"), ("low", ">u8"), ("shard", "<u4"), ("row", "<u4"), ("id", "V16")])
DROP = np.dtype([("shard", "<u4"), ("row", "<u4"), ("kept", "V16")])
BLOCK = 1024
SPLITS = 64
REASON = "exact-duplicate"
SPACE = r"[\s\pZ\x{85}\x{1c}-\x{1f}\x{0b}]+"


def normalise(text: pa.Array[Any]) -> pa.Array[Any]:
    """Return the text that equality is judged on: NFC, runs of white space to one space, trimmed (CONTRACT, Nouns)."""
    one = pc.utf8_normalize(text, "NFC")  # type: ignore[attr-defined] # the stubs miss it
    return cast("pa.Array[Any]", pc.utf8_trim(pc.replace_substring_regex(one, SPACE, " "), " "))


def partition_of(hashes: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.int64]:
    """Return the partition of each hash: its upper 32 bits, scaled to `count`."""
    return ((hashes.astype(np.uint64) >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def keys(task: Task, attempt: Attempt) -> TaskRecord:
    """Write the keys of one shard; args: `index` of the shard, `partitions`."""
    shard, path = only_input(task, attempt)
    record = TaskRecord(task.key, shard.source, shard.sha256)
    rows = np.concatenate([*_key_rows(read_rows(path, ["doc_id", "text"]), task.args["index"]), np.empty(0, KEY)])
    part = partition_of(rows["hash"], task.args["partitions"])
    order = np.lexsort((rows["row"], rows["low"], rows["hash"], part))
    write_partitions(attempt, record, rows[order], np.bincount(part, minlength=task.args["partitions"]))
    return record


def _key_rows(batches: Iterator[pa.RecordBatch], index: int) -> Iterator[Rows]:
    start = 0
    for batch in batches:
        texts = cast("list[str]", normalise(batch.column("text")).to_pylist())
        digests = b"".join(hashlib.sha256(text.encode("utf-8")).digest()[:16] for text in texts)
        rows = np.zeros(len(texts), KEY)
        rows["hash"], rows["low"] = np.frombuffer(digests, ">u8").reshape(-1, 2).T
        rows["shard"], rows["row"] = index, np.arange(start, start + len(texts))
        rows["id"] = np.frombuffer(bytes.fromhex("".join(strings(batch, "doc_id"))), "V16")
        start += len(texts)
        yield rows


def group(task: Task, attempt: Attempt) -> TaskRecord:
    """Join the files of consecutive map tasks; args: `spans`, a list of spans for each partition."""
    record = TaskRecord(task.key, task.source, "")
    parts = [join_spans([Span(*place) for place in places], KEY) for places in task.args["spans"]]
    counts = np.array([len(part) for part in parts], np.int64)
    write_partitions(attempt, record, np.concatenate(parts), counts)
    return record


def decide(task: Task, attempt: Attempt) -> TaskRecord:
    """Find the rows of one partition that go; args: `spans`, `memory_bytes`, `shards`."""
    record = TaskRecord(task.key, task.source, "")
    places = [Span(*place) for place in task.args["spans"]]
    total = sum(place.end - place.start for place in places)
    pieces = _in_memory(places) if total <= task.args["memory_bytes"] else _spilled(places, attempt)
    drops = np.concatenate([*(_duplicates(piece) for piece in pieces), np.empty(0, DROP)])
    drops = drops[np.lexsort((drops["row"], drops["shard"]))]
    blocks = -(-task.args["shards"] // BLOCK)
    write_partitions(attempt, record, drops, np.bincount(drops["shard"] // BLOCK, minlength=blocks))
    return record


def _in_memory(places: list[Span]) -> Iterator[Rows]:
    yield join_spans(places, KEY)


def _spilled(places: list[Span], attempt: Attempt) -> Iterator[Rows]:
    """Split a partition that is larger than memory by other bits of the hash, through files on the spool."""
    for place in places:
        rows = read_span(place, KEY)
        split = rows["low"] % SPLITS
        for number in range(SPLITS):
            append_rows(attempt.path(f"split-{number}"), rows[split == number])
    for number in range(SPLITS):
        path = attempt.path(f"split-{number}")
        yield np.fromfile(path, KEY)
        path.unlink()


def _duplicates(rows: Rows) -> Rows:
    """Return a DROP row for every row whose hash an earlier row, in input order, has."""
    rows = rows[np.lexsort((rows["row"], rows["shard"], rows["low"], rows["hash"]))]
    same = (rows["hash"][1:] == rows["hash"][:-1]) & (rows["low"][1:] == rows["low"][:-1])
    repeated = np.concatenate([[False], same]) if len(rows) else np.empty(0, bool)
    first = np.maximum.accumulate(np.where(repeated, 0, np.arange(len(rows))))
    drops = np.zeros(int(repeated.sum()), DROP)
    drops["shard"], drops["row"] = rows["shard"][repeated], rows["row"][repeated]
    drops["kept"] = rows["id"][first[repeated]]
    return drops


def collect(task: Task, attempt: Attempt) -> TaskRecord:
    """Gather the decisions about one block of shards; args: `spans`, `block`, `shards`."""
    record = TaskRecord(task.key, task.source, "")
    drops = join_spans([Span(*place) for place in task.args["spans"]], DROP)
    drops = drops[np.lexsort((drops["row"], drops["shard"]))]
    first = task.args["block"] * BLOCK
    count = min(BLOCK, task.args["shards"] - first)
    write_partitions(attempt, record, drops, np.bincount(drops["shard"] - first, minlength=count))
    return record


def apply(task: Task, attempt: Attempt) -> TaskRecord:
    """Apply the decisions about one shard; args: `span`, `stage`."""
    shard = task.inputs[0]
    path = fetch_shard(shard, attempt.spool)
    drops = read_span(Span(*task.args["span"]), DROP)
    counts = StageCounts(task.args["stage"])
    record = TaskRecord(task.key, shard.source, shard.sha256, stages=[counts])
    with sinks(attempt) as out:
        start = 0
        for batch in read_rows(path):
            here = drops[(drops["row"] >= start) & (drops["row"] < start + batch.num_rows)]
            places = here["row"].astype(np.int64) - start
            keep = np.ones(batch.num_rows, bool)
            keep[places] = False
            kept = batch.filter(pa.array(keep))
            details = [bytes(row).hex() for row in here["kept"]]
            reasons = pa.array([REASON] * len(here), pa.string())
            out.kept.write(kept)
            out.dropped.write(dropped_rows(batch.take(places), counts.stage, reasons, details))
            out.text_bytes += text_bytes(kept)
            start += batch.num_rows
            counts.seen += batch.num_rows
            counts.kept += kept.num_rows
            counts.dropped.update([REASON] * len(here))
    return record
