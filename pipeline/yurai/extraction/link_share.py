"""Measure how much of the text of a whole page stands in links: lists of links, portals and menus are mostly links."""

from __future__ import annotations

from typing import Final

from lxml import etree
from lxml.html import HtmlElement

SCORE: Final = "link_share"
"""Name of the score that stage extract writes into column `quality`."""
_RAW: Final = ("script", "style")
"""Elements whose text nobody reads; the parser lets no element stand in them."""
_LINKS: Final = etree.XPath("descendant::a[not(ancestor::a)]")


def link_share(tree: HtmlElement) -> float | None:
    """Return the share of letters of a parsed page that stand in an element `a`, 0 to 1, rounded to 1e-4.

    Letters are code points that are no white space, of all that the page may show: navigation and footer too, before
    an extractor took anything away. A link within a link is counted with the outer one. None where there is no letter.
    Linear in the page, whose depth has a limit.
    """
    body = tree.find(".//body")
    root = tree if body is None else body
    letters, linked = _letters(root), sum(map(_letters, _LINKS(root)))
    for raw in root.iter(*_RAW):
        count = _letters(raw)
        letters -= count
        linked -= count if next(raw.iterancestors("a"), None) is not None else 0
    return round(linked / letters, 4) if letters else None


def _letters(element: HtmlElement) -> int:
    return len("".join(etree.tostring(element, encoding="unicode", method="text", with_tail=False).split()))
