"""Match patterns over the UTF-8 of a text, and say where in the text the matches are."""

from __future__ import annotations

from collections.abc import Iterator

from yurai_filters.pii.typed_re2 import Pattern


def matches(pattern: Pattern, text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the last group of each match, and where in `text` it is; lone surrogates are question marks."""
    data, last, at = text.encode("utf-8", "replace"), 0, 0
    for match in pattern.finditer(data):
        group = match.lastindex or 0
        start, end = match.span(group)
        at += len(data[last:start].decode())
        length = len(data[start:end].decode())
        yield group, at, at + length
        at, last = at + length, end
