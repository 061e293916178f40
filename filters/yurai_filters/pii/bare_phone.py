"""Tell phone numbers that need no word: in the groups of Japan or North America, and in nothing else's.

Japan writes area code, exchange and number, and how long each is depends on the first digits; `03-1234-5678` is a
number of Tokyo, `031-234-5678` none. Source: libphonenumber's metadata, after the numbering plan of the Ministry of
Internal Affairs. North America: three, three and four digits under an area code that is in use.
"""

from __future__ import annotations

import functools
import re

from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.numbering import groups_in_japan, is_national

_JAPAN = re.compile(
    rb"(0[0-9]{1,4})(?: ?- ?|\()([0-9]{1,4})(?: ?- ?|\))([0-9]{3,4})|\((0[0-9]{1,4})\) ?-?([0-9]{1,4}) ?- ?([0-9]{3,4})"
)
_MOBILE = re.compile(rb"0[789]0[1-9][0-9]{7}")
_WHOLE = re.compile(rb"0[0-9]{9,10}")
_AMERICA = re.compile(rb"(?:1[-. ])?(?:\([0-9]{3}\) ?|[0-9]{3}([-. ]))[0-9]{3}([-. ])[0-9]{4}")
_MORE = ((4, 2, 4), (4, 3, 3))
"""How people write 0120, 0570 and 0990 too."""
_SPECIAL = ("0120", "0570", "0990", "0180")
_CODE, _NEAR = 1, 16
_NOT_BEFORE = frozenset(b"/=#&?.-%$@*+_~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DIGITS = b"0123456789"
_OTHER = re.compile(
    r"得点|点数|スコア|資料|図[番面表]|記録|結果|座標|バージョン|シリアル|特[開願許]|実[開用願]|契約|許可|認可|認証|承認|型|品|番[号組]|[一-龠]番\s*$"
    r"|\b(?:score|pages?|pp|vols?|sku|parts?|lot|coordinates?|lat|lon|version|ver|serial|booking|reservation|confirmation"
    r"|catalog|code|row|no|nos|num|number|ids?|size|range)\b[\s.:#]{0,3}$"
)
_AFTER = re.compile(r"\s?(?:号|番|番地|円|ページ|点|位|年|月|日|時|分|秒|件|人|名|回|%|x[0-9])")


def is_bare_number(shadow: Shadow, start: int, end: int) -> bool:
    """Whether the digits from `start` to `end` of the shadow look like a phone number and like nothing else."""
    codes = shadow.codes
    if start and codes[start - 1] in _NOT_BEFORE:
        return False
    written = codes[start:end]
    if not written.startswith((b"0", b"(0")) and _is_row(codes, start, end):
        return False
    if _OTHER.search(shadow.before(start)[-_NEAR:]):
        return False
    if _is_japanese(written):
        return not _AFTER.match(shadow.after(end))
    if written.isdigit():
        return codes[start - 1 : start] == b"(" and codes[end : end + 1] == b")" and _is_whole(written)
    return _is_american(written)


@functools.lru_cache(4096)
def _is_japanese(written: bytes) -> bool:
    """Whether `written` has the groups of a number of Japan, or is a mobile number without any."""
    if match := _JAPAN.fullmatch(written):
        groups = [group.decode() for group in match.groups() if group is not None]
        sizes = tuple(map(len, groups))
        return sizes == groups_in_japan("".join(groups)) or (groups[0] in _SPECIAL and sizes in _MORE)
    return _MOBILE.fullmatch(written) is not None


def _is_whole(written: bytes) -> bool:
    return _WHOLE.fullmatch(written) is not None and bool(groups_in_japan(written.decode()))


@functools.lru_cache(4096)
def _is_american(written: bytes) -> bool:
    match = _AMERICA.fullmatch(written)
    if match is None or match[1] not in (None, match[2]):
        return False
    digits = bytes(code for code in written if code in _DIGITS)[-10:]
    return is_national(_CODE, digits)


def _is_row(codes: bytes, start: int, end: int) -> bool:
    """Whether digits go on beside it, as in a table."""
    before, after = codes[max(0, start - 2) : start], codes[end : end + 2]
    return (before[-1:] in (b" ", b",") and before[:1].isdigit()) or (after[:1] in (b" ", b",") and after[1:].isdigit())
