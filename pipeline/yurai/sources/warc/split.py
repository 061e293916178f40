"""Cut plain bytes (a file, or the inflated bytes of a unit) into records and holes.

A declared length is believed only when a record or the end of the data follows, or the blank line that closes a record
and no head lies before it.
Otherwise the true end is looked for at the next head, so that a record with a wrong length never swallows another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yurai.sources.warc.heads import ARC, PROBE, dialect_at, header_end, next_head
from yurai.sources.warc.parse import Head, parse_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.sources.warc.readable import Readable

_LINE_ENDS = re.compile(rb"[\r\n]*")
_SEPARATOR = {ARC: re.compile(rb"\r*\n"), "warc": re.compile(rb"\r*\n\r*\n")}
_CLOSING = re.compile(rb"(?:\r*\n){0,2}\Z")
_TAIL, _BLOCK = 512, 1 << 20


@dataclass(frozen=True, slots=True)
class Slot:
    """A record at `[start, end)` whose block begins at `block`; what comes next is looked for at `resume`."""

    start: int
    block: int
    end: int
    resume: int
    head: Head
    complete: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """Bytes `[start, end)` in no record; `blank`: line ends only."""

    start: int
    end: int
    blank: bool


def split(data: Readable, start: int = 0, dialect: str | None = None) -> Iterator[Slot | Hole]:
    """Cut `data` from `start` to its end; slots and holes come in order and leave no byte out.

    `dialect` is that of the records before `start`, if there are any.
    """
    while start < len(data):
        slot = _slot_at(data, start)
        if slot is None:
            end = next_head(data, start + 1, dialect)
            end = len(data) if end is None else end
            yield Hole(start, end, _is_blank(data, start, end))
            start = end
            continue
        dialect = slot.head.dialect
        yield slot
        if slot.resume > slot.end:
            yield Hole(slot.end, slot.resume, blank=True)
        start = slot.resume


def _slot_at(data: Readable, start: int) -> Slot | None:
    dialect = dialect_at(data, start)
    if dialect is None:
        return None
    block = (
        start + data[start : start + PROBE].index(b"\n") + 1 if dialect == ARC else header_end(data, start, len(data))
    )
    head = None if block is None else parse_head(data[start:block], dialect)
    if head is None or block is None:
        return None
    if head.length is not None and block + head.length <= len(data):
        end = block + head.length
        tail = data[end : end + _TAIL]
        run = _LINE_ENDS.match(tail)
        resume = end + (run.end() if run else 0)
        closed = resume == len(data) or dialect_at(data, resume) is not None
        if closed or (_SEPARATOR[dialect].match(tail) and next_head(data, block, dialect, end) is None):
            odd = dialect != ARC and tail[: resume - end] != b"\r\n\r\n"
            return Slot(start, block, end, resume, head, complete=True, flags=("odd-separator",) if odd else ())
    return _true_end(data, start, block, head)


def _true_end(data: Readable, start: int, block: int, head: Head) -> Slot:
    declared = None if head.length is None else block + head.length
    following = next_head(data, block, head.dialect)
    if following is None and declared is not None and declared > len(data):
        return Slot(start, block, len(data), len(data), head, complete=False)
    stop = len(data) if following is None else following
    flags = () if declared is None else ("wrong-length",)
    if declared is not None and declared <= stop:
        return Slot(start, block, declared, declared, head, complete=False, flags=flags)
    closing = _CLOSING.search(data[max(block, stop - 6) : stop])
    end = stop - (len(closing.group()) if closing else 0)
    return Slot(start, block, end, stop, head, complete=False, flags=flags)


def _is_blank(data: Readable, start: int, end: int) -> bool:
    return all(not data[at : min(at + _BLOCK, end)].strip(b"\r\n") for at in range(start, end, _BLOCK))
