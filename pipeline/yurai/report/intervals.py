"""Tell how far a counted share may lie from the one that it stands for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Z = 1.96
"""Of the normal distribution, 95 % lie within so many standard deviations."""


class Counted(NamedTuple):
    """Of a stratum: how many it has in all, how many were looked at, and how many of these are hits."""

    size: int
    looks: int
    hits: int


class Weighted(NamedTuple):
    """A share over strata, its 95 % interval, and how much of all the strata have of which any was looked at."""

    share: float
    low: float
    high: float
    covered: float


def wilson(hits: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a share of `hits` among `count` (Wilson 1927); of nothing, all from 0 to 1."""
    if not count:
        return 0.0, 1.0
    part, whole = hits / count, 1 + Z * Z / count
    middle = (part + Z * Z / (2 * count)) / whole
    half = Z / whole * (part * (1 - part) / count + Z * Z / (4 * count * count)) ** 0.5
    return max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < count else 1.0


def weighted(strata: Iterable[Counted]) -> Weighted | None:
    """Return the share of hits over strata, each weighted by its size; None where nothing was looked at.

    The interval is Wilson's, at the effective number of looks: (sum w)^2 / sum w^2, with the size of its stratum over
    the looks at it as the weight w of each look (Kish, Survey Sampling, 1965). Strata without a look are not in it.
    """
    every = list(strata)
    known = [one for one in every if one.looks]
    size = sum(one.size for one in known)
    if not size:
        return None
    share = sum(one.size * one.hits / one.looks for one in known) / size
    looks = size**2 / sum(one.size**2 / one.looks for one in known)
    return Weighted(share, *wilson(share * looks, looks), size / sum(one.size for one in every))
