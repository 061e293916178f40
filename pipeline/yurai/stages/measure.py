"""measure: numbers about each text, computed once and stored; filters compare them, so new thresholds are cheap."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from yurai.columns import named_scores, with_measures
from yurai.rules import tagger
from yurai.stage import stage
from yurai_filters import TAGGERS
from yurai_filters import measure as run_tagger

DEFAULT = ("characters", "lines", "words", "gopher-lines", "repetition", "sentences", "line-shapes")


@stage("measure", version=1, kind="measure")
def measure(batch: pa.RecordBatch, *, taggers: tuple[str, ...] = DEFAULT) -> pa.RecordBatch:
    """Measure each text with taggers.

    Writes the columns that the taggers declare; those of a plugin, which the schema does not know, are named scores in
    `quality`. Runs after language, since what a word is depends on it.

    Args:
        batch: rows with `text` and `lang`.
        taggers: names of the taggers, in order; `yurai list filters` shows them.
    """
    columns = text_columns(batch)
    for name in taggers:
        written = run_tagger(tagger(name), columns, {})
        columns |= written
        batch = with_measures(batch, written)
    return batch


def text_columns(batch: pa.RecordBatch) -> dict[str, pa.Array[Any]]:
    """Return the columns as filters read them: `text` as string, since a batch is far below 2 GiB; scores by name."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    scores = {name: pa.nulls(batch.num_rows, pa.float32()) for said in TAGGERS.values() for name in said.writes}
    return scores | named_scores(batch) | columns | {"text": columns["text"].cast(pa.string())}
