"""Decode the three compressed containers of web archives behind one bounded interface.

A decoder is fed file bytes and hands out inflated pieces; whatever the input, one call yields a bounded piece, so that
a decompression bomb costs time in proportion to the limit and never memory.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import lz4.frame
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PIECE = 1 << 20
STEP, ZSTD_STEP = 1 << 16, 1 << 10
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPABLE = bytes(range(0x50, 0x60))
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
_MAX_WINDOW = 1 << 27
_MAX_DICTIONARY = 1 << 24


class Decoder(Protocol):
    """State of one unit while it inflates."""

    @property
    def pending(self) -> bool:
        """More will come out of `feed(b"")`."""

    @property
    def eof(self) -> bool:
        """The unit has ended."""

    @property
    def unused(self) -> int:
        """Bytes that were fed beyond its end."""

    def feed(self, data: bytes, /) -> bytes:
        """Take file bytes and return a bounded piece; raises the codec's errors."""


def drain(decoder: Decoder, data: bytes) -> Iterator[bytes]:
    """Feed `data` and yield every piece that it gives."""
    piece = decoder.feed(data)
    while True:
        if piece:
            yield piece
        if decoder.eof or not decoder.pending:
            return
        piece = decoder.feed(b"")


@dataclass(frozen=True, slots=True)
class Codec:
    """How units of one container begin (`magic`), inflate (`make`, fed `step` bytes at a time) and fail (`errors`)."""

    name: str
    magic: bytes
    make: Callable[[], Decoder]
    step: int
    errors: tuple[type[Exception], ...]


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._z = zlib.decompressobj(window_bits)

    @property
    def pending(self) -> bool:
        return bool(self._z.unconsumed_tail)

    @property
    def eof(self) -> bool:
        return self._z.eof

    @property
    def unused(self) -> int:
        return len(self._z.unused_data)

    def feed(self, data: bytes) -> bytes:
        return self._z.decompress(self._z.unconsumed_tail + data, PIECE)


class _Lz4:
    def __init__(self) -> None:
        self._z = lz4.frame.LZ4FrameDecompressor()

    @property
    def pending(self) -> bool:
        return not self._z.needs_input and not self._z.eof

    @property
    def eof(self) -> bool:
        return bool(self._z.eof)

    @property
    def unused(self) -> int:
        return len(self._z.unused_data or b"")

    def feed(self, data: bytes) -> bytes:
        return bytes(self._z.decompress(data, PIECE))


class _Zstd:
    """python-zstandard bounds no output, so the input step does: 1 KiB holds at most 256 blocks of 128 KiB."""

    pending = False

    def __init__(self, dictionary: zstandard.ZstdCompressionDict | None = None) -> None:
        self._z = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_MAX_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._z.eof

    @property
    def unused(self) -> int:
        return len(self._z.unused_data)

    def feed(self, data: bytes) -> bytes:
        return self._z.decompress(data)


def zlib_decoder(window_bits: int) -> Decoder:
    """A decoder for a format of zlib: 31 gzip, 15 zlib, -15 raw deflate."""
    return _Zlib(window_bits)


def zstd(dictionary: bytes | None = None) -> Codec:
    """The codec of `.warc.zst`, with the dictionary of its first frame when it has one."""
    shared = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
    return Codec("zstd", ZSTD_MAGIC, lambda: _Zstd(shared), ZSTD_STEP, (zstandard.ZstdError,))


GZIP = Codec("gzip", b"\x1f\x8b\x08", lambda: _Zlib(31), STEP, (zlib.error,))
LZ4 = Codec("lz4", b"\x04\x22\x4d\x18", _Lz4, STEP, (RuntimeError,))
ZSTD = zstd()
CODECS = (GZIP, ZSTD, LZ4)


def skippable_end(head: bytes, offset: int) -> int | None:
    """End of the skippable frame (RFC 8878, 3.1.2; lz4 shares the magic) at `offset`, given its first 8 bytes."""
    if len(head) < 8 or head[0] not in SKIPPABLE or head[1:4] != DICTIONARY_MAGIC[1:]:  # noqa: PLR2004 - magic and size
        return None
    return offset + 8 + int.from_bytes(head[4:8], "little")


def read_dictionary(frame: bytes) -> bytes | None:
    """Dictionary in a 0x184D2A5D frame's content, raw or itself a zstd frame (IIPC WARC-zstd 1.0); None: not usable."""
    if not frame.startswith(ZSTD_MAGIC):
        return frame or None
    out = bytearray()
    decoder = ZSTD.make()
    try:
        for start in range(0, len(frame), ZSTD.step):
            out += decoder.feed(frame[start : start + ZSTD.step])
            if decoder.eof or len(out) > _MAX_DICTIONARY:
                break
    except zstandard.ZstdError:
        return None
    return bytes(out) if decoder.eof and out else None
