"""Find payment cards: 12 to 19 digits that a brand uses, with a right check digit.

Source: ISO/IEC 7812-1 (check digit by Luhn), brand ranges as the schemes publish them.
"""

from __future__ import annotations

import functools

from yurai_filters.pii.context import CARD, Context, is_amount
from yurai_filters.pii.edges import is_clear_after, is_clear_before
from yurai_filters.pii.folded_text import Shadow
from yurai_filters.pii.typed_re2 import pattern, short

_TIGHT = pattern(r"[0-9]{4}(?:-[0-9]{4}){3}|[0-9]{4}-[0-9]{6}-[0-9]{4,5}|[0-9]{12,}")
_ROW = pattern(r"[0-9]{4} (?:[0-9]{4} [0-9]{4} [0-9]{4}|[0-9]{6} [0-9]{4})(?: ?[0-9])*")
_TAIL = short(r"[ -][0-9]{3}(?:[^0-9]|$)")
_SHAPES = ((4, 4, 4, 4, 3), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4))
"""Digits of the groups of a card with spaces; longer ones first."""
_MAX_DIGITS = 19
_FOUR_GROUPS = _LONGEST = 19
"""Bytes of four groups of four; a fifth of three may follow."""
LONGEST_ROW = 25
"""Bytes that show the groups of one card and whether the last goes on."""
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
_SPACE = ord(" ")
_PATH = frozenset(b"/=&#@?.-+,")


def find_cards(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of card numbers without spaces in the shadow."""
    codes, spans = shadow.codes, []
    for match in _TIGHT.finditer(codes):
        start, stop = match.span()
        if stop - start > _LONGEST or not is_clear_before(codes, start):
            continue
        for end in _ends(codes, start, stop):
            if is_clear_after(codes, end) and _is_card(shadow, start, end):
                spans.append((start, end))
                break
    return spans


def find_rows(shadow: Shadow) -> list[tuple[int, int]]:
    """Return places of card numbers in groups with spaces.

    A row of digits without a word that says card is cards and nothing else, but for a short number at its end, or it is
    a row of a table. Barriers are ends of rows.
    """
    codes, rows = shadow.codes, []
    for match in _ROW.finditer(codes):
        start, stop = match.span()
        goes_before = start > 1 and codes[start - 1] == _SPACE and codes[start - 2] in b"0123456789"
        if not goes_before and is_clear_before(codes, start):
            rows += _cards_of_row(shadow, start, stop)
    return rows


def begins_with_card(row: bytes) -> bool:
    """Whether groups with spaces at the beginning of `row` are a card number of a brand."""
    return any(
        is_luhn(digits) and is_brand(digits) for digits in (row[:size].replace(b" ", b"") for size in _sizes(row))
    )


def _cards_of_row(shadow: Shadow, start: int, stop: int) -> list[tuple[int, int]]:
    codes, spans, at = shadow.codes, [], start
    while at < stop:
        ends = (at + size for size in _sizes(codes[at : min(stop, at + LONGEST_ROW)]))
        end = next((end for end in ends if is_clear_after(codes, end) and _is_card(shadow, at, end)), None)
        if end is None:
            break
        spans.append((at, end))
        at = end + 1
    rest = codes[at : min(stop, at + 4)]
    goes_on = len(rest) == 4 and rest.isdigit()  # noqa: PLR2004 - a group as cards have them
    return spans if not goes_on or _CONTEXT.says(shadow.before(start)) else []


@functools.lru_cache(4096)
def _sizes(row: bytes) -> tuple[int, ...]:
    """Return how many bytes of `row` a card in groups at its beginning takes; longer ones first."""
    groups = tuple(map(len, row.split(b" ")))
    return tuple(sum(shape) + len(shape) - 1 for shape in _SHAPES if groups[: len(shape)] == shape)


def _ends(codes: bytes, start: int, end: int) -> tuple[int, ...]:
    """Return where a number may end: four groups of four may be followed by one of three."""
    if end - start != _FOUR_GROUPS or codes[start:end].isdigit():
        return (end,)
    tail = _TAIL.match(codes[end : end + 5])
    return (end + 4, end) if tail else (end,)


def is_luhn(digits: bytes) -> bool:
    """Whether the check digit is right: every second digit from the right doubled, sum a multiple of 10."""
    return (sum(digits[-1::-2]) - 48 * -(-len(digits) // 2) + sum(digits[-2::-2].translate(_DOUBLED))) % 10 == 0


def is_brand(digits: bytes) -> bool:
    """Whether a brand gives out numbers that begin so and are as long."""
    prefix = int(digits[:_PREFIX])
    return any(first <= prefix < end for first, end in _RANGES.get(len(digits), ()))


def _is_card(shadow: Shadow, start: int, end: int) -> bool:
    branded = _branded(shadow.codes[start:end])
    if branded is None:
        return False
    words = _CONTEXT.says(shadow.before(start))
    if words is not None:
        return words
    in_path = start > 0 and shadow.codes[start - 1] in _PATH
    return branded and not in_path and not is_amount(shadow.after(end))


@functools.lru_cache(4096)
def _branded(written: bytes) -> bool | None:
    """Whether a brand gives out the number; None if its check digit is wrong."""
    digits = written.replace(b" ", b"").replace(b"-", b"")
    if len(digits) > _MAX_DIGITS or len(set(digits)) == 1 or not is_luhn(digits):
        return None
    return is_brand(digits)
