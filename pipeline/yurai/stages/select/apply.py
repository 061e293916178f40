"""Write verdicts into the documents of a shard, and drop those that go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from yurai.declare.batches import dropped_rows, strings, with_columns
from yurai.engine.arguments import AS_TEXT, Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.row_files import Span
from yurai.exchange.row_files import read_rows as read_spans
from yurai.exchange.row_types import Rows
from yurai.rights import Judgement
from yurai.stages.map_tasks import sinks
from yurai.stages.select.loaded import Rights
from yurai.stages.select.mixing import Dimension
from yurai.stages.select.settings import Select
from yurai.stages.select.weigh import AFTER, CAPPED, FATES, MIXED, SUMS, WEIGHED, judgements, sampled_out, sums_of
from yurai_manifests.counts import StageCounts
from yurai_manifests.task import Attempt, TaskRecord

WRITTEN = (
    *("concluded_spdx", "concluded_status", "licence_scope", "licence_confidence", "domain_rule_id", "train_verdict"),
    *("search_verdict", "redistribute_verdict", "robots_ref", "policy_id", "verdict_reasons", "token_count"),
)
"""The columns that verdicts are written into."""
MOST_DETAIL = 1000
"""Characters of the detail of a row that is dropped."""


@dataclass(frozen=True)
class Apply(Arguments):
    """Messages to the places of a shard, its WEIGHED rows, and the first hash that the cap drops."""

    spans: list[Span]
    weighed: list[Span]
    edge: int = field(metadata=AS_TEXT)
    use: StageUse[Select]
    rights: Rights


@task_function("yurai.steps.select:apply")
def apply(task: Task[Apply], attempt: Attempt) -> TaskRecord:
    """Write kept and dropped rows of one shard."""
    args, record = task.args, task.record(task.input.sha256)
    settings, policy, sums = args.use.settings, args.rights.load().policy, np.zeros(len(SUMS), np.int64)
    counts = StageCounts(args.use.name)
    record.stages = [counts]
    weighed, found, start = read_spans(args.weighed, WEIGHED), judgements(args.spans), 0
    with sinks(attempt, over=task.input, changes=WRITTEN) as out:
        for batch in out.batches(["lang"]):
            rows, here = weighed[start : start + batch.num_rows], [next(found) for _ in range(batch.num_rows)]
            start += batch.num_rows
            reasons = _reasons(rows, args.edge)
            counts.seen += batch.num_rows
            counts.kept += reasons.count(None)
            counts.dropped.update(reason for reason in reasons if reason)
            counts.notes.update(f"train-{one.verdicts['train']}" for one in here)
            counts.notes.update(f"licence-{one.conclusion.status}" for one in here)
            gone = [place for place, reason in enumerate(reasons) if reason]
            details = [_detail(reasons[place] or "", here[place], batch, place, settings) for place in gone]
            told = pa.array([reasons[place] for place in gone], pa.string())
            places = pa.array(gone, pa.int64())
            out.dropped.write(dropped_rows(batch.take(places), args.use.name, told, details))
            sums += sums_of(rows[[reason is None for reason in reasons]])
            written = _with_verdicts(batch, here, rows if settings.tokenizer else None, policy.id)
            stays = np.array([reason is None for reason in reasons], bool)
            out.keep(written.filter(pa.array(stays)), stays)
    record.index[AFTER] = sums.tolist()
    return record


def _reasons(rows: Rows, edge: int) -> list[str | None]:
    """Return why each document goes, None of those that stay."""
    capped = (rows["care"] == 1) & (rows["hash"] >= np.uint64(edge)) if edge < 1 << 64 else np.zeros(len(rows), bool)
    fates = (FATES[fate] or None for fate in rows["fate"].tolist())
    return [fate or (CAPPED if over else None) for fate, over in zip(fates, capped.tolist(), strict=True)]


def _detail(reason: str, found: Judgement, batch: pa.RecordBatch, place: int, settings: Select) -> str | None:
    """Return the signals behind a verdict, or the weights that sampled a document out."""
    if reason == MIXED:
        values: Mapping[Dimension, str | None] = {
            "source": batch.column("source")[place].as_py(),
            "language": batch.column("lang")[place].as_py(),
        }
        weights = sampled_out(found, values, settings, strings(batch.slice(place, 1), "doc_id")[0])
        return "; ".join(weights or [])
    if reason == CAPPED:
        return None
    use, _, verdict = reason.partition(":")[2].partition("-")
    lines = [line for line in found.lines() if line.startswith(f"{verdict} ") and use in line.partition(":")[0]]
    return ("; ".join(lines) or f"nothing was said of {use}")[:MOST_DETAIL]


def _with_verdicts(batch: pa.RecordBatch, found: list[Judgement], rows: Rows | None, policy: str) -> pa.RecordBatch:
    ends = [one.conclusion for one in found]
    scopes = zip(ends, batch.column("licence_scope").to_pylist(), strict=True)
    columns: dict[str, list[str | None]] = {
        "concluded_spdx": [end.spdx for end in ends],
        "concluded_status": [end.status for end in ends],
        "licence_scope": [end.scope or before for end, before in scopes],
        "domain_rule_id": [one.ruling for one in found],
        "train_verdict": [one.verdicts["train"] for one in found],
        "search_verdict": [one.verdicts["display"] for one in found],
        "redistribute_verdict": [one.verdicts["redistribute"] for one in found],
        "robots_ref": [one.robots_ref for one in found],
        "policy_id": [policy] * len(found),
    }
    batch = with_columns(batch, {name: pa.array(values, pa.string()) for name, values in columns.items()})
    batch = with_columns(batch, {"licence_confidence": pa.array([end.confidence for end in ends], pa.float32())})
    batch = with_columns(batch, {"verdict_reasons": pa.array([one.lines() for one in found], pa.list_(pa.string()))})
    tokens = pa.nulls(len(found), pa.int64()) if rows is None else pa.array(rows["size"].astype(np.int64), pa.int64())
    return with_columns(batch, {"token_count": tokens})
