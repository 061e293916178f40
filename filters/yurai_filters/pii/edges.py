"""Tell whether what a pattern found is whole, or a piece of a longer number or name."""

from __future__ import annotations

_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_\0\x02")
_DIGIT = frozenset(b"0123456789\0\x02")


def is_clear_before(codes: bytes, start: int) -> bool:
    """Whether what begins at `start` in the codes of a shadow is no piece of a longer number or name."""
    if not start:
        return True
    before = codes[start - 1]
    return before not in _WORD and not (before in b".-" and start > 1 and codes[start - 2] in _DIGIT)


def is_clear_after(codes: bytes, end: int) -> bool:
    """Whether what ends at `end` in the codes of a shadow is no piece of a longer number or name."""
    if end == len(codes):
        return True
    after = codes[end]
    return after not in _WORD and not (after in b".-" and end + 1 < len(codes) and codes[end + 1] in _DIGIT)
