"""Run a filter, a tagger or an editor over columns, and check that it kept its contract.

pyarrow arrays carry no types that a checker could see, so the check at run time (names, Arrow types, number of rows,
nulls) is the real one. A violation is a bug in the function, never in a document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.calling import called
from yurai_filters.check import check_settings, with_lists
from yurai_filters.compare import recorded
from yurai_filters.errors import ContractViolation
from yurai_filters.named_limits import Watch, named
from yurai_filters.page_wise import page_by_page
from yurai_filters.settings import EVERY, LANGUAGES
from yurai_filters.why import conditions

if TYPE_CHECKING:
    from yurai_filters.declaration import Declaration

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
Column: TypeAlias = "AnyArray | pa.ChunkedArray[pa.Scalar[pa.DataType]]"
Columns: TypeAlias = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Reasons of one filter over some rows (null keeps), and how many of the rows it could judge at all.

    `limits_not_judged` says of each limit, by the name of its setting, how many of the rows that the filter judged and
    kept it could not judge, since what it compares is null there; limits that judged all of them are left out.
    """

    reason: pa.StringArray
    judged: int
    not_judged: int
    limits_not_judged: Mapping[str, int] = field(default_factory=dict)


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
    columns = read_columns(declaration, table_columns)
    count = len(columns[0])
    judged = judged_rows(declaration, columns, languages, lang)
    with recorded() as comparisons, conditions() as missing:
        reason = _call(declaration, columns, named(with_lists(declaration, complete)))
    reason = _checked(declaration, "reason", reason, pa.string(), count)
    reason = pc.if_else(judged, reason, pa.scalar(None, pa.string()))
    names = {id(column): name for column, name in zip(columns, declaration.columns, strict=True)}
    unseen = Watch(declaration, comparisons, missing).not_judged(names, pc.and_(judged, reason.is_null()))
    return Verdict(reason, judged.true_count, count - judged.true_count, unseen)


def judged_rows(declaration: Declaration, columns: list[Any], languages: tuple[str, ...], lang: Column | None) -> Any:  # noqa: ANN401 - pyarrow.compute has no precise types
    """Tell which rows the filter can judge: their language is asked for, and a column that it reads has a value."""
    judged = _measured(columns)
    if languages == (EVERY,):
        return judged
    return pc.and_(judged, _spoken(declaration, lang, languages, len(columns[0])))


def _spoken(declaration: Declaration, lang: Column | None, languages: tuple[str, ...], count: int) -> Any:  # noqa: ANN401 - pyarrow.compute has no precise types
    return pc.is_in(_language(declaration, lang, count), value_set=pa.array(languages, pa.string()))


def _where(rows: Any, function: Any, old: Any) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401 - as above
    """Apply an editor's function to some rows; the others keep their text and count 0."""
    part = old.filter(rows)
    new, counts = function(part)
    if not all(isinstance(column, pa.Array) and len(column) == len(part) for column in (new, *counts.values())):
        return new, counts
    zeros = pa.array([0] * len(old), pa.int32())
    placed = {rule: pc.replace_with_mask(zeros, rows, column.cast(pa.int32())) for rule, column in counts.items()}
    return pc.replace_with_mask(old, rows, new), placed


def measure(
    declaration: Declaration, table_columns: Columns, settings: Mapping[str, object]
) -> dict[str, pa.Array[Any]]:
    """Apply a tagger: the columns that it declared to write, in that order.

    Raises ValueError for wrong settings, ContractViolation for missing, extra or mistyped columns.
    """
    columns = read_columns(declaration, table_columns)
    complete = with_lists(declaration, check_settings(declaration, settings))
    written = _call(declaration, columns, complete)
    if set(written) != set(declaration.writes):
        message = f"tagger {declaration.name} declares {sorted(declaration.writes)} and wrote {sorted(written)}"
        raise ContractViolation(message)
    return {
        name: _checked(declaration, name, written[name], kind, len(columns[0]))
        for name, kind in declaration.writes.items()
    }


def edit(declaration: Declaration, text: Column, settings: Mapping[str, object], lang: Column | None = None) -> Edited:
    """Apply an editor to `text`, page by page where form feeds part pages.

    A text stays as it is if its language (column `lang`, needed only by editors that declare languages) is not among
    the setting `languages`.

    Raises ValueError for wrong settings, ContractViolation if text became null, or rows or counts went missing.
    """
    [old] = read_columns(declaration, {"text": text})
    complete = with_lists(declaration, check_settings(declaration, settings))
    languages: Any = (EVERY,) if declaration.languages is None else complete.pop(LANGUAGES)
    function = partial(page_by_page, partial(_edited, declaration, complete))
    spoken = None if languages == (EVERY,) else _spoken(declaration, lang, languages, len(old))

    def over(start: int, count: int) -> tuple[Any, dict[str, Any]]:
        part = old.slice(start, count)
        return function(part) if spoken is None else _where(spoken.slice(start, count), function, part)

    new, counts = called(declaration, lambda: over(0, len(old)), lambda row: over(row, 1), len(old))
    if not new.is_null().equals(old.is_null()):
        raise ContractViolation(f"editor {declaration.name} changed which texts are null; empty text is a string")
    changed = pc.fill_null(pc.not_equal(old, new), pa.scalar(value=False))
    return Edited(new, counts, cast("pa.BooleanArray", changed))


def _edited(
    declaration: Declaration,
    settings: dict[str, Any],
    old: Any,  # noqa: ANN401 - pyarrow.compute has no precise types
) -> tuple[Any, dict[str, pa.Int32Array]]:
    new, counts = declaration.function(old, **settings)
    checked = {
        rule: cast("pa.Int32Array", _checked(declaration, rule, column, pa.int32(), len(old)))
        for rule, column in counts.items()
    }
    return _checked(declaration, "text", new, pa.string(), len(old)), checked


def _call(declaration: Declaration, columns: list[Any], settings: dict[str, Any]) -> Any:  # noqa: ANN401 - checked by the caller
    def alone(row: int) -> object:
        return declaration.function(*(column.slice(row, 1) for column in columns), **settings)

    return called(declaration, lambda: declaration.function(*columns, **settings), alone, len(columns[0]))


def read_columns(declaration: Declaration, table_columns: Columns) -> list[Any]:
    """Return the columns that a function reads, whole and checked; raises ContractViolation for what is not there."""
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
            f"{declaration.kind} {declaration.name} is for languages {sorted(declaration.languages or ())}: "
            "it needs column lang"
        )
        raise ContractViolation(message)
    return _checked(declaration, "lang", lang, pa.string(), count)


def _whole(column: Any) -> Any:  # noqa: ANN401 - an array, a chunked array, or what a careless function returned
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _checked(declaration: Declaration, name: str, column: Any, kind: pa.DataType, count: int) -> Any:  # noqa: ANN401 - checked here
    column = _whole(column)
    if not isinstance(column, pa.Array) or column.type != kind or len(column) != count:
        kind_given = f"{column.type} x {len(column)}" if isinstance(column, pa.Array) else type(column).__name__
        message = (
            f"{declaration.kind} {declaration.name}: column {name} must be {kind} x {count} rows, not {kind_given}"
        )
        raise ContractViolation(message)
    return column
