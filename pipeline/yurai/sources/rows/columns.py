"""Tell which columns of a Parquet file play which role, and how their values come out.

Only plain types are read: strings and bytes, integers as ids, timestamps, days and counts since 1970 as dates. An
extension type is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from yurai.sources.rows.roles import Choices

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
WORDS = (pt.is_string, pt.is_large_string, pt.is_string_view, pt.is_binary, pt.is_large_binary, pt.is_binary_view)

if TYPE_CHECKING:
    Arrow = pa.Array[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that plays a role: its `path` in the file; `read`: how its values come out, None: of another type."""

    path: str
    read: Callable[[Arrow], list[Any]] | None


def columns_of(schema: pa.Schema, choices: Choices) -> dict[str, tuple[Column, ...]]:
    """Return the columns for each role that `schema` has any for; `a.b` is column `a.b`, or field `b` of struct `a`."""
    columns: dict[str, tuple[Column, ...]] = {}
    for role, choice in choices.items():
        kinds = [(name, kind) for name in choice.names if (kind := type_at(schema, name)) is not None]
        if kinds:
            columns[role] = tuple(Column(name, _read(kind, role)) for name, kind in kinds)
    return columns


def type_at(schema: pa.Schema, name: str) -> pa.DataType | None:
    """Return the type of a column, or of a field in it; None: there is none, or two of one name."""
    if schema.names.count(name) == 1:
        return cast("pa.DataType", schema.field(name).type)
    head, _, rest = name.partition(".")
    if not rest or schema.names.count(head) != 1:
        return None
    kind: pa.DataType = schema.field(head).type
    for part in rest.split("."):
        if not pt.is_struct(kind) or kind.get_field_index(part) < 0:
            return None
        kind = kind.field(part).type
    return kind


def _read(kind: pa.DataType, role: str) -> Callable[[Arrow], list[Any]] | None:
    """Return how values of this type are read for this role, or None where they cannot play it."""
    plain = kind.value_type if pt.is_dictionary(kind) else kind
    if any(is_so(plain) for is_so in WORDS):
        return lambda column: column.cast(plain).cast(pa.large_binary()).to_pylist()  # invalid UTF-8 is ours to judge
    is_number = pt.is_integer(kind) or (role == "date" and pt.is_floating(kind))
    if pt.is_null(kind) or (role in ("id", "date") and is_number):
        return lambda column: column.to_pylist()
    if role == "date" and pt.is_timestamp(kind):
        return lambda column: _moments(column.cast(pa.int64()), PER_SECOND[cast("pa.TimestampType[Any]", kind).unit])
    if role == "date" and pt.is_date32(kind):
        return lambda column: [text and text[:10] for text in _moments(column.cast(pa.int32()), 1, DAY)]
    return None


def _moments(column: Arrow, per_second: int, seconds: int = 1) -> list[str | None]:
    """Return RFC 3339 for counts since 1970; a year that no calendar has is text that is no date."""

    def text(count: int | None) -> str | None:
        if count is None:
            return None
        try:
            return f"{(EPOCH + timedelta(seconds=count * seconds // per_second)).isoformat()[:19]}Z"
        except OverflowError:
            return "out of range"

    return [text(count) for count in column.to_pylist()]


def column_at(batch: pa.RecordBatch, path: str) -> Arrow:
    """Return the column of a batch, or a field in it."""
    if path in batch.schema.names:
        return batch.column(path)
    head, *rest = path.split(".")
    return cast("Arrow", pc.struct_field(batch.column(head), rest))
