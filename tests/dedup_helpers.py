"""Corpora of rows that tests of dedup write, and tasks that stand in for steps before a decision is applied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yurai.declare.stage import STAGES
from yurai.engine.arguments import Arguments, NoArguments
from yurai.engine.engine import Runner
from yurai.engine.local import LocalRunner
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import rows_file
from yurai.exchange.row_types import DECISION, EXACT
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe
from yurai.run.run import continue_tree
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
    uses = (STAGES["dedup"].use(given),)
    state = state_of([str(path) for path in sorted(shards.iterdir())])
    continue_tree(uses, state, Recipe("dedup", "", uses, dict(DELIVER)), str(out), runner or LocalRunner(1))


@dataclass(frozen=True)
class Decisions(Arguments):
    rows: list[tuple[Any, ...]]


@task_function("tests:write_decisions")
def write_decisions(task: Task[Decisions], attempt: Attempt) -> TaskRecord:
    """A task: the decisions in its arguments, as rows."""
    record = task.record()
    rows = np.zeros(len(task.args.rows), DECISION)
    for place, (shard, row, gone, kept, jaccard, size) in enumerate(task.args.rows):
        node = (1, 77, 0, *kept)
        rows[place] = (shard, row, gone, node, jaccard, EXACT, shard, 9, 55, 0, size)
    with rows_file(attempt, record) as out:
        out.write(rows)
    return record


@task_function("tests:write_signatures")
def write_signatures(task: Task[NoArguments], attempt: Attempt) -> TaskRecord:
    """A task: for each row of its shard a signature of three numbers, the first the row's own."""
    shard = task.inputs[0]
    record = task.record(shard.sha256)
    with rows_file(attempt, record, "signatures") as out:
        out.write(np.array([[place, 1, 2] for place in range(shard.rows)], "<u4").reshape(-1, 3))
    return record
