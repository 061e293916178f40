"""Take the text that a page shows from its markup, without a parser, in one pass over the bytes.

Scripts, styles, comments and what pages show only sometimes are left out, then tags. Nothing is searched for again
that was not found once, so the cost is linear in the page, whatever it leaves open.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_HIDDEN: Final = (b"script", b"style", b"noscript", b"template", b"svg", b"select")
"""Elements whose text is no part of the page: programs, drawings, lists of countries."""
_OPENS: Final = re.compile(rb"<(?:!--|(" + b"|".join(_HIDDEN) + rb")(?=[\s/>]))", re.IGNORECASE)
_CLOSES: Final = {name: re.compile(rb"</" + name + rb"(?=[\s/>])", re.IGNORECASE) for name in _HIDDEN}
_RUN: Final = re.compile(rb">\s*+([^<\s][^<]++)")
_SENTENCE: Final = 40
"""Bytes from which a run of text between two tags is taken for running text, and not for a label or a link."""
_ENOUGH: Final = 400
"""Bytes of running text from which labels and links are left out."""
_REFERENCE: Final = 16
"""Bytes of text for each character reference below which the text is written in references."""
_ENDLESS: Final = re.compile(r"&#[xX]?[\da-fA-F]{16,}+")
"""References to no character, of which Python would make a number of any length."""


def visible_text(markup: bytes) -> bytes:
    """Return the text of a page in UTF-8, longer runs alone where they are enough.

    Character references are decoded where a page is written in them; elsewhere `decoded` does it for a part of the
    text, since most are spaces and signs.
    """
    runs = _RUN.findall(_shown(markup))
    text = b" ".join(run for run in runs if len(run) >= _SENTENCE)
    if len(text) < _ENOUGH:
        text = b" ".join(runs)
    if _REFERENCE * text.count(b"&") > len(text):
        return decoded(text).encode("utf-8", "ignore")
    return text


def decoded(text: bytes) -> str:
    """Return a piece of visible text, which may begin or end inside a character, with its references decoded."""
    letters = text.decode("utf-8", "ignore")
    return unescape(_ENDLESS.sub(" ", letters)) if "&" in letters else letters


def _shown(markup: bytes) -> bytes:
    """Return the markup without hidden elements and comments; one that never ends reaches to the end of the page."""
    shown, position = [], 0
    while opening := _OPENS.search(markup, position):
        shown.append(markup[position : opening.start()])
        position = _behind(markup, opening)
    shown.append(markup[position:])
    return b"<".join(shown)


def _behind(markup: bytes, opening: re.Match[bytes]) -> int:
    """Return where the text goes on behind a hidden element or comment: the ">" of its end, which begins a run."""
    if opening[1] is None:
        # the two hyphens that open a comment may close it too
        end = markup.find(b"-->", opening.end() - 2)
        return end + 2 if end >= 0 else len(markup)
    begun = markup.find(b">", opening.end())
    if begun < 0 or markup[begun - 1 : begun] == b"/":
        return begun if begun >= 0 else len(markup)
    closing = _CLOSES[opening[1].lower()].search(markup, begun)
    return closing.end() if closing else len(markup)
