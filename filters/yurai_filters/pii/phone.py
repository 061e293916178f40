"""Find phone numbers: international ones anywhere, forms of Japan, North America and Europe where words say so.

National digits alone are order numbers, prices and dates as often as phone numbers, so a word before them (`tel`,
`電話`) must say what they are, and none after it that they are something else. Japanese mobile numbers in groups
(`090-1234-5678`) need no word: nothing else looks so, nor do groups behind 00 and a calling code (`0049 30 901820`).
The European form is an area code and a slash: `030/901820`. Source of numbering plans: libphonenumber's metadata.
"""

from __future__ import annotations

import functools
import re

from yurai_filters.pii.bare_phone import is_bare_number
from yurai_filters.pii.card import LONGEST_ROW, begins_with_card
from yurai_filters.pii.context import PHONE, RECEIPT, Context, is_amount, is_called
from yurai_filters.pii.folded_text import NOT_CONTEXT_END, PHONE_BARRIER, POSTAL_MARK, Shadow
from yurai_filters.pii.numbering import is_calling_code, is_international, is_national
from yurai_filters.pii.typed_re2 import pattern, short

_GAP = r" ?[-./() ] ?"
_PLUS = r"\+\(?[0-9](?:(?:[ ().-]{0,3}|/)[0-9]){6,}"
_ZEROS = r"\(?00(?:[ -]|\) ?)?\(?[1-9](?:(?:[ ().-]{0,3}|/)[0-9]){7,16}"
_SLASH = r"\(?0[1-9][0-9]{0,4}\)? ?/ ?[0-9]{1,8}(?:(?: ?- ?|[ ./])[0-9]{1,8}){0,4}"
_NATIONAL = (
    r"(?:(?:00)?1[-. ])?(?:\([2-9][0-9]{2}\)/? ?-?|[2-9][0-9]{2}[-./ ])[2-9][0-9]{2}[-./ ][0-9]{4}"
    rf"|(?:\(0[0-9]{{1,4}}\) ?-?|0[0-9]{{1,4}}{_GAP})[0-9]{{1,4}}{_GAP}[0-9]{{3,4}}"
    r"|[0-9]{10,}"
)
_FORMS = pattern(f"{_PLUS}|{_ZEROS}|{_SLASH}|{_NATIONAL}")
_WITH_ZEROS, _WITH_SLASH, _OTHER = (short(form) for form in (_ZEROS, _SLASH, _NATIONAL))
_CALLING = short(r"\(?00([1-9][0-9]{0,2})[)]?[ ().-]{1,2}[0-9(]")
_BEGINS_CALL = (b"00", b"(00")
_SIGNS = (b"/", b"=", b"#", b"&", b"?", b".", b"-")
"""Before digits of a path, a query or a longer number."""
_EXTENSION = short(r"(?i),? ?(?:x|ext\.?) ?[0-9]{1,5}\b")
_AMERICAN = pattern(r"1?[2-9][0-9]{2}[2-9][0-9]{6}")
_MOBILE = ((b"070-", b"080-", b"090-"), 13)
"""First bytes and length of a Japanese mobile number in groups of 3, 4 and 4."""
_NOT_DIGITS = bytes(code for code in range(256) if chr(code) not in "0123456789")
_CONTEXT = Context(PHONE, surely_against=RECEIPT)
_JAPAN = 81
_EUROPE = (49, 43, 41, 32, 31, 352, 385, 386, 381, 387, 421)
"""Calling codes of countries that part the area code with a slash."""
_MAX_DIGITS, _MIN_DIGITS = 15, 7
_MAX_WRITTEN = 32
_AFTER, _ADDRESS = 12, 80
"""Characters behind a number, and before it up to a postal mark, in which a word may say that it is called."""
_BARRIERS = re.compile(rb"[\0\x02]")
_CHAIN = 16
"""Characters between two numbers of one list."""
_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DIGIT = frozenset(b"0123456789\0\x02")
_TOUCHES = _DIGIT | frozenset(b"_+")


def find_phones(shadow: Shadow, *, wide: bool = False) -> list[tuple[int, int]]:
    """Return places of phone numbers in the shadow; with `wide` also those in groups with no word beside them."""
    codes, spans, last = shadow.codes, [], -1
    matches = _FORMS.finditer(codes)
    while (match := next(matches, None)) is not None:
        start, stop = match.span()
        end = None if _touches(codes, start) else _end(shadow, start, stop, last, wide=wide)
        if end is None:
            position = _group_end(codes, start, stop)
        else:
            position = last = _with_extension(codes, end)
            spans.append((start, position))
        if position != stop:
            matches = _FORMS.finditer(codes, position)
    return spans


def _group_end(codes: bytes, start: int, stop: int) -> int:
    """Return where the first digits of what is no phone number end: one may begin behind them."""
    at = start + 1
    while at < stop and codes[at] in b"0123456789":
        at += 1
    return at


def _end(shadow: Shadow, start: int, end: int, last: int, *, wide: bool) -> int | None:
    """Return where the number at `start` ends; None if it is no phone number. `last` is where the one before ended."""
    codes = shadow.codes
    if codes.startswith(b"+", start):
        return _international_end(codes, start, end)
    found, alone = _with_zeros_end(codes, start, end), _is_called(codes, start)
    if found is None:
        found, alone = _slash_end(codes, start, end), False
    if found is None:
        found, alone = _national_end(shadow, start, end)
    if found is None:
        return None
    words = _says(shadow, start, found)
    if words is None:
        words = alone or _follows(codes, start, last) or (wide and is_bare_number(shadow, start, found))
    return found if words else None


def _says(shadow: Shadow, start: int, end: int) -> bool | None:
    """Whether words before the number, behind it, or before `〒` and the address before it, say that it is called."""
    words = _CONTEXT.says(shadow.before(start))
    if words is None and is_called(shadow.after(end, _AFTER)):
        return True
    mark = shadow.codes.rfind(bytes([POSTAL_MARK]), max(0, start - _ADDRESS), start) if words is None else -1
    if mark < 0 or _BARRIERS.search(shadow.codes, mark, start):
        return words
    return _CONTEXT.says(shadow.before(mark)) or None


def _with_zeros_end(codes: bytes, start: int, end: int) -> int | None:
    if codes.startswith(_BEGINS_CALL, start) and _WITH_ZEROS.match(codes, start, end):
        return _international_end(codes, start, end)
    return None


def _slash_end(codes: bytes, start: int, end: int) -> int | None:
    run = codes[start:end]
    length = _slash_length(run) if b"/" in run and _WITH_SLASH.match(run) else 0
    return start + length if length and not _goes_on(codes, start + length, divided=True) else None


def _national_end(shadow: Shadow, start: int, end: int) -> tuple[int | None, bool]:
    """Return where a number as it is called inside a country ends, if it is one, and whether it needs no word."""
    match = _OTHER.match(shadow.codes, start, end)
    if match is None:
        return None, False
    end, written = match.end(), match.group()
    digits = written.translate(None, _NOT_DIGITS)
    divided = len(digits) < len(written)
    if _goes_on(shadow.codes, end, divided=divided) or (not divided and is_amount(shadow.after(end))):
        return None, False
    is_mobile = written.startswith(_MOBILE[0]) and len(written) == _MOBILE[1] and written[8:9] == b"-"
    return (end if _is_national(digits) else None), is_mobile


def _is_called(codes: bytes, start: int) -> bool:
    """Whether a calling code behind 00 stands as a group of its own, as in no order number: `0049 30 901820`."""
    if not codes.startswith(_BEGINS_CALL, start):
        return False
    return codes[max(0, start - 1) : start] not in _SIGNS and _begins_call(codes[start : start + _MAX_WRITTEN])


def _begins_call(run: bytes) -> bool:
    match = _CALLING.match(run)
    return match is not None and is_calling_code(int(match[1]))


@functools.lru_cache(4096)
def _slash_length(run: bytes) -> int:
    """Return the length of the longest national number with slashes that begins `run`, cut between groups; 0 for none.

    Of Europe's it has one slash, behind the area code; dates have two.
    """
    cuts = [cut for cut in range(min(len(run), _MAX_WRITTEN), _MIN_DIGITS - 1, -1) if _is_cut(run, cut)]
    digits = {cut: run[:cut].translate(None, _NOT_DIGITS) for cut in cuts}
    ours = next((cut for cut in cuts if _is_national(digits[cut])), 0)
    return ours or next((cut for cut in cuts if run.count(b"/", 0, cut) == 1 and _is_european(digits[cut])), 0)


def _is_european(digits: bytes) -> bool:
    return any(is_national(code, digits[1:]) for code in _EUROPE)


def _is_national(digits: bytes) -> bool:
    """Whether Japan has given out the number, or it has the form of one of North America."""
    if digits.startswith(b"0") and not digits.startswith(b"001"):
        return is_national(_JAPAN, digits[1:])
    return _AMERICAN.fullmatch(digits.removeprefix(b"00")) is not None


def _with_extension(codes: bytes, end: int) -> int:
    after = codes[end : end + 12]
    extension = _EXTENSION.match(after) if after.lstrip(b" ,").startswith((b"x", b"X", b"e", b"E")) else None
    return end + extension.end() if extension else end


def _international_end(codes: bytes, start: int, stop: int) -> int | None:
    """Return where the number at `start` ends; `stop` is where digits and the signs between them do."""
    length = _international_length(codes[start : min(stop, start + _MAX_WRITTEN + LONGEST_ROW)])
    return None if length is None or _goes_on(codes, start + length, divided=True) else start + length


@functools.lru_cache(4096)
def _international_length(run: bytes) -> int | None:
    """Return the length of the longest valid number that begins `run` and is cut between groups.

    It ends before a card, and before another number with a calling code behind 00.
    """
    cuts = range(min(len(run), _MAX_WRITTEN), _MIN_DIGITS, -1)
    valid = [cut for cut in cuts if _is_cut(run, cut) and _is_international(run[:cut])]
    ended = (cut for cut in valid if begins_with_card(run[cut + 1 :]) or _begins_call(run[cut + 1 :]))
    return next(ended, valid[0] if valid else None)


def _is_cut(run: bytes, cut: int) -> bool:
    return run[cut - 1] in _DIGIT and not run[cut : cut + 1].isdigit()


def _is_international(written: bytes) -> bool:
    digits = written.replace(b"(0)", b"").translate(None, _NOT_DIGITS).removeprefix(b"00")
    return _MIN_DIGITS <= len(digits) <= _MAX_DIGITS and is_international(digits)


def _touches(codes: bytes, start: int) -> bool:
    """Whether a digit, an underscore or a barrier stands right before `start`, or behind one sign that parts digits."""
    if not start:
        return False
    before = codes[start - 1]
    return before in _TOUCHES or (before in b".-" and start > 1 and codes[start - 2] in _DIGIT)


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
