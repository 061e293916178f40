"""Read one web archive: every byte of the file ends up in a record or in a gap, and content never raises.

Plain files are cut into records directly. Compressed files are walked unit by unit, and each unit's inflated bytes are
cut in the same way.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING

from yurai.sources.warc.build import UnitRange, build
from yurai.sources.warc.codecs import DICTIONARY_MAGIC, Codec, read_dictionary, skippable_end, zstd
from yurai.sources.warc.heads import PROBE, dialect_of
from yurai.sources.warc.record import Gap, Limits, Record
from yurai.sources.warc.resync import container
from yurai.sources.warc.split import Hole, Slot, split
from yurai.sources.warc.units import WHOLE, Unit
from yurai.sources.warc.walk import join, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def read_file(path: str | os.PathLike[str], *, limits: Limits = Limits()) -> Iterator[Record | Gap]:  # noqa: B008 - frozen
    """Yield the records and gaps of a local WARC, ARC, WET or WAT file in file order, whatever its state.

    Each distinct unit counted once, record lengths plus gaps are the file's size. A file without a record is one
    unreadable gap; an empty one yields nothing. Raises OSError when storage fails, and nothing for content.
    """
    with Path(path).open("rb") as handle:
        if os.fstat(handle.fileno()).st_size == 0:
            return
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as file:
            yield from _merged(_read(file, limits), len(file))


def _read(file: mmap.mmap, limits: Limits) -> Iterator[Record | Gap]:
    codec, start = None, _dictionary_end(file)
    if start is not None:
        yield Gap(0, start, "padding")
        codec = _dictionary_codec(file[8:start])
    else:
        first = container(file)
        if first is None:
            yield Gap(0, len(file), "unreadable")
            return
        start, codec = first
        if start:
            yield Gap(0, start, "unreadable")
    yield from _plain(file, start, limits) if codec is None else _compressed(file, start, codec, limits)


def _dictionary_end(file: mmap.mmap) -> int | None:
    end = skippable_end(file[:8], 0) if file[:4] == DICTIONARY_MAGIC else None
    return end if end is not None and end <= len(file) else None


def _dictionary_codec(content: bytes) -> Codec:
    return zstd(read_dictionary(content))


def _plain(file: mmap.mmap, start: int, limits: Limits) -> Iterator[Record | Gap]:
    for part in split(file, start):
        if isinstance(part, Hole):
            yield Gap(part.start, part.end - part.start, "padding" if part.blank else "unreadable")
        else:
            yield build(file, part, UnitRange(part.start, part.end - part.start), limits)


def _compressed(file: mmap.mmap, start: int, codec: Codec, limits: Limits) -> Iterator[Record | Gap]:
    for part in join(file, codec, walk(file, start, codec, limits)):
        if isinstance(part, Gap):
            yield part
        else:
            yield from _unit(part, limits)


def _unit(unit: Unit, limits: Limits) -> Iterator[Record | Gap]:
    """The records of one unit, or the gap that it is; a record is held back until it is known whether it is alone."""
    unit_range = UnitRange(unit.start, unit.end - unit.start, unit.state)
    pending: Slot | None = None
    flags: tuple[str, ...] = ()
    first = unit.data[:PROBE].lstrip(b"\r\n")
    for part in split(unit.data) if dialect_of(first) is not None else ():
        if isinstance(part, Hole):
            flags = flags if part.blank else ("unread-inner-bytes",)
            continue
        if pending is not None:
            unit_range = UnitRange(unit_range.offset, unit_range.length, unit_range.state, shared=True)
            yield build(unit.data, pending, unit_range, limits, flags)
        pending, flags = part, ()
    if pending is not None:
        yield build(unit.data, pending, unit_range, limits, flags)
    else:
        yield Gap(
            unit_range.offset, unit_range.length, "padding" if unit.state == WHOLE and not first else "unreadable"
        )


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
