"""Cut runs where people would: at the ends of sentences if asked, between words where words are spaced apart."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from yurai.search.maximal import Run

ENDS: Final = frozenset("。｡\uff0e\uff01\uff1f!?…‼⁇⁈⁉\n\r\u2028\u2029\u0085\f")
"""End a sentence wherever they stand; a full stop does before white space alone, since it is in numbers and names."""
STOP: Final = "."
LEAD: Final = ENDS | frozenset(".,、､:;\uff0c\uff1a\uff1b")
"""Begin no run: they belong to what stands before."""
UNSPACED: Final = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0xA4CF)),  # Thai, Lao, Myanmar, Khmer, CJK
    *((0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF)),
)
"""First and last code points of blocks whose scripts put no spaces between words."""


def sentences(text: str, run: Run) -> Iterator[Run]:
    """Yield the parts of a run that are sentences, each with the marks that end it."""
    start, at = run.start, run.start
    while at < run.end:
        at += 1
        if _ends(text, at - 1) and not (at < run.end and _ends(text, at)):
            yield Run(start, at)
            start = at
    if start < run.end:
        yield Run(start, run.end)


def _ends(text: str, at: int) -> bool:
    if text[at] == STOP:
        return at + 1 == len(text) or text[at + 1].isspace()
    return text[at] in ENDS


def trimmed(text: str, run: Run) -> Run:
    """Return a run without white space at its ends, marks at its beginning, and parts of words that are spaced apart.

    Empty where nothing is left.
    """
    start, end = run
    while start < end and inside_word(text, start):
        start += 1
    while end > start and inside_word(text, end):
        end -= 1
    while start < end and (text[start].isspace() or text[start] in LEAD):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Run(start, end)


def inside_word(text: str, at: int) -> bool:
    """Whether a place is between two letters of one word, in a script that puts spaces between words."""
    return 0 < at < len(text) and _spaced(text[at - 1]) and _spaced(text[at])


def _spaced(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum()
    if not (letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc")):
        return False
    return not any(first <= ord(letter) <= last for first, last in UNSPACED)
