"""Split the block of a response into HTTP head and body, as servers, proxies and crawlers have written it.

Beside the status lines of RFC 9112 there are `HTTP 200 OK` (NCSA) and `ICY 200 OK` (SHOUTcast), empty lines before
them, interim heads (RFC 9110, 15.2) and a proxy's answer to CONNECT before the head of the page, and heads of CGI
without a status line (RFC 3875, 6). None of those lines is part of a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from yurai.sources.warc.heads import LONGEST_HEADER, header_end
from yurai.sources.warc.parse import Headers, parse_http

_MAX_HEADS: Final = 10
"""Heads of one block, at most; what comes after them is a body."""
_INTERIM: Final = range(100, 200)
_SUCCESS: Final = range(200, 300)
_STATUS: Final = re.compile(rb"(?:HTTP(?=/)[^\s]*|(?:HTTP|ICY)(?=[ \t]+\d{3}(?!\d)))", re.IGNORECASE)
"""The first word of a status line."""
_LEADING: Final = re.compile(rb"[ \t\r\n]*")
_FIELD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:")
_FULL_HEAD: Final = re.compile(
    rb"[ \t\r\n]*(?:HTTP(?:/\d(?:\.\d)?)?|ICY)[ \t]+\d{3}(?:[ \t][^\r\n]*)?\r*(?:\n|\Z)(?:\r*\n|\Z|(?=[!-9;-~]+:))",
    re.IGNORECASE,
)
"""A status line with its code, then a field or the end of the head."""
_FIELDS_OF_SERVERS: Final = re.compile(
    rb"(?:content-(?:type|length)|connection|date|last-modified|location|mime-version|pragma|server|status)[ \t]*:",
    re.IGNORECASE,
)
_CGI_STATUS: Final = re.compile(r"(\d{3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Message:
    """An HTTP message: `status` is None where no line gives one; `stored` is the body as it was transferred.

    `outer` is what follows the first head, which some tools take for the payload and hash; it is `stored`, unless
    other heads came before the page's.
    """

    status: int | None
    headers: Headers
    stored: bytes
    outer: bytes


def read_message(block: bytes) -> Message:
    """Read the block of a response; a block that begins with no head is all body."""
    start, outer = _status_line(block, 0), None
    if start is None:
        return _without_status_line(block)
    for _ in range(_MAX_HEADS):
        status, headers, end = _head(block, start)
        outer = end if outer is None else outer
        following = _status_line(block, end)
        if following is None or not _gives_way(status, headers, block, end):
            break
        start = following
    stored = block[end:]
    return Message(status, headers, stored, stored if outer == end else block[outer:])


def _status_line(block: bytes, at: int) -> int | None:
    """Offset of the status line at `at`, behind empty lines; None if something else stands there."""
    blank = _LEADING.match(block, at)
    start = blank.end() if blank else at
    return start if _STATUS.match(block, start) else None


def _head(block: bytes, start: int) -> tuple[int | None, Headers, int]:
    """Status, headers and end of the head at `start`."""
    end = header_end(block, start, len(block), of_record=False) or len(block)
    parsed = min(end, start + LONGEST_HEADER)
    word = _STATUS.match(block, start)
    # the parser knows words with a slash alone
    raw = b"HTTP/1.0" + block[word.end() : parsed] if word and b"/" not in word[0] else block[start:parsed]
    status, headers = parse_http(raw)
    return status, headers, end


def _gives_way(status: int | None, headers: Headers, block: bytes, end: int) -> bool:
    """Whether the head behind this one is that of the page: this one is interim, or that one cannot be its body."""
    if status in _INTERIM:
        return True
    if status not in _SUCCESS or not _FULL_HEAD.match(block, end):
        return False
    # an answer to CONNECT has no body (RFC 9110, 9.3.6), so no type; a text may well begin with a head
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").strip().lower()
    return not kind.startswith(("text/plain", "message/", "application/octet-stream"))


def _without_status_line(block: bytes) -> Message:
    """Read a block that may begin with the fields of a CGI head, whose field `Status` then is the status."""
    blank = _LEADING.match(block)
    start = blank.end() if blank else 0
    end = header_end(block, start, len(block), of_record=False) if _FIELDS_OF_SERVERS.match(block, start) else None
    if end is None or not all(_is_field(line) for line in block[start:end].splitlines()):
        return Message(None, (), block, block)
    _, headers = parse_http(b"HTTP/1.0\r\n" + block[start:end])
    said = next((value for name, value in headers if name.lower() == "status"), "")
    code = _CGI_STATUS.match(said.strip())
    return Message(int(code[1]) if code else None, headers, block[end:], block[end:])


def _is_field(line: bytes) -> bool:
    return not line.strip() or line[:1] in b" \t" or _FIELD.match(line) is not None
