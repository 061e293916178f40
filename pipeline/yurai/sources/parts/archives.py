"""Find where a web archive may be cut: its records on both sides are those of the whole file, whatever the bytes are.

No magic is searched for, since a hostile body may hold any. The file is walked from unit to unit as its reader does,
and a place counts if a whole unit ends there that began with a record, and another one begins. Behind damage a reader's
way depends on what lies ahead, so that a compressed file is not cut behind its first damaged unit.
"""

import mmap
from collections.abc import Iterator, Sequence

from yurai.sources.parts.cuts import Cuts
from yurai.sources.warc.codecs import Codec
from yurai.sources.warc.inflation import WHOLE
from yurai.sources.warc.meter import INFLATED_RATE, Meter, Metered, ReadLimitError
from yurai.sources.warc.read import beginning
from yurai.sources.warc.readable import Readable
from yurai.sources.warc.record import Gap, Limits
from yurai.sources.warc.split import Slot, split
from yurai.sources.warc.units import Unit
from yurai.sources.warc.walk import walk

FORGET = 64 << 20
"""Bytes that were walked over and stay in memory at most."""


def archive_cuts(file: mmap.mmap, goals: Sequence[int]) -> Cuts:
    """Return the first places at or behind `goals` where the archive may be cut."""
    begins = beginning(file)
    if begins is None or (begins.start and not begins.head):
        return Cuts((), "it does not begin with a record")
    way = _Way(file)
    if begins.codec is None:
        places = _chosen(_plain(file, way), way, goals)
        return Cuts(places, way.ended or "a record of it is that long")
    places = _chosen(_compressed(file, begins.start, begins.codec, way), way, goals)
    return Cuts(places, way.ended or "a compressed unit of it is that long", begins.head)


class _Way:
    """How far a walk over a file is; pages behind it are given back."""

    def __init__(self, file: mmap.mmap) -> None:
        self._file, self._forgotten = file, 0
        self.goal = 0
        """What place is looked for."""
        self.ended = ""
        """Why it ended before the file did."""

    def at(self, place: int) -> None:
        if place - self._forgotten >= FORGET:
            end = place - place % mmap.PAGESIZE
            self._file.madvise(mmap.MADV_DONTNEED, self._forgotten, end - self._forgotten)
            self._forgotten = end


def _chosen(places: Iterator[int], way: _Way, goals: Sequence[int]) -> tuple[int, ...]:
    """Return the first place at or behind each goal, once."""
    found: list[int] = []
    for goal in goals:
        if found and found[-1] >= goal:
            continue
        way.goal = goal
        place = next(places, None)
        if place is None:
            break
        found.append(place)
    return tuple(found)


def _plain(file: mmap.mmap, way: _Way) -> Iterator[int]:
    """Yield where a record begins behind one that is complete, in a plain file.

    Only the record before a place looks as far as that place, and to a complete one a head there is as good as the
    end of the data.
    """
    meter, before = Meter(), 0
    meter.begin(0)
    try:
        for part in split(Metered(file, meter, INFLATED_RATE)):
            if isinstance(part, Slot) and before == part.start >= way.goal and file[before - 1 : before] == b"\n":
                yield part.start
            if isinstance(part, Slot):
                before = part.resume if part.complete else -1
            way.at(part.start)
    except ReadLimitError:
        way.ended = "reading it takes more time than its bytes explain"


def _compressed(file: mmap.mmap, start: int, codec: Codec, way: _Way) -> Iterator[int]:
    """Yield where a whole unit begins with a record behind another such one, up to the first damage."""
    before: Unit | None = None
    for part in walk(file, start, codec, Limits(), Meter(), len(file)):
        if _is_damaged(part):
            way.ended = f"it is damaged at byte {_start_of(part):,}"
            return
        if isinstance(part, Gap):
            before = None
            continue
        follows = before is not None and before.end == part.start >= way.goal
        if before is not None and follows and _is_record(before.data) and _is_record(part.data):
            yield part.start
        before = part
        way.at(part.start)


def _is_damaged(part: Unit | Gap) -> bool:
    """Tell whether a reader could go another way from here if it saw less of the file."""
    return part.kind == "unreadable" if isinstance(part, Gap) else part.state != WHOLE


def _start_of(part: Unit | Gap) -> int:
    return part.offset if isinstance(part, Gap) else part.start


def _is_record(data: Readable) -> bool:
    """Tell whether a unit's bytes begin with a record that parses."""
    return isinstance(next(split(data), None), Slot)
