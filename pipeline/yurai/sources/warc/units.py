"""Bound one compressed unit: where it ends, how it ends, and its inflated bytes as something to slice.

Units up to 16 MiB are inflated once and kept; a bigger one (a single-member archive is one unit) is measured first and
then inflated again behind a sliding window, so that memory stays bounded whatever the file is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from yurai.sources.warc.codecs import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.sources.warc.codecs import Codec

KEEP = 1 << 24
_BEHIND = 1 << 21

WHOLE, CUT, DAMAGED, LIMIT = "whole", "cut", "damaged", "limit"


class Readable(Protocol):
    """Random access to bytes: a memory map, bytes, or the window over a big unit."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


class Inflation:
    """Iterates over the inflated pieces of the unit at `start`; then `end` and `state` say where and how it ended.

    `state`: whole; cut (the file ends first); damaged (the codec or its checksum refuses a byte: `end` is that byte).
    Members that follow each other are read as one up to `stop`. `step` bytes are fed at a time (the codec's, at most).
    """

    def __init__(self, file: Readable, start: int, codec: Codec, *, stop: int = 0, step: int = 1 << 30) -> None:
        self._file, self._start, self._stop, self._codec = file, start, stop, codec
        self._step = min(step, codec.step)
        self.end, self.state = start, CUT

    def __iter__(self) -> Iterator[bytes]:
        decoder, emitted = self._codec.make(), 0
        while chunk := self._file[self.end : self.end + self._step]:
            pieces = drain(decoder, chunk)
            while True:
                try:
                    piece = next(pieces, None)
                except self._codec.errors:
                    yield from self._salvage(emitted)
                    return
                if piece is None:
                    break
                emitted += len(piece)
                yield piece
            self.end += len(chunk)
            if decoder.eof:
                self.end -= decoder.unused
                if self.end >= self._stop:
                    self.state = WHOLE
                    return
                self._start, decoder, emitted = self.end, self._codec.make(), 0

    def _salvage(self, emitted: int) -> Iterator[bytes]:
        """Codecs throw away what one call had inflated before the bad byte: close in on it in ever smaller steps."""
        self.state, step = DAMAGED, self._step
        limit = min(self.end + self._step, len(self._file))
        while step > 1:
            step, decoder, total = max(step // 16, 1), self._codec.make(), 0
            for at in range(self._start, self.end, self._step):
                total += sum(map(len, drain(decoder, self._file[at : min(at + self._step, self.end)])))
            while self.end < limit:
                try:
                    inflated = b"".join(drain(decoder, self._file[self.end : min(self.end + step, limit)]))
                except self._codec.errors:
                    break
                total += len(inflated)
                if total > emitted:
                    yield inflated[-(total - emitted) :]
                    emitted = total
                self.end = min(self.end + step, limit)


class Inflated:
    """The inflated bytes of a big unit as a `Readable`: going forward is cheap, going far back inflates again."""

    def __init__(self, file: Readable, start: int, codec: Codec, size: int, stop: int = 0) -> None:
        self._file, self._start, self._codec = file, start, codec
        self._size, self._stop = size, stop
        self._rewind()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(self._size)
        if start < self._base:
            self._rewind()
        while self._base + len(self._window) < stop:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._window += piece
            self._forget(start)
        return bytes(self._window[start - self._base : max(start, stop) - self._base])

    def _rewind(self) -> None:
        self._base, self._window = 0, bytearray()
        self._pieces = iter(Inflation(self._file, self._start, self._codec, stop=self._stop))

    def _forget(self, needed: int) -> None:
        spare = min(needed - self._base, len(self._window)) - _BEHIND
        if spare > _BEHIND:
            del self._window[:spare]
            self._base += spare


@dataclass(frozen=True, slots=True)
class Unit:
    """The compressed unit `[start, end)` of a file, its `state` and inflated `data`; `joined`: made of several."""

    start: int
    end: int
    state: str
    data: Readable
    joined: bool = False


def open_unit(file: Readable, start: int, codec: Codec, max_bytes: int) -> Unit:
    """Inflate the unit at `start`; one that grows beyond `max_bytes` ends there with the state `limit`."""
    inflation, size, kept = Inflation(file, start, codec), 0, list[bytes]()
    for piece in inflation:
        size += len(piece)
        if size > max_bytes:
            return Unit(start, max(inflation.end, start + 1), LIMIT, Inflated(file, start, codec, max_bytes))
        if size <= KEEP:
            kept.append(piece)
        else:
            kept.clear()
    data: Readable = b"".join(kept) if size <= KEEP else Inflated(file, start, codec, size)
    return Unit(start, max(inflation.end, start + 1), inflation.state, data)
