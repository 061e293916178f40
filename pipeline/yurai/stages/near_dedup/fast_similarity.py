"""Sign documents by Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup, FOCS 2017; arXiv:1704.04370).

MinHash hashes each shingle once for each value of a signature. Here a shingle is hashed once in a round, to one place
of the signature and a value; each place keeps the least value of the first round that gave it one, and rounds go on
until no place is empty. A document of more shingles than places takes a round or two, whatever the length of the
signature.

Two documents agree in a place with the probability of their similarity, as in MinHash: the shingle that decides about a
place, of all that either has, is each with the same chance. Of shingles that meet in one round no two are the same, so
the number of places that agree varies less than a binomial one. The paper draws places in as many rounds as a signature
has, and then gives each place a round of its own; here drawing stops after ROUNDS, as a place may have its own round
at any time: that of a permutation of MinHash. A place may take no value that a shorter document would not look at, so
neither rounds nor hashes hang on what a document holds.
"""

import numpy as np

from yurai.stages.mixers import I64, U32, mix32
from yurai.stages.near_dedup.signature import EMPTY, checked_bounds, signatures
from yurai.stages.shingles.hashes import chosen_spans, spans

_TILE = 1 << 15
"""Shingles that are hashed at once, of whole documents: what lies between two operations stays in cache."""
ROUNDS = 32
_STEP, _VALUE = 0x9E3779B9, 0x5BD1E995


def fast_similarity(values: U32, bounds: I64, count: int) -> U32:
    """Return the signature of each document: `count` values, of arguments and shape as those of `signatures`.

    Args:
        values: shingle hashes on end, uniform over 32 bits, repeated ones or not.
        bounds: where each document begins in `values`, and where the last ends; each has one shingle at least.
        count: places of a signature.

    Returns:
        uint32 (documents, count). Raises ValueError for a document without a shingle.
    """
    checked_bounds(bounds)
    made = np.full((len(bounds) - 1, count), EMPTY, np.uint32)
    for first, last in spans(bounds, _TILE):
        own = bounds[first : last + 1]
        _fill(made[first:last], values[own[0] : own[-1]], np.diff(own))
    return made


def _fill(made: U32, values: U32, counts: I64) -> None:
    """Fill the empty places of some documents' signatures; `counts` are their shingles."""
    documents = np.arange(len(made))
    for number in range(ROUNDS):
        _draw(made, documents, values, counts, number)
        empty = np.flatnonzero((made[documents] == EMPTY).any(axis=1))
        if not len(empty):
            return
        if len(empty) < len(documents):
            values, bounds = chosen_spans(values, counts, empty)
            documents, counts = documents[empty], np.diff(bounds)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    some = made[documents]
    made[documents] = np.where(some == EMPTY, signatures(values, bounds, made.shape[1]), some)


def _draw(made: U32, documents: I64, values: U32, counts: I64, number: int) -> None:
    """Lower the places of `documents` that are empty to the least value of the shingles that this round puts there."""
    width = made.shape[1]
    drawn = mix32(values + np.uint32(number * _STEP & EMPTY)) if number else values
    places = drawn.astype(np.uint64)
    places *= np.uint64(width)
    places >>= np.uint64(32)
    at = places.view(np.int64)
    at += np.repeat(documents * width, counts)
    least, whole = mix32(drawn ^ np.uint32(_VALUE)), made.reshape(-1)
    if number:
        empty = np.flatnonzero(whole[at] == EMPTY)
        at, least = at[empty], least[empty]
    np.minimum.at(whole, at, least)
