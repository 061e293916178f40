"""Turn texts into UTF-16 units, and places in units into places in letters (code points)."""

from __future__ import annotations

from array import array
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Units: TypeAlias = "array[int]"
"""Units of a text, typecode H: two of them compare by their numbers, the shorter first."""
UNIT_BYTES: Final = 2
END: Final = 0
"""The unit behind each document."""
ABSENT: Final = 0xD800
"""Stands for END in what is searched: half a letter, which no stored text has alone."""
ASTRAL: Final = 0xFFFF
"""A letter above has two units."""


def stored(text: str) -> bytes:
    """Return a text as an index holds it: UTF-16, the lower byte first."""
    return text.encode("utf-16-le", "surrogatepass")


def loaded(data: bytes) -> Units:
    """Return stored units as numbers."""
    return array("H", np.frombuffer(data, "<u2").astype(np.uint16, copy=False).tobytes())


def of_query(text: str) -> Units:
    """Return the units of what is searched, where no match can go over the end of a document."""
    units = array("H", np.frombuffer(stored(text), "<u2").astype(np.uint16, copy=False).tobytes())
    if END in units:
        return array("H", (ABSENT if unit == END else unit for unit in units))
    return units


def text_of(data: bytes) -> str:
    """Return stored units as text; half a letter at either end is left out."""
    units = np.frombuffer(data, "<u2")
    first = int(units.size > 0 and is_low(int(units[0])))
    last = units.size - int(units.size > first and is_high(int(units[-1])))
    return units[first:last].tobytes().decode("utf-16-le", "surrogatepass")


def is_high(unit: int) -> bool:
    """Whether a unit is the first half of a letter."""
    return unit & 0xFC00 == 0xD800  # noqa: PLR2004 - The Unicode Standard, 3.9, D91


def is_low(unit: int) -> bool:
    """Whether a unit is the second half of a letter."""
    return unit & 0xFC00 == 0xDC00  # noqa: PLR2004 - The Unicode Standard, 3.9, D91


def unit_starts(text: str) -> npt.NDArray[np.int64]:
    """Return the unit at which each letter begins, and behind the last one how many units there are: int64[n + 1]."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.concatenate([[0], np.cumsum(1 + (points > ASTRAL))]).astype(np.int64)
