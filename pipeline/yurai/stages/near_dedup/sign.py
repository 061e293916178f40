"""Sign a shard's documents, and write a row for each band of each: the first step of near-dedup."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.row_files import RowsFile, rows_file
from yurai.exchange.row_types import BAND, Rows
from yurai.stages.keep_order import columns, nodes
from yurai.stages.map_tasks import fetched, read_documents
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.signature import band_hashes
from yurai.stages.near_dedup.texts import signed
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

PAGE = 4096
"""Documents whose signatures are one range of the file: what a later step reads at least."""


@dataclass(frozen=True)
class Sign(Arguments):
    """The stage with its settings, and the number of the shard."""

    use: StageUse[NearDedup]
    shard: int


@task_function("yurai.steps.near_sign:sign")
def sign(task: Task[Sign], attempt: Attempt) -> TaskRecord:
    """Sign the documents of a shard."""
    near = task.args.use.settings
    record = task.record(task.input.sha256)
    read = list(dict.fromkeys(["text", "lang", *columns(*near.order)]))
    with rows_file(attempt, record) as bands, rows_file(attempt, record, "signatures") as kept:
        start = 0
        for batch in pages(read_documents(task, attempt, read)):
            text, lang = (cast("pa.StringArray", batch.column(name)) for name in ("text", "lang"))
            made = signed(text, lang, near)
            named = nodes(batch, *near.order, task.args.shard, start, older=False)
            _write(near, named, made, bands, kept)
            start += batch.num_rows
    return record


@task_function("yurai.steps.near_sign:recall")
def recall(task: Task[Sign], attempt: Attempt) -> TaskRecord:
    """Take the signatures of an earlier run from its index."""
    near, path = task.args.use.settings, fetched(task, attempt)
    record = task.record(task.input.sha256)
    with rows_file(attempt, record) as bands, rows_file(attempt, record, "signatures") as kept:
        start = 0
        for batch in pages(read_rows(path, ["doc_id", "rank", "signature"])):
            values = np.frombuffer(b"".join(batch.column("signature").to_pylist()), "<u4")  # type: ignore[arg-type]
            named = nodes(batch, *near.order, task.args.shard, start, older=True)
            named["rank"] = batch.column("rank").to_numpy()
            _write(near, named, values.reshape(batch.num_rows, near.resolved.hashes), bands, kept)
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


def _write(near: NearDedup, named: Rows, made: npt.NDArray[np.uint32], bands: RowsFile, kept: RowsFile) -> None:
    rows = np.empty((len(named), near.resolved.bands), BAND)
    rows["hash"], rows["node"] = band_hashes(made, near.resolved.bands, near.resolved.rows), named[:, None]
    bands.write(rows.ravel())
    kept.write(made.astype("<u4", copy=False))
    if (int(named["row"][-1]) + 1) % PAGE == 0:
        kept.end_partition()
