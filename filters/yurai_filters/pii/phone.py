"""Phone numbers: international ones anywhere, forms of Japan and North America where words say so.

National digits alone are order numbers, prices and dates as often as phone numbers, so a word before them (`tel`,
`電話`) must say what they are, and none after it that they are something else. Japanese mobile numbers in groups
(`090-1234-5678`) need no word: nothing else looks so. Source of numbering plans: libphonenumber's metadata.
"""

from __future__ import annotations

from yurai_filters.pii.context import PHONE, Context, is_amount
from yurai_filters.pii.numbering import is_international, is_national
from yurai_filters.pii.shadow import NOT_CONTEXT_END, PHONE_BARRIER, Shadow, pattern

_GAP = r" ?[-.() ] ?"
_FORMS = pattern(
    r"\+\(?[0-9](?:[ ().-]{0,3}[0-9]){6,}"
    r"|(?:(?:00)?1[-. ])?(?:\([2-9][0-9]{2}\) ?-?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}"
    rf"|(?:\(0[0-9]{{1,4}}\) ?-?|0[0-9]{{1,4}}{_GAP})[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}"
    r"|[0-9]{10,}"
)
_EXTENSION = pattern(r"(?i)^,? ?(?:x|ext\.?) ?[0-9]{1,5}\b")
_AMERICAN = pattern(r"1?[2-9][0-9]{2}[2-9][0-9]{6}")
_MOBILE = ((b"070-", b"080-", b"090-"), 13)
"""First bytes and length of a Japanese mobile number in groups of 3, 4 and 4."""
_NOT_DIGITS = bytes(code for code in range(256) if chr(code) not in "0123456789")
_CONTEXT = Context(PHONE)
_JAPAN = 81
_MAX_DIGITS, _MIN_DIGITS = 15, 7
_MAX_WRITTEN = 32
_CHAIN = 16
"""Characters between two numbers of one list."""
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DIGIT = frozenset(b"0123456789\0\x02")


def find_phones(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of phone numbers in the shadow."""
    codes, found, position, last = shadow.codes, [], 0, -1
    while (match := _FORMS.search(codes, position)) is not None:
        start, position = match.span()
        if _touches(codes, start):
            continue
        end = _end(shadow, start, position, last)
        if end is not None:
            end = _with_extension(codes, end)
            found.append((start, end))
            position = last = end
    return found


def _end(shadow: Shadow, start: int, end: int, last: int) -> int | None:
    """Return where the number at `start` ends; None if it is no phone number. `last` is where the one before ended."""
    written = shadow.codes[start:end]
    if written.startswith(b"+"):
        return _international_end(shadow.codes, start, end)
    digits = written.translate(None, _NOT_DIGITS)
    divided = len(digits) < len(written)
    if _goes_on(shadow.codes, end, divided=divided) or (not divided and is_amount(shadow.after(end))):
        return None
    if not _is_national(digits):
        return None
    said = _CONTEXT.says(shadow.before(start))
    if said is None:
        said = (written.startswith(_MOBILE[0]) and len(written) == _MOBILE[1] and written[8:9] == b"-") or _follows(
            shadow.codes, start, last
        )
    return end if said else None


def _is_national(digits: bytes) -> bool:
    """Whether Japan has given out the number, or it has the form of one of North America."""
    if digits.startswith(b"0") and not digits.startswith(b"001"):
        return is_national(_JAPAN, digits[1:])
    return _AMERICAN.fullmatch(digits.removeprefix(b"00")) is not None


def _with_extension(codes: bytes, end: int) -> int:
    extension = _EXTENSION.search(codes[end : end + 12]) if end < len(codes) and codes[end] in b" ,xXeE" else None
    return end + extension.end() if extension else end


def _international_end(codes: bytes, start: int, end: int) -> int | None:
    """Return where the longest valid number ends that begins at `start` and is cut between groups."""
    near = codes[start : min(end, start + _MAX_WRITTEN)]
    for at in range(len(near), _MIN_DIGITS, -1):
        if near[at - 1] not in _DIGIT or (start + at < len(codes) and codes[start + at] in b"0123456789"):
            continue
        number = near[:at].replace(b"(0)", b"").translate(None, _NOT_DIGITS)
        if _MIN_DIGITS <= len(number) <= _MAX_DIGITS and is_international(number):
            return None if _goes_on(codes, start + at, divided=True) else start + at
    return None


def _touches(codes: bytes, start: int) -> bool:
    """Whether a digit, an underscore or a barrier stands right before `start`, or behind one sign that parts digits."""
    before = codes[max(0, start - 2) : start]
    if before and (before[-1] in _DIGIT or before[-1] in b"_+"):
        return True
    return len(before) > 1 and before[1] in b".-" and before[0] in _DIGIT


def _goes_on(codes: bytes, end: int, *, divided: bool) -> bool:
    """Whether what ends at `end` is a piece of more; a letter may follow a number in groups."""
    after = codes[end : end + 2]
    if after and (after[0] in _DIGIT or after[0] in b"_@" or (not divided and after[0] in _LETTERS)):
        return True
    return len(after) > 1 and after[0] in b".-" and after[1] in _DIGIT


def _follows(codes: bytes, start: int, last: int) -> bool:
    """Whether a phone number, found or masked, stands just before: it and this one are one list."""
    floor = max(0, start - _CHAIN)
    near = codes[floor:start].rstrip(NOT_CONTEXT_END)
    return bool(near) and (floor + len(near) == last or near[-1] == PHONE_BARRIER)
