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
    from collections.abc import Iterator

Tree = Any  # lxml has no type stubs here

_UNREADABLE: Final = frozenset(
    "applet audio base canvas datalist embed frame head iframe input link map meta noscript object param progress rp rt "
    "script select source style svg template textarea track video".split()
)
_AROUND: Final = _UNREADABLE | frozenset("aside button dialog fencedframe footer menu menuitem nav".split())
_AROUND_ROLES: Final = frozenset(("banner", "complementary", "contentinfo", "navigation", "search"))
_BLOCKS: Final = frozenset(
    "address article aside blockquote body br caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form frameset h1 h2 h3 h4 h5 h6 header hr html legend li listing main menu nav noframes ol option p plaintext pre "
    "section summary table tbody tfoot thead tr ul xmp".split()
)
_CELLS: Final = frozenset(("td", "th"))
_AS_WRITTEN: Final = frozenset(("listing", "plaintext", "pre", "xmp"))
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK: Final = re.compile(r"[ \t]*\n[ \t\n]*")


@dataclass(frozen=True, slots=True)
class BlockText:
    """Text with one block a line, and the share of its letters that are links (0.0 for an empty page)."""

    text: str
    link_share: float


def block_text(tree: Tree) -> BlockText:
    """Readable text of a parsed page without what stands around it (navigation, footer, asides, buttons).

    A page that has only such parts gives their text: nothing readable is ever called empty.
    """
    body = tree.find(".//body")
    root = tree if body is None else body
    found = _collect(root, _AROUND, _AROUND_ROLES)
    return found if found.text else _collect(root, _UNREADABLE, frozenset())


def _collect(root: Tree, skipped: frozenset[str], skipped_roles: frozenset[str]) -> BlockText:
    parts: list[str] = []
    linked = 0
    for piece, in_link in _pieces(root, skipped, skipped_roles):
        parts.append(piece)
        linked += len(piece.strip()) if in_link else 0
    text = _AROUND_BREAK.sub("\n", "".join(parts)).strip()
    return BlockText(text, linked / len(text) if text else 0.0)


def _pieces(root: Tree, skipped: frozenset[str], skipped_roles: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """Runs of text in page order with their breaks, and whether each is inside a link."""
    links = as_written = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        opens = event == "start"
        skip = tag in skipped or not isinstance(tag, str) or element.get("role") in skipped_roles
        if opens and skip:
            walk.skip_subtree()
            continue
        if not skip:
            links += (1 if opens else -1) if tag == "a" else 0
            as_written += (1 if opens else -1) if tag in _AS_WRITTEN else 0
            if tag in _BLOCKS:
                yield "\n", False
            elif tag in _CELLS:
                yield " ", False
        run = element.text if opens else element.tail
        if run and (opens or element is not root):
            yield (run if as_written else _SPACE.sub(" ", run)), links > 0
