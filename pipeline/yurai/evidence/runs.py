"""Find the runs of text that hold given words: a text node with what stands beside it in its block, links included.

A sentence goes through inline elements ("Text is available under the <a>...</a>"), so one text node is not enough, and
a block may hold the whole page, so it is too much. A run ends where a block begins or ends, or at its limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, islice
from typing import Final, Protocol, TypeAlias

from lxml import etree
from lxml.html import HtmlElement

MAX_SIDE: Final = 700
"""Characters of a run on each side of the text node that was found, and of that node on each side of the words."""
MAX_NODES: Final = 120
"""Elements beside it that are looked at on each side."""
MAX_RUNS: Final = 64
"""Runs of one page from its beginning, and as many from its end: what is said of a page stands there."""
MAX_MATCHES: Final = 5_000
"""Words of a page that are looked at."""
_BLOCK_NAMES: Final = (
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe legend li main menu nav noscript ol option p "
    "pre script search section select style summary table tbody td template textarea tfoot th thead title tr ul"
)
BLOCK_TAGS: Final = frozenset(_BLOCK_NAMES.split())
_COUNTS: Final = (1, 2, 4, 8, 16, 32, 64)
"""Different words of a page that are looked for at once; the last is the most."""
_WHOLE: Final = etree.XPath("string()", smart_strings=False)
_UNSEEN: Final = frozenset(("script", "style", "noscript", "template", "iframe", "noembed", "noframes"))
_INNER: Final = etree.XPath("descendant-or-self::text()[not(parent::script or parent::style)]", smart_strings=False)
_HREFS: Final = etree.XPath("descendant-or-self::a/@href", smart_strings=False)
LINE: Final = "\u2028"
"""A `<br>` in a run; LINE SEPARATOR is white space to `str` and `re`, and no line feed of the markup."""

Piece: TypeAlias = tuple[str, tuple[str, ...]]
"""Text, and the addresses that it links to."""


class Found(Protocol):
    """Words that were found, as a match of `re` or `re2`."""

    def span(self) -> tuple[int, int]:
        """Where they begin and end."""

    def __getitem__(self, group: int, /) -> str:
        """Words themselves, by group 0."""


class Words(Protocol):
    """A pattern that finds words, of `re` or `re2`."""

    def search(self, text: str, /) -> Found | None:
        """Find them first."""

    def finditer(self, text: str, /) -> Iterator[Found]:
        """Find them all."""


class TextNode(Protocol):
    """A text node of lxml: a string that knows its element, of which it is the text or the tail."""

    is_tail: bool

    def getparent(self) -> HtmlElement:
        """Element that it is the text or tail of."""

    def __str__(self) -> str:
        """Text itself."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of text of a page.

    `text` has single spaces, and LINE where the page breaks a line; `links` are the addresses in it, in order;
    `element` is the one that the found text stands in.
    """

    element: HtmlElement
    text: str
    links: tuple[str, ...]


def runs(tree: HtmlElement, words: Words) -> Iterator[Run]:
    """Runs of a page that hold the words, in page order; the first and last 64, equal ones once."""
    found = [(node, part) for node in _holding(tree, words) for part in _parts(str(node), words)]
    seen: set[tuple[HtmlElement | None, str]] = set()
    for node, (start, end) in found[:MAX_RUNS] + found[MAX_RUNS:][-MAX_RUNS:]:
        parent = node.getparent()
        run = _run(parent, node, start, end)
        home = parent.getparent() if node.is_tail else parent
        if (key := (_block(home), run.text)) not in seen:
            seen.add(key)
            yield replace(run, element=home)


def _holding(tree: HtmlElement, words: Words) -> list[TextNode]:
    """Text nodes that hold the words: libxml2 finds them by what was found, and only those come up to Python."""
    body = tree.find("body")
    body = tree if body is None else body
    found = dict.fromkeys(match[0].strip() for match in islice(words.finditer(_WHOLE(body)), MAX_MATCHES))
    if not found:
        return []
    few = [*found][: _COUNTS[-1]]
    size = next(count for count in _COUNTS if count >= len(few))
    few += few[:1] * (size - len(few))
    nodes = _containing(size)(body, **{f"w{index}": word for index, word in enumerate(few)})
    return [node for node in nodes if node.is_tail or node.getparent().tag not in _UNSEEN]


@cache
def _containing(count: int) -> etree.XPath:
    """Text nodes, in page order, that hold one of so many variables."""
    return etree.XPath(f"descendant::text()[{' or '.join(f'contains(., $w{index})' for index in range(count))}]")


def _parts(node: str, words: Words) -> list[tuple[int, int]]:
    """Where the words are in a text node: all of a short one, else what is around the first and the last of them."""
    if len(node) <= 2 * MAX_SIDE:
        return [(0, len(node))] if words.search(node) else []
    spans = [match.span() for match in words.finditer(node)]
    ends = spans[:2] + spans[2:][-2:]
    return [(max(0, start - MAX_SIDE), min(len(node), end + MAX_SIDE)) for start, end in ends]


def _run(element: HtmlElement, node: TextNode, start: int, end: int) -> Run:
    """The run around part of one text node of an element, its text or its tail."""
    text, tail = str(node), node.is_tail
    before = [] if start else list(_bounded(_before(element, tail=tail), slice(-MAX_SIDE, None)))
    behind = [] if end < len(text) else list(_bounded(_behind(element, tail=tail), slice(MAX_SIDE)))
    own = () if tail or not (href := _own_href(element)) else (href,)
    pieces = [*reversed(before), (text[start:end], own), *behind]
    whole = "".join(piece for piece, _ in pieces)
    links = tuple(dict.fromkeys(chain.from_iterable(hrefs for _, hrefs in pieces)))
    return Run(element, _lines(whole), links)


def _own_href(element: HtmlElement) -> str | None:
    """Address of the link that a text stands in."""
    node: HtmlElement | None = element
    while node is not None and node.tag not in BLOCK_TAGS:
        if node.tag == "a":
            return str(node.get("href") or "") or None
        node = node.getparent()
    return None


def _bounded(pieces: Iterator[Piece], near: slice) -> Iterator[Piece]:
    """Pieces until there is enough; of each the part that is near."""
    size = 0
    for count, (text, hrefs) in enumerate(pieces):
        yield text[near], hrefs[:MAX_NODES]
        size += len(text)
        if size > MAX_SIDE or count > MAX_NODES:
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


def _block(element: HtmlElement | None) -> HtmlElement | None:
    while element is not None and element.tag not in BLOCK_TAGS:
        element = element.getparent()
    return element


def _lines(text: str) -> str:
    """Text with single spaces; line feeds of the markup are spaces, those of `<br>` stay."""
    return LINE.join(" ".join(line.split()) for line in text.split(LINE))
