"""Take all readable text of a page, block by block, in one linear walk.

It answers what to keep when the main-text extractor finds nothing or would take too long, whether a page carries
navigation at all (how much of it is links), and how much of the page an extraction covers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree
from lxml.html import HtmlElement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_UNREADABLE_TAGS: Final = (
    "applet audio base canvas datalist embed frame head iframe input link map meta object param progress "
    "rp rt script select source style svg template textarea track video"
)
_UNREADABLE: Final = frozenset(_UNREADABLE_TAGS.split())
_AROUND: Final = frozenset(
    ("aside", "button", "dialog", "fencedframe", "footer", "menu", "menuitem", "nav", "noscript")
)
_AROUND_ROLES: Final = frozenset(("banner", "complementary", "contentinfo", "navigation", "search"))
_BLOCKS: Final = (
    "address article aside blockquote body br caption center dd details dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hr html legend li listing main menu nav noframes ol option p "
    "plaintext pre section summary table tbody tfoot thead tr ul xmp"
)
# a control character that no parsed text holds
_CELL: Final = "\x1f"
_CELL_TRIM: Final = " \xa0" + _CELL
_CELLS: Final = re.compile(f" *{_CELL}[ {_CELL}]*")
_BREAKING: Final = {**dict.fromkeys(_BLOCKS.split(), "\n"), "td": _CELL, "th": _CELL}
_AS_WRITTEN: Final = frozenset(("listing", "plaintext", "pre", "xmp"))
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
# Names of boxes on pages of the web that hold no part of the content; readability's list, without what docs use.
_BESIDE: Final = re.compile(
    "banner|breadcrumb|comment|consent|cookie|disqus|feedback|gdpr|newsletter|popular|promo|ranking|recent|related"
    "|share|sidebar|social|sponsor|subscri",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(r" *(?:\r\n?|\n)")


@dataclass(frozen=True, slots=True)
class BlockText:
    """Readable text with one block a line (cells of a row behind tabs), and characters of the page in all.

    `text` leaves out what stands around a page (navigation, footer, asides, buttons, `<noscript>`) unless there is
    nothing else.
    """

    text: str
    size: int


def block_text(tree: HtmlElement) -> BlockText:
    """Readable text of a parsed page. Nothing readable is ever called empty."""
    body = tree.find(".//body")
    whole = _content(tree if body is None else body)
    return whole if body is None else _dominant(body, whole)


def _dominant(body: HtmlElement, whole: BlockText) -> BlockText:
    """Return the text of a page's one `<main>` where that is most of it: the element means the dominant content."""
    mains = list(body.iter("main"))
    if len(mains) != 1:
        return whole
    inner = _content(mains[0])
    return BlockText(inner.text, whole.size) if 2 * len(inner.text) > len(whole.text) else whole


def _content(root: HtmlElement) -> BlockText:
    pieces = list(_pieces(root))
    everything = _joined(run for run, _ in pieces)
    text = _joined(run for run, is_around in pieces if not is_around)
    return BlockText(text or everything, len(everything))


def is_surrounded(tree: HtmlElement) -> bool:
    """Tell whether the names of a page's boxes say that one of them stands around the content."""
    boxes = tree.iter("div", "section", "ul", "p", "form")
    return any(_BESIDE.search(f"{box.get('class', '')} {box.get('id', '')}") for box in boxes)


def linked_characters(tree: HtmlElement, enough: int) -> int:
    """Characters in the links of a page, white space apart; stops counting when there are more than enough."""
    linked = 0
    for link in tree.iter("a"):
        linked += sum(len(run.strip()) for run in link.itertext())
        if linked > enough:
            break
    return linked


def most_text(tree: HtmlElement) -> int:
    """Upper bound of the characters that `block_text` can give, at a tenth of its cost."""
    return sum(map(len, _TEXTS(tree)))


_TEXTS: Final = etree.XPath("//text()[not(parent::script or parent::style)]", smart_strings=False)


def _joined(runs: Iterable[str]) -> str:
    lines = (line.strip(_CELL_TRIM) if _CELL in line else line.rstrip() for line in _BREAK.split("".join(runs)))
    return "\n".join(_CELLS.sub("\t", line) for line in lines if line)


def _pieces(root: HtmlElement) -> Iterator[tuple[str, bool]]:
    """Runs of text in page order with their breaks, and whether each is in what stands around."""
    # outermost open element of each kind; the walk is deep and hot, so ends are compared and not looked up
    as_written = around = None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _UNREADABLE or not isinstance(tag, str):
                walk.skip_subtree()
                continue
            if as_written is None and tag in _AS_WRITTEN:
                as_written = element
            if around is None and (tag in _AROUND or element.get("role") in _AROUND_ROLES):
                around = element
            run = element.text
        else:
            as_written = None if element is as_written else as_written
            around = None if element is around else around
            run = None if element is root else element.tail
        if tag in _BREAKING:
            yield _BREAKING[tag], around is not None
        if run:
            yield (_SPACE.sub(" ", run) if as_written is None else run), around is not None
