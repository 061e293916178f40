"""Undo HTTP content codings with a bound: gzip, deflate (zlib and raw), br, zstd, at most two layers.

Servers lie about codings, so a body that was never coded is kept as it is and flagged; a body that ends early keeps
what it gave; one that breaks, or grows beyond the limit, fails.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import brotli
import zstandard

from yurai.sources.warc.codecs import GZIP, PIECE, ZSTD, ZSTD_MAGIC, ZSTD_STEP, drain, zlib_decoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai.sources.warc.codecs import Decoder
    from yurai.sources.warc.record import Limits

_MAX_LAYERS = 2
_MAX_STREAMS = 10_000
"""Streams in a row in one body: a block of bgzip is 64 KiB, so honest bodies hold a thousand at most."""
_TEXT_SAMPLE = 64
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_ALIASES = {"x-gzip": "gzip", "x-deflate": "deflate", "brotli": "br", "zst": "zstd"}
_UNDECODABLE = frozenset({"compress", "x-compress", "dcb", "dcz", "sdch", "exi", "pack200-gzip"})
_MAGIC = {"gzip": b"\x1f\x8b", "zstd": ZSTD_MAGIC}
_ERRORS = (zlib.error, brotli.error, zstandard.ZstdError)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body after its content codings: `error` is `inflate-limit`, `bad-content-encoding` or None."""

    body: bytes
    flags: tuple[str, ...] = ()
    error: str | None = None


class _Brotli:
    def __init__(self) -> None:
        self._z = brotli.Decompressor()

    unused = 0  # the library keeps what follows the stream to itself

    @property
    def pending(self) -> bool:
        return not self._z.can_accept_more_data()

    @property
    def eof(self) -> bool:
        return bool(self._z.is_finished())

    def feed(self, data: bytes) -> bytes:
        return bytes(self._z.process(data, output_buffer_limit=PIECE))


def decode(body: bytes, codings: list[str], limits: Limits) -> Decoded:
    """Undo `codings` (the tokens of Content-Encoding, in the order in which they were applied) on `body`."""
    names = [_ALIASES.get(coding, coding) for coding in codings if coding not in {"", "identity", "none"}]
    known = [name for name in names if name in _OPENERS]
    if len(known) > _MAX_LAYERS or any(name in _UNDECODABLE for name in names):
        return Decoded(b"", (), "bad-content-encoding" if body else None)
    flags: tuple[str, ...] = () if known == names else ("unknown-content-encoding",)
    limit = min(limits.max_decoded_bytes, max(limits.free_decoded_bytes, limits.max_ratio * len(body)))
    for name in reversed(known):
        layer = _undo(body, name, limit)
        body, flags = layer.body, flags + layer.flags
        if layer.error or f"false-{name}" in layer.flags:
            return Decoded(body, flags, layer.error)
    return Decoded(body, flags)


def _undo(body: bytes, name: str, limit: int) -> Decoded:
    if not body:
        return Decoded(b"")
    if not body.startswith(_MAGIC.get(name, b"")):
        return Decoded(body, (f"false-{name}",))
    is_text = body[:_TEXT_SAMPLE].translate(None, _CONTROL) == body[:_TEXT_SAMPLE]
    try:
        inflated = _inflate(body, _OPENERS[name], limit, _MAGIC.get(name))
    except _ERRORS:
        return Decoded(body, (f"false-{name}",)) if is_text else Decoded(b"", (), "bad-content-encoding")
    if is_text and "encoding-cut" in inflated.flags:
        return Decoded(body, (f"false-{name}",))
    return inflated


def _inflate(body: bytes, make: Callable[[bytes], Decoder], limit: int, again: bytes | None) -> Decoded:
    """Inflate one stream, or several in a row when the coding's magic says so (gzip members, zstd frames)."""
    out, at = bytearray(), 0
    for _ in range(_MAX_STREAMS):
        decoder = make(body)
        while at < len(body) and not decoder.eof:
            for piece in drain(decoder, body[at : at + ZSTD_STEP]):
                out += piece
                if len(out) > limit:
                    return Decoded(b"", (), "inflate-limit")
            at = min(at + ZSTD_STEP, len(body))
        if not decoder.eof:
            return Decoded(bytes(out), ("encoding-cut",))
        at -= decoder.unused
        if again is None or not body.startswith(again, at):
            return Decoded(bytes(out), ("trailing-bytes",) if at < len(body) else ())
    return Decoded(b"", (), "inflate-limit")


def _open_deflate(body: bytes) -> Decoder:
    """RFC 9110 says zlib, servers send raw deflate too: the two-byte zlib header (RFC 1950, 2.2) tells them apart."""
    first = int.from_bytes(body[:2], "big")
    return zlib_decoder(15 if body[0] & 0x0F == 8 and first % 31 == 0 else -15)  # noqa: PLR2004 - fields of RFC 1950


_OPENERS: dict[str, Callable[[bytes], Decoder]] = {
    "gzip": lambda _: GZIP.make(),
    "deflate": _open_deflate,
    "br": lambda _: _Brotli(),
    "zstd": lambda _: ZSTD.make(),
}
