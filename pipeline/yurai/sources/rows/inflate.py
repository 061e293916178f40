"""Inflate a JSONL file as one stream over all its gzip members, zstd frames or lz4 frames."""

from collections.abc import Iterator

from yurai.sources.rows.row import Span, inflate_limit
from yurai.sources.warc.codecs import CODECS, Codec, skippable_end
from yurai.sources.warc.inflation import WHOLE, Inflation
from yurai.sources.warc.readable import Readable

PIECE = 1 << 20


class Inflow:
    """Iterates over pieces of at most 1 MiB; then `spans` say where the file's bytes went, and `broken` what broke off.

    `broken`: None, or the reason of the row that was being read. What lies behind damage is unreadable: a line may
    begin anywhere, so that nothing tells where the next one starts.
    """

    def __init__(self, data: Readable) -> None:
        self._data, self._limit = data, inflate_limit(len(data))
        self.spans: list[Span] = []
        self.broken: str | None = None
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        start = self._skip(0)
        codec = next((one for one in CODECS if self._data[start : start + len(one.magic)] == one.magic), None)
        while start < len(self._data) and not self.broken:
            if codec is None:
                yield from self._plain(start)
                return
            if self._data[start : start + len(codec.magic)] == codec.magic:
                yield from self._unit(start, codec)
            else:
                self._rest(start)
            start = self._skip(self.spans[-1].offset + self.spans[-1].bytes)

    def _skip(self, start: int) -> int:
        """Step over skippable frames."""
        end = skippable_end(self._data[start : start + 8], start)
        while end is not None and end <= len(self._data):
            self.spans.append(Span(start, end - start, "padding"))
            start = end
            end = skippable_end(self._data[start : start + 8], start)
        return start

    def _plain(self, start: int) -> Iterator[bytes]:
        for at in range(start, len(self._data), PIECE):
            self.size += len(self._data[at : at + PIECE])
            yield self._data[at : at + PIECE]
        self.spans.append(Span(start, len(self._data) - start, "rows"))

    def _unit(self, start: int, codec: Codec) -> Iterator[bytes]:
        inflation, before = Inflation(self._data, start, codec), self.size
        for piece in inflation:
            room = self._limit - self.size
            for at in range(0, min(len(piece), room), PIECE):
                self.size += len(piece[at : min(at + PIECE, room)])
                yield piece[at : min(at + PIECE, room)]
            if len(piece) > room:
                self.broken = "inflate-limit"
                break
        else:
            self.broken = None if inflation.state == WHOLE else "body-incomplete"
        end = inflation.end if self.size > before or not self.broken else start
        if end > start:
            self.spans.append(Span(start, end - start, "rows" if self.size > before else "padding"))
        if self.broken and end < len(self._data):
            self.spans.append(Span(end, len(self._data) - end, "unreadable"))

    def _rest(self, start: int) -> None:
        """Account for bytes that begin no unit: zeros are padding to a block, anything else was a unit once."""
        rest = range(start, len(self._data), PIECE)
        zeros = all(not self._data[at : at + PIECE].strip(b"\0") for at in rest)
        self.broken = None if zeros else "body-incomplete"
        self.spans.append(Span(start, len(self._data) - start, "padding" if zeros else "unreadable"))
