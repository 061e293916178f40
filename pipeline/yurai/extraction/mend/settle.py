"""Give a box that was read to its end the form in which extractors read it right."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.mend.runs import Kind, Run
from yurai.extraction.mend.tables import free_layout

LISTS: Final = frozenset(("ul", "ol"))
_ITEMS: Final = frozenset(("li", "ul", "ol"))
_GLUED: Final = frozenset(("li", "dd", "dt", "blockquote"))
"""Boxes in which trafilatura glues all but paragraphs, and drops boxes of links even beside text."""
_OF_ONE_RUN: Final = frozenset(
    "p li td th dt dd summary caption legend blockquote pre h1 h2 h3 h4 h5 h6".split()  # noqa: SIM905 - words
)
"""Boxes that hold a run as their own text if they hold nothing else."""


def settle(box: HtmlElement, runs: MutableMapping[HtmlElement, Run]) -> None:
    """Settle a box; `runs` has the run that an element is, or that is all it holds."""
    if box.tag in LISTS:
        _in_items(box)
        return
    _promote(box, runs)
    only = runs.get(box[0]) if len(box) == 1 else None
    if only and only.element is box[0] and not only.is_own and (box.tag in _OF_ONE_RUN or only.kind is Kind.LABELS):
        runs[box] = Run(box, Kind.LONG if box.tag == "p" else only.kind, is_own=True)
        _unwrap(box)
    elif only and box.tag == "div":
        runs[box] = only
    elif box.tag == "p" and len(box):
        box.tag = "div"
    elif box.tag == "table":
        free_layout(box, runs)


def _promote(box: HtmlElement, runs: MutableMapping[HtmlElement, Run]) -> None:
    """Make short words beside a paragraph one, too: they are a line of the same text."""
    held = [runs[child] for child in box if child in runs]
    is_glued = box.tag in _GLUED and len(box) > 1
    if is_glued or any(run.kind is Kind.LONG for run in held) or any(child.tag == "p" for child in box):
        for run in held:
            run.promote()
    if is_glued and any(run.kind is not Kind.LABELS for run in held):
        for run in held:
            if run.kind is Kind.LABELS and not run.is_own and run.element.getparent() is box:
                run.element.tag = "p"


def _unwrap(box: HtmlElement) -> None:
    run = box[0]
    box.text = run.text
    box[:] = list(run)


def _in_items(box: HtmlElement) -> None:
    """Put each box of a list that is no item into one: extractors read items alone."""
    for child in list(box):
        if child.tag not in _ITEMS:
            item = etree.SubElement(box, "li")
            child.addprevious(item)
            item.append(child)
