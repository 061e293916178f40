"""Say which letters follow a context, and how often: counts of n-grams, and what P(next | context) is made of."""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Final

from yurai.search.longest import live_count
from yurai.search.piece import Bounds, Pattern, Piece
from yurai.search.spans import Part
from yurai.search.units import END, Units, is_high, loaded

NATIVE: Final = f"utf-16-{sys.byteorder[0]}e"


def following(parts: Sequence[Part], context: Units) -> Counter[str]:
    """Return how often each letter stands behind a context; "" counts ends of documents.

    Suffixes with one next letter stand together, so a search is made for each different letter, not for each place.
    """
    counts = Counter[str]()
    for piece, dead in parts:
        low, high = piece.bounds(Pattern.of(context))
        while low < high:
            letter = _next(piece, low, len(context))
            end = piece.bounds(Pattern.of(array("H", [*context, *letter]))).high
            name = "" if letter[0] == END else letter.tobytes().decode(NATIVE, "surrogatepass")
            counts[name] += live_count(piece, Bounds(low, end), dead)
            low = end
    return +counts


def _next(piece: Piece, rank: int, depth: int) -> Units:
    """Return the units of the letter behind a context, at the suffix of a rank; END where a document ends."""
    place = int(piece.places(rank, rank + 1)[0]) + depth
    units = loaded(piece.units(place, place + 2))
    return units[: 1 + is_high(units[0])]
