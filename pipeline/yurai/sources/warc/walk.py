"""Walk the units of a compressed file from one to the next, over damage.

After a damaged unit the walk goes on at the next unit that begins with a record, even inside the range that the damaged
one seemed to cover: where bytes are missing, a decoder reads on into the units behind them before it notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurai.sources.warc.codecs import skippable_end
from yurai.sources.warc.inflation import WHOLE
from yurai.sources.warc.meter import FILE_RATE, NOWHERE, Meter, Metered, ReadLimitError
from yurai.sources.warc.record import MIB, Gap
from yurai.sources.warc.resync import next_unit
from yurai.sources.warc.units import Unit, open_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.record import Limits

_RESCAN_FACTOR, _RESCAN_FREE = 8, 8 * MIB


def walk(file: mmap, start: int, codec: Codec, limits: Limits, meter: Meter, size: int) -> Iterator[Unit | Gap]:
    """Yield the units of `file` from `start`, in order, and the gaps between them, leaving no byte out.

    A unit that takes more time than its bytes explain is unreadable. `size` is that of the file, of which this may be
    the end alone.
    """
    rescanned = 0
    while start < len(file):
        skipped = skippable_end(file[start : start + 8], start)
        if skipped is not None and skipped <= len(file):
            yield Gap(start, skipped - start, "padding")
            start = skipped
            continue
        begins = file[start : start + len(codec.magic)] == codec.magic
        unit = _opened(file, start, codec, limits, meter) if begins else None
        if unit is None:
            following = _or_end(next_unit(file, start + 1, codec), file)
            yield Gap(start, following - start, "unreadable")
            start = following
            continue
        following = unit.end
        if unit.state != WHOLE:
            rescanned += len(unit.data)
            following = _or_end(next_unit(file, _rescan_from(unit, rescanned, size), codec), file)
            unit = Unit(start, min(unit.end, following), unit.state, unit.data)
        yield unit
        if following > unit.end:
            yield Gap(unit.end, following - unit.end, "unreadable")
        start = following


def _opened(file: mmap, start: int, codec: Codec, limits: Limits, meter: Meter) -> Unit | None:
    try:
        meter.begin(start)
        return open_unit(Metered(file, meter, FILE_RATE, start), start, codec, limits.max_unit_bytes)
    except ReadLimitError:
        meter.stop(NOWHERE)
        return None


def _or_end(offset: int | None, file: mmap) -> int:
    return len(file) if offset is None else offset


def _rescan_from(unit: Unit, rescanned: int, size: int) -> int:
    """Inside the damaged unit; after it, once a hostile file has made overlapping units cost many times its size."""
    return unit.start + 1 if rescanned < _RESCAN_FACTOR * size + _RESCAN_FREE else unit.end
