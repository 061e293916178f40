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

from yurai_filters.blocks import BLOCK, Booleans, Integers, blocks, mark, places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Flags: TypeAlias = npt.NDArray[np.uint16]
Codes: TypeAlias = npt.NDArray[np.unsignedinteger]
"""Code points, in as few bytes as hold them all."""

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
    """The pieces of some texts, in their order, in 14 bytes each.

    `row` is the text of each piece, `length` its code points, `flags` the kinds of character it holds, `key` a number
    that equal pieces share, all but `flags` int32; `rows` is the number of texts.
    """

    rows: int
    row: Integers
    length: Integers
    flags: Flags
    key: Integers

    def per_row(self, weights: npt.NDArray[Any]) -> Integers:
        """Sum whole-numbered `weights` of pieces over each text."""
        sums = np.zeros(self.rows, np.int64)
        for one in blocks(len(self.row), BLOCK):
            sums += np.bincount(self.row[one], weights=weights[one], minlength=self.rows).astype(np.int64)
        return sums

    def bounds(self) -> Integers:
        """Return where the pieces of each text begin, and behind the last where they end."""
        return np.searchsorted(self.row, np.arange(self.rows + 1, dtype=np.int32))


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
    codes = _codes("\n".join(["", *values, "\n\n"]))
    flags = _flags(codes)
    bounds = _bounds(codes, flags)
    if not len(bounds):
        empty = np.zeros(0, np.int32)
        return Pieces(len(values), empty, empty, np.zeros(0, np.uint16), empty)
    held, is_piece = _held(flags, bounds)
    ends_of_rows = np.cumsum([len(value) + 1 for value in values]).astype(np.int32)
    row = np.searchsorted(bounds[:-1][is_piece], ends_of_rows)
    return Pieces(
        rows=len(values),
        row=_rows(np.diff(row, prepend=0)),
        length=np.diff(bounds)[is_piece],
        flags=held[is_piece],
        key=_keys(codes, bounds)[is_piece],
    )


def pieces_of(values: list[str], lengths: list[list[int]]) -> Pieces:
    """Return pieces that somebody else cut: `lengths` of each text cover it; white space is no piece."""
    text = "".join(values)
    if not text:
        return split(pa.array(values, pa.string()))
    codes = _codes(text)
    flags = _flags(codes)
    bounds = np.cumsum([0, *itertools.chain.from_iterable(lengths)]).astype(np.int32)
    held, _ = _held(flags, bounds)
    is_piece = (np.bitwise_and.reduceat(flags, bounds[:-1]) & SPACE) == 0
    row = np.repeat(np.arange(len(values), dtype=np.int32), [len(one) for one in lengths])
    kept = (row, np.diff(bounds), held, _keys(codes, bounds))
    return Pieces(len(values), *(array[is_piece] for array in kept))


def merged(one: Pieces, other: Pieces) -> Pieces:
    """Return the pieces of texts of which each has pieces in one of the two alone."""
    row = np.concatenate([one.row, other.row])
    order = np.argsort(row, kind="stable")
    key = np.concatenate([one.key, other.key + (int(one.key.max(initial=-1)) + 1)])
    parts = (row, np.concatenate([one.length, other.length]), np.concatenate([one.flags, other.flags]), key)
    return Pieces(one.rows, *(array[order] for array in parts))


def _rows(counts: Integers) -> Integers:
    """Return the row of each piece; of one long text's pieces they take no memory."""
    if len(counts) == 1:
        return np.broadcast_to(np.zeros(1, np.int32), int(counts[0]))
    return np.repeat(np.arange(len(counts), dtype=np.int32), counts)


def _codes(text: str) -> Codes:
    """Return code points in 8, 16 or 32 bits."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    codes = text.encode("utf-16-le")
    if len(codes) == 2 * len(text):
        return np.frombuffer(codes, "<u2")
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def _flags(codes: Codes) -> Flags:
    flags, kinds = np.empty(len(codes), np.uint16), _kinds()
    for one in blocks(len(codes), BLOCK):
        kinds.take(codes[one], out=flags[one], mode="clip")
    return flags


def _held(flags: Flags, bounds: Integers) -> tuple[Flags, Booleans]:
    """Return the kinds of character between bounds, and whether that is a piece and no white space."""
    held = np.empty(len(bounds) - 1, np.uint16)
    for one in blocks(len(held), BLOCK):
        first = bounds[one]
        inside = flags[first[0] : bounds[one.stop]]
        held[one] = np.bitwise_or.reduceat(inside, first - first[0])
    return held, (held & SPACE) == 0


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


def _bounds(codes: Codes, flags: Flags) -> Integers:
    """Where pieces and the white space between them begin, and where the last of these ends."""
    is_space = (flags & SPACE) != 0
    begins = np.zeros(len(codes) + 1, np.bool_)
    np.not_equal(is_space[1:], is_space[:-1], out=begins[1:-1])
    turns = places_of(begins)
    starts, ends = turns[::2].copy(), turns[1::2].copy()
    del turns
    if not len(starts):
        return np.zeros(0, np.int32)
    _cut_inside(codes, flags, begins)
    _join_addresses(codes, starts, ends, begins)
    _cut_ends(flags, starts, ends, begins)
    _join_dots(flags, begins)
    return places_of(begins)


def _cut_ends(flags: Flags, starts: Integers, ends: Integers, begins: Booleans) -> None:
    """Cut marks off either end of the chunks that have any."""
    for one in _near(starts):
        has = np.flatnonzero((flags[starts[one]] & START) | (flags[ends[one] - 1] & END)) + one.start
        if len(has):
            _cut_ends_of(flags, starts[has], ends[has], begins)


def _near(starts: Integers) -> Iterator[slice]:
    """Cut chunks into runs that begin in one block of text."""
    cuts = np.searchsorted(starts, np.arange(BLOCK, int(starts[-1]) + BLOCK, BLOCK, dtype=np.int32)).tolist()
    for begin, end in itertools.pairwise([0, *cuts, len(starts)]):
        if begin < end:
            yield slice(begin, end)


def _cut_ends_of(flags: Flags, starts: Integers, ends: Integers, begins: Booleans) -> None:
    """Cut marks off either end of some chunks that are near to each other."""
    base = int(starts[0]) - 1
    inside = flags[base : int(ends[-1]) + 2]
    left = np.minimum(_behind((inside & START) != 0, starts - base) + base, ends)
    right = np.maximum(_start((inside & END) != 0, ends - base) + base, left)
    right += _abbreviated(flags, left, right, ends)
    mark(begins, starts, left, value=True)
    mark(begins, right, ends, value=True)
    begins[left] = True


def _abbreviated(flags: Flags, left: Integers, right: Integers, ends: Integers) -> Booleans:
    """Whether the full stop at `right` follows a capital that stands alone."""
    has_dot = (right < ends) & (right > left) & ((flags[right] & DOT) != 0)
    capital = (flags[right - 1] & LETTER) == UPPER
    alone = (right - 1 == left) | ((flags[right - 2] & LETTER) == 0)
    result: Booleans = has_dot & capital & alone
    return result


def _cut_inside(codes: Codes, flags: Flags, begins: Booleans) -> None:
    """Cut around the marks that part what stands on both sides of them, and before English endings."""
    for one in blocks(len(codes), BLOCK):
        inside = flags[one]
        at = np.flatnonzero((inside & (ICON | HYPHEN | INNER | DOT | APOSTROPHE)) != 0) + one.start
        comma = np.flatnonzero(codes[one] == ord(",")) + one.start
        _cut_around(codes, flags, at, comma, begins)


def _cut_around(codes: Codes, flags: Flags, at: Integers, comma: Integers, begins: Booleans) -> None:
    """Cut around those of the marks `at` and `comma` that part something."""
    kind, before, after = flags[at], flags[at - 1], flags[at + 1]
    comma = comma[((flags[comma - 1] & LETTER) != 0) & ((flags[comma + 1] & LETTER) != 0)]
    words = ((before & (LETTER | DIGIT)) != 0) & ((after & LETTER) != 0)
    cut = (kind & ICON) != 0
    cut |= ((kind & (HYPHEN | INNER)) != 0) & words
    cut |= ((kind & DOT) != 0) & ((before & LOWER) != 0) & ((after & UPPER) != 0)
    cut |= (codes[at] == ord("-")) & ((before & DIGIT) != 0) & ((after & DIGIT) != 0)
    for parting in (at[cut], comma):
        begins[parting] = True
        begins[parting + 1] = True
    _cut_endings(codes, flags, at[((kind & APOSTROPHE) != 0) & ((before & LETTER) != 0)], begins)


def _cut_endings(codes: Codes, flags: Flags, at: Integers, begins: Booleans) -> None:
    """Cut before 's, 're, 've, 'll, 'd, 'm and n't at the apostrophes `at`, where the piece ends with them."""
    before, one, two = (codes[at + step].astype(np.uint32) | 32 for step in (-1, 1, 2))
    short = ((flags[at + 2] & WORD) == 0) & np.isin(one, [ord(c) for c in "sdm"])
    long = ((flags[at + 3] & WORD) == 0) & np.isin(
        one << 8 | two, [ord(a) << 8 | ord(b) for a, b in ("re", "ve", "ll")]
    )
    begins[at[short | long]] = True
    negation = (before == ord("n")) & (one == ord("t")) & ((flags[at + 2] & WORD) == 0)
    negation &= (flags[at - 2] & LETTER) != 0
    begins[at[negation] - 1] = True


def _join_addresses(codes: Codes, starts: Integers, ends: Integers, begins: Booleans) -> None:
    """Leave chunks with `://` whole between their ends."""
    found = []
    for one in blocks(len(codes), BLOCK):
        at = np.flatnonzero(codes[one] == ord(":")).astype(np.int32) + np.int32(one.start)
        at = at[(codes[at + 1] == ord("/")) & (codes[at + 2] == ord("/"))]
        found.append(np.unique(np.searchsorted(starts, at, side="right") - 1))
    chunk = np.unique(np.concatenate(found))
    mark(begins, starts[chunk] + 1, ends[chunk], value=False)


def _join_dots(flags: Flags, begins: Booleans) -> None:
    """Make each run of two or more full stops one piece."""
    for one in blocks(len(flags) - 2, BLOCK):
        # white space is first and last
        dots = (flags[one.start : one.stop + 2] & DOT) != 0
        before, here, after = dots[:-2], dots[1:-1], dots[2:]
        inside, behind = begins[one.start + 1 : one.stop + 1], begins[one.start + 2 : one.stop + 2]
        inside[here & ~before & after] = True
        inside[here & before] = False
        behind[here & before & ~after] = True


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


def _keys(codes: Codes, bounds: Integers) -> Integers:
    """Number the pieces, equal ones alike: Arrow's dictionary of their bytes, so no two pieces share one by chance."""
    # nearly all text is of code points that two bytes hold
    narrow = codes.astype(np.uint16) if codes.itemsize > 2 and int(codes.max(initial=0)) < 1 << 16 else codes  # noqa: PLR2004 - bytes
    is_large = int(bounds[-1]) * narrow.itemsize > np.iinfo(np.int32).max
    offsets: Any = bounds.astype(np.int64 if is_large else np.int32, copy=False)
    buffers: Any = (offsets if narrow.itemsize == 1 else offsets * np.int32(narrow.itemsize), narrow)
    kind = pa.large_binary() if is_large else pa.binary()
    pieces: Any = pa.Array.from_buffers(kind, len(bounds) - 1, [None, *map(pa.py_buffer, buffers)])
    result: Integers = pieces.dictionary_encode().indices.to_numpy()
    return result
