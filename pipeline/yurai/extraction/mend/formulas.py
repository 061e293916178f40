"""Write formulas into the text that they are part of: as TeX where the page carries it, else as plain text.

Pages carry TeX as a MathML annotation (MathML Core, 2.6), as `alttext` (LaTeXML), as `<script type="math/tex">`
(MathJax 2) and as the `alt` of an image (WordPress, MediaWiki). What a script drew beside it says the same, and goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from lxml.html import HtmlElement

from yurai.extraction.mend.line import settable

_DISPLAY: Final = re.compile(r"\{\\(?:displaystyle|textstyle) (.*)\}", re.DOTALL)
_DRAWN: Final = frozenset(("katex-html", "MathJax_Preview", "MathJax", "MathJax_Display", "MathJax_SVG"))
_OF_IMAGES: Final = frozenset(("latex", "tex"))
_WORDS: Final = (b"math", b"atex", b"MATH")
"""One of these is on every page with a formula."""
_HIDING: Final = ("style", "hidden", "aria-hidden")


def write_formulas(tree: HtmlElement, markup: bytes) -> None:
    """Put a `<span>` with its TeX or text in place of each formula; `tree` is changed."""
    if not any(word in markup for word in _WORDS):
        return  # most pages, at the cost of three looks
    if b"katex" in markup or b"math/tex" in markup:
        _remove_drawn(tree)
    for element in list(tree.iter("script", "math", "img")):
        formula = _FORMULAS[element.tag](element)
        if formula is not None:
            _write(element, formula)


def _of_script(script: HtmlElement) -> str | None:
    return _tex(script.text or "") if (script.get("type") or "").startswith("math/tex") else None


def _of_image(image: HtmlElement) -> str | None:
    is_formula = image.get("alt") and not _OF_IMAGES.isdisjoint((image.get("class") or "").split())
    return _tex(image.get("alt")) if is_formula else None


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


def _formula(math: HtmlElement) -> str:
    """Return a formula as the TeX that it carries, else as its text on one line."""
    for note in math.iter("annotation"):
        if "tex" in (note.get("encoding") or "").lower() and (note.text or "").strip():
            return _tex(note.text)
    if math.get("alttext"):
        return _tex(math.get("alttext"))
    for note in list(math.iter("annotation", "annotation-xml")):
        note.clear()
    return " ".join("".join(math.itertext()).split())


_FORMULAS: Final[dict[str, Callable[[HtmlElement], str | None]]] = {
    "script": _of_script,
    "math": _formula,
    "img": _of_image,
}


def _tex(source: str) -> str:
    tex = " ".join(source.split()).strip("$").strip()
    display = _DISPLAY.fullmatch(tex)
    return f"${display[1].strip() if display else tex}$" if tex else ""
