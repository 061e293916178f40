"""Say which characters a text may hold, and how its pages are parted.

A form feed ends a page, as in RFCs and manuals: page n of a text stands behind n - 1 form feeds. Texts of PDF and plain
text follow the same rule, see docs/decisions/0013-pages-are-form-feeds.md.
"""

import re
from collections.abc import Iterable
from typing import Final

PAGE_BREAK: Final = "\x0c"
# XML cannot hold these; form feed is white space in HTML and becomes some
CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def without_controls(text: str) -> str:
    """Text without the control characters that no text means, but with tabs, line feeds and form feeds."""
    return CONTROLS.sub("", text.replace("\r", "")).strip("\n").rstrip()


def page_count(media_type: str | None, text: str) -> int | None:
    """Return the pages down to the last text: of any PDF, and of plain text that has page breaks; else None."""
    breaks = text.count(PAGE_BREAK)
    paged = media_type == "application/pdf" or (media_type == "text/plain" and breaks)
    return 1 + breaks if paged else None


def join_pages(pages: Iterable[str]) -> str:
    """Text of pages with a form feed at the start of each but the first; a page without text leaves its form feed."""
    return f"\n{PAGE_BREAK}".join(pages).rstrip()
