"""Inflate one compressed unit, piece by piece, up to where it ends, breaks off or is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yurai.sources.warc.codecs import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.readable import Readable

WHOLE, CUT, DAMAGED, LIMIT = "whole", "cut", "damaged", "limit"


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
