"""measure: numbers about each text, computed once and stored; filters compare them, so new thresholds are cheap."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from yurai.columns import with_columns
from yurai.rules import tagger
from yurai.stage import stage
from yurai_filters import measure as run_tagger

DEFAULT = ("characters", "lines", "words")


@stage("measure", version=1, kind="measure")
def measure(batch: pa.RecordBatch, *, taggers: tuple[str, ...] = DEFAULT) -> pa.RecordBatch:
    """Measure each text with taggers.

    Writes the columns that the taggers declare. Runs after language, since what a word is depends on it.

    Args:
        batch: rows with `text` and `lang`.
        taggers: names of the taggers, in order; `yurai list filters` shows them.
    """
    for name in taggers:
        batch = with_columns(batch, run_tagger(tagger(name), text_columns(batch), {}))
    return batch


def text_columns(batch: pa.RecordBatch) -> dict[str, pa.Array[Any]]:
    """Return the columns as filters read them: `text` as string, since a batch is far below 2 GiB."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    return columns | {"text": columns["text"].cast(pa.string())}
