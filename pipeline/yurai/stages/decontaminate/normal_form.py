"""Bring texts into the form in which they are compared with evaluations, as words and as characters.

NFKC, lower case; then a code point is part of a word (letters, marks, digits of scripts with spaces), a character of a
script without them, unseen (apostrophes, soft hyphens, variation selectors: as if they were not there), or it parts
words. What parts words counts for nothing among characters.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.stages.mixers import I64, U64, WRAP, mix64, powers

Flags: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.uint32]
_PARTS, _WORD, _UNSPACED, _UNSEEN = range(4)
_LAST: Final = 0x40000
"""The first code point behind all letters; none behind is one."""
_SCRIPTS: Final = (
    *((0x0E00, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19FF), (0x1A20, 0x1AAF), (0x2E80, 0x2FDF), (0x3005, 0x3007)),
    *((0x3021, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF)),
    *((0xAA60, 0xAADF), (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF)),
)
"""Thai to Myanmar (Tibetan too), Khmer, Tai scripts, Han and kana: `yurai_filters.words.UNSPACED`, by block."""
_APOSTROPHES: Final = frozenset("'`\u2018\u2019\u02bc")
_LETTER, _RUN = 0xC2B2AE3D27D4EB4F, 0xD1342543DE82EF95
_BACK: Final = pow(_RUN, -1, WRAP)
"""Odd bases of polynomials modulo 2^64: of letters in a word, of units in a run, and what undoes the last."""


@dataclass(frozen=True, slots=True)
class Units:
    """Words or characters of a text in order: a number for each, where it stands in `codes`, and whether it counts.

    `counts`: words with a letter, characters of scripts without spaces. `sums`: of a number of each times its power.
    """

    codes: Codes
    starts: I64
    ends: I64
    counts: Flags
    sums: U64
    gap: str

    def __len__(self) -> int:
        return len(self.starts)

    def hashes(self, size: int) -> U64:
        """Return the hash of each run of `size` units."""
        many = max(len(self) - size + 1, 0)
        return (self.sums[size:][:many] - self.sums[:many]) * _powers(_BACK, many)

    def counting(self, size: int) -> Flags:
        """Tell of each run of `size` units whether at least half of its units count."""
        many = max(len(self) - size + 1, 0)
        before = np.concatenate([[0], np.cumsum(self.counts)])
        return np.asarray(2 * (before[size:][:many] - before[:many]) >= size)

    def text(self, place: int, size: int) -> str:
        """Return the run of `size` units that begins with unit `place`."""
        both = zip(self.starts[place : place + size].tolist(), self.ends[place : place + size].tolist(), strict=True)
        return self.gap.join("".join(map(chr, self.codes[start:end].tolist())) for start, end in both)


def units(text: str) -> tuple[Units, Units]:
    """Return the words and the characters of `text`."""
    plain = unicodedata.normalize("NFKC", text).lower()
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds().take(codes, mode="clip")
    seen = kinds != _UNSEEN
    codes, kinds = codes[seen], kinds[seen]
    return _words(codes, kinds), _characters(codes, kinds)


def _words(codes: Codes, kinds: npt.NDArray[np.int8]) -> Units:
    inside = np.concatenate([[False], kinds == _WORD, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    letters = np.concatenate([[0], np.cumsum(_is_letter().take(codes, mode="clip"))])
    sums = _sums(codes.astype(np.uint64), _LETTER)
    values = mix64((sums[ends] - sums[starts]) * _powers(pow(_LETTER, -1, WRAP), len(codes) + 1)[starts])
    return Units(codes, starts, ends, letters[ends] > letters[starts], _sums(values, _RUN), " ")


def _characters(codes: Codes, kinds: npt.NDArray[np.int8]) -> Units:
    starts = np.flatnonzero(kinds != _PARTS)
    values = mix64(codes[starts].astype(np.uint64))
    return Units(codes, starts, starts + 1, kinds[starts] == _UNSPACED, _sums(values, _RUN), "")


def _sums(values: U64, base: int) -> U64:
    """Return the sums of value * base^place before each place, and of all."""
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(values * _powers(base, len(values)), out=sums[1:])
    return sums


_KNOWN: dict[int, U64] = {}


def _powers(base: int, count: int) -> U64:
    """Return `base` to the powers 0 .. count - 1, of those known to this process."""
    known = _KNOWN.get(base)
    if known is None or len(known) < count:
        _KNOWN[base] = known = powers(base, 1 << count.bit_length())
    return known[:count]


@functools.cache
def _kinds() -> npt.NDArray[np.int8]:
    """Return the kind of each code point; the last is that of all behind it."""
    kinds = np.array([_kind(chr(code)) for code in range(_LAST + 1)], np.int8)
    for first, last in _SCRIPTS:
        block = kinds[first : last + 1]
        block[block == _WORD] = _UNSPACED
    return kinds


def _kind(letter: str) -> int:
    if letter in _APOSTROPHES or unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f":
        return _UNSEEN
    return _WORD if unicodedata.category(letter)[0] in "LMN" else _PARTS


@functools.cache
def _is_letter() -> Flags:
    return np.array([unicodedata.category(chr(code))[0] == "L" for code in range(_LAST + 1)], np.bool_)
