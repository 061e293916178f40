"""Write formulas into the text that they are part of: as TeX where the page carries it, else as plain text.

Pages carry TeX as a MathML annotation (MathML Core, 2.6), as `alttext` (LaTeXML), as `<script type="math/tex">` (MathJax
2) and as the `alt` of an image (WordPress, MediaWiki). What a script drew beside it says the same again, and goes.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

_DISPLAY: Final = re.compile(r"\{\\(?:displaystyle|textstyle) (.*)\}", re.DOTALL)
_DRAWN: Final = frozenset(("katex-html", "MathJax_Preview", "MathJax", "MathJax_Display", "MathJax_SVG"))
_OF_IMAGES: Final = frozenset(("latex", "tex"))
_BETWEEN: Final = {
    **dict.fromkeys(("msup", "mover"), ("^",)),
    **dict.fromkeys(("msub", "munder"), ("_",)),
    **dict.fromkeys(("msubsup", "munderover"), ("_", "^")),
    "mfrac": ("/",),
}
"""Marks between the parts of an element of MathML that sets them above each other."""
_HIDING: Final = ("style", "hidden", "aria-hidden")


def write_formulas(tree: HtmlElement, markup: bytes) -> None:
    """Put a `<span>` with its TeX or text in place of each formula; `tree` is changed."""
    if b"katex" in markup or b"math/tex" in markup:
        _remove_drawn(tree)
    if b"math/tex" in markup:
        for script in list(tree.iter("script")):
            if (script.get("type") or "").startswith("math/tex"):
                _write(script, _tex(script.text or ""))
    if b"<math" in markup or b"<MATH" in markup:
        for math in list(tree.iter("math")):
            _write(math, _formula(math))
    if b"tex" in markup:
        for image in list(tree.iter("img")):
            if image.get("alt") and not _OF_IMAGES.isdisjoint((image.get("class") or "").split()):
                _write(image, _tex(image.get("alt")))


def _remove_drawn(tree: HtmlElement) -> None:
    """Remove what KaTeX and MathJax 2 drew; the TeX stands beside it."""
    for element in list(tree.iter("span", "div")):
        if not _DRAWN.isdisjoint((element.get("class") or "").split()) and element.getparent() is not None:
            element.drop_tree()


def _write(element: HtmlElement, text: str) -> None:
    """Put text in place of an element, and show it: pages hide the MathML for which they show an image."""
    parent = element.getparent()
    if parent is None:
        return
    span = element.makeelement("span")
    span.text, span.tail = text, element.tail
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
    return _tex(math.get("alttext")) if math.get("alttext") else " ".join(_on_a_line(math).split())


def _tex(source: str) -> str:
    tex = " ".join(source.split()).strip("$").strip()
    display = _DISPLAY.fullmatch(tex)
    return f"${display[1].strip() if display else tex}$" if tex else ""


def _on_a_line(math: HtmlElement) -> str:
    """Return MathML as text, in one walk: fractions, roots, indices and powers with the marks that TeX has for them."""
    parts: list[str] = []
    walk = etree.iterwalk(math, events=("start", "end"))
    for event, element in walk:
        tag, parent = element.tag, element.getparent()
        if event == "start":
            if tag in {"annotation", "annotation-xml"}:
                walk.skip_subtree()
                continue
            marks = () if element is math or parent is None else _BETWEEN.get(parent.tag, ())
            place = parent.index(element) - 1 if marks else -1
            parts += [marks[place] if 0 <= place < len(marks) else "", "\u221a" if tag == "msqrt" else ""]
            parts += ["(" if _is_group(element) else "", (element.text or "").strip()]
        elif tag not in {"annotation", "annotation-xml"}:
            parts.append(")" if _is_group(element) else "")
    return "".join(parts)


def _is_group(element: HtmlElement) -> bool:
    """Tell whether an element needs brackets on one line: a row of several in a place of its own."""
    parent = element.getparent()
    within = parent is not None and (parent.tag in _BETWEEN or parent.tag == "msqrt")
    return bool(within and element.tag == "mrow" and len(element) > 1)
