"""Write a run of inline text into an element of its own: white space as a browser shows it, links kept, wrappers gone.

A run is what stands between two boundaries of boxes, an anonymous box of CSS 2.2, 9.2.1.1. In a sentence, `<time>`,
`<label>`, `<button>` and whatever an author calls "share" or "author" are words of it. Alone in their run they are what
their name says, and keep it, so that extractors can leave them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.honbun.blocks import WIDE
from yurai.extraction.mend.line import BREAK, Piece, settable

_APART: Final = "\x1e"
"""Parts pieces while their text is read as one."""
_BLANK: Final = rf"[ \t\r\n\f{_APART}]"
_SPACES: Final = re.compile(rf"[\t\r\n\f]{_BLANK}*| {_BLANK}+|{_APART}+[ \t\r\n\f]{_BLANK}*")
# CSS Text 3, 4.1.3: a line break between two wide letters is no space; Hangul is set apart by spaces
_WIDE_BREAK: Final = re.compile(rf"(?<=[{WIDE}])[ \t{_APART}]*[\r\n]{_BLANK}*(?=[{WIDE}])")
_EDGE: Final = re.compile(rf"\A[ {_APART}]+|[ {_APART}]+\Z|(?<={BREAK})[ {_APART}]+|[ {_APART}]+(?={BREAK})")
_WIDE_LETTER: Final = re.compile(f"[{WIDE}]")
_WORD: Final = re.compile(r"\w")
_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_FEW: Final = 8
"""Named elements that a run of labels has at most; more of them are the words of a text."""
_MANY: Final = 500
"""Links of one run that are kept apart."""
_LONG: Final = 80
"""Characters of a paragraph, a wide letter for three. By folds of 25 pages a set: mean .8517, with 20 or 120 the same,
where all runs are paragraphs .8469, where none is .8482."""


class Kind(Enum):
    """What a run is: a paragraph; words that are one only beside another; links and labels alone."""

    LONG = auto()
    SHORT = auto()
    LABELS = auto()


@dataclass(slots=True)
class Run:
    """A run that was written; `is_own` if its element is a box of the page, which held nothing else."""

    element: HtmlElement
    kind: Kind
    is_own: bool = False

    def promote(self) -> None:
        """Make short words a paragraph."""
        if self.kind is Kind.SHORT:
            self.kind = Kind.LONG
            self.element.tag = self.element.tag if self.is_own or self.element.tag == "li" else "p"


def write_code(parent: HtmlElement, pieces: Sequence[Piece]) -> Run | None:
    """Append a run to a box as its author wrote it; None if it is blank."""
    text = re.sub(r"\r\n?|\f", "\n", "".join(text for text, _, _ in pieces)).strip("\n").rstrip()
    if not text:
        return None
    run = Run(etree.SubElement(parent, "p"), Kind.LONG)
    etree.SubElement(run.element, "code").text = text
    return run


def write_run(parent: HtmlElement, pieces: Sequence[Piece]) -> Run | None:
    """Append a run to a box: as `<p>` if it is long, else as `<div>`; None if it is blank."""
    shown = _as_shown(pieces)
    if not any(text.strip(f"{BREAK} ") for text, _, _ in shown):
        return None
    kind = _kind(shown)
    if len({link for _, link, _ in shown}) > _MANY:
        shown = _in_one_link(shown, kind)
    run = Run(etree.SubElement(parent, "p" if kind is Kind.LONG else "div"), kind)
    for (link, own), group in groupby(shown, lambda piece: (piece[1], piece[2] if kind is Kind.LABELS else None)):
        text = "".join(text for text, _, _ in group)
        if text:
            _append(run.element, text, [one for one in (own, link) if one is not None], named=kind is Kind.LABELS)
    return run


def copied(element: HtmlElement) -> dict[str, str]:
    """Return the attributes of an element that a tree may hold: a parser takes names and values that lxml refuses."""
    return {name: settable(value) for name, value in element.items() if _NAME.fullmatch(name)}


def _as_shown(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with their white space collapsed over the whole run, as if it were one text."""
    text = _APART.join(text.replace(_APART, "") for text, _, _ in pieces)
    if not text.isascii():
        text = _WIDE_BREAK.sub(_parts, text)
    text = _EDGE.sub(_parts, _SPACES.sub(lambda match: f" {_parts(match)}", text))
    return [(part, link, own) for part, (_, link, own) in zip(text.split(_APART), pieces, strict=True)]


def _parts(match: re.Match[str]) -> str:
    return _APART * match[0].count(_APART)


def _kind(pieces: Sequence[Piece]) -> Kind:
    names = {own for text, _, own in pieces if own is not None and text.strip()}
    text = "".join(text for text, link, own in pieces if link is None and (own is None or len(names) > _FEW))
    if _WORD.search(text) is None:
        return Kind.LABELS
    return Kind.LONG if len(text) + 2 * len(_WIDE_LETTER.findall(text)) >= _LONG else Kind.SHORT


def _in_one_link(pieces: Sequence[Piece], kind: Kind) -> list[Piece]:
    """Return pieces in one link if links are all there is, else in none: trafilatura's time grows with their square."""
    one = pieces[0][1] if kind is Kind.LABELS else None
    return [(text, one, own) for text, _, own in pieces]


def _append(run: HtmlElement, text: str, around: Iterable[HtmlElement], *, named: bool) -> None:
    """Write text at the end of a run, in copies of the elements around it, with `<br>` for its breaks.

    In a sentence a link keeps where it leads, and no name by which an extractor would cut it out.
    """
    within = run
    for element in around:
        attributes = {name: value for name, value in copied(element).items() if named or name == "href"}
        within = etree.SubElement(within, element.tag if _NAME.fullmatch(element.tag) else "span", attributes)
    first, *lines = text.split(BREAK)
    _add(within, first)
    for line in lines:
        etree.SubElement(within, "br").tail = line or None


def _add(element: HtmlElement, text: str) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
