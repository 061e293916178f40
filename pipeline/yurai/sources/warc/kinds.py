"""Tell a damaged WARC-Type from one that is only unknown, so that no damaged page is counted as another record.

WARC 1.1 (ISO 28500:2017), 5.5: a record must have a type, software skips records whose type it does not know.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from yurai.sources.warc.record import CANDIDATES

if TYPE_CHECKING:
    from yurai.sources.warc.parse import Head

_KNOWN: Final = (*sorted(CANDIDATES), "request", "metadata", "warcinfo", "revisit", "continuation")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_RESPONSE: Final = re.compile(r"application/http\s*;.*\bmsgtype\s*=\s*\"?response\b", re.IGNORECASE)
_LONGEST: Final = 2 * max(map(len, _KNOWN))
_CLOSE: Final = 0.75
"""Similarity of two names, as difflib measures it: that of `response` with two letters of eight changed."""


def damaged_kind(head: Head) -> str | None:
    """Kind of candidate (response, resource, conversion) that a record of a damaged type was; None for sound heads.

    Damaged is a type a letter or two away from a known one, and one that is absent, or holds what no name may, in a
    record that says that it holds a response.
    """
    if head.kind in _KNOWN:
        return None
    close = get_close_matches(head.kind, _KNOWN, 1, _CLOSE) if len(head.kind) <= _LONGEST else []
    if close:
        return close[0] if close[0] in CANDIDATES else None
    told = head.fields.get("warc-type", "").lower()
    says_response = _RESPONSE.match(head.fields.get("content-type", "")) is not None
    return "response" if says_response and not _TOKEN.fullmatch(told) else None
