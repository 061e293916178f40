"""Work on arrays of a long text block by block, so that what lies between two steps takes no memory to speak of.

Places in a text have 32 bits; what NumPy finds and uses has 64, eight bytes for each code point of 64 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Integers: TypeAlias = npt.NDArray[np.integer]
Booleans: TypeAlias = npt.NDArray[np.bool_]

BLOCK = 1 << 18
"""Code points that are looked at in one step."""
_LONG = 64
"""Length of a range from which it is marked by itself; shorter ones are marked many at a time."""


def blocks(count: int, size: int) -> Iterator[slice]:
    """Cut `count` things into runs of at most `size`."""
    for begin in range(0, count, size):
        yield slice(begin, min(count, begin + size))


def places_of(marked: Booleans) -> Integers:
    """Return where flags are true, as int32."""
    parts = [(np.flatnonzero(marked[one]) + one.start).astype(np.int32) for one in blocks(len(marked), BLOCK)]
    return np.concatenate(parts) if parts else np.zeros(0, np.int32)


def mark(begins: Booleans, starts: Integers, ends: Integers, *, value: bool) -> None:
    """Set flags in half-open ranges."""
    is_long = ends - starts > _LONG
    for start, end in zip(starts[is_long].tolist(), ends[is_long].tolist(), strict=True):
        begins[start:end] = value
    starts, ends = starts[~is_long], ends[~is_long]
    for one in blocks(len(starts), BLOCK // _LONG):
        begins[_ranges(starts[one], ends[one])] = value


def _ranges(starts: Integers, ends: Integers) -> Integers:
    """All integers of the half-open ranges."""
    sizes = ends - starts
    offsets = np.repeat(np.cumsum(sizes) - sizes, sizes)
    result: Integers = np.repeat(starts, sizes) + np.arange(int(sizes.sum())) - offsets
    return result
