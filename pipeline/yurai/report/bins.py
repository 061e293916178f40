"""Count histograms that can be added up: fixed bins for any measure, with each limit an edge of its own.

Edges do not depend on the data, so files are counted apart and summed: steps of 0.005 from 0 to 1 for shares, 40 steps
a decade beyond for counts, mirrored below 0. A limit splits the bin it falls into, so shares at a limit are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from yurai_filters.compare import Side

Edges: TypeAlias = npt.NDArray[np.float64]
SHARES = 200
DECADE = 40
DECADES = 12
LEAST = 1e-4
"""Ends the bin of exactly 0: scores are rounded to it."""
WHOLE = 1.0001
"""Ends the bin of exactly 1, so that shares have an end of their own."""
DIGITS = 4


def edges_for(limits: Iterable[tuple[Side, float]]) -> Edges:
    """Return the edges of the bins: bin k holds edges[k - 1] <= value < edges[k], the first and last are open.

    A value of exactly a limit is on the side that stays: below its edge for an upper limit, above it for a lower one.
    """
    large = np.round(10 ** (np.arange(1, DECADE * DECADES + 1) / DECADE), DIGITS)
    positive = np.concatenate([np.arange(1, SHARES + 1) / SHARES, [WHOLE], large])
    own = [value if side == "below" else float(np.nextafter(value, np.inf)) for side, value in limits]
    return np.unique(np.concatenate([-positive, [0.0, LEAST], positive, own]))


def count(values: npt.NDArray[np.float64], edges: Edges) -> dict[int, int]:
    """Return {bin: rows}; bin 0 lies before the first edge."""
    bins, rows = np.unique(np.searchsorted(edges, values, side="right"), return_counts=True)
    return dict(zip(bins.tolist(), rows.tolist(), strict=True))


def going(values: npt.NDArray[np.float64], side: Side, limit: float) -> npt.NDArray[np.bool_]:
    """Tell which values lie beyond the limit."""
    return values < limit if side == "below" else values > limit
