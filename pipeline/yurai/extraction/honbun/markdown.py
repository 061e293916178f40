"""Write chosen blocks as Markdown: headings, lists, quotations, definitions, code and tables of data keep their form.

CommonMark (https://spec.commonmark.org/0.31.2/), tables as GitHub has them, definition lists as PHP Markdown Extra.
Text is not escaped: what looks like a mark of Markdown on a page stays as the page shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from yurai.extraction.honbun.blocks import Block, Box
from yurai.extraction.honbun.tables import Places
from yurai.extraction.honbun.text import distinct
from yurai.extraction.honbun.written import Piece, Written, item_of, joined, piece_of

_HEADING: Final = re.compile("h[1-6]")
_FENCE: Final = "```"


@dataclass(slots=True)
class _Writer:
    """What is written, and what the next block depends on: the row, list item and numbers that came before."""

    pieces: list[Piece] = field(default_factory=list)
    row: int = 0
    item: int = 0
    tight: bool = False
    headed: set[int] = field(default_factory=set)
    numbers: dict[int, int] = field(default_factory=dict)

    def write(self, piece: Piece, text: str, *, tight: bool = False) -> None:
        """Write a piece as `text` behind a blank line, or close to the one before it if both are tight."""
        if self.pieces and not (tight and self.tight):
            self.pieces.append(Piece(""))
        piece.text = text
        self.pieces.append(piece)
        self.tight = tight


def markdown_of(blocks: Sequence[Block], chosen: Iterable[bool], tables: Places) -> Written:
    """Return the chosen blocks as Markdown, empty where none is; `tables` are those of data."""
    writer = _Writer()
    for block in distinct(blocks, chosen):
        piece = piece_of(block, tables)
        if piece.kind == "table":
            _cell(writer, block.box, piece)
        elif piece.text:
            _block(writer, block.box, piece)
            writer.row = 0
    return joined(writer.pieces)


def _cell(writer: _Writer, box: Box, piece: Piece) -> None:
    """Write a cell of a row of data; a line behind the first row makes it the head."""
    text = " ".join(piece.text.replace("|", "\\|").split())
    if box.row == writer.row:
        writer.pieces[-1].text += f" {text} |"
        return
    if writer.row and box.table not in writer.headed:
        writer.headed.add(box.table)
        columns = writer.pieces[-1].text.replace("\\|", "").count("|") - 1
        writer.pieces.append(Piece("|" + " --- |" * columns, "table", box.table))
    writer.write(piece, f"| {text} |", tight=bool(writer.row))
    writer.row, writer.tight = box.row, True


def _block(writer: _Writer, box: Box, piece: Piece) -> None:
    text, kind = piece.text, piece.kind
    if kind == "li":
        item = item_of(box)
        assert item is not None  # which made it one
        _list_item(writer, piece, item)
        return
    if kind == "pre":
        writer.write(piece, _fenced(text))
    elif _HEADING.fullmatch(kind):
        writer.write(piece, f"{'#' * int(kind[1])} {' '.join(text.split())}")
    elif kind == "dd":
        writer.write(piece, f": {_indented(text, 2)}", tight=True)
    elif kind == "blockquote":
        writer.write(piece, "\n".join(f"> {line}" for line in text.split("\n")))
    else:
        writer.write(piece, text, tight=kind == "dt")
    writer.item = 0


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(len(_FENCE), longest + 1)
    return f"{fence}\n{code}\n{fence}"


def _list_item(writer: _Writer, piece: Piece, item: Box) -> None:
    """Write a block of a list item: with a mark or number where it is the first, indented where it is not."""
    within = item.parent
    assert within is not None  # `item_of` gives items of lists alone
    indent = "  " * (item.lists - 1)
    text = _indented(piece.text, len(indent) + 2)
    if item.number == writer.item:
        writer.write(piece, f"{indent}  {text}")
        return
    writer.numbers[within.number] = number = writer.numbers.get(within.number, 0) + 1
    mark = f"{number}." if within.tag == "ol" else "-"
    writer.write(piece, f"{indent}{mark} {text}", tight=True)
    writer.item = item.number


def _indented(text: str, spaces: int) -> str:
    return text.replace("\n", "\n" + " " * spaces)
