"""Gather a run of inline text while a page is walked: what it says, and the links and names around each piece of it."""

from __future__ import annotations

from typing import TypeAlias

from lxml.html import HtmlElement

from yurai.extraction.characters import CONTROLS

Piece: TypeAlias = tuple[str, HtmlElement | None, HtmlElement | None]
"""Text, the link that it is in, and the outermost inline element around it that has a name."""
BREAK = "\x1f"
"""Stands for `<br>` in the text of a piece."""


def settable(text: str) -> str:
    """Return a text that lxml takes: a parsed page holds control characters that its character references spell."""
    return CONTROLS.sub("", text).replace("\f", " ")


class Line:
    """The run that is open."""

    def __init__(self) -> None:
        self.links: list[HtmlElement] = []
        self.names: list[HtmlElement] = []
        self._pieces: list[tuple[list[str], HtmlElement | None, HtmlElement | None]] = []

    def add(self, text: str | None) -> None:
        """Take text; white space belongs to what stands before it, so that pieces are no more than words."""
        if text:
            self._put(CONTROLS.sub("", text))

    def add_break(self) -> None:
        """Take `<br>`."""
        self._put(BREAK)

    def _put(self, text: str) -> None:
        link = self.links[-1] if self.links else None
        own = self.names[0] if self.names else None
        if self._pieces and (text.isspace() or text == BREAK or self._pieces[-1][1:] == (link, own)):
            self._pieces[-1][0].append(text)
        else:
            self._pieces.append(([text], link, own))

    def leave(self, element: HtmlElement) -> None:
        """Leave a link or an element with a name."""
        if self.links and self.links[-1] is element:
            self.links.pop()
        if self.names and self.names[-1] is element:
            self.names.pop()

    def is_broken(self) -> bool:
        """Tell whether nothing was shown since the last break, or at all: a break there ends the run."""
        for text in reversed(self._pieces[-1][0] if self._pieces else ()):
            if text == BREAK:
                return True
            if not text.isspace():
                return False
        return True

    def ends_line(self) -> bool:
        """Tell whether what was taken last ends a line of code."""
        return not self._pieces or self._pieces[-1][0][-1].endswith("\n")

    def take(self) -> list[Piece]:
        """Return the run and begin another; names around a box are none of what is in it."""
        pieces = [("".join(texts), link, own) for texts, link, own in self._pieces]
        self._pieces.clear()
        self.names.clear()
        return pieces
