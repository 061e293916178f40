"""Write JSON a part at a time, so that a list of a million files is never held: an iterator in it is a list."""

import json
from collections.abc import Iterable, Iterator, Mapping

from yurai_manifests.visible import escaped_json

_STEP = " "


class Pairs:
    """An object of JSON whose keys and values are streamed; no key may come twice."""

    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        self.pairs = pairs


def json_parts(value: object, indent: str = "") -> Iterator[str]:
    """Yield a value as JSON: mappings keep their order; lists, tuples and iterators are lists; None is null."""
    if isinstance(value, Mapping | Pairs):
        pairs = value.pairs if isinstance(value, Pairs) else value.items()
        yield from _block("{", "}", (_pair(key, one, indent + _STEP) for key, one in pairs), indent)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        yield from _block("[", "]", (json_parts(one, indent + _STEP) for one in value), indent)
    else:
        yield escaped_json(json.dumps(value, ensure_ascii=False, allow_nan=False))


def json_lines(value: object) -> Iterator[str]:
    """Yield a value as `json_parts` does, with a line end behind."""
    yield from json_parts(value)
    yield "\n"


def _pair(key: str, value: object, indent: str) -> Iterator[str]:
    yield escaped_json(json.dumps(key, ensure_ascii=False)) + ": "
    yield from json_parts(value, indent)


def _block(begin: str, end: str, entries: Iterable[Iterator[str]], indent: str) -> Iterator[str]:
    yield begin
    any_yet = False
    for entry in entries:
        yield f"{',' if any_yet else ''}\n{indent}{_STEP}"
        yield from entry
        any_yet = True
    yield f"\n{indent}{end}" if any_yet else end
