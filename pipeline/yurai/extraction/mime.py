"""Tell which media type a body is handled as: its header's, unless that says nothing or the bytes are binary.

After the WHATWG MIME Sniffing Standard (https://mimesniff.spec.whatwg.org/), cut down to what decides between handlers.
"""

from __future__ import annotations

import re
from typing import Final

_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_BINARY: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
_HTML_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?[\s\x00]*(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_XML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml")
_HTML_INSIDE: Final = re.compile(rb"<(?:html|body)\b", re.IGNORECASE)
_TEXT_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_WINDOW: Final = 1_445
# Types that servers send for files that they do not know; a known beginning knows better.
_UNSURE: Final = frozenset(
    {
        "application/download",
        "application/force-download",
        "application/octet-stream",
        "application/x-download",
        "application/x-pdf",
        "application/xhtml+xml",
        "binary/octet-stream",
        "text/html",
        "text/plain",
    }
)


def media_type(declared: str | None, body: bytes) -> tuple[str, bool]:
    """Media type in lower case without parameters, and whether the bytes decided it."""
    named = (declared or "").partition(";")[0].strip().lower()
    known = _TYPE.fullmatch(named) is not None
    if not known or named in _UNSURE:
        for magic, mime in _BINARY:
            if body.startswith(magic):
                return mime, True
    return (named, False) if known else (_sniff(body[:_WINDOW]), True)


def _sniff(head: bytes) -> str:
    narrow = head.replace(b"\0", b"").lstrip(b"\xff\xfe") if head.startswith(_WIDE_BOMS) else head
    if _HTML_START.match(narrow) or _HTML_INSIDE.search(narrow):
        return "text/html"
    if _XML_START.match(narrow):
        return "text/xml"
    return "application/octet-stream" if _TEXT_CONTROLS.search(narrow) else "text/plain"
