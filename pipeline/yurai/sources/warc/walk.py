"""Walk the units of a compressed file from one to the next, over damage, and join those that share a record.

After a damaged unit the walk goes on at the next unit that begins with a record, even inside the range that the damaged
one seemed to cover: where bytes are missing, a decoder reads on into the units behind them before it notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurai.sources.warc.codecs import skippable_end
from yurai.sources.warc.heads import PROBE, dialect_of
from yurai.sources.warc.record import MIB, Gap
from yurai.sources.warc.resync import next_unit
from yurai.sources.warc.split import Hole, Slot, split
from yurai.sources.warc.units import KEEP, WHOLE, Inflated, Readable, Unit, open_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from mmap import mmap

    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.record import Limits

_RESCAN_FACTOR, _RESCAN_FREE = 8, 8 * MIB


def walk(file: mmap, start: int, codec: Codec, limits: Limits) -> Iterator[Unit | Gap]:
    """Yield the units of `file` from `start`, in order, and the gaps between them, leaving no byte out."""
    rescanned = 0
    while start < len(file):
        skipped = skippable_end(file[start : start + 8], start)
        if skipped is not None and skipped <= len(file):
            yield Gap(start, skipped - start, "padding")
            start = skipped
            continue
        if file[start : start + len(codec.magic)] != codec.magic:
            following = _or_end(next_unit(file, start, codec), file)
            yield Gap(start, following - start, "unreadable")
            start = following
            continue
        unit = open_unit(file, start, codec, limits.max_unit_bytes)
        following = unit.end
        if unit.state != WHOLE:
            rescanned += len(unit.data)
            following = _or_end(next_unit(file, _rescan_from(unit, rescanned, len(file)), codec), file)
            unit = Unit(start, min(unit.end, following), unit.state, unit.data)
        yield unit
        if following > unit.end:
            yield Gap(unit.end, following - unit.end, "unreadable")
        start = following


def _or_end(offset: int | None, file: mmap) -> int:
    return len(file) if offset is None else offset


def _rescan_from(unit: Unit, rescanned: int, size: int) -> int:
    """Inside the damaged unit; after it, once a hostile file has made overlapping units cost many times its size."""
    return unit.start + 1 if rescanned < _RESCAN_FACTOR * size + _RESCAN_FREE else unit.end


def join(file: mmap, codec: Codec, parts: Iterable[Unit | Gap]) -> Iterator[Unit | Gap]:
    """Join a unit whose last record runs over its end with the units behind it that begin with no record.

    Block-compressed files (bgzip) are cut like that, and some writers flush in the middle of a record.
    """
    held: Unit | None = None
    for part in parts:
        if held is not None and isinstance(part, Unit) and _continues(held, part):
            held = _together(file, codec, held, part)
            continue
        if held is not None:
            yield held
        held = part if isinstance(part, Unit) else None
        if isinstance(part, Gap):
            yield part
    if held is not None:
        yield held


def _continues(held: Unit, part: Unit) -> bool:
    if held.state != WHOLE or part.start != held.end or len(part.data) == 0:
        return False
    if dialect_of(part.data[:PROBE].lstrip(b"\r\n")) is not None:
        return False
    return (held.joined and len(held.data) > KEEP) or _overruns(held.data)


def _overruns(data: Readable) -> bool:
    """Whether the last record of `data` says that it is longer than `data`, or its header breaks off."""
    if dialect_of(data[:PROBE].lstrip(b"\r\n")) is None:
        return False
    last: Slot | Hole | None = None
    for part in split(data):
        last = part
    if isinstance(last, Slot):
        return last.block + (last.head.length or 0) > len(data)
    return last is not None and data[last.start : last.start + 5] in {b"W", b"WA", b"WAR", b"WARC", b"WARC/"}


def _together(file: mmap, codec: Codec, held: Unit, part: Unit) -> Unit:
    size = len(held.data) + len(part.data)
    if size <= KEEP:
        data: Readable = held.data[:] + part.data[:]
    else:
        data = Inflated(file, held.start, codec, size, stop=part.end)
    return Unit(held.start, part.end, part.state, data, joined=True)
