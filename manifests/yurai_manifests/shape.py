"""Say what shape a manifest has, and name the first place where one has another.

A shape is a Kind of value, or `Fields`, `Each` or `Many` of other shapes. Readers of a manifest rely on its shape, so
it is checked once, when the manifest is read, and whatever damage left of it is one clear error.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from yurai_manifests.canonical import Json, canonical
from yurai_manifests.errors import ContractError


@dataclass(frozen=True, slots=True)
class Kind:
    """A value that is looked at whole: what it is, in words, and whether something is one."""

    words: str
    holds: Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class Fields:
    """A table with these fields. Others may stand beside them, unless it is `closed`."""

    required: Mapping[str, "Shape"] = field(default_factory=dict)
    optional: Mapping[str, "Shape"] = field(default_factory=dict)
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """A table of any names, each with a value of this shape."""

    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of this shape, of at least `least` entries."""

    shape: "Shape"
    least: int = 0


Shape: TypeAlias = "Kind | Fields | Each | Many"
TEXT = Kind("a text", lambda value: isinstance(value, str))
COUNT = Kind("a count", lambda value: type(value) is int and value >= 0)
WHOLE = Kind("a whole number", lambda value: type(value) is int)
TABLE = Each(Kind("anything", lambda _: True))
LIST = Many(Kind("anything", lambda _: True))


def parsed(data: bytes, shape: Shape) -> tuple[dict[str, Json], str | None]:
    """Return the table that canonical JSON says, and what is wrong: no JSON, another form, or another shape."""
    try:
        value: Json = json.loads(data)
        same = canonical(value) == data
    except (ValueError, RecursionError, ContractError) as error:
        return {}, str(error) or type(error).__name__
    wrong = fault(value, shape) or (None if same else "it is not in canonical form")
    return (dict(value) if isinstance(value, Mapping) else {}), wrong


def fault(value: object, shape: Shape, where: str = "") -> str | None:
    """Say where `value` has another shape, and which it should have; None where it has this one."""
    if isinstance(shape, Kind):
        return None if shape.holds(value) else f"{where or 'it'} is {_shown(value)}, not {shape.words}"
    if isinstance(shape, Many):
        return _in_list(value, shape, where)
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        return f"{where or 'it'} is {_shown(value)}, not a table"
    if isinstance(shape, Each):
        parts = ((name, part, shape.shape) for name, part in value.items())
        return next((found for name, part, one in parts if (found := fault(part, one, _path(where, name)))), None)
    return _in_fields(value, shape, where)


def _in_list(value: object, shape: Many, where: str) -> str | None:
    if not isinstance(value, list) or len(value) < shape.least:
        return f"{where or 'it'} is {_shown(value)}, not a list" + (" with an entry" if shape.least else "")
    found = (fault(part, shape.shape, f"{where}[{number}]") for number, part in enumerate(value))
    return next((one for one in found if one), None)


def _in_fields(value: Mapping[str, object], shape: Fields, where: str) -> str | None:
    for name, one in shape.required.items():
        if name not in value:
            return f"{_path(where, name)} is missing"
        if found := fault(value[name], one, _path(where, name)):
            return found
    for name, one in shape.optional.items():
        if name in value and (found := fault(value[name], one, _path(where, name))):
            return found
    extra = sorted(value.keys() - shape.required.keys() - shape.optional.keys()) if shape.closed else []
    return f"{_path(where, extra[0])} is not known" if extra else None


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."  # noqa: PLR2004 - a line of a message
