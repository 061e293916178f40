"""Read formulas: as TeX where the page carries it, else as plain text.

Pages carry TeX as a MathML annotation (MathML Core, 2.6), as `alttext` (LaTeXML), as `<script type="math/tex">`
(MathJax 2) and as the `alt` of an image (WordPress, MediaWiki).
"""

from __future__ import annotations

import re
from typing import Final

from lxml.html import HtmlElement

_DISPLAY: Final = re.compile(r"\{\\(?:displaystyle|textstyle) (.*)\}", re.DOTALL)
_OF_IMAGES: Final = frozenset(("latex", "tex"))
TAGS: Final = ("script", "math", "img")
"""Elements that may be a formula."""


def formula_of(element: HtmlElement) -> str | None:
    """Return the formula that an element is, None where it is none."""
    if element.tag == "math":
        return _of_math(element)
    if element.tag == "script":
        return _tex(element.text or "") if (element.get("type") or "").startswith("math/tex") else None
    is_formula = element.get("alt") and not _OF_IMAGES.isdisjoint((element.get("class") or "").split())
    return _tex(element.get("alt")) if is_formula else None


def _of_math(math: HtmlElement) -> str:
    """Return a formula as the TeX that it carries, else as its text on one line."""
    for note in math.iter("annotation"):
        if "tex" in (note.get("encoding") or "").lower() and (note.text or "").strip():
            return _tex(note.text)
    if math.get("alttext"):
        return _tex(math.get("alttext"))
    for note in list(math.iter("annotation", "annotation-xml")):
        note.clear()
    return " ".join("".join(math.itertext()).split())


def _tex(source: str) -> str:
    tex = " ".join(source.split()).strip("$").strip()
    display = _DISPLAY.fullmatch(tex)
    return f"${display[1].strip() if display else tex}$" if tex else ""
