"""Predict recall from what one half of the bands finds of the pairs that the other half has found.

Pairs that no band finds are never seen, so what all bands find of everything cannot be counted. But the even and the
odd bands look for the same pairs: of those that the even ones found, the odd ones find a share that can be counted, and
predicted exactly for each estimate. With x of all hashes equal, every arrangement of them is as likely, whatever the
true similarity.
"""

from __future__ import annotations

import functools

import numpy as np

from yurai.stages.near_dedup.curve import equal_hashes

LEAST = 1e-12
"""Below such a chance, the share of it is noise of floating point: nothing is found."""


@functools.cache
def by_other_half(estimate: float, bands: int, rows: int) -> float:
    """Return P(an odd band is equal | an even band is, round(estimate * hashes) hashes are equal); 0 of nothing.

    `bands` are numbered from 0 and at least 2.
    """
    even, odd = (bands + 1) // 2, bands // 2
    equal = round(estimate * bands * rows)
    likeliest = equal / (bands * rows)  # the share that makes the number likeliest: it cancels out, floats stay large
    (_, missed), (all_odd, missed_by_odd) = (equal_hashes(likeliest, half, rows) for half in (even, odd))
    pairs = equal_hashes(likeliest, even, rows)[0] - missed
    before = float(np.convolve(pairs, all_odd)[equal])
    both = float(np.convolve(pairs, all_odd - missed_by_odd)[equal])
    return min(1.0, both / before) if before > LEAST else 0.0
