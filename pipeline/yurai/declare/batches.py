"""Build and change record batches of the DOCUMENT and DROPPED schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters import FILTERS, TAGGERS
from yurai_filters.run_rule import AnyArray
from yurai_manifests.errors import ContractError
from yurai_manifests.schema import DOCUMENT, DROPPED, PROVENANCE

BATCH_ROWS = 256


def with_columns(batch: pa.RecordBatch, columns: Mapping[str, AnyArray]) -> pa.RecordBatch:
    """Return `batch` with some of its columns replaced.

    Raises:
        ContractError: an unknown column, or one of another length or type than the schema says.
    """
    for name, column in columns.items():
        index = batch.schema.get_field_index(name)
        if index < 0:
            raise ContractError(f"column {name} is not in the DOCUMENT schema")
        if len(column) != batch.num_rows or column.type != batch.schema.field(index).type:
            raise ContractError(
                f"column {name} came back as {len(column)} x {column.type}, "
                f"expected {batch.num_rows} x {batch.schema.field(index).type}"
            )
        batch = batch.set_column(index, batch.schema.field(index), column)
    return batch


def with_measures(batch: pa.RecordBatch, columns: Mapping[str, AnyArray]) -> pa.RecordBatch:
    """Return `batch` with the columns that a tagger wrote; one that the schema lacks becomes a named score.

    Raises:
        ContractError: as `with_columns`, or a column that the schema lacks is not float32.
    """
    known = {name: column for name, column in columns.items() if batch.schema.get_field_index(name) >= 0}
    scores = {name: column for name, column in columns.items() if name not in known}
    for name, column in scores.items():
        if column.type != pa.float32():
            raise ContractError(
                f"tagger column {name} is not in the DOCUMENT schema, so it is stored as a named score and must be "
                f"float32, not {column.type}; declare it so in `writes`"
            )
    return _with_scores(with_columns(batch, known), scores) if scores else with_columns(batch, known)


def _with_scores(batch: pa.RecordBatch, scores: Mapping[str, AnyArray]) -> pa.RecordBatch:
    """Replace these scores in `quality`, sorted by name; a row without a value has no entry, and without any is null.

    So no row depends on those that it is in a batch with.
    """
    merged = {**named_scores(batch), **scores}
    values = {name: cast("pa.FloatArray", column).to_pylist() for name, column in sorted(merged.items())}
    rows = [
        [{"name": name, "score": column[row]} for name, column in values.items() if column[row] is not None] or None
        for row in range(batch.num_rows)
    ]
    return with_columns(batch, {"quality": pa.array(rows, batch.schema.field("quality").type)})


def without_scores(batch: pa.RecordBatch, first: tuple[str, ...]) -> pa.RecordBatch:
    """Return `batch` without the named scores that begin with one of `first`: what a stage said of an earlier text."""
    quality = batch.column("quality")
    if quality.null_count == batch.num_rows:
        return batch
    rows = [
        None if row is None else [one for one in row if not one["name"].startswith(first)] or None
        for row in quality.to_pylist()
    ]
    return with_columns(batch, {"quality": pa.array(rows, quality.type)})


def named_scores(batch: pa.RecordBatch) -> dict[str, AnyArray]:
    """Return the scores of column `quality` as float32 columns by name; null where a row has none of that name."""
    quality: Any = batch.column("quality")
    if quality.null_count == batch.num_rows:
        return {}
    rows, entries = pc.list_parent_indices(quality), pc.list_flatten(quality)
    names, scores = entries.field("name"), entries.field("score")
    columns = {}
    for name in sorted(pc.unique(names).to_pylist()):
        here = pc.equal(names, name)
        entry_of = pc.index_in(pa.array(range(batch.num_rows), rows.type), value_set=rows.filter(here))
        columns[name] = scores.filter(here).take(entry_of)
    return columns


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
    batch: pa.RecordBatch,
    stage: str,
    reasons: AnyArray,
    details: Sequence[str | None] | None = None,
    columns: Mapping[str, AnyArray] | None = None,
) -> pa.RecordBatch:
    """Return DROPPED rows for `batch`, all dropped by `stage`; `reasons` and `details` are parallel to it.

    `said` are the columns after `detail`; those that it does not name are null.
    """
    count = batch.num_rows
    values = [batch.column(field.name) for field in PROVENANCE]
    values += [
        pa.array(["dropped"] * count, pa.string()),
        pa.array([stage] * count, pa.string()),
        reasons.cast(pa.string()),
        pa.array(details if details is not None else [None] * count, pa.string()),
    ]
    known = columns or {}
    values += [known.get(field.name, pa.nulls(count, field.type)) for field in list(DROPPED)[len(values) :]]
    return pa.RecordBatch.from_arrays(values, schema=DROPPED)


def text_columns(batch: pa.RecordBatch) -> dict[str, AnyArray]:
    """Return the columns as filters read them: `text` as string, since a batch is far below 2 GiB; scores by name."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    written = [name for one in TAGGERS.values() for name in one.writes]
    read = [name for one in FILTERS.values() for name in one.columns]  # scores of classifiers too
    scores = {name: pa.nulls(batch.num_rows, pa.float32()) for name in (*written, *read)}
    return scores | named_scores(batch) | columns | {"text": columns["text"].cast(pa.string())}
