"""Find where the longest run ends that a document holds which was not taken down since the index was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yurai.search.piece import Bounds, Pattern, Piece
from yurai.search.units import Units

AT_ONCE = 1 << 20
"""Suffixes whose places are in memory."""
Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Dead:
    """Units of a piece that belong to documents which were taken down: int64[n] each, in order."""

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def __bool__(self) -> bool:
        return self.starts.size > 0

    def live(self, places: Places) -> Places:
        """Return those places that are in no such document."""
        if not self:
            return places
        which = np.searchsorted(self.starts, places, side="right") - 1
        gone = (which >= 0) & (places < self.ends[np.maximum(which, 0)])
        return places[~gone]


def dead_of(piece: Piece, ids: frozenset[str]) -> Dead:
    """Return what of a piece belongs to documents with these ids; all rows of documents are read where there is one."""
    none = np.zeros(0, np.int64)
    if not ids:
        return Dead(none, none)
    rows = piece.all_documents()
    firsts = np.append(rows["first"], piece.count)
    wanted = np.array([bytes.fromhex(one) for one in sorted(ids)], "S16")
    gone = np.flatnonzero(np.isin(rows["doc_id"], wanted))
    return Dead(firsts[gone], firsts[gone + 1])


def live_places(piece: Piece, bounds: Bounds, dead: Dead) -> Iterator[Places]:
    """Yield where the suffixes of some ranks begin that are in no document that was taken down."""
    for start in range(bounds.low, bounds.high, AT_ONCE):
        yield dead.live(piece.places(start, min(start + AT_ONCE, bounds.high)))


def live_count(piece: Piece, bounds: Bounds, dead: Dead) -> int:
    """Return how many suffixes of some ranks are in no document that was taken down."""
    return sum(places.size for places in live_places(piece, bounds, dead)) if dead else bounds.size


def live_longest(piece: Piece, units: Units, dead: Dead) -> int:
    """Return with how many of its units a text begins in a document that was not taken down.

    Where all that hold the longest run are gone, the next one is at the suffixes around them.
    """
    length, _ = piece.longest(Pattern.of(units))
    while dead and length:
        bounds = piece.bounds(Pattern.of(units[:length]))
        if any(places.size for places in live_places(piece, bounds, dead)):
            break
        length = max(piece.shared(bounds.low - 1, units), piece.shared(bounds.high, units))
    return length
