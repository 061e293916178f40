"""Run a filter, a tagger or an editor over columns, and check that it kept its contract.

pyarrow arrays carry no types that a checker could see, so the check at run time (names, Arrow types, number of rows,
nulls) is the real one. A violation is a bug in the function, never in a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.errors import ContractViolation
from yurai_filters.settings import EVERY, LANGUAGES, check_settings

if TYPE_CHECKING:
    from yurai_filters.declare import Declaration

Column: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"
Columns: TypeAlias = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Reasons of one filter over some rows (null keeps), and how many of the rows it could judge at all."""

    reason: pa.StringArray
    judged: int
    not_judged: int


@dataclass(frozen=True, slots=True)
class Edited:
    """New text, which rows it changed, and for each rule of the editor how often it applied to each row (int32)."""

    text: pa.StringArray
    counts: dict[str, pa.Int32Array]
    changed: pa.BooleanArray

    def totals(self) -> dict[str, int]:
        """Changed documents, and the sum of each rule's counts, under the rule's name."""
        sums = {rule: pc.sum(column).as_py() or 0 for rule, column in self.counts.items()}
        return {"documents": self.changed.true_count, **sums}


def judge(
    declaration: Declaration,
    table_columns: Columns,
    settings: Mapping[str, object],
    lang: Column | None,
) -> Verdict:
    """Apply a filter to the rows of `table_columns` (any mapping of at least the columns it reads).

    A row passes unjudged if its language (column `lang`, needed only by filters that declare languages) is not among
    the setting `languages`, or if every column that the filter reads is null there.

    Raises ValueError for wrong settings, ContractViolation for a missing or mistyped column or a wrong result.
    """
    complete = check_settings(declaration, settings)
    languages: Any = (EVERY,) if declaration.languages is None else complete.pop(LANGUAGES)
    columns = _read(declaration, table_columns)
    count = len(columns[0])
    judged: Any = _measured(columns)
    if languages != (EVERY,):
        spoken = pc.is_in(_language(declaration, lang, count), value_set=pa.array(languages, pa.string()))
        judged = pc.and_(judged, spoken)
    reason = _checked(declaration, "reason", declaration.function(*columns, **complete), pa.string(), count)
    reason = pc.if_else(judged, reason, pa.scalar(None, pa.string()))
    return Verdict(reason, judged=judged.true_count, not_judged=count - judged.true_count)


def measure(
    declaration: Declaration, table_columns: Columns, settings: Mapping[str, object]
) -> dict[str, pa.Array[Any]]:
    """Apply a tagger: the columns that it declared to write, in that order.

    Raises ValueError for wrong settings, ContractViolation for missing, extra or mistyped columns.
    """
    columns = _read(declaration, table_columns)
    written = declaration.function(*columns, **check_settings(declaration, settings))
    if set(written) != set(declaration.writes):
        message = f"tagger {declaration.name} declares {sorted(declaration.writes)} and wrote {sorted(written)}"
        raise ContractViolation(message)
    return {
        name: _checked(declaration, name, written[name], kind, len(columns[0]))
        for name, kind in declaration.writes.items()
    }


def edit(declaration: Declaration, text: Column, settings: Mapping[str, object]) -> Edited:
    """Apply an editor to `text`.

    Raises ValueError for wrong settings, ContractViolation if text became null, or rows or counts went missing.
    """
    [old] = _read(declaration, {"text": text})
    new, counts = declaration.function(old, **check_settings(declaration, settings))
    new = _checked(declaration, "text", new, pa.string(), len(old))
    if not new.is_null().equals(old.is_null()):
        raise ContractViolation(f"editor {declaration.name} changed which texts are null; empty text is a string")
    checked = {
        rule: cast("pa.Int32Array", _checked(declaration, rule, column, pa.int32(), len(old)))
        for rule, column in counts.items()
    }
    changed = pc.fill_null(pc.not_equal(old, new), pa.scalar(value=False))
    return Edited(new, checked, cast("pa.BooleanArray", changed))


def _read(declaration: Declaration, table_columns: Columns) -> list[Any]:
    missing = [name for name in declaration.columns if name not in table_columns]
    if missing:
        message = f"{declaration.kind} {declaration.name} reads column {missing[0]}, which the rows do not have"
        raise ContractViolation(message)
    columns = [_whole(table_columns[name]) for name in declaration.columns]
    for (name, kind), column in zip(declaration.types.items(), columns, strict=True):
        _checked(declaration, name, column, kind, len(columns[0]))
    return columns


def _measured(columns: list[Any]) -> Any:  # noqa: ANN401 - pyarrow.compute has no precise types
    measured = pc.is_valid(columns[0])
    for column in columns[1:]:
        measured = pc.or_(measured, pc.is_valid(column))
    return measured


def _language(declaration: Declaration, lang: Any, count: int) -> Any:  # noqa: ANN401 - checked here
    if lang is None:
        message = (
            f"filter {declaration.name} judges languages {sorted(declaration.languages or ())}: it needs column lang"
        )
        raise ContractViolation(message)
    return _checked(declaration, "lang", lang, pa.string(), count)


def _whole(column: Any) -> Any:  # noqa: ANN401 - an array, a chunked array, or what a careless function returned
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _checked(declaration: Declaration, name: str, column: Any, kind: pa.DataType, count: int) -> Any:  # noqa: ANN401 - checked here
    column = _whole(column)
    if not isinstance(column, pa.Array) or column.type != kind or len(column) != count:
        found = f"{column.type} x {len(column)}" if isinstance(column, pa.Array) else type(column).__name__
        message = f"{declaration.kind} {declaration.name}: column {name} must be {kind} x {count} rows, not {found}"
        raise ContractViolation(message)
    return column
