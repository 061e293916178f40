"""Read the rows of a JSONL file as a stream: one object a line, with bounded memory.

Format: https://jsonlines.org and RFC 8259; what `json.dumps` writes beyond it is mended (yurai.sources.rows.mend).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import orjson

from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.lines import lines
from yurai.sources.rows.mend import mended
from yurai.sources.rows.roles import Choices, is_text, pick
from yurai.sources.rows.row import MAX_LINE, Item, Note, Row
from yurai.sources.rows.shapes import shape_of
from yurai.sources.rows.weight import too_many_values
from yurai.sources.warc.readable import Readable

__all__ = ["lines", "missing", "parse", "read_jsonl", "told"]

BOM = b"\xef\xbb\xbf"
NAMES_TOLD = 20
_OBJECT = re.compile(rb"\s*\{")


class Parsed(NamedTuple):
    """`error`: why the line is no row; `value`: its object; `mended`: U+FFFD may stand in it for what is no text."""

    error: str | None
    value: dict[str, Any] | None
    mended: bool = False


def read_jsonl(data: Readable, choices: Choices) -> Iterator[Item]:
    """Yield the rows of `data` in order, then where its bytes went and what to tell; content never raises."""
    inflow, told_of = Inflow(data), _Told(choices)
    for offset, line, length, reason in lines(inflow):
        row = told_of.row(offset, line, length, reason)
        del line  # 64 MiB, perhaps, that nobody needs while the row is worked on
        yield row
    yield from inflow.spans
    if inflow.broken:
        yield Note(
            f"breaks off ({inflow.broken}) after {inflow.size:,} inflated bytes: rows behind that are lost, and "
            "those before were not proved by a checksum"
        )
    yield from told_of.notes(data)


class _Told:
    """Makes rows of lines, and remembers what to tell of them all."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._roles: set[str] = set()
        self._first: str | None = None
        self._count, self._is_odd, self._words, self._no_words = 0, False, 0, 0

    def row(self, offset: int, line: bytes | None, length: int, reason: str | None) -> Row:
        parsed = Parsed(reason, None) if reason or line is None else parse(line)
        self._count += 1
        if parsed.value is None:
            self._is_odd = self._is_odd or self._count == 1
            return Row(offset, length, error=parsed.error)
        values = pick(parsed.value, self._choices)
        self._roles |= values.keys()
        self._first = self._first or told(parsed.value)
        if (text := values.get("text")) is not None:
            self._words += is_text(text)
            self._no_words += not is_text(text)
        return Row(offset, length, as_bytes(values) if parsed.mended else values)

    def notes(self, data: Readable) -> Iterator[Note]:
        shape = shape_of(data) if self._is_odd else None
        if shape:
            yield Note(f"is {shape}")
        if self._first is not None:
            yield from missing(self._choices, self._roles, self._first)
        elif self._count and not shape:
            yield Note("holds no line that is a JSON object")
        if self._no_words and not self._words:
            yield Note(f"no row has a string as its text, and {self._no_words:,} have another value there")


def parse(line: bytes) -> Parsed:
    """Return what a line holds."""
    line = line.removeprefix(BOM)
    if too_many_values(line):
        return Parsed("line-too-long", None)
    is_mended = False
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        if not _OBJECT.match(line):
            return Parsed("invalid-json", None)
        better, is_mended = mended(line)
        if len(better) > MAX_LINE:
            return Parsed("line-too-long", None)
        try:
            value = orjson.loads(better)
        except orjson.JSONDecodeError:
            return Parsed("invalid-json", None)
    return Parsed(None, value, is_mended) if isinstance(value, dict) else Parsed("not-an-object", None)


def as_bytes(values: Mapping[str, object]) -> dict[str, object]:
    """Return values of a mended line: text with U+FFFD as bytes, which are flagged when they are read."""
    return {role: value.encode() if isinstance(value, str) and "\ufffd" in value else value
            for role, value in values.items()}  # fmt: skip


def missing(choices: Choices, roles: set[str] | Mapping[str, Any], columns: str) -> Iterator[Note]:
    """Say which columns no row has: the text in any case, others where a table names them; `columns`: as `told`."""
    for role, choice in choices.items():
        if role not in roles and (role == "text" or choice.named):
            names = " or ".join(map(repr, choice.names))
            yield Note(f"no row has {names} ({role}); the first one has {columns}")


def told(columns: list[str] | dict[str, Any]) -> str:
    """Return column names as people read them; they are content, so they are quoted, cut and few."""
    quoted = ", ".join(ascii(name[: NAMES_TOLD * 2]) for name in islice(columns, NAMES_TOLD))
    return (quoted or "no column") + (f" and {len(columns) - NAMES_TOLD} more" if len(columns) > NAMES_TOLD else "")
