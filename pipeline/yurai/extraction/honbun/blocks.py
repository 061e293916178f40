"""Cut a parsed page into blocks in one walk: what the boxes of a browser would set apart, with where each stands.

A block is a run of inline text between two boundaries of boxes. Its text is collapsed as a browser shows it, except in
code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.blocks import most_text
from yurai.extraction.formulas import TAGS as FORMULAS
from yurai.extraction.formulas import formula_of
from yurai.extraction.honbun.tags import (
    BOLD,
    BOX,
    BUTTON,
    IN_ARTICLE,
    IN_CODE,
    IN_MAIN,
    KIND,
    LINK,
    NAMING,
    SKIP,
    TAG_BITS,
    TELLING,
    told,
)
from yurai.extraction.honbun.words import NAMELESS, named
from yurai.extraction.widget_names import MOST, Namer

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
WIDE: Final = (
    "\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003fffd"
)
# CSS Text 3, 4.1.3: a line break between two wide letters is no space; Hangul is set apart by spaces
_WIDE_BREAK: Final = re.compile(f"(?<=[{WIDE}])[ \\t]*[\\r\\n][ \\t\\r\\n\\f]*(?=[{WIDE}])")
_NAMES: Final = 400
"""Characters of the names of a box that are read."""
_BREAK: Final = "\x1f"
"""Stands for <br> until a text is joined: no parsed page holds it."""


@dataclass(slots=True)
class Box:
    """An open element that sets blocks apart.

    `number` counts boxes in page order. `inside` and `groups` hold the bits of all boxes around and of this one, `own`
    the groups of this one, `near` of it and its parent. `table`, `row` and `cell` are numbers of boxes, 0 outside.
    `first` is the place of its first block, `last` the one behind its last.
    """

    tag: str
    number: int
    inside: int
    groups: int
    own: int
    near: int
    depth: int
    parent: Box | None
    first: int
    table: int = 0
    row: int = 0
    cell: int = 0
    lists: int = 0
    last: int = 0
    widget: Namer | None = None


@dataclass(slots=True)
class Block:
    """One block: its text, its box, and how many of its characters are in links, bold, or on buttons."""

    text: str
    box: Box
    linked: int
    links: int
    bold: int
    buttons: int


class _Walk:
    """The state of one walk: the boxes that are open, and the run of text that grows."""

    __slots__ = (
        *("blocks", "parts", "box", "boxes", "filled", "as_written", "links", "linked", "bold", "buttons"),
        *("open_links", "open_bolds", "open_buttons", "parted", "page", "mend"),
    )

    def __init__(self, page: HtmlElement, *, mend: bool) -> None:
        self.page, self.mend = page, mend
        self.blocks: list[Block] = []
        self.parts: list[str] = []
        self.box = Box("html", 0, 0, 0, 0, 0, 0, None, 0)
        self.boxes = 0
        self.filled = self.as_written = False
        self.open_links = self.open_bolds = self.open_buttons = 0
        self.links = self.linked = self.bold = self.buttons = 0
        self.parted = 0

    def add(self, text: str) -> None:
        """Take text at the place where the walk is, though white space begins no block but in code."""
        if text.isspace():
            if self.parts or self.as_written:
                self.parts.append(text)
            return
        self.parts.append(text)
        self.filled = True
        if self.open_links or self.open_bolds or self.open_buttons:
            size = len(text)
            self.linked += size if self.open_links else 0
            self.bold += size if self.open_bolds else 0
            self.buttons += size if self.open_buttons else 0

    def flush(self) -> None:
        """End the block, if there is one."""
        if self.filled:
            text = collapsed("".join(self.parts), as_written=self.as_written)
            if text:
                size = len(text)
                linked, bold, buttons = min(self.linked, size), min(self.bold, size), min(self.buttons, size)
                self.blocks.append(Block(text, self.box, linked, self.links, bold, buttons))
            self.linked = self.bold = self.buttons = 0
            self.filled = False
        self.links = self.open_links
        self.parts.clear()
        self.parted = 0

    def open(self, element: HtmlElement, tag: str) -> None:
        """Enter a box."""
        if self.parts:
            self.flush()
        else:
            self.links = self.open_links
        self.boxes = number = self.boxes + 1
        above = self.box
        inside, names = above.inside | TAG_BITS.get(tag, 0), ""
        for name, value in element.items():
            if name in NAMING:
                names += f" {value}"
            elif name in TELLING:
                inside |= told(name, value)
        own, widget = named(names[:_NAMES]) if names else NAMELESS
        groups, near, first = above.groups | own, above.own | own, len(self.blocks)
        around = above.table, above.row, above.cell, above.lists
        self.box = box = Box(tag, number, inside, groups, own, near, above.depth + 1, above, first, *around)
        self.as_written = bool(inside & IN_CODE)
        if widget and self.mend:
            box.widget = widget
        if tag in _PLACING and not (self.mend and tag == "table" and element.get("role") in LAYOUT_ROLES):
            _place(box, tag)

    def close(self) -> None:
        """Leave a box."""
        if self.parts:
            self.flush()
        else:
            self.links = self.open_links
        box = self.box
        if box.widget and self.blocks and self.is_widget(box):
            del self.blocks[box.first :]
        box.last = len(self.blocks)
        self.box = above = box.parent or box
        self.as_written = bool(above.inside & IN_CODE)

    def is_widget(self, box: Box) -> bool:
        """Tell whether a box named so holds no content; one that an author named is a small part of the page too."""
        own = self.blocks[box.first :]
        if any(one.box.tag == "h1" or one.box.inside & ~box.inside & (IN_ARTICLE | IN_MAIN) for one in own):
            return False
        return box.widget == "program" or sum(len(one.text) for one in own) <= MOST * most_text(self.page)

    def enter(self, kind: int) -> None:
        """Enter a link, bold text or a button; or break the line."""
        if kind == LINK:
            self.open_links += 1
            self.links += 1
            self.part()
        elif kind == BOLD:
            self.open_bolds += 1
        elif kind == BUTTON:
            self.open_buttons += 1
            self.part()
        else:
            self.break_line()

    def leave(self, kind: int) -> None:
        """Leave what `enter` entered."""
        if kind == LINK:
            self.open_links -= 1
            self.parted = len(self.parts)
        elif kind == BOLD:
            self.open_bolds -= 1
        elif kind == BUTTON:
            self.open_buttons -= 1
            self.parted = len(self.parts)

    def part(self) -> None:
        """Set a link or button apart from one that ended where it begins: no word runs through two of them."""
        if self.filled and self.parted == len(self.parts):
            self.parts.append(" ")

    def break_line(self) -> None:
        """Two breaks in a row end a block, as authors mean it."""
        for part in reversed(self.parts):
            if part == _BREAK:
                self.flush()
                return
            if not part.isspace():
                break
        self.parts.append(_BREAK)


def _place(box: Box, tag: str) -> None:
    """Say where in a table or list a box is."""
    if tag == "table":
        box.table, box.row, box.cell = box.number, 0, 0
    elif tag == "tr":
        box.row = box.number
    elif tag in {"td", "th"}:
        box.cell = box.number
    else:
        box.lists += 1


LAYOUT_ROLES: Final = frozenset(("presentation", "none"))
"""What a table of layout says of itself (WAI-ARIA 1.2)."""
_PLACING: Final = frozenset(("table", "tr", "td", "th", "ul", "ol"))


def blocks_of(tree: HtmlElement, *, mend: bool = True) -> list[Block]:
    """Return the blocks of a parsed page in page order.

    With `mend`, boxes for consent and for other languages are left out, and tables that say they are layout are boxes.
    """
    root = _body_of(tree)
    state = _Walk(tree, mend=mend)
    add, kind_of = state.add, KIND.get
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        kind = kind_of(tag)
        if kind is None:
            kind = BOX if "-" in tag and _sets_apart(element) else 0
        if event == "end":
            if kind == BOX:
                state.close()
            elif kind:
                state.leave(kind)
            text = None if element is root else element.tail
        elif kind == SKIP:
            walk.skip_subtree()
            text = formula_of(element) if tag in FORMULAS else None
        else:
            if kind == BOX:
                state.open(element, tag)
            elif kind:
                state.enter(kind)
            text = element.text
        if text:
            add(text)
    state.flush()
    state.box.last = len(state.blocks)
    return state.blocks


def _body_of(tree: HtmlElement) -> HtmlElement:
    """Return the body of a page, the tree itself where it has none."""
    body = tree.find("body")
    if body is None:
        body = tree.find(".//body")
    return tree if body is None else body


def _sets_apart(element: HtmlElement) -> bool:
    """Tell whether a custom element is a box: it holds elements, and no text runs on behind it."""
    return len(element) > 0 and not (element.tail or "").strip()


def collapsed(text: str, *, as_written: bool = False) -> str:
    """Return text as a browser shows it: runs of white space are one space, and none between two wide letters."""
    if as_written:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace(_BREAK, "\n").strip("\n").rstrip()
    if text.isprintable() and "  " not in text:
        return text.strip()  # no white space but single spaces
    if not text.isascii():
        text = _WIDE_BREAK.sub("", text)
    text = _SPACE.sub(" ", text)
    if _BREAK in text:
        return "\n".join(line for line in (part.strip() for part in text.split(_BREAK)) if line)
    return text.strip()
