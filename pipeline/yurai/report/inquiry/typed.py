"""Make dataclasses of JSON and of cells of a row, each value held to the type of its field."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Final, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
LATER: Final = {"later": True}
"""Metadata of a field, with a default, that what was written by an earlier version lacks."""


def typed(kind: type[T], value: object, where: str = "") -> T:
    """Return `value` as a dataclass with these fields and no others, what is inside of it likewise.

    Fields of metadata LATER may be missing.

    Types may be dataclasses, unions, literals, tuples of any length, dicts by name, str, int, float, bool and None.

    Raises:
        ValueError: a value has another type; the message says where.
    """
    return cast("T", _typed(kind, value, where or kind.__name__))


def of_cells(kind: type[T], cells: Mapping[str, object]) -> T:
    """Return the cells that `kind` has fields for; floats as they were rounded before 32 bits held them."""
    named = {name: cells[name] for name in names(kind)}
    return typed(kind, {name: round(cell, 4) if isinstance(cell, float) else cell for name, cell in named.items()})


def names(kind: type) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass: its columns."""
    return tuple(one.name for one in fields(kind))


def _typed(kind: object, value: object, where: str) -> object:
    origin, inside = get_origin(kind), get_args(kind)
    if isinstance(kind, UnionType):
        return _of_union(inside, value, where)
    if origin is Literal:
        if value not in inside or not isinstance(value, str):
            raise ValueError(f"{where} is none of {', '.join(map(str, inside))}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{where} is no list")
        return tuple(_typed(inside[0], one, f"{where}[{number}]") for number, one in enumerate(value))
    if origin is dict or is_dataclass(kind):
        return _of_table(kind, value, where)
    return _plain(kind, value, where)


def _of_union(kinds: tuple[object, ...], value: object, where: str) -> object:
    if value is None and NoneType in kinds:
        return None
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    return _typed(kind, value, where)


def _of_table(kind: object, value: object, where: str) -> object:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{where} is no table")
    if not isinstance(kind, type) or not is_dataclass(kind):
        return {str(name): _typed(get_args(kind)[1], one, f"{where}.{name}") for name, one in value.items()}
    later: set[str] = {one.name for one in fields(kind) if one.metadata.get("later")}
    if wrong := ({*names(kind)} ^ value.keys()) - (later - value.keys()):
        raise ValueError(f"{where} has other fields: {', '.join(sorted(wrong))}")
    hints = get_type_hints(kind)
    return kind(**{name: _typed(hints[name], one, f"{where}.{name}") for name, one in value.items()})


def _plain(kind: object, value: object, where: str) -> object:
    """Return a value of a plain type; canonical JSON writes a whole float as an integer."""
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{where} is another kind of value than {getattr(kind, '__name__', kind)}")
    return value
