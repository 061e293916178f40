"""Find where keys stand, or would stand, among sorted key rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from yurai_manifests.merkle.sorted_keys import KEY_BYTES, ROW, ROW_BYTES, merged


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands: the first row that is not before it, and the row before that; None beyond either end."""

    index: int
    before: bytes | None
    row: bytes | None
    held: bool
    """The row is of the key itself."""

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Yield (index, row) of the rows that prove it: its own, or both neighbours."""
        if self.row is not None:
            yield self.index, self.row
        if self.before is not None and not self.held:
            yield self.index - 1, self.before


def find_places(files: Sequence[Path], keys: Sequence[bytes]) -> tuple[int, dict[bytes, Place]]:
    """Return how many rows there are, and the place of each key, in one pass over the sorted files."""
    wanted = sorted(set(keys))
    bounds = np.array([key + bytes(ROW_BYTES - KEY_BYTES) for key in wanted], ROW)
    places: dict[bytes, Place] = {}
    start, last = 0, None
    for part in merged(files):
        rows = np.frombuffer(part, ROW)
        for number, at in zip(
            range(len(places), len(wanted)), np.searchsorted(rows, bounds[len(places) :]), strict=True
        ):
            if at == len(rows):
                break  # keys are in order: this one and those behind it lie in a later part
            row = part[at * ROW_BYTES : (at + 1) * ROW_BYTES]
            before = part[(at - 1) * ROW_BYTES : at * ROW_BYTES] if at else last
            key = wanted[number]
            places[key] = Place(start + int(at), before, row, row.startswith(key))
        start += len(rows)
        last = part[-ROW_BYTES:] if len(rows) else last
    for key in wanted[len(places) :]:
        places[key] = Place(start, last, None, held=False)
    return start, places
