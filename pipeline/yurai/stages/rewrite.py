"""Write new texts into some rows of a batch, with what was changed, and have them measured again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from yurai.declare.batches import with_columns
from yurai.declare.stage import stage_of
from yurai.engine.use import AnyUse
from yurai.stages.carry_spans import with_spans_carried
from yurai.stages.map_tasks import measure
from yurai_manifests.counts import StageCounts
from yurai_manifests.schema import COUNTS


def rewritten(
    rows: pa.RecordBatch,
    texts: list[str],
    changes: list[dict[str, int]],
    measures: Sequence[AnyUse],
    name: str,
    notes: Counter[str],
) -> pa.RecordBatch:
    """Return `rows` with new texts, measured again.

    `changes` says what was changed in each, by rule of the editor `name`, and goes into `removed_spans`; what the
    measuring stages find only in the new texts, such as personal data spelt in two ways, is added to `notes`.
    """
    data = [text.encode("utf-8") for text in texts]
    spans = [
        [*(before or []), *({"name": f"{name}:{rule}", "count": count} for rule, count in change.items())]
        for before, change in zip(rows.column("removed_spans").to_pylist(), changes, strict=True)
    ]
    new = with_columns(
        rows,
        {
            "text": pa.array(texts, pa.large_string()),
            "text_sha256": pa.array([hashlib.sha256(text).hexdigest() for text in data], pa.string()),
            "text_bytes": pa.array([len(text) for text in data], pa.int64()),
            "removed_spans": pa.array(spans, COUNTS),
        },
    )
    new = measure(with_spans_carried(rows, new), measures, [StageCounts(use.name) for use in measures])
    for use in measures:
        count_notes = stage_of(use).notes
        more = Counter(count_notes(new)) - Counter(count_notes(rows))
        notes.update({f"{name}:{use.name}:{kind}": count for kind, count in more.items()})
    return new


def replace_rows(batch: pa.RecordBatch, rows: pa.RecordBatch, places: list[int]) -> pa.RecordBatch:
    """Return `batch` with `rows` at `places`."""
    order = list(range(batch.num_rows))
    for new, row in enumerate(places):
        order[row] = batch.num_rows + new
    joined = pa.Table.from_batches([batch, rows]).combine_chunks().to_batches()[0]
    return joined.take(pa.array(order))
