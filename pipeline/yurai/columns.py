"""Small helpers over record batches of the DOCUMENT and DROPPED schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa

from yurai.errors import ContractError
from yurai_manifests.schema import DOCUMENT, DROPPED, PROVENANCE

BATCH_ROWS = 256


def with_columns(batch: pa.RecordBatch, columns: Mapping[str, pa.Array[Any]]) -> pa.RecordBatch:
    """Return `batch` with some of its columns replaced.

    Raises:
        ContractError: an unknown column, or one of another length or type than the schema says.
    """
    for name, column in columns.items():
        place = batch.schema.get_field_index(name)
        if place < 0:
            raise ContractError(f"column {name} is not in the DOCUMENT schema")
        if len(column) != batch.num_rows or column.type != batch.schema.field(place).type:
            raise ContractError(
                f"column {name} came back as {len(column)} x {column.type}, "
                f"expected {batch.num_rows} x {batch.schema.field(place).type}"
            )
        batch = batch.set_column(place, batch.schema.field(place), column)
    return batch


def strings(batch: pa.RecordBatch, name: str) -> list[str]:
    """Return a column that the schema says is never null."""
    return cast("list[str]", batch.column(name).to_pylist())


def text_bytes(batch: pa.RecordBatch) -> int:
    """Return the bytes of all texts of `batch`, in UTF-8."""
    return int(batch.column("text_bytes").to_numpy().sum())


def document_batches(rows: Iterable[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    """Yield DOCUMENT batches of 256 rows; columns that a row does not name are null."""
    held: list[dict[str, Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == BATCH_ROWS:
            yield pa.RecordBatch.from_pylist(held, schema=DOCUMENT)
            held = []
    if held:
        yield pa.RecordBatch.from_pylist(held, schema=DOCUMENT)


def dropped_rows(
    batch: pa.RecordBatch, stage: str, reasons: pa.Array[Any], details: Sequence[str | None] | None = None
) -> pa.RecordBatch:
    """Return DROPPED rows for `batch`, all dropped by `stage`; `reasons` and `details` are parallel to it."""
    count = batch.num_rows
    values = [batch.column(field.name) for field in PROVENANCE]
    values += [
        pa.array(["dropped"] * count, pa.string()),
        pa.array([stage] * count, pa.string()),
        reasons.cast(pa.string()),
        pa.array(details if details is not None else [None] * count, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(values, schema=DROPPED)
