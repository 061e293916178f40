"""Bound the CPU that reading one unit may take: what is left to do when a file costs more than its bytes explain.

Every loop of this package is linear, so no file that is known reaches the bound. It is there for the one that is not:
reading stops inside the unit, and where it stopped is a verdict, kept and asked first, so that every later run stops
at the same byte on any machine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from yurai.sources.warc.readable import Readable

FREE_SECONDS: Final = 30.0
FILE_RATE: Final = 200_000
INFLATED_RATE: Final = 20_000_000
"""Bytes of a file, and inflated bytes, that a second is granted for: a hundredth of what reading does."""
LOOKS: Final = 16
"""Looks at the bytes for one at a clock; each look is bounded by itself."""
NOWHERE: Final = -1
"""Where reading stopped before it knew the first record of a unit."""


class ReadLimitError(Exception):
    """Reading a unit took more than its bytes explain."""


class Verdicts(Protocol):
    """Where reading stopped, by offset of the unit: the start of a record in the unit's bytes, or `NOWHERE`."""

    def get(self, offset: int, /) -> int | None:
        """Return where reading the unit stopped, None where it did not."""

    def put(self, offset: int, stopped: int, /) -> None:
        """Keep it; the first one stands."""


class Meter:
    """CPU seconds of this thread spent on the unit that is read, without what the caller does between two records."""

    def __init__(self, verdicts: Verdicts | None = None, free_seconds: float = FREE_SECONDS) -> None:
        self._verdicts, self._free = verdicts, free_seconds
        self._granted = self._spent = 0.0
        self._since: float | None = None
        self._at = 0.0
        self._known: int | None = None
        self._ran_out = False

    def begin(self, offset: int) -> None:
        """Start on the unit at `offset`; raises ReadLimitError where an earlier reading came to no record of it."""
        self._offset, self._granted, self._spent, self._ran_out = offset, self._free, 0.0, False
        self._known = None if self._verdicts is None else self._verdicts.get(offset)
        self.go_on()
        if self._known == NOWHERE:
            raise ReadLimitError

    def pause(self) -> None:
        """Stop the clock while the caller works."""
        if self._since is not None:
            self._spent, self._since = self._now(), None

    def _now(self) -> float:
        return self._spent + (time.thread_time() - self._since if self._since is not None else 0.0)

    def go_on(self) -> None:
        """Start the clock again."""
        self._since, self._at = time.thread_time(), time.perf_counter()

    def grant(self, seconds: float) -> None:
        """Allow more, for bytes that were not seen before."""
        self._granted += seconds

    def check(self) -> None:
        """Raise ReadLimitError when more was spent than granted; never where a verdict says where to stop.

        A thread works no longer than the clock on the wall goes on, and that clock is asked without a system call.
        """
        if self._known is not None or self._since is None:
            return
        if self._spent + time.perf_counter() - self._at <= self._granted:
            return
        if self._now() > self._granted:
            self._ran_out = True
            raise ReadLimitError

    def reach(self, start: int) -> None:
        """Come to the record at `start` of the unit's bytes; raises ReadLimitError where reading once stopped."""
        if self._known is not None and start >= self._known:
            raise ReadLimitError
        self.check()

    def stop(self, start: int) -> None:
        """Write down that reading stopped at `start`, for good, where time was the reason: bytes decide each time."""
        if self._verdicts is not None and self._ran_out:
            self._verdicts.put(self._offset, start)


class Metered:
    """Bytes of which one look in `LOOKS` is checked; every byte that was not seen before is granted time."""

    def __init__(self, data: Readable, meter: Meter, rate: float, seen: int = 0) -> None:
        self._data, self._meter, self._rate, self._seen = data, meter, rate, seen
        self._looks = 0

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, part: slice, /) -> bytes:
        piece = self._data[part]
        stop = min(part.stop or 0, len(self._data))
        if stop > self._seen:
            self._meter.grant((stop - self._seen) / self._rate)
            self._seen = stop
        self._looks += 1
        if self._looks % LOOKS == 1:
            self._meter.check()
        return piece
