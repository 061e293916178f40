"""Remove boxes for consent to cookies and for other languages from a parsed page."""

from __future__ import annotations

from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.widget_names import MOST, named_widget

_BOXES: Final = ("div", "section", "aside", "ul", "ol", "p", "form", "dialog", "span", "nav", "header", "footer", "li")
_CONTENT: Final = ("main", "article", "h1")
"""Elements that no such box holds."""
# two questions: libxml2 merges the answers of one in quadratic time
_NAMES: Final = tuple(etree.XPath(path, smart_strings=False) for path in ("//@id", "//@class"))


def remove_widgets(tree: HtmlElement) -> None:
    """Remove boxes for consent and for other languages; `tree` is changed."""
    names = "\n".join({name for path in _NAMES for name in path(tree)})
    if named_widget(names) is None:
        return
    for box in list(tree.iter(*_BOXES)):
        if _is_widget(box, tree):
            box.clear(keep_tail=True)


def _is_widget(box: HtmlElement, tree: HtmlElement) -> bool:
    by = named_widget(f"{box.get('id', '')} {box.get('class', '')}")
    if by is None or (by == "author" and text_size(box) > MOST * text_size(tree)):
        return False
    return next(box.iterdescendants(*_CONTENT), None) is None


def text_size(element: HtmlElement) -> int:
    """Return the characters of all texts in an element."""
    return sum(map(len, _TEXTS(element)))


_TEXTS: Final = etree.XPath(".//text()[not(parent::script or parent::style)]", smart_strings=False)
