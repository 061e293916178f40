"""Handle plain text: decode it and drop control characters, and leave the author's layout as it is."""

import re
from typing import Final

from yurai.extraction.characters import CONTROLS, without_controls
from yurai.extraction.charset import decode_page
from yurai.extraction.handler import handles
from yurai.extraction.labels import codec_of
from yurai.extraction.mime import media_type
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page

_LINE_ENDS: Final = re.compile(r"\r\n?")
# A stray control character is dirt, one in a hundred is a program or an image that somebody called text/plain.
_BINARY_SHARE: Final = 0.01
_STRAY: Final = 4


@handles("text/plain", version=2, reasons=("binary-bytes",), packages=("charset-normalizer",))
def plain(page: Page, mime: str, _: ExtractOptions) -> Extraction:
    """Text as it stands, with a form feed between pages; drops for "binary-bytes" and "no-text"."""
    return plain_text(page, mime)


def plain_text(page: Page, mime: str = "text/plain") -> Extraction:
    """Return what `plain` does, which no option changes."""
    decoded = decode_page(page.body, page.http_charset, markup=False)
    text = without_controls(_LINE_ENDS.sub("\n", decoded.text))
    reason = "no-text" if not text.strip() else None
    if len(CONTROLS.findall(decoded.text)) > max(_STRAY, _BINARY_SHARE * len(decoded.text)):
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


def is_plain_utf8(page: Page) -> bool:
    """Whether a page is plain text in UTF-8, and so read without a guess or a parser."""
    if media_type(page.mime, page.body)[0] != "text/plain" or codec_of(page.http_charset) not in {None, "utf-8"}:
        return False
    try:
        page.body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
