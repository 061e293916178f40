"""Payment cards: 12 to 19 digits that a brand uses, with a right check digit.

Source: ISO/IEC 7812-1 (check digit by Luhn), brand ranges as the schemes publish them.
"""

from __future__ import annotations

from yurai_filters.pii.context import CARD, Context, is_amount
from yurai_filters.pii.shadow import Shadow, pattern

_RUN = pattern(
    r"[0-9]{4}(?:-[0-9]{4}){3}|[0-9]{4}(?: [0-9]{4}){3}"
    r"|[0-9]{4}-[0-9]{6}-[0-9]{4,5}|[0-9]{4} [0-9]{6} [0-9]{4,5}|[0-9]{12,}"
)
_TAIL = pattern(r"^[ -][0-9]{3}(?:[^0-9]|$)")
_MAX_DIGITS = 19
_FOUR_GROUPS = _LONGEST = 19
"""Bytes of four groups of four; a fifth of three may follow."""
_CONTEXT = Context(CARD)
_BRANDS = (
    *((4, 4, (16, 19)), (51, 55, (16,)), (2221, 2720, (16,)), (34, 34, (15,)), (37, 37, (15,))),
    *(
        (6011, 6011, (16, 19)),
        (644, 649, (16, 19)),
        (65, 65, (16, 19)),
        (3528, 3589, (16, 19)),
        (62, 62, (16, 17, 18, 19)),
    ),
    *(
        (300, 305, (14,)),
        (3095, 3095, (14,)),
        (36, 36, (14,)),
        (38, 39, (14,)),
        (1800, 1800, (15,)),
        (2131, 2131, (15,)),
    ),
    *((5018, 5018, (16,)), (5020, 5020, (16,)), (5038, 5038, (16,)), (5893, 5893, (16,)), (6304, 6304, (16,))),
    *((6759, 6759, (16,)), (6761, 6763, (16,))),
)
"""First digits from, to, and lengths. Shorter and rarer ones count where a word before them says card."""
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_PREFIX = 4
_RANGES = {
    length: tuple(
        (first * 10 ** (_PREFIX - len(str(first))), (last + 1) * 10 ** (_PREFIX - len(str(last))))
        for first, last, lengths in _BRANDS
        if length in lengths
    )
    for length in (14, 15, 16, 17, 18, 19)
}
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_\0\x02")
_DIGIT = frozenset(b"0123456789\0\x02")
_PATH = frozenset(b"/=&#@?.-+,")


def find_cards(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of card numbers in the shadow."""
    found, last = [], -1
    for match in _RUN.finditer(shadow.codes):
        start, stop = match.span()
        for end in _ends(shadow.codes, start, stop) if stop - start <= _LONGEST else ():
            written = shadow.codes[start:end]
            if _is_clear(shadow.codes, written, start, end, last) and _is_card(shadow, written, start, end):
                found.append((start, end))
                last = end
                break
    return found


def _ends(codes: bytes, start: int, end: int) -> tuple[int, ...]:
    """Return where a number may end: four groups of four may be followed by one of three."""
    if end - start != _FOUR_GROUPS or codes[start:end].isdigit():
        return (end,)
    tail = _TAIL.search(codes[end : end + 5])
    return (end + 4, end) if tail else (end,)


def is_luhn(digits: bytes) -> bool:
    """Whether the check digit is right: every second digit from the right doubled, sum a multiple of 10."""
    return (sum(digits[-1::-2]) - 48 * -(-len(digits) // 2) + sum(digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def is_brand(digits: bytes) -> bool:
    """Whether a brand gives out numbers that begin so and are as long."""
    prefix = int(digits[:_PREFIX])
    return any(first <= prefix < end for first, end in _RANGES.get(len(digits), ()))


def _is_card(shadow: Shadow, written: bytes, start: int, end: int) -> bool:
    digits = written.replace(b" ", b"").replace(b"-", b"")
    if len(digits) > _MAX_DIGITS or len(set(digits)) == 1 or not is_luhn(digits):
        return False
    said = _CONTEXT.says(shadow.before(start))
    if said is not None:
        return said
    in_path = start > 0 and shadow.codes[start - 1] in _PATH
    return is_brand(digits) and not in_path and not is_amount(shadow.after(end))


def _is_clear(codes: bytes, written: bytes, start: int, end: int, last: int) -> bool:
    """Whether it is not a piece of more: a longer number, a row of a table; the card that ended at `last` is none."""
    before, after = codes[max(0, start - 2) : start], codes[end : end + 5]
    if (before and before[-1] in _WORD) or (after and after[0] in _WORD):
        return False
    if len(before) > 1 and before[1] in b".-" and before[0] in _DIGIT:
        return False
    if len(after) > 1 and after[0] in b".-" and after[1] in _DIGIT:
        return False
    if b" " not in written:
        return True
    follows = len(after) == 5 and after[:1] == b" " and after[1:].isdigit()  # noqa: PLR2004 - a gap and a group
    return not follows and (before[-1:] != b" " or before[0] not in b"0123456789\x02" or start - 1 == last)
