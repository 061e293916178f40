"""Cut pieces out of a text: page marks stay, and a cut may be drawn in to whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from yurai.stages.line_dedup.pieces import Piece

Snap: TypeAlias = Literal["character", "sentence"]
_BREAK = re.compile(rb"\n?\f")
"""A page mark, with the line feed that puts it at the start of a line."""


def _any(characters: str) -> str:
    return "|".join(re.escape(one) for one in characters)


_SPACED, _UNSPACED, _CLOSING = ".!?…؟۔।", "。！？｡", "\"')]”’»」』）】"  # noqa: RUF001 - full-width marks are meant
_BOUND = re.compile(
    f"(?:{_any(_SPACED)})(?:{_any(_CLOSING)})*[ \\t]+|(?:{_any(_UNSPACED)})(?:{_any(_CLOSING)})*|[\\n\\f]".encode()
)
"""What a sentence ends with: a mark and white space, a mark of a script without spaces, or the end of its line."""
LINE_ENDS = b"\n\f"
LOOK_BACK = 64
"""Bytes before a cut in which the end of the sentence before it is looked for."""


def settled(found: list[Piece], data: bytes, snap: Snap) -> list[Piece]:
    """Return what of the pieces goes from the text `data`: no page mark, and with "sentence" whole sentences only.

    Where two lines would run together, one of the line feeds that went between them stays, the last one.
    """
    if snap == "sentence":
        found = [piece for run in _runs(found) for piece in _in_sentences(run, data)]
    found = [piece for run in _runs(found) for piece in _but_a_line_end(run, data)]
    return [part for piece in found for part in _between_breaks(piece, data)] if b"\f" in data else found


def without_pieces(data: bytes, gone: list[Piece]) -> bytes:
    """Return `data` without pieces, which are in order and apart."""
    bounds = [0, *(place for piece in gone for place in (piece.start, piece.end)), len(data)]
    return b"".join(data[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True))


def _between_breaks(piece: Piece, data: bytes) -> Iterator[Piece]:
    start = piece.start
    for mark in _BREAK.finditer(data, piece.start, piece.end):
        yield from _some(piece.part(start, mark.start()))
        start = mark.end()
    yield from _some(piece.part(start, piece.end))


def _some(piece: Piece) -> Iterator[Piece]:
    if piece.length > 0:
        yield piece


def _runs(found: list[Piece]) -> Iterator[list[Piece]]:
    """Yield the pieces that touch each other together."""
    run: list[Piece] = []
    for piece in found:
        if run and run[-1].end != piece.start:
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _but_a_line_end(run: list[Piece], data: bytes) -> Iterator[Piece]:
    """Yield a run without its last line feed, if what is before and what is behind it would become one line."""
    first, last = run[0].start, run[-1].end
    closed = first == 0 or last == len(data) or data[first - 1] in LINE_ENDS or data[last] in LINE_ENDS
    closed = closed or data.find(b"\f", first, last) >= 0
    stays = -1 if closed else data.rfind(b"\n", first, last)
    for piece in run:
        if piece.start <= stays < piece.end:
            yield from _some(piece.part(piece.start, stays))
            yield from _some(piece.part(stays + 1, piece.end))
        else:
            yield piece


def _in_sentences(run: list[Piece], data: bytes) -> Iterator[Piece]:
    """Yield what of a run lies from the first to the last bound of a sentence in it."""
    first, last = run[0].start, run[-1].end
    bounds = [one.end() for one in _BOUND.finditer(data, max(0, first - LOOK_BACK), last) if one.end() >= first]
    closed = last == len(data) or data[last] in LINE_ENDS
    if first == 0 or (closed and data[first : first + 1] == b"\n"):
        bounds = [first, *bounds]
    if closed:
        bounds.append(last)
    if bounds:
        for piece in run:
            yield from _some(piece.part(bounds[0], bounds[-1]))
