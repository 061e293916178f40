"""Search one piece: texts of consecutive documents, each with unit 0 behind it, and the order of their suffixes."""

from __future__ import annotations

from array import array
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from yurai.search.access import Access
from yurai.search.heads import STEP, Heads
from yurai.search.units import UNIT_BYTES, Units, loaded

RANK_BYTES: Final = 4
GLANCE: Final = 64
"""Units that are compared before the rest is read."""
DOCUMENT: Final = np.dtype([("doc_id", "S16"), ("first", "<i8")])
"""A row of documents: the 16 bytes of its doc_id, and its first unit."""


class Bounds(NamedTuple):
    """Ranks of the suffixes that begin with a pattern: from `low` up to `high`."""

    low: int
    high: int

    @property
    def size(self) -> int:
        """How many there are."""
        return self.high - self.low


class Pattern(NamedTuple):
    """What is searched: its units, and the same in the form of heads."""

    units: Units
    head: bytes

    @classmethod
    def of(cls, units: Units) -> Pattern:
        """Return units as they are searched."""
        return cls(units, np.array(units[:STEP], ">u2").tobytes())


class Piece:
    """An open piece of `count` units and `documents` documents."""

    def __init__(self, files: tuple[Access, Access, Access, Access], count: int, documents: int) -> None:
        """`files` are those of units, suffixes, heads and documents."""
        self._units, self._order, heads, self._rows = files
        self._heads = Heads(heads, count)
        self.count, self.documents = count, documents

    def units(self, start: int, end: int) -> bytes:
        """Return stored units from `start` up to `end`."""
        return self._units.read(max(start, 0) * UNIT_BYTES, min(end, self.count) * UNIT_BYTES)

    def places(self, low: int, high: int) -> npt.NDArray[np.int32]:
        """Return where the suffixes of these ranks begin: int32[high - low]."""
        return np.frombuffer(self._order.read(low * RANK_BYTES, high * RANK_BYTES), "<i4")

    def bounds(self, pattern: Pattern) -> Bounds:
        """Return the ranks of the suffixes that begin with a pattern."""
        a, b, c, d = self._heads.around(pattern.head)
        low = self._first(pattern, a, b, after=False)
        return Bounds(low, self._first(pattern, max(c, low), max(d, low), after=True))

    def longest(self, pattern: Pattern) -> tuple[int, int]:
        """Return how many units of a pattern stand anywhere, and the rank of a suffix that begins so."""
        a, b, _, _ = self._heads.around(pattern.head)
        rank = self._first(pattern, a, b, after=False)
        return max((self.shared(near, pattern.units), near) for near in (rank - 1, rank))

    def shared(self, rank: int, units: Units) -> int:
        """Return how many units a suffix begins with that a text begins with; 0 where there is no such rank."""
        if not 0 <= rank < self.count:
            return 0
        (place,) = self.places(rank, rank + 1)
        size, done = GLANCE, 0
        while done < len(units):
            ours = units[done : done + size]
            theirs = self._at(int(place) + done, len(ours))
            if ours != theirs:
                same = zip(ours, theirs, strict=False)
                return done + next((at for at, (one, two) in enumerate(same) if one != two), len(theirs))
            done += len(ours)
            size *= 4
        return done

    def _at(self, place: int, size: int) -> Units:
        return loaded(self._units.read(place * UNIT_BYTES, (place + size) * UNIT_BYTES))

    def _first(self, pattern: Pattern, low: int, high: int, *, after: bool) -> int:
        """Return the first rank in [low, high] that is not below a pattern; `after`: that is behind those with it."""
        held: array[int] | None = None
        base = low
        while low < high:
            if held is None and high - low <= STEP:
                base, held = low, array("i", self.places(low, high).astype(np.int32, copy=False).tobytes())
            middle = (low + high) // 2
            place = held[middle - base] if held is not None else int(self.places(middle, middle + 1)[0])
            if self._below(place, pattern.units, after=after):
                low = middle + 1
            else:
                high = middle
        return low

    def _below(self, place: int, units: Units, *, after: bool) -> bool:
        glance = units if len(units) <= GLANCE else units[:GLANCE]
        theirs = self._at(place, len(glance))
        if theirs == glance and len(units) > GLANCE:
            glance, theirs = units, self._at(place, len(units))
        return theirs <= glance if after else theirs < glance

    def document_at(self, place: int) -> int:
        """Return the number of the document, from 0, that a unit is in."""
        low, high = 0, self.documents
        while high - low > 1:
            middle = (low + high) // 2
            if self.first_unit(middle) <= place:
                low = middle
            else:
                high = middle
        return low

    def first_unit(self, document: int) -> int:
        """Return where a document begins; behind the last one, where the piece ends."""
        return self.count if document >= self.documents else int(self._row(document)["first"])

    def doc_id(self, document: int) -> str:
        """Return the id of a document."""
        start = document * DOCUMENT.itemsize
        return self._rows.read(start, start + 16).hex()

    def _row(self, document: int) -> np.void:
        start = document * DOCUMENT.itemsize
        row: np.void = np.frombuffer(self._rows.read(start, start + DOCUMENT.itemsize), DOCUMENT)[0]
        return row

    def all_documents(self) -> npt.NDArray[np.void]:
        """Return the rows of all documents: DOCUMENT[documents]."""
        return np.frombuffer(self._rows.read(0, self.documents * DOCUMENT.itemsize), DOCUMENT)
