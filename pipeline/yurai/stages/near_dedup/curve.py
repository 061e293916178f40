"""Compute what a choice of bands and rows finds: the S-curve, alone and with the check of each pair behind it.

A pair of similarity s agrees in each hash with probability s (Broder, 1997), so in a band of r rows with s^r, and
becomes a candidate when it agrees in any of b bands. The number of equal hashes is binomial, and what a signature
estimates is that number over b * r. Candidacy and estimate come from the same hashes, so they are not independent:
both together are counted exactly here, with one polynomial for each band. Equal hashes of unequal shingles (about one
in 2^32) are left out.
"""

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Mode: TypeAlias = Literal["estimate", "exact"]
Chances: TypeAlias = npt.NDArray[np.float64]
ERRORS = 3
"""Standard errors around the threshold within which mode `exact` does not trust an estimate."""
DIGITS = 4
"""Similarities are rounded to 1e-4 before they are compared."""


def found(similarity: float, bands: int, rows: int) -> float:
    """Return the probability that a pair becomes a candidate: 1 - (1 - s^rows)^bands."""
    return float(1 - (1 - similarity**rows) ** bands)


def threshold(bands: int, rows: int) -> float:
    """Return where the S-curve is steepest, nearly: (1 / bands)^(1 / rows)."""
    return float((1 / bands) ** (1 / rows))


def standard_error(similarity: float, hashes: int) -> float:
    """Return the standard error of what `hashes` hashes estimate of a pair of this similarity."""
    return float((similarity * (1 - similarity) / hashes) ** 0.5)


def equal_hashes(similarity: float, bands: int, rows: int) -> tuple[Chances, Chances]:
    """Return P(x hashes equal) for x in 0..bands * rows, and the part of it in which no band is equal."""
    band = np.ones(1)
    for _ in range(rows):  # one hash more: unequal or equal
        band = np.convolve(band, [1 - similarity, similarity])
    missed = band.copy()
    missed[rows] = 0.0
    return _power(band, bands), _power(missed, bands)


def _power(chances: Chances, times: int) -> Chances:
    """Return the distribution of the sum of `times` independent numbers, by squaring."""
    whole = np.ones(1)
    while times:
        if times & 1:
            whole = np.convolve(whole, chances)
        times >>= 1
        chances = np.convolve(chances, chances) if times else chances
    return whole


def verified(similarity: float, bands: int, rows: int, *, limit: float, mode: Mode) -> float:
    """Return the probability that a pair becomes a candidate and passes the check at `limit`.

    `estimate` passes what the signature estimates at `limit` or more. `exact` does so only beyond 3 standard errors;
    within them the true similarity is looked up. `yurai.stages.near_dedup.pair_judge.Judge` says the same of pairs.
    """
    chances, missed = equal_hashes(similarity, bands, rows)
    candidate = chances - missed
    estimates = np.round(np.arange(len(candidate)) / (bands * rows), DIGITS)
    margin = ERRORS * standard_error(limit, bands * rows) if mode == "exact" else 0.0
    passes = estimates >= round(limit + margin, DIGITS)
    if similarity >= limit:
        passes |= estimates >= round(limit - margin, DIGITS)
    return min(1.0, max(0.0, float(candidate[passes].sum())))
