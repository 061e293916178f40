"""Choose the blocks that make the best text, told how likely each belongs to it.

The best set is the one with the highest expected F1: a page of which the model is sure keeps what is more likely than
not, one of which it is unsure keeps more. That set is always the most likely blocks down to some likelihood (Lewis
1995, "Evaluating and optimizing autonomous text classification systems"), so one sort finds it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.forest import UNIT, Margins

_STEPS: Final = 64
"""Steps of the table for one unit of log-odds."""
_FAR: Final = 8
_MILLION: Final = 1_000_000
_SHARPNESS: Final = 1.1
"""Margins of held-out pages are this much too small."""
_LIKELY: Final = np.array(
    [
        round(_MILLION / (1 + math.exp(-_SHARPNESS * step / _STEPS)))
        for step in range(-_FAR * _STEPS, _FAR * _STEPS + 1)
    ],
    np.int64,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which blocks were chosen, how likely each belongs (parts per million), and the F1 that is expected."""

    chosen: npt.NDArray[np.bool_]
    likely: npt.NDArray[np.int64]
    expected: float


def likelihood(margins: Margins) -> npt.NDArray[np.int64]:
    """Return likelihoods in parts per million."""
    steps = np.clip(margins * _STEPS // UNIT, -_FAR * _STEPS, _FAR * _STEPS) + _FAR * _STEPS
    return _LIKELY[steps]


def select(margins: Margins, sizes: npt.NDArray[np.int64]) -> Selection:
    """Choose among blocks with these margins and sizes in characters; at least one is chosen."""
    likely = likelihood(margins)
    order = np.argsort(-likely, kind="stable")
    hit = np.cumsum(likely[order] * sizes[order])
    taken = np.cumsum(sizes[order]) * _MILLION
    quality = 2 * hit / (taken + hit[-1])
    best = int(np.argmax(quality))
    return Selection(likely >= likely[order[best]], likely, float(quality[best]))
