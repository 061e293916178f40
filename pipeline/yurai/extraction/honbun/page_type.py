"""Tell what kind of page this is, from all of its blocks together: what counts as main text depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.features import Matrix
from yurai.extraction.honbun.forest import UNIT, Margins

TYPES: Final = ("article", "collection", "documentation", "forum", "listing", "product", "service")
"""Types of pages, those of WCXB (Murrough-Foley 2026, CC BY 4.0), in the order of the model's outputs."""
_STRICTER: Final = {
    "article": 0.3,
    "collection": 0.2,
    "documentation": 0.4,
    "forum": 0.3,
    "listing": -0.2,
    "product": 0.8,
    "service": 0.1,
}
"""How much less likely a block of such a page belongs than the blocks' model says, in log-odds; by folds over hosts."""
_PARTS: Final = 1_000
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class PageType:
    """The type of a page, and what to take off the margins of its blocks."""

    name: str
    off: int


def page_row(rows: Matrix) -> npt.NDArray[np.float32]:
    """Return the features of a page, shape (1, 2 WIDTH): means over its blocks, by their size and plain.

    In thousandths, so that sums are exact whatever their order.
    """
    parts = np.rint(np.clip(rows.astype(np.float64), -_MOST, _MOST) * _PARTS).astype(np.int64)
    sizes = rows[:, 0].astype(np.int64)
    by_size = (parts * sizes[:, None]).sum(axis=0) / sizes.sum()
    plain = parts.sum(axis=0) / len(rows)
    return (np.concatenate([by_size, plain]) / _PARTS).astype(np.float32)[None, :]


def page_type(margins: Margins) -> PageType:
    """Return the type with the highest margin, the first of equal ones; `margins` has shape (1, types)."""
    name = TYPES[int(np.argmax(margins[0]))]
    return PageType(name, round(_STRICTER[name] * UNIT))
