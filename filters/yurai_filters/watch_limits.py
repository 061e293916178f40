"""Find which limits a filter compares its columns with, by watching it: no filter states them twice.

`limits` runs a filter on no rows, `compare_rows` on some: reports draw each limit into the histogram of what it limits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.check import check_settings, with_lists
from yurai_filters.compare import Comparison, Side, recorded
from yurai_filters.named_limits import in_force, label, named, setting_of
from yurai_filters.run_rule import Column, Columns, judged_rows, read_columns
from yurai_filters.settings import EVERY, LANGUAGES, is_list

if TYPE_CHECKING:
    from yurai_filters.declaration import Declaration


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a filter: rows whose value lies on that `side` of `value` are told apart.

    `column` is None for a value that the filter works out itself, `setting` is None for a limit that is no setting as
    it stands; `value` is None for a limit that is off.
    """

    column: str | None
    setting: str | None
    side: Side
    value: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a filter says of some rows: reasons (null keeps), which rows it judged, and the values behind each limit.

    `values` is parallel to `limits` of the same filter and settings; each is a numeric array as it was compared.
    """

    reason: Any
    judged: Any
    values: tuple[Any, ...]


def limits(declaration: Declaration, settings: Mapping[str, object]) -> tuple[Limit, ...]:
    """Return the limits of a filter in the order in which it compares them; those that are off are among them.

    Raises ValueError for wrong settings.
    """
    complete = check_settings(declaration, settings)
    complete.pop(LANGUAGES, None)
    # No row is looked up, so no list need be there: a report may be made where the lists are not.
    complete |= {name: () for name in complete if is_list(declaration.settings[name].annotation)}
    empty = [pa.array([], kind) for kind in declaration.types.values()]
    _, comparisons = _run(declaration, empty, complete)
    names = {id(column): name for column, name in zip(empty, declaration.columns, strict=True)}
    return tuple(_limit(one, names, complete) for one in comparisons)


def blind_limits(declaration: Declaration, settings: Mapping[str, object], missing: Collection[str]) -> tuple[str, ...]:
    """Return the limits in force, by setting, that compare nothing in a row where the columns `missing` are null.

    Raises ValueError for wrong settings.
    """
    complete = check_settings(declaration, settings)
    complete.pop(LANGUAGES, None)
    complete |= {name: () for name in complete if is_list(declaration.settings[name].annotation)}
    filled = [_filled(kind) for kind in declaration.types.values()]
    bare = [
        pa.array([None], kind) if name in missing else column
        for column, (name, kind) in zip(filled, declaration.types.items(), strict=True)
    ]
    names = {id(column): name for column, name in zip(bare, declaration.columns, strict=True)}
    (_, seen), (_, unseen) = _run(declaration, filled, complete), _run(declaration, bare, complete)
    pairs = enumerate(zip(seen, unseen, strict=True))
    return tuple(
        label(after, names, number)
        for number, (before, after) in pairs
        if in_force(declaration, after) and after.values.null_count and not before.values.null_count
    )


def _filled(kind: pa.DataType) -> Any:  # noqa: ANN401 - an array of any type
    """Return a column of one row in which something is measured."""
    if pa.types.is_list(kind):
        return pa.array([[]], kind)
    return pa.array(["a"] if pa.types.is_string(kind) else [1]).cast(kind)


def compare_rows(
    declaration: Declaration, table_columns: Columns, settings: Mapping[str, object], lang: Column | None
) -> Compared:
    """Apply a filter as `judge` does, and keep what it compared.

    Raises ValueError for wrong settings, ContractViolation as `judge`.
    """
    complete = check_settings(declaration, settings)
    languages: Any = (EVERY,) if declaration.languages is None else complete.pop(LANGUAGES)
    columns = read_columns(declaration, table_columns)
    judged = judged_rows(declaration, columns, languages, lang)
    reason, comparisons = _run(declaration, columns, complete)
    reason = pc.if_else(judged, reason, pa.scalar(None, pa.string()))
    return Compared(reason, judged, tuple(one.values for one in comparisons))


def _run(declaration: Declaration, columns: list[Any], settings: Mapping[str, object]) -> tuple[Any, list[Comparison]]:
    with recorded() as comparisons:
        return declaration.function(*columns, **named(with_lists(declaration, settings))), comparisons


def _limit(one: Comparison, names: Mapping[int, str], settings: Mapping[str, object]) -> Limit:
    setting = setting_of(one.limit)
    value = None if one.limit is None else (settings[setting] if setting else one.limit)
    return Limit(names.get(id(one.column)), setting, one.side, value)  # type: ignore[arg-type] # numbers, as `_named` says
