"""Hold the text nodes of a parsed page in page order, so that what is looked for is found in one pass over all."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate, repeat
from operator import add
from typing import Final, Protocol

from lxml import etree
from lxml.html import HtmlElement

_STRINGS: Final = etree.XPath("descendant::text()", smart_strings=False)
_NODES: Final = etree.XPath("descendant::text()")
_NODE: Final = etree.XPath("(descendant::text())[$number]")
_BETWEEN: Final = "\n"
_FEW: Final = 6
"""Nodes that are fetched one by one; from then on all at once, which costs as much."""
_UNSEEN: Final = frozenset(
    ("script", "style", "template", "textarea", "title", "iframe", "noembed", "noframes", "xmp", "noscript")
)
_SCRIPT: Final = 64
"""Letters from which a script or style is left out of what is searched; of shorter ones the node tells."""
SOFT_LETTERS: Final = "\xad\u200b\u2060\ufeff\u200c"
"""Letters that show nothing and may stand in a word: soft hyphen, zero width space, word joiner."""
_WITHOUT: Final = str.maketrans("", "", SOFT_LETTERS)


class TextNode(Protocol):
    """A text node of lxml: a string that knows its element, of which it is the text or the tail."""

    is_tail: bool

    def getparent(self) -> HtmlElement:
        """Element that it is the text or tail of."""


class Found(Protocol):
    """Words that were found, as a match of `re` or `re2`."""

    def span(self) -> tuple[int, int]:
        """Where they begin and end."""


class Words(Protocol):
    """A pattern of bytes that finds words, of `re` or `re2`."""

    def finditer(self, text: bytes, /) -> Iterator[Found]:
        """Find them all."""


class Texts:
    """Text nodes of a page: their strings, and elements where those are asked for, which costs more.

    `whole` is all of them in page order, a line each, without scripts and letters that show nothing; places in it are
    letters. A word may go on in the next text, as white space may stand in words that are looked for.
    """

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self._asked: dict[int, TextNode] = {}
        scripts = {text for one in tree.iter("script", "style") if len(text := one.text or "") >= _SCRIPT}
        strings = _STRINGS(tree)
        if scripts:
            strings = ["" if len(one) >= _SCRIPT and one in scripts else one for one in strings]
        whole = _BETWEEN.join(strings)
        if not whole.isascii() and any(letter in whole for letter in SOFT_LETTERS):
            strings = [one if one.isascii() else one.translate(_WITHOUT) for one in strings]
            whole = _BETWEEN.join(strings)
        self.strings: list[str] = strings
        self.whole = whole

    @cached_property
    def _bytes(self) -> bytes:
        return self.whole.encode("utf-8", "replace")

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(map(add, map(len, self.strings), repeat(len(_BETWEEN))), initial=0))

    @cached_property
    def _nodes(self) -> list[TextNode]:
        nodes: list[TextNode] = _NODES(self._tree)
        return nodes

    def spans(self, words: Words) -> Iterator[tuple[int, int]]:
        """Where words are found in `whole`, white space before them left off.

        Bytes are searched, as to tell letters costs more than to find words.
        """
        data = self._bytes
        at = letters = 0
        for match in words.finditer(data):
            start, end = match.span()
            letters += len(data[at:start].decode("utf-8", "ignore"))
            found = data[start:end].decode("utf-8", "ignore")
            yield letters + len(found) - len(found.lstrip()), letters + len(found)
            at = start

    def holding(self, word: str) -> Iterator[int]:
        """Places in `whole` of a word that is in one text, the first of each text."""
        at = self.whole.find(word)
        while at >= 0:
            end = self.start(self.index(at) + 1)
            if at + len(word) <= end:
                yield at
            at = self.whole.find(word, end if at + len(word) <= end else at + 1)

    def index(self, at: int) -> int:
        """Number of the text that holds the letter at this place of `whole`."""
        return bisect_right(self._starts, at) - 1

    def start(self, index: int) -> int:
        """Where a text begins in `whole`."""
        return self._starts[index]

    def node(self, index: int) -> TextNode:
        """Node of a text."""
        if len(self._asked) >= _FEW:
            return self._nodes[index]
        if index not in self._asked:
            self._asked[index] = _NODE(self._tree, number=index + 1)[0]
        return self._asked[index]

    def home(self, index: int) -> HtmlElement:
        """Element that a text stands in."""
        node = self.node(index)
        parent = node.getparent()
        return parent.getparent() if node.is_tail else parent

    def is_seen(self, index: int) -> bool:
        """Whether a text shows in some browser: it is not in a script, a template, a field."""
        home = self.home(index)
        return home is not None and home.tag not in _UNSEEN
