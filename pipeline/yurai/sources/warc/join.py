"""Join a unit whose last record runs over its end with the units behind it that begin with no record.

Block-compressed files (bgzip) are cut like that, and some writers flush in the middle of a record. What was looked at
once is not looked at again: ten thousand tiny units behind a record that claims 16 MiB cost what their bytes do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yurai.sources.warc.heads import PROBE, dialect_of, next_head
from yurai.sources.warc.inflated import Inflated
from yurai.sources.warc.inflation import WHOLE
from yurai.sources.warc.meter import ReadLimitError
from yurai.sources.warc.record import Gap
from yurai.sources.warc.split import Hole, Slot, split
from yurai.sources.warc.units import KEEP, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.meter import Meter
    from yurai.sources.warc.readable import Readable

_ENDS_A_LINE = re.compile(rb"[\n:]")
_CUT_HEADS = frozenset((b"W", b"WA", b"WAR", b"WARC", b"WARC/"))


def join(file: Readable, codec: Codec, parts: Iterable[Unit | Gap], meter: Meter) -> Iterator[Unit | Gap]:
    """Yield the parts, with each unit that goes on in the next ones as one.

    What is joined depends on bytes alone, so the clock of `meter`, which runs for the last part, stands still.
    """
    held: _Held | None = None
    for part in parts:
        meter.pause()
        goes_on = held is not None and isinstance(part, Unit) and held.goes_on_in(part)
        meter.go_on()
        if goes_on and held is not None and isinstance(part, Unit):
            held.add(part)
            continue
        if held is not None:
            yield held.unit(file, codec)
        held = _Held(part) if isinstance(part, Unit) else None
        if isinstance(part, Gap):
            yield part
    if held is not None:
        yield held.unit(file, codec)


class _Grown:
    """Bytes that grow, as a `Readable`."""

    def __init__(self, first: bytes) -> None:
        self._bytes = bytearray(first)

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, part: slice, /) -> bytes:
        return bytes(self._bytes[part])

    def add(self, more: bytes) -> None:
        self._bytes += more


class _Held:
    """A unit, what was joined to it, and how far its last record goes."""

    def __init__(self, first: Unit) -> None:
        self._first, self._state, self._end, self._size = first, first.state, first.end, len(first.data)
        self._grown: _Grown | None = None
        self._runs_over: bool | None = None
        self._last: Slot | Hole | None = None
        self._dialect: str | None = None

    def goes_on_in(self, part: Unit) -> bool:
        """Tell whether `part` belongs to the record that this one ends in."""
        if self._state != WHOLE or part.start != self._end or len(part.data) == 0:
            return False
        if dialect_of(part.data[:PROBE].lstrip(b"\r\n")) is not None:
            return False
        if self._grown is None and self._end > self._first.end:
            return True  # joined, and beyond what is kept: until a record begins
        if self._runs_over is None:
            self._runs_over = self._overruns()
        return self._runs_over

    def add(self, part: Unit) -> None:
        """Join `part`; its bytes are kept as long as they are few."""
        joined, before = self._end > self._first.end, self._size
        self._state, self._end, self._size = part.state, part.end, self._size + len(part.data)
        if self._size > KEEP:
            self._grown = None
            return
        if not joined:
            self._grown = _Grown(self._first.data[:])
        if self._grown is not None:
            self._grown.add(part.data[:])
            self._runs_over = True if self._still_runs_over(self._grown, before) else None

    def unit(self, file: Readable, codec: Codec) -> Unit:
        """Return all of it as one unit."""
        first = self._first
        if self._end == first.end:
            return first
        size, grown = self._size, self._grown
        data = Inflated(file, first.start, codec, size, stop=self._end) if grown is None else grown[:]
        return Unit(first.start, self._end, self._state, data)

    def _overruns(self) -> bool:
        """Whether the last record says that it is longer than its bytes, or its header breaks off."""
        first = self._first.data
        whole = first.anew() if isinstance(first, Inflated) else first  # looking here is not reading it
        data: Readable = whole if self._grown is None else self._grown
        if self._last is None and dialect_of(data[:PROBE].lstrip(b"\r\n")) is None:
            return False
        try:
            self._find_last(data)
        except ReadLimitError:
            return False  # it lies, and is given up where its records are read
        return _end_of(self._last, data) > len(data)

    def _find_last(self, data: Readable) -> None:
        for part in split(data, self._last.start if self._last else 0, self._dialect):
            self._last = part
            self._dialect = part.head.dialect if isinstance(part, Slot) else self._dialect

    def _still_runs_over(self, data: Readable, before: int) -> bool:
        """Whether bytes behind `before` change nothing: no head among them, and the record goes beyond them too."""
        if self._last is None or _end_of(self._last, data) <= len(data):
            return False
        if not _ENDS_A_LINE.search(data[before : len(data)]):
            return True  # no first lines of a head end there
        content = self._last.block if isinstance(self._last, Slot) else self._last.start + 1
        return next_head(data, max(before - PROBE, content), self._dialect) is None


def _end_of(last: Slot | Hole | None, data: Readable) -> int:
    """Where the last record of `data` says that it ends; beyond its end where a header breaks off."""
    if isinstance(last, Slot):
        return last.block + (last.head.length or 0)
    return len(data) + 1 if last is not None and data[last.start : last.start + 5] in _CUT_HEADS else 0
