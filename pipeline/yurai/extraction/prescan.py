"""Read which charset a page declares about itself, from its first bytes, before anything is decoded.

The HTML standard's "prescan a byte stream to determine its encoding" and "get an XML encoding"
(https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding), with patterns in
place of its byte loop. The window is wider than the standard's 1,024 bytes: browsers find a later `<meta>` while they
parse and start again, and so the same page is read alike here.
"""

from __future__ import annotations

import re
from typing import Final

from yurai.extraction.labels import codec_of

WINDOW: Final = 16_384
"""Bytes from the start of a page in which a declaration counts."""

_XML_DECLARATION: Final = re.compile(
    rb"<\?xml[^>]{0,200}?encoding[\x00-\x20]*=[\x00-\x20]*([\"'])([^\"'>\x00-\x20]{1,40})\1"
)
_COMMENT_END: Final = re.compile(rb"-->")
_NEXT: Final = re.compile(
    rb"<(?:(?P<comment>!--)|(?P<meta>meta)(?=[\s/])|(?P<tag>/?[a-z])|(?P<other>[!/?]))", re.IGNORECASE
)
_TAG_NAME_END: Final = re.compile(rb"[\t\n\f\r >]")
_ATTRIBUTE: Final = re.compile(
    rb"[\t\n\f\r /]*(?!>)(?P<name>[^\t\n\f\r />][^\t\n\f\r />=]*)"
    rb"(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"(?P<dq>[^\"]*)\"|'(?P<sq>[^']*)'|"
    rb"(?P<plain>[^\"'\t\n\f\r >][^\t\n\f\r >]*)|(?=>)))?"
)
_UNCLOSED: Final = re.compile(rb"[\t\n\f\r ]*=[\t\n\f\r ]*[\"']")
_CONTENT_CHARSET: Final = re.compile(
    rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r ;\"'][^\t\n\f\r ;]*))", re.IGNORECASE
)


def declared_charset(body: bytes) -> str | None:
    """Label that the page itself declares, in an XML declaration or a `<meta>`; None if there is none we can decode.

    `utf-16` in a `<meta>` that could be read as ASCII means utf-8, and `x-user-defined` windows-1252, as the standard
    says.
    """
    head = body[:WINDOW]
    if xml := _XML_DECLARATION.match(head.lstrip()):
        label = xml[2].decode("ascii", "replace")
        if codec_of(label):
            return _ascii_compatible(label)
    return _scan(head)


def _ascii_compatible(label: str) -> str:
    if (codec_of(label) or "").startswith(("utf-16", "utf-32")):
        return "utf-8"
    return label


def _scan(head: bytes) -> str | None:
    position = 0
    while markup := _NEXT.search(head, position):
        if markup["comment"]:
            # the standard lets the two hyphens that open a comment close it too
            end = _COMMENT_END.search(head, markup.start() + 2)
            position = end.end() if end else len(head)
        elif markup["other"]:
            position = _after(head, b">", markup.end())
        else:
            start = markup.end() if markup["meta"] else _tag_name_end(head, markup.end())
            attributes, position = _attributes(head, start)
            if markup["meta"] and attributes is not None and (label := _label(attributes)):
                return label
    return None


def _after(head: bytes, mark: bytes, start: int) -> int:
    at = head.find(mark, start)
    return len(head) if at < 0 else at + 1


def _tag_name_end(head: bytes, start: int) -> int:
    end = _TAG_NAME_END.search(head, start)
    return end.start() if end else len(head)


def _attributes(head: bytes, start: int) -> tuple[dict[bytes, bytes] | None, int]:
    """First value of every attribute of one tag and the place after it; None for a tag that the window cuts off."""
    values: dict[bytes, bytes] = {}
    position = start
    while attribute := _ATTRIBUTE.match(head, position):
        if _UNCLOSED.match(head, attribute.end()):
            return None, len(head)
        value = attribute["dq"] or attribute["sq"] or attribute["plain"] or b""
        values.setdefault(attribute["name"].lower(), value)
        position = attribute.end()
    closing = head.find(b">", position)
    return (values, closing + 1) if closing >= 0 else (None, len(head))


def _label(attributes: dict[bytes, bytes]) -> str | None:
    """The decision of the standard about one `<meta>`: `charset` counts alone, `content` only with its `http-equiv`."""
    raw = attributes.get(b"charset")
    if raw is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
        content = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
        raw = content and (content[1] or content[2] or content[3])
    label = (raw or b"").decode("ascii", "replace").strip()
    if label.lower() == "x-user-defined":
        return "windows-1252"
    return _ascii_compatible(label) if codec_of(label) else None
