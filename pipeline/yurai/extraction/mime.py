"""Tell which media type a body is handled as: its header's, unless that says nothing or the bytes are binary.

After the WHATWG MIME Sniffing Standard (https://mimesniff.spec.whatwg.org/), cut down to what decides between handlers.
"""

from __future__ import annotations

import re
from typing import Final

_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_PDF: Final = (b"%PDF-", "application/pdf")
_BINARY: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"RIFF", "application/octet-stream"),
    (b"OggS\x00", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"Rar!\x1a\x07", "application/x-rar-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)
"""Beginnings of binary files; sections 6 and 7.1 of the standard, and 7-Zip."""
# a comment that ends is left whole: going back into it would cost the square of their number, and more
_HTML_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[\s\x00]|<!--(?>.*?-->)|<\?xml(?>[^>]*>))*+"
    rb"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_XML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml")
_XHTML_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml(?>[^>]*>)(?:\s|<!--(?>.*?-->)|<!doctype(?>[^>]*>))*+<html\b[^>]*\sxmlns\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_INSIDE: Final = re.compile(rb"<(?:html|body)\b", re.IGNORECASE)
_TEXT_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_WINDOW: Final = 1_445
_XHTML: Final = "application/xhtml+xml"
_HTML_NAME: Final = re.compile(r"(?:text|application)/(?:[a-z.-]*[.-])?[sx]?html?(?:\+xml)?")
"""Names that people made up for HTML."""
_OF_MARKUP_AND_TEXT: Final = frozenset({_XHTML, "application/x-pdf", "text/html", "text/plain"})
"""Types that binary files are sent as."""
# section 4 of the standard: what servers send that say they do not know
_UNKNOWN: Final = frozenset({"*/*", "application/unknown", "text/unknown", "unknown/unknown"})
_DOWNLOAD: Final = re.compile(
    r"(?:application|binary)/(?:x-)?(?:octet-?stream|(?:force-?)?download|binary|unknown)|application/(?:save|save-as)"
)
"""Types that servers send for files to be saved, of whatever kind."""


def media_type(declared: str | None, body: bytes) -> tuple[str, bool]:
    """Media type in lower case without parameters, and whether the bytes decided it.

    Of files to be saved only markup and PDF are taken for pages: their texts are data and programs.
    """
    named = (declared or "").partition(";")[0].strip().lower()
    head = body[:_WINDOW]
    if named in _UNKNOWN or not _TYPE.fullmatch(named):
        return _sniff(head), True
    if _DOWNLOAD.fullmatch(named):
        found = _sniff(head, inside=False)
        return (named, False) if found in {"text/plain", "application/octet-stream"} else (found, True)
    made_up = named not in _OF_MARKUP_AND_TEXT and _HTML_NAME.fullmatch(named) is not None
    if (named in _OF_MARKUP_AND_TEXT or made_up) and (binary := _binary(head)):
        return binary, True
    if made_up:
        return _XHTML if _XHTML_START.match(head) else "text/html", True
    return named, False


def _binary(head: bytes) -> str | None:
    """Type of a binary file by its first bytes; a text may begin with the letters that some files begin with."""
    if head.startswith(_PDF[0]):
        return _PDF[1]
    if not _TEXT_CONTROLS.search(head) and not head.startswith(b"\xff\xd8\xff"):
        return None
    return next((mime for magic, mime in _BINARY if head.startswith(magic)), None)


def _sniff(head: bytes, *, inside: bool = True) -> str:
    """Type by the first bytes alone; with `inside`, a page may also begin before them."""
    if binary := _binary(head):
        return binary
    narrow = head.replace(b"\0", b"").lstrip(b"\xff\xfe") if head.startswith(_WIDE_BOMS) else head
    if _XHTML_START.match(narrow):
        return _XHTML
    if _HTML_START.match(narrow) or (inside and _HTML_INSIDE.search(narrow)):
        return "text/html"
    if _XML_START.match(narrow):
        return "text/xml"
    return "application/octet-stream" if _TEXT_CONTROLS.search(narrow) else "text/plain"
