"""Fill short gaps between chosen blocks of one container: a reader would miss what stands in the middle of a text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.layout import Integers, Layout
from yurai.extraction.honbun.tags import IN_ASIDE, IN_FORM, IN_HIDDEN, IN_NAV

_MOST: Final = 3
"""Blocks that a gap has at most."""
_LEVELS: Final = 3
"""The box of a block and two around it: one of them holds the gap and both its ends."""
_LEAST: Final = 50_000
"""Likelihood of each block of a gap, in parts per million, at the least."""
APART: Final = IN_NAV | IN_ASIDE | IN_FORM | IN_HIDDEN


def with_gaps_filled(layout: Layout, chosen: npt.NDArray[np.bool_], likely: Integers) -> npt.NDArray[np.bool_]:
    """Return `chosen` with short gaps filled; navigation, asides, forms, what is hidden, and links stay out.

    By folds over hosts it changes no score, and it keeps blocks of body text that the scores leave out.
    """
    fits = (likely >= _LEAST) & (2 * layout.linked <= layout.sizes) & (layout.inside & APART == 0)
    kept = chosen.copy()
    for start, end in _gaps(chosen):
        if fits[start:end].all() and _one_container(layout, start - 1, end):
            kept[start:end] = True
    return kept


def _gaps(chosen: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each short run of blocks that are not chosen, between two that are."""
    places = np.flatnonzero(chosen).tolist()
    for before, behind in itertools.pairwise(places):
        if 1 < behind - before <= _MOST + 1:
            yield before + 1, behind


def _one_container(layout: Layout, first: int, last: int) -> bool:
    """Whether one of the nearest boxes of all blocks from `first` to `last` is the same."""
    nearest = layout.numbers[:_LEVELS]
    shared = set(nearest[:, first].tolist())
    for place in range(first + 1, last + 1):
        shared &= set(nearest[:, place].tolist())
    return bool(shared)
