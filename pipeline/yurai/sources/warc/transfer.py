"""Undo the transfer codings of an HTTP body (RFC 9112, 6.1 and 7): chunks, gzip or deflate around or inside of them.

What no name of a coding tells how to undo is a failure, not text: the bytes may be anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from yurai.sources.warc.chunks import dechunk
from yurai.sources.warc.content import decode

if TYPE_CHECKING:
    from yurai.sources.warc.record import Limits

_CHUNKED: Final = "chunked"
_COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate", "x-deflate", "br", "zstd"})
# none of HTTP, but names of mail for bytes as they are (RFC 2045, 6.2)
_NOTHING: Final = frozenset({"", "identity", "none", "7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True)
class Transferred:
    """A body without its transfer codings: `dechunked` is what came out of the chunks, coded or not."""

    body: bytes
    dechunked: bytes
    flags: tuple[str, ...] = ()
    error: str | None = None
    """`bad-transfer-encoding` or `inflate-limit`; then the body is what was stored."""


def transfer_codings(values: list[str]) -> list[str]:
    """Names of the codings in the values of Transfer-Encoding, in the order in which they were applied."""
    names = (part.partition(";")[0].strip().lower() for value in values for part in value.split(","))
    return [name for name in names if name not in _NOTHING]


def undo_transfer(stored: bytes, codings: list[str], limits: Limits) -> Transferred:
    """Undo `codings`; chunks once, since servers that name them twice send them once."""
    names = list(dict.fromkeys(codings)) if codings.count(_CHUNKED) > 1 else codings
    if not set(names) <= _COMPRESSED | {_CHUNKED}:
        return Transferred(stored, stored, (), "bad-transfer-encoding" if stored else None)
    at = names.index(_CHUNKED) if _CHUNKED in names else len(names)
    outer = _decoded(stored, names[at + 1 :], limits)
    if outer.error or at == len(names):
        return outer if outer.error else _decoded(stored, names, limits)
    body, odd = dechunk(outer.body)
    inner = _decoded(body, names[:at], limits)
    return Transferred(inner.body, body, (*outer.flags, *((odd,) if odd else ()), *inner.flags), inner.error)


def _decoded(body: bytes, names: list[str], limits: Limits) -> Transferred:
    if not names:
        return Transferred(body, body)
    decoded = decode(body, names, limits)
    error = "bad-transfer-encoding" if decoded.error == "bad-content-encoding" else decoded.error
    return Transferred(body if error else decoded.body, body, decoded.flags, error)
