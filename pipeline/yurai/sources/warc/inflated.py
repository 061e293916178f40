"""The inflated bytes of a unit that is too big to keep, as something to slice, in memory that is bounded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from yurai.sources.warc.inflation import Inflation
from yurai.sources.warc.meter import ReadLimitError

if TYPE_CHECKING:
    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.readable import Readable

_BEHIND: Final = 1 << 21
_PLACES: Final = 3
"""Places that a reader goes back and forth between: a record's block, the head behind it, what ends that one."""
_TIMES: Final = 8
"""How often the bytes of a unit may be inflated, all together; an honest file's are once or twice."""


class _Window:
    """A window over inflated bytes that moves forward: `[base, end)`, and some bytes behind what was asked last."""

    def __init__(self, inflation: Inflation) -> None:
        self._pieces = iter(inflation)
        self._bytes = bytearray()
        self.base = 0

    @property
    def end(self) -> int:
        return self.base + len(self._bytes)

    def move(self, start: int, stop: int) -> int:
        """Move on until `[start, stop)` is within; return how many bytes were inflated."""
        before = self.end
        while self.end < stop:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._bytes += piece
            self._forget(start)
        return self.end - before

    def read(self, start: int, stop: int) -> bytes:
        return bytes(self._bytes[start - self.base : max(start, stop) - self.base])

    def _forget(self, needed: int) -> None:
        spare = min(needed - self.base, len(self._bytes)) - _BEHIND
        if spare > _BEHIND:
            del self._bytes[:spare]
            self.base += spare


class Inflated:
    """The inflated bytes of a big unit as a `Readable`: a few windows that go forward, each over a part.

    Going back behind all of them inflates the unit again, and once that came to some times the unit's size, a slice
    raises ReadLimitError. A file whose lengths send its reader to and fro at every record asks for that.
    """

    def __init__(self, file: Readable, start: int, codec: Codec, size: int, stop: int = 0) -> None:
        self._open = partial(Inflation, file, start, codec, stop=stop)
        self.anew = partial(Inflated, file, start, codec, size, stop)
        """Make another one of the same bytes, of which nothing was inflated yet."""
        self._size = size
        self._left = _TIMES * size
        self._windows: list[_Window] = []

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(self._size)
        window = self._window(start)
        self._left -= window.move(start, stop)
        if self._left < 0:
            raise ReadLimitError
        return window.read(start, stop)

    def _window(self, start: int) -> _Window:
        """Return the window that is nearest; far ahead of all, the one that lies farthest behind goes there."""
        within = [one for one in self._windows if one.base <= start <= one.end + _BEHIND]
        if within:
            return max(within, key=lambda one: one.base)
        if len(self._windows) < _PLACES:
            self._windows.append(_Window(self._open()))
            return self._windows[-1]
        behind = [one for one in self._windows if one.base <= start]
        if behind:
            return min(behind, key=lambda one: one.base)
        farthest = max(range(_PLACES), key=lambda place: self._windows[place].base)
        self._windows[farthest] = _Window(self._open())
        return self._windows[farthest]
