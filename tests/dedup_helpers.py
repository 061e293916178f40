"""Corpora of rows that tests of dedup write, and tasks that stand in for steps before a decision is applied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yurai.dedup.records import DECISION, EXACT
from yurai.engine import Runner
from yurai.local import LocalRunner
from yurai.recipe import DELIVER, Recipe
from yurai.run import continue_tree
from yurai.shuffle import rows_file
from yurai.stage import STAGES, StageUse
from yurai.state import state_of
from yurai.task import Task
from yurai_manifests.schema import DOCUMENT, document_id
from yurai_manifests.task import Attempt, TaskRecord

Row = dict[str, Any]


def document(source: str, place: int, **columns: Any) -> Row:
    row: Row = {"doc_id": document_id(source, place), "source": source, "source_sha256": "0" * 64}
    row |= {"warc_offset": place, "warc_length": 1, "url": f"https://x.example/{source}/{place}"}
    row |= {"text_sha256": "0" * 64, "text": "", **columns}
    return row | {"text_bytes": len(row["text"].encode())}


def write_shards(folder: Path, shards: list[list[Row]]) -> None:
    """Write one Parquet file a shard."""
    folder.mkdir(parents=True)
    for number, rows in enumerate(shards):
        pq.write_table(pa.Table.from_pylist(rows, schema=DOCUMENT), folder / f"{number:03}.parquet")


def deduplicate(shards: Path, out: Path, runner: Runner | None = None, **given: Any) -> None:
    uses = (StageUse("dedup", STAGES["dedup"].check(given)),)
    state = state_of([str(path) for path in sorted(shards.iterdir())])
    continue_tree(uses, state, Recipe("dedup", "", uses, dict(DELIVER)), str(out), runner or LocalRunner(1))


def write_decisions(task: Task, attempt: Attempt) -> TaskRecord:
    """A task: the decisions in its arguments, as rows."""
    record = TaskRecord(task.key, task.source, "")
    rows = np.zeros(len(task.args["rows"]), DECISION)
    for place, (shard, row, gone, kept, jaccard, size) in enumerate(task.args["rows"]):
        node = (1, 77, 0, *kept)
        rows[place] = (shard, row, gone, node, jaccard, EXACT, 55, 0, size)
    with rows_file(attempt, record) as out:
        out.write(rows)
    return record


def write_signatures(task: Task, attempt: Attempt) -> TaskRecord:
    """A task: for each row of its shard a signature of three numbers, the first the row's own."""
    shard = task.inputs[0]
    record = TaskRecord(task.key, shard.source, shard.sha256)
    with rows_file(attempt, record, "signatures") as out:
        out.write(np.array([[place, 1, 2] for place in range(shard.rows)], "<u4").reshape(-1, 3))
    return record
