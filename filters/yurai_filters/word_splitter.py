"""Split texts into pieces (words, and marks of punctuation), as arrays over many texts at once.

The one splitter behind every measure of words. It works on arrays of code points, because rules about words ask for
counts of millions of pieces, never for the pieces themselves. White space parts chunks; from each chunk

- marks at either end are taken off, one piece each; a run of full stops is one piece, and the full stop of a single
  capital (`U.S.`) stays;
- signs such as (c), arrows and emoji are pieces wherever they stand, as are runs of two or more full stops;
- a hyphen, dash, comma, colon, slash, `=`, `<` or `>` with a letter on both sides (hyphens, colons and what follows
  also after a digit) parts its neighbours and is a piece, as are `.` between a small and a capital letter and an
  operator between digits;
- the English endings n't, 's, 're, 've, 'll, 'd and 'm are pieces;
- a chunk with `://` in it stays whole between its ends.

Source: this project; made to cut where spaCy 3.8's blank English tokenizer cuts, which datatrove 0.10.1 splits English
with, without its list of abbreviations. How far decisions agree: docs/parity.md.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

Integers: TypeAlias = npt.NDArray[np.int64]
Booleans: TypeAlias = npt.NDArray[np.bool_]
Flags: TypeAlias = npt.NDArray[np.uint16]

CHUNK = 1 << 20
"""Code points that are split at a time (or one longer text): what arrays of them fit is the processor's cache."""

SPACE, LOWER, UPPER, DIGIT, MARK, START, END, ICON, HYPHEN, INNER, DOT, APOSTROPHE = (1 << bit for bit in range(12))
LETTER = LOWER | UPPER
WORD = LETTER | DIGIT | MARK

_BOTH_ENDS = (
    ",:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪…"  # noqa: RUF001 - the marks of other scripts are meant
    "'\"”“`‘´’‚„»«「」『』（）〔〕【】《》〈〉⟦⟧—–$£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₶₷₸₹₺₻₼₾₿%"  # noqa: RUF001 - the marks of other scripts are meant
)
_KINDS = {
    START: _BOTH_ENDS + "§=+",
    END: _BOTH_ENDS + ".",
    HYPHEN: "-–—~",  # noqa: RUF001 - the marks of other scripts are meant
    INNER: ":<>=/",
    DOT: ".",
    APOSTROPHE: "'’",  # noqa: RUF001 - the marks of other scripts are meant
}
_LAST = 0x323AF
"""End of the last block of letters; what follows are private, unassigned and invisible code points."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of some texts, in their order.

    `row` is the text of each piece, `length` its code points, `flags` the kinds of character it holds, `key` a number
    that equal pieces share; `rows` is the number of texts.
    """

    rows: int
    row: Integers
    length: Integers
    flags: Flags
    key: Integers

    def per_row(self, weights: npt.NDArray[Any]) -> Integers:
        """Sum whole-numbered `weights` of pieces over each text."""
        return np.bincount(self.row, weights=weights, minlength=self.rows).astype(np.int64)


def slices(text: pa.StringArray) -> Iterator[pa.StringArray]:
    """Cut a column into runs of rows of about CHUNK bytes, so that memory does not grow with the column."""
    sizes: Any = pc.fill_null(pc.binary_length(text), pa.scalar(0, pa.int32()))
    part = np.cumsum(sizes.to_numpy(zero_copy_only=False), dtype=np.int64) // CHUNK
    cuts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), len(text)]
    for start, end in itertools.pairwise(cuts):
        yield text.slice(start, end - start)


def split(text: pa.StringArray) -> Pieces:
    """Split all texts of `text`; a null has no piece."""
    values = [value or "" for value in text.to_pylist()]
    # White space stands on both sides of every text, so that what surrounds a place can always be looked at.
    codes: Any = np.frombuffer("\n".join(["", *values, "\n\n"]).encode("utf-32-le"), np.uint32)
    flags = _kinds()[np.minimum(codes, _LAST + 1)]
    bounds = _bounds(codes, flags)
    if not len(bounds):
        empty = np.zeros(0, np.int64)
        return Pieces(len(values), empty, empty, np.zeros(0, np.uint16), empty)
    held = np.bitwise_or.reduceat(flags, bounds[:-1])
    is_piece = (flags[bounds[:-1]] & SPACE) == 0
    starts = bounds[:-1][is_piece]
    ends_of_rows = np.cumsum([len(value) + 1 for value in values])
    row = np.searchsorted(starts, ends_of_rows)
    return Pieces(
        rows=len(values),
        row=np.repeat(np.arange(len(values)), np.diff(row, prepend=0)),
        length=np.diff(bounds)[is_piece],
        flags=held[is_piece],
        key=_keys(codes, bounds)[is_piece],
    )


@functools.cache
def _kinds() -> Flags:
    """Kinds of each code point, by the Unicode tables of this Python; the last entry is for all those after it."""
    named = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER, "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT, "So": ICON}
    first = {"L": LETTER, "M": MARK}  # letters without case stand for both cases
    table = np.zeros(_LAST + 2, np.uint16)
    for code in range(_LAST + 1):
        category = unicodedata.category(chr(code))
        table[code] = named.get(category) or first.get(category[0], 0)
        if chr(code).isspace():
            table[code] = SPACE
    for kind, members in _KINDS.items():
        table[[ord(member) for member in members]] |= np.uint16(kind)
    table[ord("°")] = 0
    return table


def _bounds(codes: npt.NDArray[np.uint32], flags: Flags) -> Integers:
    """Where pieces and the white space between them begin, and where the last of these ends."""
    is_space = (flags & SPACE) != 0
    turns = np.flatnonzero(is_space[1:] != is_space[:-1]) + 1
    starts, ends = turns[::2], turns[1::2]
    if not len(starts):
        return np.zeros(0, np.int64)
    begins = np.zeros(len(codes) + 1, np.bool_)
    begins[turns] = True
    _cut_inside(codes, flags, begins)
    _join_addresses(codes, starts, ends, begins)
    _cut_ends(flags, starts, ends, begins)
    _join_dots(flags, begins)
    return np.flatnonzero(begins)


def _cut_ends(flags: Flags, starts: Integers, ends: Integers, begins: Booleans) -> None:
    """Cut marks off either end of the chunks that have any."""
    has = np.flatnonzero((flags[starts] & START) | (flags[ends - 1] & END))
    starts, ends = starts[has], ends[has]
    left = np.minimum(_behind((flags & START) != 0, starts), ends)
    right = np.maximum(_start((flags & END) != 0, ends), left)
    right += _abbreviated(flags, left, right, ends)
    for begin, end in ((starts, left), (right, ends)):
        begins[_ranges(begin, end)] = True
        begins[end] = True


def _abbreviated(flags: Flags, left: Integers, right: Integers, ends: Integers) -> Booleans:
    """Whether the full stop at `right` follows a capital that stands alone."""
    has_dot = (right < ends) & (right > left) & ((flags[right] & DOT) != 0)
    capital = (flags[right - 1] & LETTER) == UPPER
    alone = (right - 1 == left) | ((flags[right - 2] & LETTER) == 0)
    result: Booleans = has_dot & capital & alone
    return result


def _cut_inside(codes: npt.NDArray[np.uint32], flags: Flags, begins: Booleans) -> None:
    """Cut around the marks that part what stands on both sides of them, and before English endings."""
    at = np.flatnonzero((flags & (ICON | HYPHEN | INNER | DOT | APOSTROPHE)) != 0)
    kind, before, after = flags[at], flags[at - 1], flags[at + 1]
    comma = np.flatnonzero(codes == ord(","))
    comma = comma[((flags[comma - 1] & LETTER) != 0) & ((flags[comma + 1] & LETTER) != 0)]
    words = ((before & (LETTER | DIGIT)) != 0) & ((after & LETTER) != 0)
    cut = (kind & ICON) != 0
    cut |= ((kind & (HYPHEN | INNER)) != 0) & words
    cut |= ((kind & DOT) != 0) & ((before & LOWER) != 0) & ((after & UPPER) != 0)
    cut |= (codes[at] == ord("-")) & ((before & DIGIT) != 0) & ((after & DIGIT) != 0)
    for mark in (at[cut], comma):
        begins[mark] = True
        begins[mark + 1] = True
    _cut_endings(codes, flags, at[((kind & APOSTROPHE) != 0) & ((before & LETTER) != 0)], begins)


def _cut_endings(codes: npt.NDArray[np.uint32], flags: Flags, at: Integers, begins: Booleans) -> None:
    """Cut before 's, 're, 've, 'll, 'd, 'm and n't at the apostrophes `at`, where the piece ends with them."""
    one, two = codes[at + 1] | 32, codes[at + 2] | 32
    short = ((flags[at + 2] & WORD) == 0) & np.isin(one, [ord(c) for c in "sdm"])
    long = ((flags[at + 3] & WORD) == 0) & np.isin(
        one << 8 | two, [ord(a) << 8 | ord(b) for a, b in ("re", "ve", "ll")]
    )
    begins[at[short | long]] = True
    negation = ((codes[at - 1] | 32) == ord("n")) & (one == ord("t")) & ((flags[at + 2] & WORD) == 0)
    negation &= (flags[at - 2] & LETTER) != 0
    begins[at[negation] - 1] = True


def _join_addresses(codes: npt.NDArray[np.uint32], starts: Integers, ends: Integers, begins: Booleans) -> None:
    """Leave chunks with `://` whole between their ends."""
    at = np.flatnonzero(codes == ord(":"))
    at = at[(codes[at + 1] == ord("/")) & (codes[at + 2] == ord("/"))]
    chunk = np.unique(np.searchsorted(starts, at, side="right") - 1)
    begins[_ranges(starts[chunk] + 1, ends[chunk])] = False


def _join_dots(flags: Flags, begins: Booleans) -> None:
    """Make each run of two or more full stops one piece."""
    dots = np.flatnonzero((flags & DOT) != 0)
    follows = np.diff(dots, prepend=-2) == 1
    followed = np.append(follows[1:], False)
    begins[dots[followed & ~follows]] = True
    begins[dots[follows]] = False
    begins[dots[follows & ~followed] + 1] = True


def _behind(marks: Booleans, places: Integers) -> Integers:
    """First of each place and those behind it that is no mark; what ends the text is none."""
    lasts = np.flatnonzero(marks[:-1] & ~marks[1:])
    found = np.append(lasts, 0)[np.searchsorted(lasts, places)]
    result: Integers = np.where(marks[places], found + 1, places)
    return result


def _start(marks: Booleans, ends: Integers) -> Integers:
    """Where the run of marks begins that reaches up to each end, the end itself where there is none."""
    firsts = np.flatnonzero(marks[1:] & ~marks[:-1]) + 1
    found = np.insert(firsts, 0, 0)[np.searchsorted(firsts, ends)]
    result: Integers = np.where(marks[ends - 1], found, ends)
    return result


def _ranges(starts: Integers, ends: Integers) -> Integers:
    """All integers of the half-open ranges."""
    sizes = ends - starts
    offsets = np.repeat(np.cumsum(sizes) - sizes, sizes)
    result: Integers = np.repeat(starts, sizes) + np.arange(int(sizes.sum())) - offsets
    return result


def _keys(codes: npt.NDArray[np.uint32], bounds: Integers) -> Integers:
    """Number the pieces, equal ones alike: Arrow's dictionary of their bytes, so no two pieces share one by chance."""
    # nearly all text is of code points that two bytes hold
    narrow = codes.astype(np.uint16) if int(codes.max(initial=0)) < 1 << 16 else codes
    buffers: Any = (bounds * narrow.itemsize, narrow)
    offsets, data = map(pa.py_buffer, buffers)
    pieces: Any = pa.Array.from_buffers(pa.large_binary(), len(bounds) - 1, [None, offsets, data])
    result: Integers = pieces.dictionary_encode().indices.to_numpy().astype(np.int64)
    return result
