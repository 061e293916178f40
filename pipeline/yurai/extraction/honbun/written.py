"""Join written pieces into the text that is stored, with the spans of blocks that are no plain paragraphs.

Types are HTML's names of what a block is: h1 to h6, li, dt, dd, pre, blockquote, figcaption, caption, table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from yurai.extraction.honbun.blocks import Block, Box
from yurai.extraction.honbun.tables import Places
from yurai.extraction.honbun.tags import IN_CODE, IN_QUOTE
from yurai.extraction.records import Span
from yurai.extraction.tree import printable

_TELLING: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "figcaption", "caption"))
_LISTS: Final = frozenset(("ul", "ol"))
_AROUND: Final = 6
"""Boxes around a block in which its list item is looked for."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and where its blocks are that are no plain paragraphs."""

    text: str
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Piece:
    """Whole lines of a text: what they are, "" for a paragraph, and the number of the box that makes them so."""

    text: str
    kind: str = ""
    owner: int = 0


def piece_of(block: Block, tables: Places) -> Piece:
    """Return a block as a piece, in characters that a text may hold; `tables` are those of data."""
    box, text = block.box, printable(block.text)
    if box.table in tables and box.row:
        return Piece(text, "table", box.table)
    if box.inside & IN_CODE:
        return Piece(text, "pre", box.number)
    if box.tag in _TELLING:
        return Piece(text, box.tag, box.number)
    if item := item_of(box):
        return Piece(text, "li", item.number)
    if box.inside & IN_QUOTE:
        return Piece(text, "blockquote", _quote_of(box))
    return Piece(text)


def item_of(box: Box) -> Box | None:
    """Return the list item that a box is in, None where it is in none; one without a list is none."""
    one: Box | None = box
    for _ in range(_AROUND):
        if one is None or one.tag in _LISTS:
            return None
        if one.tag == "li":
            return one if one.parent is not None and one.parent.tag in _LISTS else None
        one = one.parent
    return None


def _quote_of(box: Box) -> int:
    one: Box | None = box
    while one is not None and one.tag != "blockquote":
        one = one.parent
    return one.number if one else 0


def joined(pieces: Iterable[Piece]) -> Written:
    """Return pieces as one text, each on lines of its own; pieces in a row of one box are one span."""
    lines: list[str] = []
    spans: list[Span] = []
    owner, at = 0, 0
    for piece in pieces:
        end = at + len(piece.text.encode("utf-8"))
        if piece.kind and spans and piece.owner == owner and piece.kind == spans[-1][0]:
            spans[-1] = (piece.kind, spans[-1][1], end)
        elif piece.kind and end > at:
            spans.append((piece.kind, at, end))
        if piece.text:
            owner = piece.owner
        lines.append(piece.text)
        at = end + 1
    return Written("\n".join(lines), tuple(spans))
