"""Write a run of inline text into an element of its own: white space as a browser shows it, links kept, wrappers gone.

A run is what stands between two boundaries of boxes, an anonymous box of CSS 2.2, 9.2.1.1. In a sentence, `<time>`,
`<label>`, `<button>` and whatever an author calls "share" or "author" are words of it. Alone in their run they are what
their name says, and keep it, so that extractors can leave them out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.characters import CONTROLS
from yurai.extraction.honbun.blocks import WIDE
from yurai.extraction.mend.line import BREAK, Piece

_APART: Final = "\x1e"
"""Parts pieces while their text is read as one."""
_BLANK: Final = rf"[ \t\r\n\f{_APART}]"
_SPACES: Final = re.compile(rf"[\t\r\n\f]{_BLANK}*| {_BLANK}+|{_APART}+[ \t\r\n\f]{_BLANK}*")
# CSS Text 3, 4.1.3: a line break between two wide letters is no space; Hangul is set apart by spaces
_WIDE_BREAK: Final = re.compile(rf"(?<=[{WIDE}])[ \t{_APART}]*[\r\n]{_BLANK}*(?=[{WIDE}])")
_EDGE: Final = re.compile(rf"\A[ {_APART}]+|[ {_APART}]+\Z|(?<={BREAK})[ {_APART}]+|[ {_APART}]+(?={BREAK})")
_WORD: Final = re.compile(r"\w")
_WIDE: Final = re.compile(f"[{WIDE}]")
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_FEW: Final = 8
"""Named elements that a run of labels has at most; more of them are the words of a text."""


def write_code(parent: HtmlElement, pieces: Sequence[Piece]) -> tuple[HtmlElement, str] | None:
    """Append a run to a box as its author wrote it; None if it is blank."""
    text = "".join(text for text, _, _ in pieces).replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").strip("\n").rstrip()
    if not text:
        return None
    run = etree.SubElement(parent, "p")
    etree.SubElement(run, "code").text = text
    return run, "p"


def write_run(parent: HtmlElement, pieces: Sequence[Piece]) -> tuple[HtmlElement, str] | None:
    """Append a run to a box: as `<p>` if it is long, as `<div>` if it is not; None if it is blank."""
    shown = _as_shown(pieces)
    if not any(text.strip(f"{BREAK} ") for text, _, _ in shown):
        return None
    sentence = _is_sentence(shown)
    run = etree.SubElement(parent, "p" if _is_long(shown) else "div")
    for (link, own), group in groupby(shown, lambda piece: (piece[1], None if sentence else piece[2])):
        text = "".join(text for text, _, _ in group)
        if text:
            _append(run, text, [element for element in (own, link) if element is not None])
    return run, ("p" if _is_long(shown) else "short" if sentence else "div")


def _as_shown(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with their white space collapsed over the whole run, as if it were one text."""
    text = _APART.join(text.replace(_APART, "") for text, _, _ in pieces)
    if not text.isascii():
        text = _WIDE_BREAK.sub(_parts, text)
    text = _EDGE.sub(_parts, _SPACES.sub(lambda match: f" {_parts(match)}", text))
    return [(part, link, own) for part, (_, link, own) in zip(text.split(_APART), pieces, strict=True)]


def _parts(match: re.Match[str]) -> str:
    return _APART * match[0].count(_APART)


def _is_sentence(pieces: Sequence[Piece]) -> bool:
    """Tell a sentence from links and labels: it has a word that is in neither, or too many names to be labels."""
    names = {own for text, _, own in pieces if own is not None and text.strip()}
    return len(names) > _FEW or any(link is None and own is None and _WORD.search(text) for text, link, own in pieces)


def _is_long(pieces: Sequence[Piece]) -> bool:
    import os
    text = "".join(text for text, link, own in pieces if link is None and own is None)
    return len(text) + 2 * len(_WIDE.findall(text)) >= int(os.environ.get("MIN","80"))


def _append(run: HtmlElement, text: str, around: Sequence[HtmlElement]) -> None:
    """Write text at the end of a run, in copies of the elements around it, with `<br>` for its breaks."""
    within = run
    for element in around:
        within = etree.SubElement(within, element.tag if _NAME.fullmatch(element.tag) else "span", copied(element))
    first, *lines = text.split(BREAK)
    _add(within, first)
    for line in lines:
        etree.SubElement(within, "br")
        _add(within, line)


def copied(element: HtmlElement) -> dict[str, str]:
    """Return the attributes of an element that a tree may hold: a parser takes names and values that lxml refuses."""
    return {name: CONTROLS.sub("", value).replace("\x0c", " ") for name, value in element.items() if _NAME.fullmatch(name)}


def _add(element: HtmlElement, text: str) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
