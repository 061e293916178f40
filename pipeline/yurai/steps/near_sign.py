"""Signatures of a shard's documents, and a row for each band of each: the first step of near-dedup."""

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.dedup.order import columns, nodes
from yurai.dedup.records import BAND, Rows
from yurai.dedup.settings import Near
from yurai.dedup.shingles import shingle_hashes
from yurai.dedup.signature import band_hashes, signatures
from yurai.fetch import fetch_shard
from yurai.shuffle import RowsFile, rows_file
from yurai.stage import StageUse
from yurai.steps.shards import only_input
from yurai.task import Task
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

PAGE = 4096
"""Documents whose signatures are one range of the file: what a later step reads at least."""


def near_of(task: Task) -> Near:
    """Return the settings that a task of near-dedup carries."""
    use = StageUse.of(task.args["use"])
    return cast("Near", use.stage.function(**use.settings))


def sign(task: Task, attempt: Attempt) -> TaskRecord:
    """Sign the documents of a shard; args: `use`, `shard` (its number)."""
    near = near_of(task)
    shard, path = only_input(task, attempt)
    record = TaskRecord(task.key, shard.source, shard.sha256)
    read = list(dict.fromkeys(["text", "lang", *columns(near.keep, near.quality)]))
    with rows_file(attempt, record) as bands, rows_file(attempt, record, "signatures") as signed:
        start = 0
        for batch in pages(read_rows(path, read)):
            text, lang = cast("Any", batch.column("text")), cast("Any", batch.column("lang"))
            hashes = shingle_hashes(text, lang, near.shingling)
            found = signatures(*hashes, near.preset.hashes)
            named = nodes(batch, near.keep, near.quality, task.args["shard"], start, older=False)
            _write(near, named, found, bands, signed)
            start += batch.num_rows
    return record


def recall(task: Task, attempt: Attempt) -> TaskRecord:
    """Take the signatures of an earlier run from its index; args: `use`, `shard`."""
    near = near_of(task)
    shard = task.inputs[0]
    record = TaskRecord(task.key, shard.source, shard.sha256)
    with rows_file(attempt, record) as bands, rows_file(attempt, record, "signatures") as signed:
        start = 0
        for batch in pages(read_rows(fetch_shard(shard, attempt.spool), ["doc_id", "rank", "signature"])):
            found = np.frombuffer(b"".join(batch.column("signature").to_pylist()), "<u4")  # type: ignore[arg-type]
            named = nodes(batch, near.keep, near.quality, task.args["shard"], start, older=True)
            named["rank"] = batch.column("rank").to_numpy()
            _write(near, named, found.reshape(batch.num_rows, near.preset.hashes), bands, signed)
            start += batch.num_rows
    return record


def pages(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Cut batches so that none holds rows of two pages."""
    start = 0
    for batch in batches:
        done = 0
        while done < batch.num_rows:
            count = min(batch.num_rows - done, PAGE - (start + done) % PAGE)
            yield batch.slice(done, count)
            done += count
        start += batch.num_rows


def _write(near: Near, named: Rows, found: npt.NDArray[np.uint32], bands: RowsFile, signed: RowsFile) -> None:
    rows = np.empty((len(named), near.preset.bands), BAND)
    rows["hash"], rows["node"] = band_hashes(found, near.preset.bands, near.preset.rows), named[:, None]
    bands.write(rows.ravel())
    signed.write(found.astype("<u4", copy=False))
    if (int(named["row"][-1]) + 1) % PAGE == 0:
        signed.end_partition()
