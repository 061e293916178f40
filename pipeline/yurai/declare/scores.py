"""Read a number of each document by name: a column of numbers, or a named score in `quality`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.declare.batches import named_scores
from yurai.declare.rules import taggers_of
from yurai.declare.stage import stage_of
from yurai.declare.values import nearest
from yurai.engine.use import AnyUse
from yurai_filters import TAGGERS
from yurai_filters.compare import rounded
from yurai_manifests.schema import DOCUMENT


def is_number(name: str) -> bool:
    """Tell whether `name` can be read: a column of numbers, or no column at all and so a named score."""
    if name not in DOCUMENT.names:
        return True
    kind = DOCUMENT.field(name).type
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def score_column(name: str) -> str:
    """Return the column of DOCUMENT that holds the score `name`."""
    return name if name in DOCUMENT.names else "quality"


def scores(batch: pa.RecordBatch, name: str) -> npt.NDArray[np.float64]:
    """Return the score `name` of each row, rounded to 1e-4; NaN where a row has none."""
    nothing = pa.nulls(batch.num_rows, pa.float32())
    values = batch.column(name) if name in DOCUMENT.names else named_scores(batch).get(name, nothing)
    return rounded(cast("pa.DoubleArray", values.cast(pa.float64()))).to_numpy(zero_copy_only=False)


def unwritten(name: str, before: Sequence[AnyUse]) -> str | None:
    """Return what is wrong if no stage before writes the score `name`; what Parquet files have, nobody knows."""
    measured = {one for use in before for one in taggers_of(use.settings)}
    if writer := next((one.name for one in TAGGERS.values() if name in one.writes), None):
        if before and writer not in measured:
            return f'tagger "{writer}" measures {name!r}; add it to the taggers of stage measure'
        return None
    known = frozenset[str]().union(*(stage_of(use).scores(use.settings) for use in before))
    written = any(one == name or (one.endswith("_") and name.startswith(one)) for one in known)
    if not before or written or name in DOCUMENT.names:
        return None
    return f"no stage before it writes the score {name!r}{nearest(name, known)}; a stage classify of that name would"
