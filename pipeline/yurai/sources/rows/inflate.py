"""Inflate a JSONL file as one stream over all its gzip members, zstd frames or lz4 frames."""

from array import array
from collections.abc import Iterator
from typing import Literal

from yurai.sources.rows.row import Span, inflate_limit
from yurai.sources.warc.codecs import CODECS, skippable_end
from yurai.sources.warc.inflation import WHOLE, Inflation
from yurai.sources.warc.readable import Readable

PIECE = 1 << 20
SMALL = 1 << 12
"""Bytes fed at a time to a unit behind a smaller one: each of a million members copies what is fed beyond its end."""
KINDS: tuple[Literal["rows"], Literal["padding"], Literal["unreadable"]] = ("rows", "padding", "unreadable")
ROWS, PADDING, UNREADABLE = range(3)


class Tiling:
    """Spans that follow each other from 0 on, in 9 bytes each, since a hostile file has one for each of its own 9."""

    def __init__(self) -> None:
        self._starts, self._kinds, self.end = array("Q"), bytearray(), 0

    def add(self, end: int, kind: int) -> None:
        """Go on to `end`; neighbours of one kind are one span."""
        if end > self.end:
            if not self._kinds or self._kinds[-1] != kind:
                self._starts.append(self.end)
                self._kinds.append(kind)
            self.end = end

    def __iter__(self) -> Iterator[Span]:
        for place, start in enumerate(self._starts):
            end = self._starts[place + 1] if place + 1 < len(self._starts) else self.end
            yield Span(start, end - start, KINDS[self._kinds[place]])


class Inflow:
    """Iterates over pieces of at most 1 MiB; then `spans` say where the file's bytes went, and `broken` what broke off.

    `broken`: None, or the reason of the row that was being read. What lies behind damage is unreadable: a line may
    begin anywhere, so that nothing tells where the next one starts. Who iterates sets it to go no further.
    """

    def __init__(self, data: Readable) -> None:
        self._data, self._limit = data, inflate_limit(len(data))
        self.spans = Tiling()
        self.stored = len(data)
        self.broken: str | None = None
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        self._skip()
        start = self.spans.end
        codec = next((one for one in CODECS if self._data[start : start + len(one.magic)] == one.magic), None)
        step = PIECE
        while (start := self.spans.end) < len(self._data) and not self.broken:
            if codec is None:
                yield from self._plain(start)
            elif self._data[start : start + len(codec.magic)] == codec.magic:
                yield from self._unit(Inflation(self._data, start, codec, step=step), start)
                step = SMALL if self.spans.end - start < SMALL else PIECE
            else:
                self._rest(start)
            self._skip()

    def _skip(self) -> None:
        """Step over skippable frames."""
        while (end := skippable_end(self._data[self.spans.end : self.spans.end + 8], self.spans.end)) is not None:
            if end > len(self._data):
                return
            self.spans.add(end, PADDING)

    def _plain(self, start: int) -> Iterator[bytes]:
        for at in range(start, len(self._data), PIECE):
            piece = self._data[at : at + PIECE]
            self.size += len(piece)
            yield piece
        self.spans.add(len(self._data), ROWS)

    def _unit(self, inflation: Inflation, start: int) -> Iterator[bytes]:
        before = self.size
        for piece in inflation:
            room = self._limit - self.size
            for at in range(0, min(len(piece), room), PIECE):
                part = piece[at : min(at + PIECE, room)]
                self.size += len(part)
                yield part
            if len(piece) > room:
                self.broken = "inflate-limit"
            if self.broken:
                break
        else:
            self.broken = None if inflation.state == WHOLE else "body-incomplete"
        end = inflation.end if self.size > before or not self.broken else start
        self.spans.add(end, ROWS if self.size > before else PADDING)
        if self.broken:
            self.spans.add(len(self._data), UNREADABLE)

    def _rest(self, start: int) -> None:
        """Account for bytes that begin no unit: zeros are padding to a block, anything else was a unit once."""
        rest = range(start, len(self._data), PIECE)
        zeros = all(not self._data[at : at + PIECE].strip(b"\0") for at in rest)
        self.broken = None if zeros else "body-incomplete"
        self.spans.add(len(self._data), PADDING if zeros else UNREADABLE)
