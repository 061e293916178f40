"""Describe the settings of a filter: what may be set, of which type, and how a recipe's table is checked.

A setting is a keyword-only parameter with a default. Values come from TOML or the command line, so their types
are checked here: `true` is no number, an integer is a good float, a list becomes a tuple where one is declared.
"""

from __future__ import annotations

import functools
import math
import operator
import re
import types
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias, TypeGuard, Union, get_args, get_origin

from yurai_filters.lists import Lines
from yurai_filters.ranges import Range

EVERY = "*"
LARGEST: Final = 2**53 - 1
"""The largest whole number of a setting: settings are written as JSON, whose numbers go so far (RFC 8785, RFC 7493)."""
TOLD: Final = 200
"""Characters of a value that an error shows."""
OFF = "off"
"""How a recipe writes that a setting which may be unset is unset; TOML has no null."""
LANGUAGES = "languages"
_CODE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class _Codes:
    """Marks a list of strings whose items are language codes."""


LanguageCodes: TypeAlias = Annotated[tuple[str, ...], _Codes()]
"""Codes as column `lang` holds them, `und` for no language, or `*` for any; at least one."""
_SCALARS: dict[object, str] = {int: "an integer", float: "a number", bool: "true or false", str: "a string"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, the type its values must have, and the value it has when a recipe is silent."""

    name: str
    annotation: object
    default: object


def expected(annotation: object) -> str:
    """Say in words which values `annotation` allows; raise TypeError if settings cannot have that type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return ", ".join([expected(arguments[0]), *(one.words for one in arguments[1:] if isinstance(one, Range))])
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if annotation is type(None):
        return "unset"
    if is_list(annotation):
        return annotation.VALUE
    if origin is Literal:
        return "one of " + ", ".join(repr(value) for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(expected(part) for part in arguments)
    if annotation == list[str] or annotation == tuple[str, ...]:
        return "a list of strings"
    message = f"a setting cannot be {annotation!r}; use int, float, bool, str, Literal, tuple[str, ...] or X | None"
    raise TypeError(message)


def convert(value: object, annotation: object) -> object:
    """Return `value` in the one form that `annotation` has in memory; raise ValueError if it does not fit."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _in_range(value, annotation)
    if origin in (Union, types.UnionType):
        return _first_fit(value, arguments)
    if is_list(annotation):
        return _list_value(value, annotation)
    if origin is Literal:
        if any(value == allowed and type(value) is type(allowed) for allowed in arguments):
            return value
    elif origin in (list, tuple):
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return origin(value)
    elif _is_float(value, annotation):
        return float(value)  # type: ignore[arg-type] # the test before says so
    elif type(value) is annotation and annotation is not float and not _is_beyond(value):
        return value
    raise ValueError(f"must be {expected(annotation)}, not {told(value)}")


def told(value: object) -> str:
    """Return a value as an error shows it: what a recipe has in one place may be a text of any length."""
    if _is_beyond(value):
        return f"a number beyond {LARGEST:,}"
    text = repr(value)
    return text if len(text) <= TOLD else f"{text[:TOLD]}... ({len(text):,} characters)"


def _is_beyond(value: object) -> bool:
    return isinstance(value, int) and abs(value) > LARGEST


def _is_float(value: object, annotation: object) -> bool:
    """Tell whether a finite number is given where a float is wanted; an integer is a good one."""
    is_number = annotation is float and type(value) in (int, float) and not _is_beyond(value)
    return is_number and math.isfinite(value)  # type: ignore[arg-type] # as above


def is_list(annotation: object) -> TypeGuard[type[Lines]]:
    """Tell whether a setting is a list of the user's: `Lines`, or a kind of them."""
    return isinstance(annotation, type) and issubclass(annotation, Lines)


def check_languages(codes: object) -> tuple[str, ...]:
    """Sort and check language codes; raise ValueError for an empty list, a bad code, or `*` beside other codes."""
    unique = tuple(sorted(set(_codes(codes))))
    if EVERY in unique and len(unique) > 1:
        raise ValueError("must be codes such as 'en' or 'yue', or '*' alone, not both")
    return unique


def _codes(value: object) -> tuple[str, ...]:
    """Return a list of codes as it stands; raise ValueError for an empty one, or what cannot be a code."""
    codes: tuple[str, ...] = convert(value, tuple[str, ...])  # type: ignore[assignment] # convert gives what it was told
    if not codes:
        raise ValueError("must name a language; to judge nothing, leave the filter out, and to judge every row, give *")
    wrong = [code for code in codes if code != EVERY and not _CODE.fullmatch(code)]
    if wrong:
        raise ValueError(f"must be codes such as 'en' or 'yue', or '*' for any; {wrong[0]!r} is neither")
    return codes


def is_codes(annotation: object) -> bool:
    """Tell whether a setting is a list of language codes."""
    return annotation == LanguageCodes


def _list_value(value: object, annotation: type[Lines]) -> object:
    """A list is held by its names, so that settings can be written down; one that is loaded already stays."""
    if isinstance(value, annotation):
        return value if len(value) else ()
    names = (value,) if isinstance(value, str) else value
    if isinstance(names, list | tuple) and all(isinstance(name, str) and name for name in names):
        return tuple(names)
    raise ValueError(f"must be {expected(annotation)}, not {told(value)}")


def _in_range(value: object, annotation: object) -> object:
    if annotation == LanguageCodes:
        return _codes(value)
    kind, *annotations = get_args(annotation)
    number = convert(value, kind)
    if any(isinstance(one, Range) and not one.holds(number) for one in annotations):  # type: ignore[arg-type] # a number, by `kind`
        raise ValueError(f"must be {expected(annotation)}, not {told(value)}")
    return number


def bare(annotation: object) -> object:
    """Return the type of a setting without its ranges."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return functools.reduce(operator.or_, map(bare, arguments))
    return annotation


def ranges(annotation: object) -> list[tuple[object, Range]]:
    """Return each range that a setting has, with the type of its numbers."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return [(arguments[0], one) for one in arguments[1:] if isinstance(one, Range)]
    return [one_range for one in arguments for one_range in ranges(one)] if origin in (Union, types.UnionType) else []


def _first_fit(value: object, annotations: tuple[object, ...]) -> object:
    for annotation in annotations:
        if annotation is type(None) and value in (None, OFF):
            return None
        try:
            return convert(value, annotation)
        except ValueError:
            continue
    raise ValueError(f"must be {' or '.join(expected(part) for part in annotations)}, not {told(value)}")
