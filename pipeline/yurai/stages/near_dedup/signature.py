"""Compute MinHash signatures and their bands, and estimate a similarity from two signatures.

The permutations are datasketch's `affine32`, taken from datasketch itself, so that a signature made here loads there as
`MinHash(hashvalues=row, scheme="affine32", seed=1)`. (Broder 1997; bands: Indyk & Motwani 1998.)
"""

import functools

import numpy as np
import numpy.typing as npt

from yurai.stages.mixers import I64, U32, U64, mix32, mix64
from yurai.stages.shingles.characters import bounds_of

_TILE, _STRIPE = 1 << 16, 4
EMPTY = 0xFFFFFFFF


@functools.cache
def permutations(count: int) -> tuple[U32, U32]:
    """Return factors (odd) and addends of `count` permutations h -> a * h + b modulo 2^32: datasketch's of seed 1."""
    from datasketch import MinHash  # noqa: PLC0415 - takes longer to import than all else; only signing needs it

    factors, addends = MinHash(num_perm=count, seed=1, scheme="affine32").permutations
    return np.asarray(factors, np.uint32), np.asarray(addends, np.uint32)


def signatures(values: U32, bounds: I64, count: int) -> U32:
    """Return the signature of each document: its least shingle hash under each of `count` permutations.

    Args:
        values: shingle hashes on end, repeated ones or not.
        bounds: where each document begins in `values`, and where the last ends; each has one shingle at least.
        count: permutations, bands times rows.

    Returns:
        uint32 (documents, count). Raises ValueError for a document without a shingle.
    """
    checked_bounds(bounds)
    least = np.full((count, len(bounds) - 1), EMPTY, np.uint32)
    factors, addends = permutations(count)
    for low in range(int(bounds[0]), int(bounds[-1]), _TILE):
        hashes = mix32(values[low : min(low + _TILE, int(bounds[-1]))])
        documents = slice(
            int(np.searchsorted(bounds, low, "right")) - 1, int(np.searchsorted(bounds, low + len(hashes)))
        )
        starts = np.maximum(bounds[documents] - low, 0)
        _lower(least[:, documents], hashes, starts, factors, addends)
    return np.ascontiguousarray(least.T)


def checked_bounds(bounds: I64) -> None:
    """Raise ValueError for a document without a shingle."""
    if not (np.diff(bounds) > 0).all():
        raise ValueError("a document without a shingle has no signature; shingle_hashes gives one at least")


def _lower(least: U32, hashes: U32, starts: I64, factors: U32, addends: U32) -> None:
    """Lower `least` (permutations, documents) by a tile of hashes, a few permutations at a time: all stays in cache."""
    moved = np.empty((_STRIPE, len(hashes)), np.uint32)
    for low in range(0, len(factors), _STRIPE):
        stripe = slice(low, low + _STRIPE)
        permuted = moved[: len(factors[stripe])]
        np.multiply(hashes, factors[stripe, None], out=permuted)
        np.add(permuted, addends[stripe, None], out=permuted)
        np.minimum(least[stripe], np.minimum.reduceat(permuted, starts, axis=1), out=least[stripe])


def band_hashes(made: U32, bands: int, rows: int) -> U64:
    """Return a 64-bit hash of each band's number and values: uint64 (documents, bands).

    Equal values in two bands give two hashes, and each bit is as good as another, so that the upper ones may choose a
    partition. Raises ValueError if signatures are not `bands` times `rows` wide.
    """
    if made.shape[1] != bands * rows:
        raise ValueError(f"signatures of {made.shape[1]} values are not {bands} bands of {rows} rows")
    values = made.reshape(len(made), bands, rows)
    hashes = np.broadcast_to(mix64(np.arange(1, bands + 1, dtype=np.uint64)), (len(made), bands)).copy()
    for row in range(rows):
        hashes = mix64(hashes ^ values[:, :, row])
    return hashes


def estimate(a: U32, b: U32) -> npt.NDArray[np.float64]:
    """Return the similarity that parallel signatures (pairs, permutations) give: the share of equal values."""
    return np.asarray(np.count_nonzero(a == b, axis=1) / a.shape[1], np.float64)


def shingle_sets(values: U32, bounds: I64) -> tuple[U32, I64]:
    """Return each document's shingle hashes as a set, sorted and each once, and the bounds of these sets."""
    keys = np.repeat(np.arange(len(bounds) - 1, dtype=np.uint64) << np.uint64(32), np.diff(bounds))
    keys |= values[bounds[0] : bounds[-1]]
    keys.sort()
    first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    keys = keys[first]
    counts = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(bounds) - 1)
    return keys.astype(np.uint32), bounds_of(counts)
