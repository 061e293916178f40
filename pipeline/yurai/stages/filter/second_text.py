"""Give rows that rules drop their second text, where extract stored one, to be judged again by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.declare.batches import with_columns
from yurai.engine.use import AnyUse
from yurai.stages.rewrite import rewritten

RULE: Final = "second-text"
OTHER: Final = ("other_text", "other_extractor", "other_extractor_version")


def second_places(batch: pa.RecordBatch, reasons: pa.StringArray) -> list[int]:
    """Return the places of the rows that were dropped and have a second text."""
    places = pc.indices_nonzero(pc.and_(pc.is_valid(reasons), pc.is_valid(batch.column("other_text"))))
    return cast("list[int]", places.to_pylist())


def with_second_text(
    rows: pa.RecordBatch, measures: Sequence[AnyUse], name: str, notes: Counter[str]
) -> pa.RecordBatch:
    """Return `rows` with their second text as their text, measured again; of its blocks nothing is known."""
    nothing = {one: pa.nulls(rows.num_rows, rows.schema.field(one).type) for one in (*OTHER, "block_spans")}
    made = {name: rows.column(f"other_{name}") for name in ("extractor", "extractor_version")}
    bare = with_columns(rows, made | nothing)
    texts = [str(text) for text in rows.column("other_text").to_pylist()]
    return rewritten(bare, texts, [{RULE: 1} for _ in texts], measures, name, notes)
