"""Turn texts into symbols: one number a character, lower-cased, 0 where it belongs to no shingle.

A symbol has 16 bits: one of its own for each code point of the basic plane, shared with one of them for those above.
For words all that is no part of a word is 0, for characters white space is, for signs that and what nobody sees. The
tables are written out, not asked of Python's `unicodedata`, so that signatures of two Python versions are the same.

Two ways to write one Japanese text are one: full-width letters, digits, signs are the ASCII ones, half-width kana the
full-width ones, a voicing mark joins its letter; commas, full stops, dashes and wave dashes are of one form each.
"""

import functools
import re
import unicodedata
from typing import Literal, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai.stages.mixers import I64
from yurai_manifests.errors import ContractError

Unit: TypeAlias = Literal["words", "characters"]
Booleans: TypeAlias = npt.NDArray[np.bool_]
Symbols: TypeAlias = npt.NDArray[np.uint16]
Codes: TypeAlias = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
Entry = TypeVar("Entry", np.uint8, np.uint16)
PAD = 4
"""Symbols of 0 behind the last text: as many as one 64-bit number holds."""

_SPACES = (
    *((0x9, 0xD), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x3000, 0x3000)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F)),
)
_ASCII_MARKS = ((0x0, 0x2F), (0x3A, 0x40), (0x5B, 0x5E), (0x60, 0x60), (0x7B, 0x7F))
# Spaces, punctuation and symbols of scripts in wide use; whole blocks where a block holds little else.
_MARKS = (
    *((0x80, 0xA9), (0xAB, 0xB1), (0xB4, 0xB4), (0xB6, 0xB8), (0xBB, 0xBB), (0xBF, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7)),
    *((0x37E, 0x37E), (0x387, 0x387), (0x55A, 0x55F), (0x589, 0x58A), (0x5BE, 0x5BE), (0x5C0, 0x5C0), (0x5C3, 0x5C3)),
    *((0x5F3, 0x5F4), (0x600, 0x60F), (0x61B, 0x61F), (0x66A, 0x66D), (0x6D4, 0x6D4), (0x964, 0x965), (0xE3F, 0xE3F)),
    *((0xE4F, 0xE4F), (0xE5A, 0xE5B), (0xF01, 0xF14), (0xF3A, 0xF3D), (0x104A, 0x104F), (0x10FB, 0x10FB)),
    *((0x1360, 0x1368), (0x17D4, 0x17D6), (0x17D8, 0x17DB), (0x1680, 0x1680), (0x2000, 0x206F), (0x20A0, 0x20CF)),
    *((0x2190, 0x245F), (0x2500, 0x2775), (0x2794, 0x2BFF), (0x2E00, 0x2E2E), (0x2E30, 0x2E7F), (0x3000, 0x3004)),
    *((0x3008, 0x3020), (0x3030, 0x3030), (0x303D, 0x303F), (0x309B, 0x309C), (0x30A0, 0x30A0), (0x30FB, 0x30FB)),
    *((0xE000, 0xF8FF), (0xFD3E, 0xFD3F), (0xFE00, 0xFE19), (0xFE30, 0xFE6F), (0xFEFF, 0xFEFF), (0xFF01, 0xFF0F)),
    *((0xFF1A, 0xFF20), (0xFF3B, 0xFF3E), (0xFF40, 0xFF40), (0xFF5B, 0xFF65), (0xFFE0, 0xFFFF), (0x1F000, 0x1FAFF)),
)
_UNSEEN = (
    *((0x0, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF)),
)
# What is of a word and no letter: digits of scripts in wide use, the underscore, raised digits, fractions.
_NUMBERS = (
    *((0x30, 0x39), (0x5F, 0x5F), (0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE), (0x660, 0x669), (0x6F0, 0x6F9)),
    *((0x966, 0x96F), (0x9E6, 0x9EF), (0xE50, 0xE59), (0x2150, 0x218F), (0xFF10, 0xFF19)),
)
# Latin, Greek, Cyrillic, Armenian and full-width letters: Unicode never changes a case pair once it is given.
_CASED = (*range(0x588), *range(0x1E00, 0x2000), *range(0xFF21, 0xFF3B))


_FOLDED = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full-width signs, digits and letters
    **dict.fromkeys((0x3001, 0xFF64), ord(",")),
    **dict.fromkeys((0x3002, 0xFF61), ord(".")),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), ord("-")),
    0x301C: ord("~"),
}
_NARROW, _VOICING = (0xFF65, 0xFF9F), (0x3099, 0x309A)
_SPELT_APART = re.compile("[\u3046-\u30ff]?[\uff65-\uff9f\u3099\u309a]+")
"""Half-width kana, which write a voicing mark as a character of its own, and full-width ones with such a mark. What
Unicode makes of them is fixed for good (UAX #15, stability of normalization), so `unicodedata` may be asked."""

_NOTHING: dict[str, tuple[tuple[int, int], ...]] = {
    "words": _ASCII_MARKS + _MARKS,
    "characters": _SPACES,
    "signs": _SPACES + _UNSEEN,
}


def _symbol(code: npt.NDArray[np.uint32]) -> Symbols:
    return (code % np.uint32(0xFFFF) + np.uint32(1)).astype("<u2")


@functools.cache
def _table(unit: Unit | Literal["signs"]) -> Symbols:
    """Return the symbol of each code point."""
    table = np.arange(1, 0x110001, dtype=np.uint32)
    for code in _CASED:
        lower = chr(code).lower()
        table[code] = ord(lower) + 1 if len(lower) == 1 else code + 1
    for code, same in _FOLDED.items():
        table[code] = table[same]
    result = _symbol(table)
    for first, last in _NOTHING[unit]:
        result[first : last + 1] = 0
    return result


@functools.cache
def _letters() -> npt.NDArray[np.uint8]:
    """Return 1 for each symbol of words that stands for a letter, else 0."""
    result = np.ones(1 << 16, np.uint8)
    result[0] = 0
    for first, last in _NUMBERS:
        result[_table("words")[first : last + 1]] = 0
    return result


def _of_each(table: npt.NDArray[Entry], places: Codes) -> npt.NDArray[Entry]:
    """Return the entry of `table` at each of `places`: by Arrow, as numpy makes 64 bits of each number first."""
    return np.asarray(pc.call_function("take", [pa.array(table), pa.array(places)], pc.TakeOptions(boundscheck=False)))


def in_longer_words(marks: Symbols) -> Booleans:
    """Return where letters are that stand next to another one, not as a name of a variable does."""
    letters = _of_each(_letters(), marks).view(np.bool_)
    result = np.zeros_like(letters)
    both = letters[1:] & letters[:-1]
    result[1:] |= both
    result[:-1] |= both
    return result


def symbols(text: "pa.Array[pa.StringScalar]", unit: Unit | Literal["signs"]) -> tuple[Symbols, I64]:
    """Return the symbols of the texts on end, each with a 0 behind it, and the bounds of the texts in them.

    Before the first text is one 0 and behind the last are PAD, so that neighbours may be looked at without care.
    Raises ContractError if a text is not UTF-8: Arrow does not look when it reads a file.
    """
    try:
        texts = cast("list[str]", text.to_pylist())
    except UnicodeDecodeError as error:
        raise ContractError(f"column 'text' is not UTF-8: {error}; write it anew with valid text") from error
    codes, lengths = _codes("\n".join(texts)), np.fromiter(map(len, texts), np.int64, len(texts))
    apart = _spelt_apart(codes)
    if len(apart):
        # of each such text once, not of all in the block: the search takes longer than all else here
        for number in np.unique(np.searchsorted(bounds_of(lengths + 1), apart, "right") - 1).tolist():
            texts[number] = _SPELT_APART.sub(_joined, texts[number])
            lengths[number] = len(texts[number])
        codes = _codes("\n".join(texts))
    result = np.zeros(len(codes) + 1 + PAD, "<u2")
    result[1 : len(codes) + 1] = _of_each(_table(unit), codes)
    return result, bounds_of(lengths + 1) + 1


def _spelt_apart(codes: Codes) -> I64:
    """Return where kana are that may be one character elsewhere and two here, or half-width ones."""
    if not len(codes) or codes.max() < _VOICING[0]:
        return np.zeros(0, np.int64)
    # unsigned numbers below the first wrap around to large ones
    narrow, voicing = (codes - codes.dtype.type(first) <= last - first for first, last in (_NARROW, _VOICING))
    return np.flatnonzero(narrow | voicing)


def _joined(run: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", run[0])


def _codes(text: str) -> Codes:
    """Return code points; in 16 bits where all fit, which is faster."""
    codes = text.encode("utf-16-le")
    if len(codes) == 2 * len(text):
        return np.frombuffer(codes, "<u2")
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def bounds_of(lengths: I64) -> I64:
    """Return the bounds of spans of these lengths on end: 0, then their running sums."""
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bounds[1:])
    return bounds
