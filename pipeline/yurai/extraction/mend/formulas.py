"""Write formulas into the text that they are part of; what a script drew beside one says the same again, and goes."""

from __future__ import annotations

from typing import Final

from lxml.html import HtmlElement

from yurai.extraction.formulas import TAGS, formula_of
from yurai.extraction.mend.line import settable

_DRAWN: Final = frozenset(("katex-html", "MathJax_Preview", "MathJax", "MathJax_Display", "MathJax_SVG"))
_WORDS: Final = (b"math", b"atex", b"MATH")
"""One of these is on every page with a formula."""
_HIDING: Final = ("style", "hidden", "aria-hidden")


def write_formulas(tree: HtmlElement, markup: bytes) -> None:
    """Put a `<span>` with its TeX or text in place of each formula; `tree` is changed."""
    if not any(word in markup for word in _WORDS):
        return  # most pages, at the cost of three looks
    if b"katex" in markup or b"math/tex" in markup:
        _remove_drawn(tree)
    for element in list(tree.iter(*TAGS)):
        formula = formula_of(element)
        if formula is not None:
            _write(element, formula)


def _remove_drawn(tree: HtmlElement) -> None:
    """Remove what KaTeX and MathJax 2 drew; the TeX stands beside it."""
    for element in list(tree.iter("span", "div")):
        if not _DRAWN.isdisjoint((element.get("class") or "").split()):
            element.clear(keep_tail=True)


def _write(element: HtmlElement, text: str) -> None:
    """Put text in place of an element, and show it: pages hide the MathML for which they show an image."""
    parent = element.getparent()
    if parent is None:
        return
    span = element.makeelement("span")
    span.text, span.tail = settable(text), settable(element.tail or "")
    parent.replace(element, span)
    while parent is not None and parent.tag == "span":
        for name in _HIDING:
            parent.attrib.pop(name, None)
        parent = parent.getparent()
