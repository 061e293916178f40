"""Find where a record begins: the first lines of WARC and ARC headers, and the next one after damage.

A WARC head is a version line followed by a header field, an ARC head a URL record line
(https://archive.org/web/researcher/ArcFileFormat.php); nothing else is a record, whatever the file is called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.sources.warc.readable import Readable

WARC, ARC = "warc", "arc"
PROBE = 1 << 14
"""Bytes that hold any head: an ARC line carries a URL of up to 8 KiB."""

_WARC_HEAD = re.compile(rb"WARC/\d{1,3}\.\d{1,3}[ \t]*\r{0,2}\n[A-Za-z][A-Za-z0-9_-]*[ \t]*:")
# An ARC line begins a line, or follows a byte that no URL holds: some writers put no line end behind binary bodies.
_ARC_FIELDS = rb" (?:[0-9A-Fa-f.:]{1,45}|-) \d{8,20} \S{1,255} [-\w]{1,20}[ \t]*\r?\n"
_KNOWN_SCHEME = rb"(?:https?|ftp|dns|whois|filedesc)"
_ARC_URL = rb":[^\r\n]{0,8192}?"
_ARC_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,30}" + _ARC_URL + _ARC_FIELDS)
_ARC_INLINE = re.compile(_KNOWN_SCHEME + _ARC_URL + _ARC_FIELDS)
_ARC_SEARCH = re.compile(
    rb"(?:^[A-Za-z][A-Za-z0-9+.-]{1,30}|(?<=[\x00-\x1f\"<>\x7f-\xff])" + _KNOWN_SCHEME + rb")" + _ARC_URL + _ARC_FIELDS,
    re.MULTILINE,
)
_ARC_TRACE = re.compile(rb" \d{8,20} \S{1,255} [-\w]{1,20}[ \t]*\r?\n")
_BLANK_LINE = re.compile(rb"\n\r*\n")
_NEAR, _FAR = 1 << 13, 1 << 20
_SHORT_HEADER, LONGEST_HEADER = 1 << 13, 1 << 20


def dialect_of(probe: bytes) -> str | None:
    """`warc`, `arc`, or None when these bytes do not begin with a record header."""
    if _WARC_HEAD.match(probe):
        return WARC
    return ARC if _ARC_LINE.match(probe) else None


def dialect_at(data: Readable, at: int) -> str | None:
    """The dialect of the head at `at`; inside a line, only a known scheme makes it an ARC head (`ttp:` is a tail)."""
    probe = data[at : at + PROBE]
    if at == 0 or data[at - 1 : at] == b"\n" or _WARC_HEAD.match(probe):
        return dialect_of(probe)
    return ARC if _ARC_INLINE.match(probe) else None


def next_head(data: Readable, start: int, dialect: str | None, stop: int | None = None) -> int | None:
    """Offset of the first head in `[start, stop)` (of that dialect, when one is given), or None.

    WARC heads need no line start before them: their two lines are rare enough, and damage eats line ends.
    """
    stop = len(data) if stop is None else stop
    base, reach = start, _NEAR
    while base < stop:
        before = max(base - 1, 0)
        window = data[before : base + reach + PROBE]
        heads = [at for at in _heads(window, base - before, dialect) if at is not None]
        if heads:
            return before + min(heads) if before + min(heads) < stop else None
        base, reach = base + reach, min(2 * reach, _FAR)
    return None


def _heads(window: bytes, start: int, dialect: str | None) -> Iterator[int | None]:
    if dialect != ARC:
        yield next(_warc_heads(window, start), None)
    if dialect != WARC:
        match = _ARC_SEARCH.search(window, start) if _ARC_TRACE.search(window, start) else None
        yield match.start() if match else None


def _warc_heads(window: bytes, start: int) -> Iterator[int]:
    at = window.find(b"WARC/", start)
    while at >= 0:
        if _WARC_HEAD.match(window, at):
            yield at
        at = window.find(b"WARC/", at + 1)


def header_end(data: Readable, start: int, stop: int, *, of_record: bool = True) -> int | None:
    """Offset after the blank line that ends the header at `start`; None: none before `stop` or within 1 MiB.

    A record's header that runs into another head has lost its end; in one of HTTP such lines are as good as any. The
    short look first keeps files of nothing but heads linear.
    """
    for reach in (_SHORT_HEADER, LONGEST_HEADER):
        part = data[start : min(start + reach, stop)]
        inner = next(_warc_heads(part, 1), len(part)) if of_record else len(part)
        match = _BLANK_LINE.search(part, 0, inner)
        if match:
            return start + match.end()
        if inner < len(part):
            return None
    return None
