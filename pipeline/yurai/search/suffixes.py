"""Sort the suffixes of the units of a piece.

libdivsufsort sorts bytes. Of units with the higher byte first, suffixes that begin at even bytes stand in the order of
the numbers of units, so those at odd ones are sorted too and left out. They are left out in place: what is held is 2
bytes of text and 8 of order for each unit, where `pydivsufsort` itself holds more than twice as much.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from yurai_manifests.errors import RecipeError

CHUNK: Final = 1 << 20
MOST: Final = 1 << 30
"""Units of a piece: their bytes are numbered by int32."""
BYTE: Final = 1 << 8


def suffix_array(units: npt.NDArray[np.uint16]) -> npt.NDArray[np.int32]:
    """Return where each suffix begins, smallest first: int32[n], of units uint16[n].

    Raises:
        RecipeError: there are more units than a piece may have.
    """
    from pydivsufsort import divsufsort  # noqa: PLC0415 - 20 ms, of use in tasks alone

    if units.size >= MOST:
        raise RecipeError(f"a piece of {units.size:,} units is too long to be indexed; give fewer --piece-bytes")
    if not units.size:
        return np.zeros(0, np.int32)
    if int(units.max()) < BYTE:
        return np.asarray(divsufsort(units.astype(np.uint8)), np.int32)
    return _even(divsufsort(units.astype(">u2").view(np.uint8)))


def _even(order: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Keep even numbers, halved, in the memory that they are in."""
    kept = 0
    for start in range(0, order.size, CHUNK):
        chunk = order[start : start + CHUNK]
        halves = chunk[(chunk & 1) == 0] >> 1
        order[kept : kept + halves.size] = halves
        kept += halves.size
    return order[:kept]
