"""Give a box that was read to its end the form in which extractors read it right."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.mend.tables import free_layout

_LISTS: Final = frozenset(("ul", "ol"))
_ITEMS: Final = frozenset(("li", "ul", "ol"))
_OF_ONE_RUN: Final = frozenset(
    ("p", "li", "td", "th", "dt", "dd", "summary", "caption", "legend", "blockquote", "pre")
    + ("h1", "h2", "h3", "h4", "h5", "h6")
)
"""Boxes that hold a run as their own text if they hold nothing else."""


def settle(box: HtmlElement, runs: MutableMapping[HtmlElement, str]) -> None:
    """Settle a box; `runs` has the runs, and the boxes that hold one as their own text, with the tag of the run."""
    if box.tag in _LISTS:
        _in_items(box)
        return
    _promote(box, runs)
    kind = runs.get(box[0], "") if len(box) == 1 else ""
    if kind in ("p", "short", "div") and (box.tag in _OF_ONE_RUN or kind == "div"):
        runs[box] = "own:p" if box.tag == "p" or kind == "p" else "own:" + kind
        _unwrap(box)
    elif kind in ("p", "short", "p>", "short>") and box.tag == "div":
        runs[box] = kind.rstrip(">") + ">"
    elif kind in ("own:p", "own:short") and box.tag == "div":
        runs[box] = kind[4:] + ">"
    elif box.tag == "p" and len(box):
        box.tag = "div"
    elif box.tag == "table":
        free_layout(box, runs)


def _promote(box, runs):
    if any(child.tag == "p" or runs.get(child) in ("p","p>","own:p") for child in box):
        for child in box:
            if runs.get(child, "") in ("short", "short>"):
                one = child
                while runs[one] == "short>":
                    runs[one] = "p>"
                    one = one[0]
                if runs[one] == "short":
                    runs[one] = "p"
                    one.tag = "p"


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
