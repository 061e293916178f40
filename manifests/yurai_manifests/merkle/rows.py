"""Write a row as canonical JSON (RFC 8785), fast enough for every row of a run, and hash it.

All columns but `text` are in it, null ones too. orjson writes what RFC 8785 asks for but for numbers with a fraction,
so those go through rfc8785. Beyond JSON: bytes are hex, integers are written whole, and what is no number (NaN) is its
name as a string.
"""

import functools
import hashlib
import math
from collections.abc import Callable, Iterator
from typing import TypeAlias, cast

import orjson
import pyarrow as pa

from yurai_manifests.canonical import canonical

Cell: TypeAlias = "float | int | str | bytes | orjson.Fragment | list[Cell] | dict[str, Cell] | None"
LEFT_OUT = ("text",)
"""Columns whose own digest stands beside that of the row."""


def row_json(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Yield the canonical JSON of each row of `batch`, without its text."""
    names = sorted(name for name in batch.schema.names if name not in LEFT_OUT)
    columns = [_cells(batch, name) for name in names]
    for cells in zip(*columns, strict=True):
        yield orjson.dumps(dict(zip(names, cells, strict=True)), option=orjson.OPT_SORT_KEYS)


def row_digests(batch: pa.RecordBatch) -> list[str]:
    """Return the hex sha256 of the canonical JSON of each row."""
    return [hashlib.sha256(row).hexdigest() for row in row_json(batch)]


def _cells(batch: pa.RecordBatch, name: str) -> list[Cell]:
    column = batch.column(name)
    if column.null_count == len(column):
        return [None] * len(column)
    cells, change = cast("list[Cell]", column.to_pylist()), _change(column.type)
    return [change(cell) for cell in cells] if change else cells


def _change(kind: pa.DataType) -> Callable[[Cell], Cell] | None:
    """Return what makes cells of a type such as orjson writes canonically; None where they are."""
    if pa.types.is_floating(kind):
        return lambda cell: None if cell is None else _number(cast("float", cell))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return lambda cell: None if cell is None else cast("bytes", cell).hex()
    if isinstance(kind, pa.ListType | pa.LargeListType):
        return _list_change(_change(kind.value_type))
    if isinstance(kind, pa.StructType):
        return _struct_change({field.name: inner for field in kind if (inner := _change(field.type))})
    return None


def _list_change(inner: Callable[[Cell], Cell] | None) -> Callable[[Cell], Cell] | None:
    if inner is None:
        return None
    return lambda cell: None if cell is None else [inner(part) for part in cast("list[Cell]", cell)]


def _struct_change(inner: dict[str, Callable[[Cell], Cell]]) -> Callable[[Cell], Cell] | None:
    if not inner:
        return None

    def change(cell: Cell) -> Cell:
        parts = cast("dict[str, Cell] | None", cell)
        return parts and {name: inner[name](part) if name in inner else part for name, part in parts.items()}

    return change


@functools.lru_cache(1 << 16)
def _number(value: float) -> orjson.Fragment:
    """Return a number as RFC 8785 writes it; scores are rounded, so that the same ones come again."""
    return orjson.Fragment(canonical(value) if math.isfinite(value) else canonical(str(value)))
