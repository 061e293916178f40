"""Find the next good unit: its magic, followed by bytes that inflate to the first lines of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurai.sources.warc.codecs import CODECS
from yurai.sources.warc.heads import PROBE, dialect_of, next_head
from yurai.sources.warc.inflation import Inflation

if TYPE_CHECKING:
    from mmap import mmap

    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.readable import Readable

_GLANCE, _STEP = 24, 1 << 12
_MOST_BLANK = 1 << 21
"""Inflated bytes to look at: line ends before a record are a few, and a unit may hold a GiB of them."""


def next_unit(file: mmap, start: int, codec: Codec) -> int | None:
    """Offset of the first unit of `codec` at or after `start` that begins with a record, or None."""
    hit = file.find(codec.magic, start)
    while hit >= 0 and not begins_record(file, hit, codec):
        hit = file.find(codec.magic, hit + 1)
    return hit if hit >= 0 else None


def begins_record(file: Readable, start: int, codec: Codec) -> bool:
    """Whether the unit at `start` inflates far enough to show a record's first lines.

    Most false magics fail within their first bytes; that look is cheap, while saving what came before an error is not.
    """
    try:
        codec.make().feed(file[start : start + _GLANCE])
    except codec.errors:
        return False
    seen, size = b"", 0
    for piece in Inflation(file, start, codec, step=_STEP):
        seen, size = (seen + piece).lstrip(b"\r\n"), size + len(piece)
        if len(seen) >= PROBE or size > _MOST_BLANK:
            break
    return dialect_of(seen) is not None


def container(file: mmap) -> tuple[int, Codec | None] | None:
    """Where the first unit or plain record of a file is, and its codec (None: plain); None: no record anywhere.

    Magic bytes decide, not names. A file that begins with damage is what its first good unit is.
    """
    for codec in CODECS:
        if file[: len(codec.magic)] == codec.magic:
            return 0, codec
    if dialect_of(file[:PROBE].lstrip(b"\r\n")) is not None:
        return 0, None
    starts: list[tuple[int, Codec | None]] = []
    for choice in (None, *CODECS):
        at = next_head(file, 0, None) if choice is None else next_unit(file, 0, choice)
        if at is not None:
            starts.append((at, choice))
    return min(starts, key=lambda pair: pair[0]) if starts else None
