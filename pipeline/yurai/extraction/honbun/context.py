"""Describe each block by the first scores of its neighbours and containers, for the second stage to see."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.features import Column, Matrix
from yurai.extraction.honbun.forest import UNIT, Margins
from yurai.extraction.honbun.layout import Integers, Layout

_MOST: Final = 4 * UNIT
_REACHES: Final = (1, 2, 5, 12)
_STEPS: Final = (1, 2, 3, -1, -2, -3)
_LEVELS: Final = 4


def context(layout: Layout, margins: Margins) -> Matrix:
    """Return one row for each block, float32, from the margins of the first stage, shape (blocks,)."""
    sizes = layout.sizes
    score = np.clip(margins, -_MOST, _MOST) + _MOST
    weighed = score * sizes
    taken = np.where(margins > 0, sizes, 0)
    columns = [_part(score), *_reached(weighed, sizes), *_stepped(score), *_rest(taken, weighed, sizes)]
    total = max(int(taken.sum()), 1)
    for numbers in (*layout.numbers[:_LEVELS], layout.names):
        own, all_sizes, all_taken = (_sums(numbers, values) for values in (weighed, sizes, taken))
        columns += [_part(own / all_sizes)[numbers], (all_taken / total)[numbers]]
    return np.array(columns, np.float32).T


def _part(score: npt.NDArray[np.generic]) -> Column:
    return np.asarray(score, np.float64) / (2 * _MOST)


def _sums(numbers: Integers, values: Integers) -> Column:
    """Sums by number; integers below 2^53, so that the order of adding changes nothing. 1 where there is nothing."""
    return np.maximum(np.bincount(numbers, values), 1.0)


def _reached(weighed: Integers, sizes: Integers) -> list[Column]:
    count = len(sizes)
    positions = np.arange(count)
    sums = [np.concatenate([[0], np.cumsum(values)]) for values in (weighed, sizes)]
    columns = []
    for reach in _REACHES:
        low, high = np.maximum(positions - reach, 0), np.minimum(positions + reach + 1, count)
        top, bottom = (one[high] - one[low] for one in sums)
        columns.append(_part(top / bottom))
    return columns


def _stepped(score: Integers) -> list[Column]:
    columns = []
    for step in _STEPS:
        moved = np.full(len(score), -1.0)
        if abs(step) < len(score):
            if step > 0:
                moved[step:] = _part(score[:-step])
            else:
                moved[:step] = _part(score[-step:])
        columns.append(moved)
    return columns


def _rest(taken: Integers, weighed: Integers, sizes: Integers) -> list[Column]:
    """How much of what is taken stands before and behind, how much that is, and the mean score of the page."""
    whole = max(int(taken.sum()), 1)
    before = np.concatenate([[0], np.cumsum(taken)[:-1]])
    count = len(sizes)
    mean = float(weighed.sum()) / float(sizes.sum()) / (2 * _MOST)
    return [
        before / whole,
        (int(taken.sum()) - before - taken) / whole,
        np.full(count, float(taken.sum())),
        np.full(count, mean),
    ]
