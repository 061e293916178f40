"""Count under names: rows that tasks write of a delivered file, and that are added up on disk.

A name with several parts has tabs between them. What a column counts, each `what` says where it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_TYPES: dict[str, pa.DataType] = {"what": pa.string(), "name": pa.string()}
SUMS = ("rows", "documents", "size", "tokens")
_TYPES |= dict.fromkeys(SUMS, pa.int64())
COUNTS = pa.schema(_TYPES)
Column: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]] | pa.ChunkedArray[pa.Scalar[pa.DataType]]"
Numbers: TypeAlias = "npt.NDArray[np.int64] | Column"


def tally(what: str, names: Column, **sums: Numbers) -> pa.Table:
    """Return COUNTS rows under `names`; a sum that is not given is 0, `rows` 1."""
    count = len(names)
    nothing, ones = np.zeros(count, np.int64), np.ones(count, np.int64)
    values = [_array(sums.get(name, ones if name == "rows" else nothing)) for name in SUMS]
    return pa.Table.from_arrays([pa.array([what] * count, pa.string()), names, *values], schema=COUNTS)


def _array(numbers: Numbers) -> Column:
    return pa.array(numbers, pa.int64()) if isinstance(numbers, np.ndarray) else numbers


def named(*parts: Column) -> Column:
    """Return names of several parts; one that is null is empty."""
    empty = pa.scalar("")
    filled = [pc.if_else(pc.is_null(text), empty, text) for text in (part.cast(pa.string()) for part in parts)]
    joined: Column = pc.binary_join_element_wise(*filled, "\t")
    return joined


def summed(tables: Iterable[pa.Table]) -> pa.Table:
    """Return one row for each name, sorted."""
    whole = pa.concat_tables([COUNTS.empty_table(), *tables])
    sums = whole.group_by(["what", "name"]).aggregate([(name, "sum") for name in SUMS])
    return sums.rename_columns(COUNTS.names).cast(COUNTS).sort_by([("what", "ascending"), ("name", "ascending")])


def parts(name: str, count: int) -> Sequence[str]:
    """Return the parts of a name; the last holds whatever tabs are left."""
    return name.split("\t", count - 1)
