"""All readable text of a page, block by block, in one linear walk.

It answers three questions: what to keep when the main-text extractor finds nothing or would take too long, whether a
page carries boilerplate at all (its share of link text), and how much of the page an extraction covers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Tree = Any  # lxml has no type stubs here

_UNREADABLE_TAGS: Final = (
    "applet audio base canvas datalist embed frame head iframe input link map meta noscript object param progress "
    "rp rt script select source style svg template textarea track video"
)
_UNREADABLE: Final = frozenset(_UNREADABLE_TAGS.split())
_AROUND: Final = frozenset(("aside", "button", "dialog", "fencedframe", "footer", "menu", "menuitem", "nav"))
_AROUND_ROLES: Final = frozenset(("banner", "complementary", "contentinfo", "navigation", "search"))
_BLOCKS: Final = (
    "address article aside blockquote body br caption center dd details dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hr html legend li listing main menu nav noframes ol option p "
    "plaintext pre section summary table tbody tfoot thead tr ul xmp"
)
_BREAKING: Final = {**dict.fromkeys(_BLOCKS.split(), "\n"), "td": " ", "th": " "}
_AS_WRITTEN: Final = frozenset(("listing", "plaintext", "pre", "xmp"))
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_BREAK: Final = re.compile(r" *(?:\r\n?|\n)")


@dataclass(frozen=True, slots=True)
class BlockText:
    """Readable text with one block a line, characters of it that are links, and characters of the page in all.

    `text` leaves out what stands around a page (navigation, footer, asides, buttons) unless there is nothing else;
    `linked` and `size` count everything.
    """

    text: str
    linked: int
    size: int


def block_text(tree: Tree) -> BlockText:
    """Readable text of a parsed page. Nothing readable is ever called empty."""
    body = tree.find(".//body")
    pieces = list(_pieces(tree if body is None else body))
    everything = _joined(run for run, _, _ in pieces)
    linked = sum(len(run.strip()) for run, in_link, _ in pieces if in_link)
    text = _joined(run for run, _, is_around in pieces if not is_around)
    return BlockText(text or everything, linked, len(everything))


def _joined(runs: Iterable[str]) -> str:
    lines = _BREAK.split("".join(runs))
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _pieces(root: Tree) -> Iterator[tuple[str, bool, bool]]:
    """Runs of text in page order with their breaks: the run, whether in a link, whether in what stands around."""
    links = as_written = around = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        opens = event == "start"
        step = 1 if opens else -1
        readable = isinstance(tag, str) and tag not in _UNREADABLE
        if opens and not readable:
            walk.skip_subtree()
            continue
        if readable:
            links += step if tag == "a" else 0
            as_written += step if tag in _AS_WRITTEN else 0
            around += step if tag in _AROUND or element.get("role") in _AROUND_ROLES else 0
            if tag in _BREAKING:
                yield _BREAKING[tag], False, around > 0
        run = element.text if opens else element.tail
        if run and (opens or element is not root):
            yield (run if as_written else _SPACE.sub(" ", run)), links > 0, around > 0
