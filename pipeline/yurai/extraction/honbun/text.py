"""Write chosen blocks as text: one block a line, cells of a row of data behind tabs, code as its author wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from yurai.extraction.honbun.blocks import Block
from yurai.extraction.honbun.tables import Places
from yurai.extraction.honbun.written import Piece, Written, joined, piece_of

_LONG: Final = 60
"""Characters from which on a block that stood before is a copy, made for another screen size, and not a refrain."""


def text_of(blocks: Sequence[Block], chosen: Iterable[bool], tables: Places) -> Written:
    """Return the text of the chosen blocks, empty where none is; `tables` are those of data."""
    pieces: list[Piece] = []
    row = 0
    for block in distinct(blocks, chosen):
        piece = piece_of(block, tables)
        if piece.kind == "table":
            piece.text = piece.text.replace("\n", " ")
            if block.box.row == row:
                pieces[-1].text += f"\t{piece.text}"
                continue
        row = block.box.row if piece.kind == "table" else 0
        if piece.text:
            pieces.append(piece)
    return joined(pieces)


def distinct(blocks: Sequence[Block], chosen: Iterable[bool]) -> Iterator[Block]:
    """Yield the chosen blocks, but for long ones whose text stood before."""
    seen: set[str] = set()
    for block, taken in zip(blocks, chosen, strict=True):
        if not taken or block.text in seen:
            continue
        if len(block.text) >= _LONG:
            seen.add(block.text)
        yield block
