"""Count documents by score, and find where a share of them is cut: exact, whatever the parts that are added up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import Rows
from yurai.stages.threshold.settings import PER_ONE

COUNT: Final = np.dtype([("score", "<i8"), ("documents", "<u8")])
"""A score in whole numbers of 1e-4, and how many documents have it."""
Whole = npt.NDArray[np.int64]
_MOST: Final = 2.0**53
"""Beyond this, float64 holds no whole number of its own; such a score is the greatest there is."""


class Cut(NamedTuple):
    """The lowest score that stays, in whole numbers of 1e-4; of how many documents, and how many of them stay."""

    score: int
    documents: int
    stay: int


def whole(scores: npt.NDArray[np.float64]) -> Whole:
    """Return scores, none of them NaN, in whole numbers of 1e-4."""
    result: Whole = np.rint(np.clip(scores * PER_ONE, -_MOST, _MOST)).astype(np.int64)
    return result


def counted(scores: Whole) -> Rows:
    """Return COUNT rows of scores, by score."""
    values, counts = np.unique(scores, return_counts=True)
    rows = np.empty(len(values), COUNT)
    rows["score"], rows["documents"] = values, counts
    return rows


def merged(parts: Iterable[Rows]) -> Rows:
    """Return the sum of COUNT rows, by score.

    Parts wait until together they are as many as what is held, so each row is sorted a few times, however many parts
    there are. Holds three times as many rows as there are different scores, and one part.
    """
    held, waiting = np.empty(0, COUNT), list[Rows]()
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) >= len(held):
            held, waiting = _sum([held, *waiting]), []
    return _sum([held, *waiting]) if waiting else held


def _sum(parts: list[Rows]) -> Rows:
    rows = np.concatenate(parts)
    rows = rows[np.argsort(rows["score"])]
    first = np.ones(len(rows), np.bool_)
    first[1:] = rows["score"][1:] != rows["score"][:-1]
    starts = np.flatnonzero(first)
    result = rows[starts]
    result["documents"] = np.add.reduceat(rows["documents"], starts) if len(starts) else 0
    return result


def cut(rows: Rows, keep_share: float) -> Cut | None:
    """Return the highest score that at least `keep_share` of the documents reach; None where there are none.

    `rows` are COUNT rows by score. The share is taken as it is written: 0.1 is a tenth, though float64 has none.
    """
    documents = int(rows["documents"].sum())
    if not documents:
        return None
    due = math.ceil(Fraction(repr(keep_share)) * documents)
    stay = np.cumsum(rows["documents"][::-1])
    place = int(np.searchsorted(stay, due))
    return Cut(int(rows["score"][::-1][place]), documents, int(stay[place]))
