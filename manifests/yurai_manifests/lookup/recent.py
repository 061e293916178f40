"""Keep the rows that were read last: who tells of a page asks for its row again and again."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

MOST: Final = 16
"""Rows that are kept; a row may hold a long text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row that has what was looked up: its file, its row in it, counted from 0, and its cells."""

    file: str
    row: int
    number: int
    """Its row in its folder."""
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recent:
    """Rows by folder and number. Threads may use one at once. It is of one run: its files are not written again."""

    _rows: "OrderedDict[tuple[str, int], tuple[Found, bool]]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, folder: str, number: int, columns: Sequence[str] | None) -> Found | None:
        """Return a row with these columns, None: all; None where it is not there with all of them."""
        with self._lock:
            found, whole = self._rows.get((folder, number), (None, False))
            if found is None or not (whole or (columns is not None and found.cells.keys() >= {*columns})):
                return None
            self._rows.move_to_end((folder, number))
        wanted = found.cells if columns is None else columns
        return replace(found, cells={name: found.cells[name] for name in wanted})

    def put(self, folder: str, found: Found, *, whole: bool) -> None:
        """Keep a row, `whole` if it has all columns, and forget the one that was asked for longest ago."""
        with self._lock:
            self._rows[folder, found.number] = (replace(found, cells={**found.cells}), whole)
            self._rows.move_to_end((folder, found.number))
            while len(self._rows) > MOST:
                self._rows.popitem(last=False)
