"""Build a page anew as boxes and runs: each run of text in an element of its own, under names every extractor knows.

So no text is lost for standing in a `<div>` beside inline elements, before the first `<br>`, in `<center>`, a custom
element or a `<figcaption>`; none is glued to that of the next box; and the number of inline elements is no cost.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.honbun.tags import BOX, IN_HEADING, IN_HIDDEN, KIND, LINE, LINK, SKIP, TAG_BITS, told
from yurai.extraction.mend.line import Line, settable
from yurai.extraction.mend.posts import free_posts
from yurai.extraction.mend.runs import Kind, Run, copied, write_code, write_run
from yurai.extraction.mend.settle import LISTS, settle
from yurai.extraction.mend.tables import PARTS

_RENAMED: Final = {
    **dict.fromkeys(("center", "address", "hgroup", "figure", "figcaption"), "div"),
    **dict.fromkeys(("listing", "xmp", "plaintext"), "pre"),
    "dir": "ul",
}
"""Boxes whose text extractors lose, or glue to that of the box before, by names under which they keep it."""
_HEADINGS: Final = frozenset(tag for tag, bits in TAG_BITS.items() if bits == IN_HEADING)
_ENDLESS: Final = 6
"""Boxes in a heading from which on it was never closed; fewer are its parts."""
_BOXES: Final = tuple(tag for tag, kind in KIND.items() if kind == BOX)
_LABELS: Final = frozenset(("time", "label", "button", "output"))
_HIDING: Final = ("aria-hidden", "style")
_DATA: Final = "application/ld+json"


def with_boxes(tree: HtmlElement) -> HtmlElement:
    """Return the page anew; `tree` stays as it is. Costs one walk."""
    page = tree.makeelement("html")
    head = etree.SubElement(page, "head")
    for script in tree.iter("script"):
        if script.get("type") == _DATA:
            etree.SubElement(head, "script", type=_DATA).text = settable(script.text or "")
    body = tree.find(".//body")
    root = tree if body is None else body
    builder = _Builder(etree.SubElement(page, "body", copied(root)))
    builder.line.add(root.text)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element is root:
            continue
        if event == "end":
            builder.leave(element)
        elif not builder.enter(element):
            walk.skip_subtree()
    builder.flush()
    free_posts(page)
    return page


class _Builder:
    """The page that grows: the boxes that are open, and the line of text that stands in the last of them."""

    def __init__(self, body: HtmlElement) -> None:
        self.boxes = [body]
        self.line = Line()
        self.runs: dict[HtmlElement, Run] = {}
        """The run that an element is, or that is all it holds."""
        self.parts: list[HtmlElement] = []
        """The open heading or `<pre>` and the boxes in it: all of them are one run."""
        self.figures = 0

    def enter(self, element: HtmlElement) -> bool:
        """Enter an element; False where what is in it is no text that is shown."""
        tag, kind = element.tag, _kind(element)
        if kind == SKIP or (kind not in {BOX, LINK} and _is_hidden(element)):
            return False
        if kind == BOX:
            self.open(element, tag)
        elif kind == LINE:
            self.break_line()
        elif kind == LINK and element.get("href"):
            self.line.links.append(element)
        elif tag in _LABELS or "class" in element.attrib or "id" in element.attrib:
            self.line.names.append(element)
        self.line.add(element.text)
        return True

    def leave(self, element: HtmlElement) -> None:
        """Leave an element and take the text behind it."""
        if _kind(element) == BOX:
            self.close(element.tag)
        else:
            self.line.leave(element)
        self.line.add(element.tail)

    def open(self, element: HtmlElement, tag: str) -> None:
        """Open a box, or set a part of a heading or `<pre>` apart."""
        if self.parts:
            self.parts.append(element)
            self.set_apart()
            return
        self.flush()
        name, within = _name(element, tag), self.boxes[-1]
        self.figures += tag == "figure"
        if self.figures and name == "p":
            name = "div"
        if name == "form" and within.tag in PARTS:
            name = within.tag  # old pages put forms between the rows of a table
        if name == "pre" or name in _HEADINGS:
            self.parts.append(element)
        self.boxes.append(etree.SubElement(within, name, copied(element)))

    def close(self, tag: str) -> None:
        """Close what `open` opened."""
        if self.parts:
            self.parts.pop()
            if self.parts:
                self.set_apart()
                return
        self.flush()
        settle(self.boxes.pop(), self.runs)
        self.figures -= tag == "figure"

    def set_apart(self) -> None:
        """Set apart what stands in a heading or `<pre>` on both sides of a boundary."""
        if not self.in_code():
            self.line.add(" ")
        elif not self.line.ends_line():
            self.line.add("\n")

    def break_line(self) -> None:
        """Break the line; two breaks in a row end the run, as authors mean it."""
        if self.in_code():
            self.line.add("\n")
        elif not self.line.is_broken():
            self.line.add_break()
        elif not self.parts:
            self.flush()

    def in_code(self) -> bool:
        """Tell whether text stands as its author wrote it."""
        return bool(self.boxes[-1].tag == "pre")

    def flush(self) -> None:
        """End the run, if there is one."""
        box, pieces = self.boxes[-1], self.line.take()
        run = (write_code if self.in_code() else write_run)(box, pieces) if pieces else None
        if run is None:
            return
        if self.figures and run.kind is Kind.LONG:
            run.kind, run.element.tag = Kind.SHORT, "div"  # a caption is a line of the text around it, or none
        if box.tag in LISTS:
            run.element.tag = "li"
        self.runs[run.element] = run


def _kind(element: HtmlElement) -> int:
    """Return what the walk does with an element; a custom one is a box if it holds elements or stands alone."""
    tag = element.tag
    kind = KIND.get(tag)
    if kind is not None:
        return kind
    return BOX if "-" in tag and len(element) and _is_alone(element) else 0


def _is_alone(element: HtmlElement) -> bool:
    """Tell whether no text runs on before or behind an element."""
    before, parent = element.getprevious(), element.getparent()
    beside = before.tail if before is not None else parent is not None and parent.text
    return not (element.tail or "").strip() and not (beside or "").strip()


def _name(element: HtmlElement, tag: str) -> str:
    if element.get("role") in _NAVIGATION:
        return "nav"
    if tag in _HEADINGS and len(list(islice(element.iterdescendants(*_BOXES), _ENDLESS))) == _ENDLESS:
        return "div"
    return _RENAMED.get(tag, tag if tag in KIND else "div")


def _is_hidden(element: HtmlElement) -> bool:
    return any(name in element.attrib and told(name, element.get(name)) & IN_HIDDEN for name in _HIDING)


_NAVIGATION: Final = frozenset(("navigation", "menubar"))
