"""Mix integers in arrays, so that every bit of the result depends on every bit of the input, on any machine alike.

Both are the finalisers of MurmurHash3 (Austin Appleby, public domain): bijections in arithmetic that wraps around.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

U32: TypeAlias = npt.NDArray[np.uint32]
U64: TypeAlias = npt.NDArray[np.uint64]
I64: TypeAlias = npt.NDArray[np.int64]
WRAP = 1 << 64


def mix32(values: U32) -> U32:
    """Return uint32 values mixed, in a new array."""
    mixed = values ^ (values >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def mix64(values: U64) -> U64:
    """Return uint64 values mixed, in a new array."""
    mixed = values ^ (values >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed


def upper32(values: U64) -> U32:
    """Return the upper 32 bits of `mix64(values)`, made in place: `values` hold nothing of use afterwards."""
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    # the last step of mix64 changes the lower 31 bits alone
    return np.right_shift(values, np.uint64(32), out=np.empty(values.shape, np.uint32), casting="unsafe")


def powers(base: int, count: int) -> U64:
    """Return `base` to the powers 0 .. count - 1, modulo 2^64."""
    factors = np.full(count, base, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)
