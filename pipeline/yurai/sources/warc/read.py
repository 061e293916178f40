"""Read one web archive: every byte of the file ends up in a record or in a gap, and content never raises.

Plain files are cut into records directly. Compressed files are walked unit by unit, and each unit's inflated bytes are
cut in the same way.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from yurai.sources.warc.build import UnitRange, build, unread
from yurai.sources.warc.codecs import DICTIONARY_MAGIC, Codec, read_dictionary, skippable_end, zstd
from yurai.sources.warc.heads import PROBE, dialect_of, next_head
from yurai.sources.warc.inflation import WHOLE
from yurai.sources.warc.join import join
from yurai.sources.warc.meter import INFLATED_RATE, NOWHERE, Meter, Metered, ReadLimitError, Verdicts
from yurai.sources.warc.record import Gap, Limits, Record
from yurai.sources.warc.resync import container
from yurai.sources.warc.split import Hole, Slot, split
from yurai.sources.warc.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yurai.sources.warc.units import Unit


def read_file(
    path: str | os.PathLike[str],
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    verdicts: Verdicts | None = None,
    size: int | None = None,
) -> Iterator[Record | Gap]:
    """Yield the records and gaps of a local WARC, ARC, WET or WAT file in file order, whatever its state.

    Each distinct unit counted once, record lengths plus gaps are the file's size. A file without a record is one
    unreadable gap; an empty one yields nothing. `verdicts` keeps where reading a unit was given up for the time that it
    took. `size`: bytes of the file that this one is a part of. Raises OSError when storage fails, and nothing for
    content.
    """
    meter = Meter(verdicts)
    with Path(path).open("rb") as handle:
        if os.fstat(handle.fileno()).st_size == 0:
            return
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as file:
            for item in _merged(_read(file, limits, meter, size or len(file)), len(file)):
                meter.pause()
                yield item
                meter.go_on()


class Beginning(NamedTuple):
    """Where the first unit or plain record of a file is, its codec (None: plain), and what lies before it.

    `head` bytes from the beginning are a dictionary, without which no unit can be read.
    """

    start: int
    codec: Codec | None
    head: int = 0


def beginning(file: mmap.mmap) -> Beginning | None:
    """Return how a file begins; None: no record anywhere."""
    head = _dictionary_end(file)
    if head is not None:
        return Beginning(head, _dictionary_codec(file[8:head]), head)
    first = container(file)
    return first and Beginning(*first)


def _read(file: mmap.mmap, limits: Limits, meter: Meter, size: int) -> Iterator[Record | Gap]:
    begins = beginning(file)
    if begins is None:
        yield Gap(0, len(file), "unreadable")
        return
    start, codec = begins.start, begins.codec
    if start:
        yield Gap(0, start, "padding" if begins.head else "unreadable")
    if codec is None:
        yield from _plain(file, start, limits, meter)
    else:
        yield from _compressed(file, start, codec, limits, meter, size)


def _dictionary_end(file: mmap.mmap) -> int | None:
    end = skippable_end(file[:8], 0) if file[:4] == DICTIONARY_MAGIC else None
    return end if end is not None and end <= len(file) else None


def _dictionary_codec(content: bytes) -> Codec:
    return zstd(read_dictionary(content))


def _plain(file: mmap.mmap, start: int, limits: Limits, meter: Meter) -> Iterator[Record | Gap]:
    """The records of a plain file, each a unit of its own."""
    while start < len(file):
        data, slot = Metered(file, meter, INFLATED_RATE, start), None
        try:
            meter.begin(start)
            for part in split(data, start):
                if isinstance(part, Hole):
                    yield Gap(part.start, part.end - part.start, "padding" if part.blank else "unreadable")
                else:
                    slot = part
                    meter.reach(slot.start)
                    yield _checked(build(data, slot, UnitRange(slot.start, slot.end - slot.start), limits), meter)
                start, slot = part.end, None
                meter.begin(start)
        except ReadLimitError:
            yield _given_up(file, start, slot, meter)
            start = _next_record(file, start) if slot is None else slot.end


def _given_up(file: mmap.mmap, start: int, slot: Slot | None, meter: Meter) -> Record | Gap:
    """The record at which reading was given up, or the bytes up to the next head where it came to none."""
    meter.stop(NOWHERE if slot is None else slot.start)
    if slot is None:
        return Gap(start, _next_record(file, start) - start, "unreadable")
    return unread(slot, UnitRange(slot.start, slot.end - slot.start))


def _next_record(file: mmap.mmap, start: int) -> int:
    following = next_head(file, start + 1, None)
    return len(file) if following is None else following


def _checked(record: Record, meter: Meter) -> Record:
    meter.check()
    return record


def _compressed(
    file: mmap.mmap, start: int, codec: Codec, limits: Limits, meter: Meter, size: int
) -> Iterator[Record | Gap]:
    for part in join(file, codec, walk(file, start, codec, limits, meter, size), meter):
        if isinstance(part, Gap):
            yield part
        else:
            yield from _unit(part, limits, meter)


def _unit(unit: Unit, limits: Limits, meter: Meter) -> Iterator[Record | Gap]:
    """The records of one unit, or the gap that it is; a record is held back until it is known whether it is alone.

    Where reading is given up, the record that it had come to fails, and the unit's other bytes stay unread.
    """
    unit_range = UnitRange(unit.start, unit.end - unit.start, unit.state)
    pending: Slot | None = None
    flags: tuple[str, ...] = ()
    empty = False
    try:
        meter.begin(unit.start)
        data = Metered(unit.data, meter, INFLATED_RATE)
        first = data[:PROBE].lstrip(b"\r\n")
        empty = unit.state == WHOLE and not first
        for part in split(data) if dialect_of(first) is not None else ():
            if isinstance(part, Hole):
                flags = flags if part.blank else ("unread-inner-bytes",)
                continue
            if pending is not None:
                unit_range = UnitRange(unit_range.offset, unit_range.length, unit_range.state, shared=True)
                yield _checked(build(data, pending, unit_range, limits, flags), meter)
            pending, flags = part, ()
            meter.reach(part.start)
        if pending is not None:
            yield _checked(build(data, pending, unit_range, limits, flags), meter)
    except ReadLimitError:
        meter.stop(NOWHERE if pending is None else pending.start)
        if pending is not None:
            yield unread(pending, UnitRange(unit.start, unit.end - unit.start, unit.state, shared=True))
    if pending is None:
        yield Gap(unit_range.offset, unit_range.length, "padding" if empty else "unreadable")


def _merged(parts: Iterable[Record | Gap], size: int) -> Iterator[Record | Gap]:
    """Join adjacent gaps: padding counts as such only next to a record or padding, not inside unreadable bytes."""
    waiting: list[Gap] = []
    changed = False
    for part in parts:
        if isinstance(part, Record):
            yield from waiting
            waiting.clear()
            changed = True
            yield part
        elif waiting and waiting[-1].kind in {"unreadable", part.kind}:
            last = waiting.pop()
            waiting.append(Gap(last.offset, last.bytes + part.bytes, last.kind))
        else:
            waiting.append(part)
    yield from waiting if changed else (Gap(0, size, "unreadable"),)
