"""Judge a classifier by the texts that it did not see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from yurai.declare.classifier_line import PREFIX
from yurai.declare.models import FastText

CUTS: Final = tuple(number / 10 for number in range(1, 10))
_ALL: Final = -1
_DIGITS: Final = 4


class Row(NamedTuple):
    """What a `min_score` does: how much of what it keeps is right, and how much of the right, and of all, it keeps.

    `precision` is None where it keeps nothing.
    """

    min_score: float
    precision: float | None
    recall: float
    share: float


def scores_of(model: FastText, lines: Iterable[str], label: str) -> npt.NDArray[np.float64]:
    """Return the score of each line, as stage classify gives it; 0 where the model knows no word."""
    found = (dict(zip(*model.predict(line, k=_ALL, threshold=-1.0), strict=True)) for line in lines)
    scores = (round(min(max(one.get(PREFIX + label, 0.0), 0.0), 1.0), _DIGITS) for one in found)
    return np.fromiter(scores, np.float64)


def table(positive: npt.NDArray[np.float64], negative: npt.NDArray[np.float64]) -> list[Row]:
    """Return precision and recall at each of CUTS, told the scores of both classes."""
    rows = []
    for cut in CUTS:
        right, wrong = int((positive >= cut).sum()), int((negative >= cut).sum())
        kept = right + wrong
        precision = round(right / kept, _DIGITS) if kept else None
        share = kept / (len(positive) + len(negative))
        rows.append(Row(cut, precision, round(right / len(positive), _DIGITS), round(share, _DIGITS)))
    return rows
