"""Compare measures with limits, and round scores: the two things that every rule must do in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Numbers: TypeAlias = "pa.Int32Array | pa.Int64Array | pa.FloatArray | pa.DoubleArray"
Side: TypeAlias = Literal["below", "above"]

DIGITS = 4
"""Decimals to which scores are stored and compared."""
FINE = 6
"""Decimals of shares whose published rules compare them as they are; of numbers up to 8, float32 holds as many."""


class Comparison(NamedTuple):
    """One call of `below` or `above`: the column as it was given, and as it was compared."""

    side: Side
    column: Any
    values: Any
    limit: float | None


_RECORDED: ContextVar[list[Comparison] | None] = ContextVar("_RECORDED", default=None)


@contextmanager
def recorded() -> Iterator[list[Comparison]]:
    """Record the comparisons that are made inside, in order; `yurai_filters.watch_limits` reads limits from them."""
    comparisons: list[Comparison] = []
    token = _RECORDED.set(comparisons)
    try:
        yield comparisons
    finally:
        _RECORDED.reset(token)


def below(column: Numbers, limit: float | None, *, digits: int = DIGITS) -> pa.BooleanArray:
    """Where `column` is less than `limit`; null where it is null, null everywhere if `limit` is None (off).

    Scores are compared as rounded to `digits` decimals.
    """
    result: pa.BooleanArray = pc.less(_compared("below", column, limit, digits), _limit(limit))
    return result


def above(column: Numbers, limit: float | None, *, digits: int = DIGITS) -> pa.BooleanArray:
    """Where `column` is greater than `limit`; null where it is null, null everywhere if `limit` is None (off).

    Scores are compared as rounded to `digits` decimals.
    """
    result: pa.BooleanArray = pc.greater(_compared("above", column, limit, digits), _limit(limit))
    return result


def rounded(values: pa.FloatArray | pa.DoubleArray, digits: int = DIGITS) -> pa.DoubleArray:
    """Round scores to 1e-4, as float64: float32 holds 3.1 as 3.0999999, which is not less than a limit of 3.1."""
    wide: Any = values.cast(pa.float64())
    result: pa.DoubleArray = pc.round(wide, ndigits=digits)
    return result


def whole(counts: pa.FloatArray) -> pa.Int32Array:
    """Return counts that are stored as named scores as the whole numbers that they are."""
    result: pa.Int32Array = pc.round(counts).cast(pa.int32())  # type: ignore[assignment] # stubs: cast loses the class
    return result


def share(part: pa.Int32Array, whole: pa.Int32Array) -> pa.FloatArray:
    """Return part / whole rounded to 1e-4, as float32 for storing; null where either is null or `whole` is 0."""
    divisor: Any = pc.if_else(pc.equal(whole, pa.scalar(0)), pa.scalar(None, pa.float64()), whole.cast(pa.float64()))
    quotient: Any = pc.divide(part.cast(pa.float64()), divisor)
    result: pa.FloatArray = rounded(quotient).cast(pa.float32())  # type: ignore[assignment] # stubs: cast loses the class
    return result


def _compared(side: Side, column: Numbers, limit: float | None, digits: int) -> Any:  # noqa: ANN401 - as `_comparable`
    values = _comparable(column, digits)
    comparisons = _RECORDED.get()
    if comparisons is not None:
        comparisons.append(Comparison(side, column, values, limit))
    return values


def _comparable(column: Numbers, digits: int) -> Any:  # noqa: ANN401 - pyarrow's stubs have no common type of numeric arrays
    return rounded(column, digits) if isinstance(column, pa.FloatArray | pa.DoubleArray) else column


def _limit(limit: float | None) -> Any:  # noqa: ANN401 - a scalar of one of two types
    return pa.scalar(limit, pa.float64() if isinstance(limit, float) else pa.int64())
