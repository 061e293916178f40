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
from yurai.extraction.honbun.tags import IN_CODE, IN_QUOTE
from yurai.extraction.honbun.text import distinct

_HEADING: Final = re.compile("h[1-6]")
_LISTS: Final = frozenset(("ul", "ol"))
_AROUND: Final = 6
"""Boxes around a block in which its list item is looked for."""
_FENCE: Final = "```"


@dataclass(slots=True)
class _Writer:
    """What is written, and what the next block depends on: the row, list item and numbers that came before."""

    lines: list[str] = field(default_factory=list)
    row: int = 0
    item: int = 0
    tight: bool = False
    headed: set[int] = field(default_factory=set)
    numbers: dict[int, int] = field(default_factory=dict)

    def write(self, text: str, *, tight: bool = False) -> None:
        """Write a piece behind a blank line, or close to the one before it if both are tight."""
        if self.lines and not (tight and self.tight):
            self.lines.append("")
        self.lines.append(text)
        self.tight = tight


def markdown_of(blocks: Sequence[Block], chosen: Iterable[bool], tables: Places) -> str:
    """Return the chosen blocks as Markdown, empty where none is; `tables` are those of data."""
    writer = _Writer()
    for block in distinct(blocks, chosen):
        if block.box.table in tables and block.box.row:
            _cell(writer, block)
        else:
            _block(writer, block)
            writer.row = 0
    return "\n".join(writer.lines)


def _cell(writer: _Writer, block: Block) -> None:
    """Write a cell of a row of data; a line behind the first row makes it the head."""
    box, text = block.box, " ".join(block.text.replace("|", "\\|").split())
    if box.row == writer.row:
        writer.lines[-1] += f" {text} |"
        return
    if writer.row and box.table not in writer.headed:
        writer.headed.add(box.table)
        writer.lines.append("|" + " --- |" * (writer.lines[-1].replace("\\|", "").count("|") - 1))
    writer.write(f"| {text} |", tight=bool(writer.row))
    writer.row, writer.tight = box.row, True


def _block(writer: _Writer, block: Block) -> None:
    tag = block.box.tag
    if block.box.inside & IN_CODE:
        writer.write(_fenced(block.text))
    elif _HEADING.fullmatch(tag):
        writer.write(f"{'#' * int(tag[1])} {' '.join(block.text.split())}")
    elif item := _item_of(block.box):
        _list_item(writer, block.text, item)
        return
    elif tag == "dd":
        writer.write(f": {_indented(block.text, 2)}", tight=True)
    elif block.box.inside & IN_QUOTE:
        writer.write("\n".join(f"> {line}" for line in block.text.split("\n")))
    else:
        writer.write(block.text, tight=tag == "dt")
    writer.item = 0


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(len(_FENCE), longest + 1)
    return f"{fence}\n{code}\n{fence}"


def _item_of(box: Box) -> Box | None:
    """Return the list item that a block is in, None where it is in none; one without a list is none."""
    one: Box | None = box
    for _ in range(_AROUND):
        if one is None or one.tag in _LISTS:
            return None
        if one.tag == "li":
            return one if one.parent is not None and one.parent.tag in _LISTS else None
        one = one.parent
    return None


def _list_item(writer: _Writer, text: str, item: Box) -> None:
    """Write a block of a list item: with a mark or number where it is the first, indented where it is not."""
    within = item.parent
    assert within is not None  # `_item_of` gives items of lists alone
    indent = "  " * (item.lists - 1)
    if item.number == writer.item:
        writer.write(f"{indent}  {_indented(text, len(indent) + 2)}")
        return
    writer.numbers[within.number] = number = writer.numbers.get(within.number, 0) + 1
    mark = f"{number}." if within.tag == "ol" else "-"
    writer.write(f"{indent}{mark} {_indented(text, len(indent) + 2)}", tight=True)
    writer.item = item.number


def _indented(text: str, spaces: int) -> str:
    return text.replace("\n", "\n" + " " * spaces)
