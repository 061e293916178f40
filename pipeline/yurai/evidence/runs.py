"""Find the runs of text that hold given words: a text node with what stands beside it in its block, links included.

A sentence goes through inline elements ("Text is available under the <a>...</a>"), so one text node is not enough, and
a block may hold the whole page, so it is too much. A run ends where a block begins or ends, or at its limit. What a
run covers is not read again, so the cost of a page is linear in its text.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.texts import SOFT_LETTERS, Texts, Words

MAX_SIDE: Final = 700
"""Characters of a run on each side of the text that was found, and of that text on each side of the words."""
_AGAIN: Final = 300
"""Letters at the end of a run that was cut off there, in which the words are looked at again."""
_NEAR: Final = 1_000
"""Letters between the words and those that have to be near."""
MAX_NODES: Final = 120
"""Elements beside it that are looked at on each side."""
MAX_RUNS: Final = 64
"""Runs of one page from its beginning, and as many from its end: what is said of a page stands there."""
_BLOCK_NAMES: Final = (
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe legend li main menu nav noscript ol option p "
    "pre script search section select style summary table tbody td template textarea tfoot th thead title tr ul"
)
BLOCK_TAGS: Final = frozenset(_BLOCK_NAMES.split())
_INNER: Final = etree.XPath("descendant-or-self::text()[not(parent::script or parent::style)]", smart_strings=False)
_HREFS: Final = etree.XPath("descendant-or-self::a/@href", smart_strings=False)
LINE: Final = "\u2028"
"""A `<br>` in a run; LINE SEPARATOR is white space to `str` and `re`, and no line feed of the markup."""
_SOFT: Final = str.maketrans("", "", SOFT_LETTERS)

Piece: TypeAlias = tuple[str, tuple[str, ...]]
"""Text, and the addresses that it links to."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of text of a page.

    `text` has single spaces, and LINE where the page breaks a line; `links` are the addresses in it, in order;
    `element` is the one that the found text stands in.
    """

    element: HtmlElement
    text: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """Letters [start, end) of the page's texts, in the text of a number, which hold the words."""

    index: int
    start: int
    end: int


def runs(texts: Texts, words: Words, near: Words | None = None) -> Iterator[Run]:
    """Runs of a page that hold the words, in page order, equal ones of a block once.

    Without `near` the first and last 64; else all in which a word of `near` is not far from the words.
    """
    spans = list(texts.spans(words))
    if spans and near is not None:
        spans = _beside(spans, [start for start, _ in texts.spans(near)])
    parts = list(_parts(texts, spans))
    if near is None:
        parts = parts[:MAX_RUNS] + parts[MAX_RUNS:][-MAX_RUNS:]
    seen: set[tuple[HtmlElement | None, str]] = set()
    covered = 0
    for part in parts:
        if part.end <= covered:
            continue
        run, covered = _run(texts, part)
        if (key := (block_of(run.element), run.text)) not in seen:
            seen.add(key)
            yield run


def _beside(spans: list[tuple[int, int]], places: list[int]) -> list[tuple[int, int]]:
    """Spans that are not far from one of the places."""
    return [
        (start, end)
        for start, end in spans
        if (at := bisect_left(places, start - _NEAR)) < len(places) and places[at] <= end + _NEAR
    ]


def _parts(texts: Texts, spans: list[tuple[int, int]]) -> Iterator[_Part]:
    """Where the words are in the texts that show: all of a short one, else what is around the words."""
    index, known = -1, 0
    for start, end in spans:
        if end <= known or not texts.is_seen(index := texts.index(start)):
            continue
        part = _Part(index, texts.start(index), texts.start(index + 1))
        known = part.end
        if len(texts.strings[index]) > 2 * MAX_SIDE:
            part = _Part(index, max(part.start, start - MAX_SIDE), min(part.end, end + MAX_SIDE))
            known = known if part.end == known else part.end - _AGAIN
        yield part


def _run(texts: Texts, part: _Part) -> tuple[Run, int]:
    """The run around part of one text, and up to where it covers the page's texts."""
    node = texts.node(part.index)
    element, tail = node.getparent(), node.is_tail
    before, behind, covered = list[Piece](), list[Piece](), part.end
    if part.start == texts.start(part.index):
        before = [piece for piece, _ in _bounded(_before(element, tail=tail), slice(-MAX_SIDE, None))]
    if part.end == texts.start(part.index + 1):
        for piece, is_cut in _bounded(_behind(element, tail=tail), slice(MAX_SIDE)):
            behind.append(piece)
            covered += len(piece[0]) - _AGAIN * is_cut
    own = () if tail or not (href := _own_href(element)) else (href,)
    pieces = [*reversed(before), (texts.whole[part.start : part.end], own), *behind]
    links = tuple(dict.fromkeys(chain.from_iterable(hrefs for _, hrefs in pieces)))
    text = _lines("".join(piece for piece, _ in pieces).translate(_SOFT))
    return Run(texts.home(part.index), text, links), covered


def _own_href(element: HtmlElement) -> str | None:
    """Address of the link that a text stands in."""
    node: HtmlElement | None = element
    while node is not None and node.tag not in BLOCK_TAGS:
        if node.tag == "a":
            return str(node.get("href") or "") or None
        node = node.getparent()
    return None


def _bounded(pieces: Iterator[Piece], near: slice) -> Iterator[tuple[Piece, bool]]:
    """Pieces until there is enough; of each the part that is near, and whether more may follow that is left out."""
    size = 0
    for count, (text, hrefs) in enumerate(pieces):
        size += len(text)
        is_full = size > MAX_SIDE or count > MAX_NODES
        yield (text[near], hrefs[:MAX_NODES]), is_full
        if is_full:
            return


def _before(element: HtmlElement, *, tail: bool) -> Iterator[Piece]:
    """Text before a node, nearest first, up to where its block begins or another one ended."""
    node: HtmlElement | None = element
    inside = not tail
    while node is not None:
        if inside:  # what is before it is before the element
            if node.tag in BLOCK_TAGS:
                return
            other = node.getprevious()
            if other is None:
                node = node.getparent()
                yield (node.text or "" if node is not None else ""), ()
                continue
            yield other.tail or "", ()
            node, inside = other, False
            continue
        if _breaks(node):
            return
        yield _inline(node)
        inside = True


def _behind(element: HtmlElement, *, tail: bool) -> Iterator[Piece]:
    """Text behind a node, nearest first, up to where its block ends or another one begins."""
    node: HtmlElement | None = element
    if not tail:
        for child in element:
            if _breaks(child):
                return
            yield _inline(child)
            yield child.tail or "", ()
        if element.tag in BLOCK_TAGS:
            return
        yield element.tail or "", ()
    while node is not None:
        for other in node.itersiblings():
            if _breaks(other):
                return
            yield _inline(other)
            yield other.tail or "", ()
        node = node.getparent()
        if node is None or node.tag in BLOCK_TAGS:
            return
        yield node.tail or "", ()


def _breaks(element: HtmlElement) -> bool:
    return element.tag in BLOCK_TAGS


def _inline(element: HtmlElement) -> Piece:
    if element.tag == "br":
        return LINE, ()
    if not isinstance(element.tag, str):
        return "", ()
    if not len(element):
        href = element.get("href") if element.tag == "a" else None
        return element.text or "", (href,) if href else ()
    return "".join(_INNER(element)), tuple(_HREFS(element))


def block_of(element: HtmlElement | None) -> HtmlElement | None:
    """Nearest block that an element is or stands in."""
    while element is not None and element.tag not in BLOCK_TAGS:
        element = element.getparent()
    return element


def _lines(text: str) -> str:
    """Text with single spaces; line feeds of the markup are spaces, those of `<br>` stay."""
    return LINE.join(" ".join(line.split()) for line in text.split(LINE))
