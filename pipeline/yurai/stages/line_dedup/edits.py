"""Put texts that lost something in the place of the old ones: what is left is measured, what is emptied is dropped."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from yurai.declare.batches import dropped_rows, with_columns
from yurai.engine.use import AnyUse, StageUse
from yurai.stages.line_dedup.pieces import Piece
from yurai.stages.line_dedup.settings import LineDedup
from yurai.stages.rewrite import replace_rows, rewritten
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import CUT_SPANS

REASON = "no-line-left"
RULE = {"line": "repeated-lines", "paragraph": "repeated-paragraphs", "span": "repeated-spans"}
Batches: TypeAlias = tuple[pa.RecordBatch, pa.RecordBatch]


class Edit(NamedTuple):
    """A new text, how many units went, the document that keeps most of them, and which bytes where they are spans."""

    text: str
    gone: int
    keeper: str
    pieces: list[Piece] | None = None


def edited(
    batch: pa.RecordBatch,
    edits: dict[int, Edit],
    use: StageUse[LineDedup],
    measures: tuple[AnyUse, ...],
    counts: StageCounts,
) -> Batches:
    """Return the rows that are kept, by `edits` of the rows numbered in the batch, and DROPPED rows; count them."""
    rule = RULE[use.settings.unit]
    remaining, emptied = (
        [row for row, edit in edits.items() if bool(edit.text.strip()) is has_text] for has_text in (True, False)
    )
    counts.seen += batch.num_rows
    counts.kept += batch.num_rows - len(emptied)
    counts.dropped.update([REASON] * len(emptied))
    if edits:
        gone = sum(edit.gone for edit in edits.values())
        counts.notes.update({f"{use.name}:documents": len(edits), f"{use.name}:{rule}": gone})
    if remaining:
        new = [edits[row] for row in remaining]
        before = _with_cut_spans(batch.take(pa.array(remaining)), new)
        removed = [{rule: edit.gone} for edit in new]
        rows = rewritten(before, [edit.text for edit in new], removed, measures, use.name, counts.notes)
        batch = replace_rows(batch, rows, remaining)
    return _split(batch, emptied, [edits[row].keeper for row in emptied], use.name)


def _with_cut_spans(rows: pa.RecordBatch, edits: list[Edit]) -> pa.RecordBatch:
    if edits[0].pieces is None:
        return rows
    spans = [[piece._asdict() for piece in edit.pieces or ()] for edit in edits]
    return with_columns(rows, {"cut_spans": pa.array(spans, CUT_SPANS)})


def _split(batch: pa.RecordBatch, emptied: list[int], keepers: list[str], stage: str) -> Batches:
    keep = np.ones(batch.num_rows, bool)
    keep[emptied] = False
    reasons = pa.array([REASON] * len(emptied), pa.string())
    dropped = dropped_rows(batch.take(pa.array(emptied, pa.int64())), stage, reasons, keepers)
    return batch.filter(pa.array(keep)), dropped
