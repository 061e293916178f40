"""Take the names off the posts of a thread, so that the first of them is not taken for the content of the page.

trafilatura looks for the content by names such as "content" and "post", and takes the first box that has one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from lxml.html import HtmlElement

from yurai.extraction.honbun.words import GROUPS, named

_POSTS: Final = 1 << GROUPS.index("thread")
_BESIDE: Final = ("navigation", "around", "side", "more", "social", "advert", "form", "notice", "comment", "meta")
_OTHER: Final = sum(1 << GROUPS.index(name) for name in _BESIDE)
_SEVERAL: Final = 3
"""Boxes of one name with paragraphs in them that make a thread."""


def free_posts(page: HtmlElement) -> None:
    """Remove class and itemprop of boxes that are posts of a thread; `page` is changed."""
    threads: dict[tuple[str, str], list[HtmlElement]] = defaultdict(list)
    for box in page.iter("div", "section", "main"):
        names = box.get("class") or "", box.get("itemprop") or ""
        bits = named(" ".join(names)).groups
        if bits & _POSTS and not bits & _OTHER and next(box.iterdescendants("p"), None) is not None:
            threads[names].append(box)
    for boxes in threads.values():
        if len(boxes) >= _SEVERAL:
            for box in boxes:
                box.attrib.pop("class", None)
                box.attrib.pop("itemprop", None)
