"""Read the rows of a JSONL file as a stream: one object a line, with bounded memory.

Format: https://jsonlines.org and RFC 8259 (hence no NaN, no lone surrogate, UTF-8 only).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.roles import Choices, pick
from yurai.sources.rows.row import MAX_LINE, Item, Note, Row
from yurai.sources.warc.readable import Readable

BOM = b"\xef\xbb\xbf"
NAMES_TOLD = 20


def read_jsonl(data: Readable, choices: Choices) -> Iterator[Item]:
    """Yield the rows of `data` in order, then where its bytes went and what to tell; content never raises."""
    inflow = Inflow(data)
    roles: set[str] = set()
    first: list[str] | None = None
    count = 0
    for offset, line, length, reason in lines(inflow):
        error, value = (reason, None) if reason or line is None else parse(line)
        row = Row(offset, length, pick(value, choices) if value is not None else {}, error)
        roles |= row.values.keys()
        first = list(value) if first is None and value is not None else first
        count += 1
        yield row
    yield from inflow.spans
    if inflow.broken:
        yield Note(
            f"breaks off ({inflow.broken}) after {inflow.size:,} inflated bytes: rows behind that are lost, and "
            "those before were not proved by a checksum"
        )
    if first is not None:
        yield from missing(choices, roles, first)
    elif count:
        yield Note("holds no line that is a JSON object")


def lines(inflow: Inflow) -> Iterator[tuple[int, bytes | None, int, str | None]]:
    """Yield (offset, line, bytes, reason) of lines that are not blank; one with a reason may come without its bytes."""
    held, size, offset = bytearray(), 0, 0
    for piece in inflow:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            if size:
                _hold(held, part, size)
                yield from _line(offset, bytes(held), size + len(part))
                held.clear()
            else:
                yield from _line(offset, part, len(part))
            offset += size + len(part) + 1
            size = 0
        _hold(held, rest, size)
        size += len(rest)
    if size:
        yield from _line(offset, bytes(held), size, inflow.broken)


def _hold(held: bytearray, part: bytes, size: int) -> None:
    """Keep the beginning of a line; one over the limit is counted and not kept."""
    if size + len(part) <= MAX_LINE:
        held += part
    else:
        held.clear()


def _line(
    offset: int, line: bytes, length: int, broken: str | None = None
) -> Iterator[tuple[int, bytes | None, int, str | None]]:
    if length > MAX_LINE:
        yield offset, None, length, "line-too-long"
    elif line.strip():
        yield offset, line, length, broken


def parse(line: bytes) -> tuple[str | None, dict[str, Any] | None]:
    """Return (why the line is no row, None) or (None, its object)."""
    try:
        value = orjson.loads(line.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return "invalid-json", None
    return (None, value) if isinstance(value, dict) else ("not-an-object", None)


def missing(choices: Choices, roles: set[str] | Mapping[str, Any], columns: list[str]) -> Iterator[Note]:
    """Say which columns no row has: the text in any case, others where a table names them."""
    for role, choice in choices.items():
        if role not in roles and (role == "text" or choice.named):
            names = " or ".join(map(repr, choice.names))
            yield Note(f"no row has {names} ({role}); the first one has {told(columns)}")


def told(columns: list[str]) -> str:
    """Return column names as people read them; they are content, so they are quoted, cut and few."""
    quoted = ", ".join(ascii(name[: NAMES_TOLD * 2]) for name in columns[:NAMES_TOLD])
    return (quoted or "no column") + (f" and {len(columns) - NAMES_TOLD} more" if len(columns) > NAMES_TOLD else "")
