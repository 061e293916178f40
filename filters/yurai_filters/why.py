"""Say why: turn conditions into one reason per row, and list all reasons that a filter can give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.check import with_lists
from yurai_filters.errors import ContractViolation
from yurai_filters.settings import LANGUAGES

if TYPE_CHECKING:
    from yurai_filters.declaration import Declaration

_RECORDED: ContextVar[list[str] | None] = ContextVar("_RECORDED", default=None)
_CONDITIONS: ContextVar[dict[str, pa.BooleanArray] | None] = ContextVar("_CONDITIONS", default=None)


@contextmanager
def conditions() -> Iterator[dict[str, pa.BooleanArray]]:
    """Collect the conditions that are given to `first_reason` inside, by reason, where they are null in some row."""
    found: dict[str, pa.BooleanArray] = {}
    token = _CONDITIONS.set(found)
    try:
        yield found
    finally:
        _CONDITIONS.reset(token)


def first_reason(**conditions: pa.BooleanArray | pa.ChunkedArray[Any]) -> pa.StringArray:
    """Give each row the name of its first true condition, in the order they are written; null where none is true.

    Keyword `too_few_words` becomes reason `too-few-words`. A null condition (a measure that is missing) counts as
    false. Raises ContractViolation if a condition is not boolean or their lengths differ.
    """
    named = {keyword.replace("_", "-"): _condition(keyword, column) for keyword, column in conditions.items()}
    lengths = {name: len(column) for name, column in named.items()}
    if len(set(lengths.values())) != 1:
        raise ContractViolation(f"first_reason needs one or more conditions of one length, not {lengths}")
    recorded = _RECORDED.get()
    if recorded is not None:
        recorded.extend(name for name in named if name not in recorded)
    reason: Any = pa.nulls(next(iter(lengths.values())), pa.string())
    for name, column in reversed(named.items()):
        reason = pc.if_else(column, pa.scalar(name, pa.string()), reason)
    result: pa.StringArray = reason
    return result


def reasons(declaration: Declaration) -> tuple[str, ...]:
    """All reasons a filter can give, in the order in which they win, found by running it on zero rows.

    Hence a filter must pass every condition whatever its settings are; a limit that is off is a null condition.
    """
    recorded: list[str] = []
    token = _RECORDED.set(recorded)
    try:
        _run_empty(declaration)
    finally:
        _RECORDED.reset(token)
    return tuple(recorded)


def rules(declaration: Declaration) -> tuple[str, ...]:
    """Names under which an editor counts what it changed, found by running it on zero rows."""
    return tuple(_run_empty(declaration)[1])


def _run_empty(declaration: Declaration) -> Any:  # noqa: ANN401 - what the function returns depends on its kind
    empty = [pa.array([], kind) for kind in declaration.types.values()]
    defaults = {name: setting.default for name, setting in declaration.settings.items() if name != LANGUAGES}
    return declaration.function(*empty, **with_lists(declaration, defaults))


def _condition(keyword: str, column: Any) -> Any:  # noqa: ANN401 - what a careless filter passes is checked here
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not isinstance(column, pa.BooleanArray):
        raise ContractViolation(f"condition {keyword} must be a boolean column, not {type(column).__name__}")
    found = _CONDITIONS.get()
    if found is not None and column.null_count:
        found[keyword.replace("_", "-")] = column
    return pc.fill_null(column, pa.scalar(value=False))
