"""Cut inflated bytes into lines, each in memory of its own size at most; blank ones cost no more than their bytes."""

import re
from collections.abc import Iterator

from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.row import FREE_ROWS, MAX_LINE

_BLANK = re.compile(rb"\s*")

Line = tuple[int, bytes | None, int, str | None]


def lines(inflow: Inflow) -> Iterator[Line]:
    """Yield (offset, line, bytes, reason) of lines that are not blank; one with a reason may come without its bytes.

    A file has at most FREE_ROWS lines and one for each of its bytes; behind them `inflow` is broken (inflate-limit).
    """
    held, offset, size, count = bytearray(), 0, 0, 0
    for piece in inflow:
        at = 0
        while True:
            start = at if size else _text_start(piece, at)
            offset, at = offset + start - at, start
            end = piece.find(b"\n", at)
            if end < 0 or count >= FREE_ROWS + inflow.stored:
                break
            length = size + end - at
            if size:
                _hold(held, piece[at:end], size)
            if not size or not held.isspace():
                count += 1
                yield _line(offset, _taken(held) if size else piece[at:end], length)
            held.clear()
            offset, size, at = offset + length + 1, 0, end + 1
        if end >= 0:
            inflow.broken, size = "inflate-limit", 0
        else:
            _hold(held, piece[at:], size)
            size += len(piece) - at
    if size and not held.isspace():
        yield _line(offset, _taken(held), size, inflow.broken)


def _text_start(piece: bytes, at: int) -> int:
    """Return the start of the first line from `at` on that is not blank; a blank end without a line feed may be one."""
    blank = _BLANK.match(piece, at)
    return piece.rfind(b"\n", at, blank.end()) + 1 or at if blank else at


def _hold(held: bytearray, part: bytes, size: int) -> None:
    """Keep the beginning of a line; one over the limit is counted and not kept."""
    if size + len(part) <= MAX_LINE:
        held += part
    else:
        held.clear()


def _taken(held: bytearray) -> bytes:
    line = bytes(held)
    held.clear()
    return line


def _line(offset: int, line: bytes, length: int, broken: str | None = None) -> Line:
    return (offset, None, length, "line-too-long") if length > MAX_LINE else (offset, line, length, broken)
