"""Compute the keys of a shard's documents, and decide about the documents whose keys are equal.

A key is 128 bits of the sha256 of the normalised text, or of the normalised URL. How keys come together is said in
`yurai.exchange.levels`, how decisions are applied in `yurai.stages.apply_decisions.tasks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import pyarrow as pa

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, rows_file
from yurai.exchange.row_types import Rows
from yurai.stages.equal_keys import decided, key_rows
from yurai.stages.keep_order import Keep, columns, nodes
from yurai.stages.map_tasks import read_documents
from yurai_manifests.normal_text import normalise
from yurai_manifests.task import Attempt, TaskRecord
from yurai_manifests.urls import normal_url

Method: TypeAlias = Literal["exact", "url"]
READ: dict[Method, str] = {"exact": "text", "url": "url"}
JACCARD: dict[Method, float] = {"exact": 1.0, "url": float("nan")}
"""Similarity of texts that equal keys prove: texts of one URL may differ."""


@dataclass(frozen=True)
class Keys(Arguments):
    """The number of the shard, the settings that keys depend on, and whether it is of an earlier run."""

    number: int
    method: Method
    keep: Keep
    quality: str | None
    older: bool


@task_function("yurai.steps.dedup:keys")
def keys(task: Task[Keys], attempt: Attempt) -> TaskRecord:
    """Write KEY rows of one shard. No URL, no key."""
    args = task.args
    record = task.record(task.input.sha256)
    read = {*columns(args.keep, args.quality), READ[args.method]}
    start = 0
    with rows_file(attempt, record) as out:
        for batch in read_documents(task, attempt, sorted(read)):
            documents = nodes(batch, args.keep, args.quality, args.number, start, older=args.older)
            start += batch.num_rows
            out.write(_keyed(batch.column(READ[args.method]), documents, args.method))
    return record


def _keyed(values: pa.Array[Any], documents: Rows, method: Method) -> Rows:
    present = values.is_valid().to_numpy(zero_copy_only=False)
    names = cast("list[str]", (normalise(values) if method == "exact" else values).drop_null().to_pylist())
    return key_rows(names if method == "exact" else map(normal_url, names), documents[present])


@dataclass(frozen=True)
class Decide(Arguments):
    """The KEY rows of a partition, what they are keys of, the first shard of this run, and the memory to take."""

    spans: list[Span]
    method: Method
    first: int
    memory_bytes: int


@task_function("yurai.steps.dedup:decide")
def decide(task: Task[Decide], attempt: Attempt) -> TaskRecord:
    """Decide about the documents of one partition, but those of earlier runs, which stay."""
    args, record = task.args, task.record()
    with rows_file(attempt, record) as out:
        for rows in decided(args.spans, args.memory_bytes, JACCARD[args.method]):
            out.write(rows[rows["shard"] >= args.first])
    return record
