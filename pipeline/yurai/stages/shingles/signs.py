"""Make words of signs in texts of few letters: formulas, tables of numbers, drawings, code.

The rule: of all that is neither white space nor unseen, letters that stand next to another letter are fewer than half.
In prose they are some nine in ten, so its shingles are of words alone; names of one letter are a formula's.
"""

import numpy as np
import pyarrow as pa

from yurai.stages.mixers import I64
from yurai.stages.shingles.characters import Booleans, Symbols, in_longer_words, symbols


def with_signs(text: "pa.Array[pa.StringScalar]", marks: Symbols, bounds: I64) -> tuple[Symbols, I64]:
    """Return symbols and bounds of texts, as `symbols` lays them out, with signs in those that have few letters.

    Args:
        text: the texts.
        marks: their symbols for words.
        bounds: where each begins in `marks`.
    """
    letters = _sums(in_longer_words(marks), bounds)
    # white space counted with the rest, most texts are told without a look at their signs
    few = 2 * letters < np.diff(bounds) - 1
    if not few.any():
        return marks, bounds
    signs, at = np.zeros_like(marks), _places(few, marks, bounds)
    signs[at] = symbols(text.filter(pa.array(few)), "signs")[0][1 : 1 + np.count_nonzero(at)]
    few &= 2 * letters < _sums(signs != 0, bounds)
    signs[~_places(few, marks, bounds) | (marks != 0)] = 0
    parted = ((marks[1:] != 0) & (signs[:-1] != 0)) | ((signs[1:] != 0) & (marks[:-1] != 0))
    cuts = np.flatnonzero(parted) + 1
    return np.insert(marks + signs, cuts, 0), bounds + np.searchsorted(cuts, bounds)


def _places(chosen: Booleans, marks: Symbols, bounds: I64) -> Booleans:
    """Return which symbols are of the texts that are chosen, the 0 behind each counted."""
    places = np.zeros(len(marks), np.bool_)
    places[1 : bounds[-1]] = np.repeat(chosen, np.diff(bounds))
    return places


def _sums(flags: Booleans, bounds: I64) -> I64:
    """Return how many flags each text has."""
    return np.add.reduceat(flags, bounds[:-1], dtype=np.int64) if len(bounds) > 1 else np.zeros(0, np.int64)
