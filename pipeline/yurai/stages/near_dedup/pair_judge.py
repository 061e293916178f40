"""Deduplicate candidate pairs, and decide from the estimate: duplicate, not, or check exactly.

An estimate from K permutations has a standard error of sqrt(t (1 - t) / K) at the threshold t (Broder 1997). Outside
three of them it decides; inside, the shingles do.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import (
    CHECK,
    EDGE,
    ESTIMATE,
    PAIR,
    SAID_NO,
    SAID_YES,
    UNDECIDED,
    UNKNOWN,
    Rows,
    places,
)
from yurai.stages.near_dedup.curve import DIGITS, ERRORS, standard_error

Verify = Literal["exact", "estimate"]
AUDITED = 64
"""Of the pairs that the estimate decides, one in so many is compared by shingles too, to measure its errors."""
BINS = 20


def unique_pairs(pairs: Rows) -> Rows:
    """Return PAIR rows without repetitions, sorted by the place of a, then of b."""
    a, b = places(pairs["a"]), places(pairs["b"])
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    new = np.concatenate([[True], (a[1:] != a[:-1]) | (b[1:] != b[:-1])]) if len(order) else np.empty(0, bool)
    return np.asarray(pairs[order[new]], PAIR)


@dataclass(frozen=True, slots=True)
class Judge:
    """What an estimate decides; where duplicates are told by their `texts` too, it alone makes no pair an edge.

    Where similarity is how far one text is `contained` in another, which signatures do not tell, it refuses no pair.
    """

    threshold: float
    permutations: int
    verify: Verify
    texts: bool = False
    contained: bool = False

    def estimated(self, pairs: Rows, estimates: npt.NDArray[np.float64]) -> tuple[Rows, Rows]:
        """Return the EDGE rows that estimates decide, and the CHECK rows whose shingles have to be compared."""
        rounded = np.round(estimates, DIGITS)
        margin = ERRORS * standard_error(self.threshold, self.permutations) if self.verify == "exact" else 0.0
        yes = rounded >= round(self.threshold + margin, DIGITS)
        no = (rounded < round(self.threshold - margin, DIGITS)) & ~np.bool_(self.contained)
        verdicts = np.select([yes, no], [SAID_YES, SAID_NO], UNDECIDED)
        asked = ~(yes | no) | (_sampled(pairs) if self.verify == "exact" else False)
        if self.texts:
            asked, yes = asked | yes, np.zeros_like(yes)
        edges = np.zeros(int(yes.sum()), EDGE)
        edges["a"], edges["b"], edges["jaccard"], edges["by"] = pairs["a"][yes], pairs["b"][yes], rounded[yes], ESTIMATE
        edges["absent_run"] = edges["absent"] = UNKNOWN
        checks = np.zeros(int(asked.sum()), CHECK)
        checks["a"], checks["b"] = pairs["a"][asked], pairs["b"][asked]
        checks["estimate"], checks["said"] = rounded[asked], verdicts[asked]
        return edges, checks


def _sampled(pairs: Rows) -> npt.NDArray[np.bool_]:
    """Choose pairs by their ids, so that the choice is the same however the corpus is cut."""
    mixed = (pairs["a"]["id_low"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ pairs["b"]["id_low"]
    return np.asarray((mixed.astype(np.uint64) >> np.uint64(40)) % np.uint64(AUDITED) == 0, np.bool_)


def bands_met(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32], bands: int) -> npt.NDArray[np.bool_]:
    """Tell for parallel signatures, of shape (pairs, permutations), in which bands they agree: (pairs, bands)."""
    return np.asarray((a == b).reshape(len(a), bands, a.shape[1] // bands).all(axis=2), np.bool_)


def seen_by_halves(met: npt.NDArray[np.bool_], estimates: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Count pairs by similarity, in 20 bins: found by the even bands, by the odd ones, by both; shape (3, 20).

    Of the pairs that one half of the bands found, the share that the other half found too is what that half detects:
    the curve as it is seen, without knowing the pairs that nobody found.
    """
    bins = np.minimum((estimates * BINS).astype(np.int64), BINS - 1)
    even, odd = met[:, ::2].any(axis=1), met[:, 1::2].any(axis=1)
    return np.stack([np.bincount(bins[met_by], minlength=BINS) for met_by in (even, odd, even & odd)])
