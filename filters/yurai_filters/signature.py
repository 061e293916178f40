"""Read a declaration from a signature: columns with their Arrow types, and settings with their types and defaults."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_type_hints

import pyarrow as pa

from yurai_filters.errors import ContractViolation
from yurai_filters.settings import LANGUAGES, Setting, convert, expected

if TYPE_CHECKING:
    from collections.abc import Callable

COUNTS = pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("count", pa.int32())]))
"""A list that a function may read: counts by name, as column `pii` holds them."""
SCORES = pa.list_(pa.struct([pa.field("name", pa.string()), pa.field("score", pa.float32())]))
"""The other one: all named scores, as column `quality` holds them; one of a known name is a column of that name."""

ARROW: dict[type, pa.DataType] = {
    pa.BooleanArray: pa.bool_(),
    pa.Int32Array: pa.int32(),
    pa.Int64Array: pa.int64(),
    pa.FloatArray: pa.float32(),
    pa.DoubleArray: pa.float64(),
    pa.StringArray: pa.string(),
    pa.ListArray: COUNTS,
}
LISTS: dict[str, pa.DataType] = {"quality": SCORES}
"""Lists that are not counts, by the name of the column."""


def read_signature(where: str, function: Callable[..., object]) -> tuple[dict[str, pa.DataType], dict[str, Setting]]:
    """Return the columns (positional parameters) and settings (keyword-only parameters, each with a default).

    Raises ContractViolation, which begins with `where`, for an annotation or default that cannot be declared.
    """
    hints = _hints(where, function)
    columns: dict[str, pa.DataType] = {}
    settings: dict[str, Setting] = {}
    for parameter in inspect.signature(function).parameters.values():
        name, annotation = parameter.name, hints.get(parameter.name)
        if parameter.kind is parameter.KEYWORD_ONLY:
            settings[name] = _setting(where, parameter, annotation)
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD and annotation in ARROW:
            columns[name] = LISTS.get(name, COUNTS) if annotation is pa.ListArray else ARROW[annotation]
        else:
            allowed = ", ".join(sorted(f"pa.{array.__name__}" for array in ARROW))
            raise ContractViolation(f"{where}: column {name} needs one of the annotations {allowed}")
    if not columns:
        raise ContractViolation(f"{where}: reads no column; its positional parameters are the columns it reads")
    return columns, settings


def _hints(where: str, function: Callable[..., object]) -> dict[str, Any]:
    """Evaluate annotations of the parameters alone: those of results, such as `pa.Array[Any]`, exist only in stubs."""
    written = {name: hint for name, hint in inspect.get_annotations(function).items() if name != "return"}
    try:
        space = inspect.unwrap(function).__globals__
        return get_type_hints(SimpleNamespace(__annotations__=written), space, include_extras=True)
    except NameError as error:
        raise ContractViolation(f"{where}: {error}; import what its annotations name at run time too") from error


def _setting(where: str, parameter: inspect.Parameter, annotation: Any) -> Setting:  # noqa: ANN401 - any annotation
    if parameter.name == LANGUAGES:
        raise ContractViolation(f"{where}: `languages` is given to the decorator, not to the function")
    try:
        expected(annotation)
        return Setting(parameter.name, annotation, convert(parameter.default, annotation))
    except (TypeError, ValueError) as error:
        raise ContractViolation(f"{where}: default of setting {parameter.name}: {error}") from error
