"""Find postal codes of Japan: seven digits behind 〒 or a word, or with an address behind them.

Three digits, a hyphen and four are pages, parts and scores as often. Source: Japan Post, codes of seven digits.
"""

# ruff: noqa: RUF001 - signs and letters of full width are meant
from __future__ import annotations

import functools
import re

from yurai_filters.pii.edges import is_clear_after, is_clear_before
from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.japan_areas import AREA_FIRST
from yurai_filters.pii.typed_re2 import pattern

_MARKED = pattern(r"\xC5\x80? ?[0-9]{3}(?: ?- ?)?[0-9]{4}")
_CODE = pattern(r"[0-9]{3}-[0-9]{4}|[0-9]{7}")
_OF_JAPAN = pattern(r"[\xC2\xC3\xC5]")
"""Kanji of areas, of `番号`, and the postal mark: where there is none, nothing says that digits are a postal code."""
_LABEL = re.compile(r"(?:郵便番号|〒番号)\s*(?:[:：はが=|/・（(\[【「]|no\.?|が)*\s*$")
_PLACE = re.compile(r"(?:住所|所在地|居所|宛先|送付先|送り先|届け先|連絡先|本店|本社|場所)\s*[:：はが|/]?\s*$")
_BEFORE_ADDRESS = re.compile(rf"[\s、,|)）\]】」]{{0,4}}(?:{AREA_FIRST})")
_LONGEST_AREA = 14
_DIGITS = 7


def find_postal(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of postal codes in the shadow, the mark before them included."""
    codes = shadow.codes
    if not _OF_JAPAN.search(codes):
        return []
    spans = [match.span() for match in _MARKED.finditer(codes) if is_clear_after(codes, match.end())]
    marked = {end for _, end in spans}
    for match in _CODE.finditer(codes):
        start, end = match.span()
        if end in marked or not (is_clear_before(codes, start) and is_clear_after(codes, end)):
            continue
        if _is_named(shadow.before(start)) or (end - start > _DIGITS and _leads(shadow, start, end)):
            spans.append((start, end))
    return sorted(spans)


@functools.lru_cache(4096)
def _is_named(before: str) -> bool:
    return _LABEL.search(before) is not None


def _leads(shadow: Shadow, start: int, end: int) -> bool:
    """Whether an address follows, or a word for one stands before."""
    return is_area(shadow.after(end, _LONGEST_AREA)) or _PLACE.search(shadow.before(start)) is not None


@functools.lru_cache(4096)
def is_area(after: str) -> bool:
    """Whether `after`, but for spaces and signs, begins as addresses in Japan do."""
    return _BEFORE_ADDRESS.match(after) is not None
