"""Undo HTTP chunked transfer coding (RFC 9112, 7.1), for bodies that may never have been chunked."""

from __future__ import annotations

import re

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]{0,4096})?\r?\n")
_CHUNK_END = re.compile(rb"\r?\n")


def dechunk(stored: bytes) -> tuple[bytes, str | None]:
    """Return the body and what was odd: None, `chunks-cut` (it ends inside) or `wrong-chunks` (as is from there on)."""
    parts, at = list[bytes](), 0
    while at < len(stored):
        line = _SIZE_LINE.match(stored, at)
        if line is None:
            return b"".join([*parts, stored[at:]]), "wrong-chunks"
        size, start = int(line[1], 16), line.end()
        if size == 0:
            return b"".join(parts), None
        end = start + size
        if end > len(stored):
            return b"".join([*parts, stored[start:]]), "chunks-cut"
        closing = _CHUNK_END.match(stored, end)
        if closing is None and end < len(stored):
            return b"".join([*parts, stored[at:]]), "wrong-chunks"
        parts.append(stored[start:end])
        at = closing.end() if closing else end
    return b"".join(parts), "chunks-cut" if stored else None
