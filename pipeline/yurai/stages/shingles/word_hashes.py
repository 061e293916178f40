"""Hash each word of a block, four symbols at a time as one number.

A word's hash is sum(number * _WORD^place) modulo 2^64, mixed; its last number holds the one to four symbols that are
left. Words have one or two numbers mostly, so a round for each place is quick; what is left of a word of more than
_ROUNDS (a run of text without spaces, a picture in base64) is summed at once, whatever its length.
"""

import numpy as np

from yurai.stages.mixers import I64, U64, mix64, powers
from yurai.stages.shingles.characters import PAD, Symbols, bounds_of

_WORD = 0x9E3779B97F4A7C15
_MASKS = np.array([(1 << 16 * symbols) - 1 for symbols in range(PAD + 1)], np.uint64)
_ROUNDS = 8
_POWERS = powers(_WORD, _ROUNDS)


def words(marks: Symbols, bounds: I64) -> tuple[U64, I64]:
    """Return the hash of each word, and how many each document has: runs of symbols but 0, `symbols` has the layout."""
    inside = marks != 0
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    edges += 1
    starts = edges[::2].copy()
    lengths = edges[1::2] - starts
    return mix64(_polynomials(marks, starts, lengths)), np.diff(np.searchsorted(starts, bounds))


def _polynomials(marks: Symbols, starts: I64, lengths: I64) -> U64:
    """Return the sum of each word of `lengths` symbols that begins at `starts`."""
    sums = _numbers(marks, starts, lengths)
    longer = np.flatnonzero(lengths > PAD)
    starts, lengths = starts.take(longer), lengths.take(longer)
    for power in range(1, _ROUNDS):
        starts, lengths = starts + PAD, lengths - PAD
        sums[longer] += _numbers(marks, starts, lengths) * _POWERS[power : power + 1]
        left = np.flatnonzero(lengths > PAD)
        longer, starts, lengths = longer.take(left), starts.take(left), lengths.take(left)
    if len(longer):
        sums[longer] += _rest(marks, starts + PAD, lengths - PAD)
    return sums


def _rest(marks: Symbols, starts: I64, lengths: I64) -> U64:
    """Return the sums of what is left of long words, from place _ROUNDS on."""
    counts = -(-lengths // PAD)
    bounds = bounds_of(counts)
    places = np.arange(bounds[-1]) - np.repeat(bounds[:-1], counts)
    symbols = places * PAD
    numbers = _numbers(marks, np.repeat(starts, counts) + symbols, np.repeat(lengths, counts) - symbols)
    numbers *= powers(_WORD, _ROUNDS + int(counts.max()))[_ROUNDS:][places]
    return np.add.reduceat(numbers, bounds[:-1])


def _numbers(marks: Symbols, places: I64, lengths: I64) -> U64:
    """Return the symbols at each of `places` as one number, of at most PAD of the `lengths` that are left."""
    steps = np.ndarray((len(marks) - PAD + 1,), "<u8", buffer=marks, strides=(marks.itemsize,))
    return steps[places] & _MASKS.take(lengths, mode="clip")
