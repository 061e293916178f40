"""Weigh the documents of a shard: which need care, which go by policy or are sampled down, and how large each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.declare.batches import strings
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.messages import by_key
from yurai.exchange.row_files import Span, rows_file
from yurai.exchange.row_types import WEIGHT, Rows
from yurai.rights import USES, Judgement
from yurai.rights.written import read_judgement
from yurai.stages.map_tasks import read_documents
from yurai.stages.select.judged import OWN, TOLD, heard
from yurai.stages.select.loaded import Law, Rights
from yurai.stages.select.mixing import COLUMNS, DIMENSIONS, Dimension, draw, held_back, parse_weights
from yurai.stages.select.settings import Select
from yurai.tokens import Tokenizer
from yurai_manifests.task import Attempt, TaskRecord

WEIGHED = np.dtype([("size", "<u8"), ("hash", "<u8"), ("care", "u1"), ("fate", "u1")])
"""A document, parallel to its shard: tokens or bytes, its place in the order of the cap, and what becomes of it."""
KEPT: Final = 0
MIXED: Final = "mix:sampled-down"
CAPPED: Final = "cap:rights-sensitive"
REASONS: Final = tuple(f"rights:{use}-{verdict}" for use in USES for verdict in ("deny", "unknown"))
FATES: Final = ("", *REASONS, MIXED)
"""Why a document goes, by number."""
SUMS: Final = ("open", "care", "open_documents", "care_documents")
"""What a task counts of the documents that it keeps: sizes and numbers of those under open licences, and of others."""
BEFORE: Final = "before-cap"
AFTER: Final = "after-cap"
"""Names under which tasks note their sums."""


@dataclass(frozen=True)
class Weigh(Arguments):
    """Messages to the places of a shard, the stage, and what documents are judged by."""

    spans: list[Span]
    use: StageUse[Select]
    rights: Rights


@task_function("yurai.steps.select:weigh")
def weigh(task: Task[Weigh], attempt: Attempt) -> TaskRecord:
    """Write WEIGHED rows of one shard, and WEIGHT rows of those that stay and need care; note the sums of those."""
    args, record = task.args, task.record(task.input.sha256)
    settings, law, tokenizer = args.use.settings, args.rights.load(), args.use.settings.load()
    found, sums = judgements(args.spans), np.zeros(len(SUMS), np.int64)
    columns = ["doc_id", "source", "lang", "text_bytes", *(["text"] if tokenizer else [])]
    with rows_file(attempt, record, "weighed") as out, rows_file(attempt, record, "care") as care:
        for batch in read_documents(task, attempt, columns):
            here = [next(found) for _ in range(batch.num_rows)]
            rows = _weighed(batch, here, settings, law, tokenizer)
            out.write(rows)
            kept = rows[rows["fate"] == KEPT]
            sensitive = kept[kept["care"] == 1]
            weights = np.zeros(len(sensitive), WEIGHT)
            weights["hash"], weights["size"] = sensitive["hash"], sensitive["size"]
            care.write(weights)
            sums += sums_of(kept)
    record.index[BEFORE] = sums.tolist()
    return record


def sums_of(kept: Rows) -> npt.NDArray[np.int64]:
    """Return the SUMS of WEIGHED rows."""
    care = kept["care"] == 1
    sizes = kept["size"].astype(np.int64)
    return np.array([sizes[~care].sum(), sizes[care].sum(), (~care).sum(), care.sum()], np.int64)


def judgements(spans: Iterable[Span]) -> Iterator[Judgement]:
    """Yield what was judged of each document of a shard, in its order, after its copies were heard."""
    for _, messages in by_key(spans):
        own = next(read_judgement(one.data) for one in messages if one.kind == OWN)
        yield own.with_copies(heard(one for one in messages if one.kind == TOLD))


def _weighed(
    batch: pa.RecordBatch, found: list[Judgement], settings: Select, law: Law, tokenizer: Tokenizer | None
) -> Rows:
    rows = np.zeros(batch.num_rows, WEIGHED)
    if tokenizer:
        rows["size"] = tokenizer.encode_column(cast("pa.LargeStringArray", batch.column("text")))[1]
    else:
        rows["size"] = batch.column("text_bytes").to_numpy()
    ids = strings(batch, "doc_id")
    rows["hash"] = [draw(settings.seed, "cap", doc_id) for doc_id in ids]
    rows["care"] = [not one.conclusion.is_open(law.policy) for one in found]
    values = [batch.column(COLUMNS[one]).to_pylist() for one in DIMENSIONS if one != "licence"]
    for number, (doc_id, source, language) in enumerate(zip(ids, *values, strict=True)):
        reason = refused(found[number], settings)
        mix: Mapping[Dimension, str | None] = {"source": source, "language": language}
        if reason is None and sampled_out(found[number], mix, settings, doc_id):
            reason = MIXED
        rows["fate"][number] = FATES.index(reason or "")
    return rows


def refused(found: Judgement, settings: Select) -> str | None:
    """Return why what the recipe requires does not allow a document; None if it does."""
    for use in settings.require:
        verdict = found.verdicts[use]  # type: ignore[index] # settings are checked: each is a use
        if verdict == "deny" or (verdict == "unknown" and settings.unknown == "drop"):
            return f"rights:{use}-{verdict}"
    return None


def sampled_out(
    found: Judgement, values: Mapping[Dimension, str | None], settings: Select, doc_id: str
) -> list[str] | None:
    """Return the weights that sample a document out; None if it stays."""
    weights = parse_weights(settings.weights)
    if not weights:
        return None
    return held_back(weights, {**values, "licence": found.conclusion.spdx}, draw(settings.seed, "mix", doc_id))
