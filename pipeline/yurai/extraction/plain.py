"""Plain text: its charset, its line ends, and no control characters; what the author laid out stays as it is.

A form feed ends a page, as in RFCs and manuals, and is kept: page n of a text stands behind n - 1 form feeds. Texts of
PDF follow the same rule, see docs/decisions/0013-pages-are-form-feeds.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yurai.extraction.charset import decode_page
from yurai.extraction.records import Extraction, ExtractOptions, Page
from yurai.extraction.tree import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE_BREAK: Final = "\x0c"
_LINE_ENDS: Final = re.compile(r"\r\n?")
# A stray control character is dirt, one in a hundred is a program or an image that somebody called text/plain.
_BINARY_SHARE: Final = 0.01


def extract_plain(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Text as it stands; drops for "budget-bytes", "binary-bytes" and "no-text"."""
    if len(page.body) > options.max_bytes:
        return Extraction("dropped", mime, "budget-bytes")
    decoded = decode_page(page.body, page.http_charset, markup=False)
    text = without_controls(_LINE_ENDS.sub("\n", decoded.text))
    reason = "no-text" if not text.strip() else None
    if len(CONTROLS.findall(decoded.text)) > _BINARY_SHARE * len(decoded.text):
        reason = "binary-bytes"
    return Extraction(
        "dropped" if reason else "text",
        mime,
        reason,
        text="" if reason else text,
        charset=decoded.charset,
        charset_by=decoded.by,
        extractor="none" if reason else "plain-text",
        flags=decoded.flags,
    )


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
