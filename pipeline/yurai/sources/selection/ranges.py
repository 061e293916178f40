"""Say which ranges of one file a task reads; this knows neither files nor how a selection is written."""

from dataclasses import dataclass
from typing import Final

from yurai.sources.selection.coalesce import READING, Reading
from yurai_manifests.canonical import Json

SELECTION: Final = "selection.json"
"""The manifest of a selection, in its folder."""
TASK_RANGES: Final = 2048
"""Ranges of a task, which is what is done again after a crash: some 70 MB of a crawl. It is part of task keys."""


@dataclass(frozen=True, slots=True, order=True)
class Ranges:
    """A run of ranges of one file: `rows` rows of a selection from number `first` on, which all are of that file.

    `store` and `digest` are where the selection lies and what it is. The run has the file from byte `start` on if it
    is the file's first, else from its first range; up to the next run's first range, or `end`, where the last ends.
    """

    store: str
    digest: str
    first: int
    rows: int
    end: int
    bytes: int
    """Of all ranges of the file."""
    reading: Reading = READING
    is_first: bool = True
    is_last: bool = True

    def json(self) -> dict[str, Json]:
        """Return what says which bytes these are; how they are read together changes no byte of an output."""
        return {"selection": self.digest, "first": self.first, "rows": self.rows}

    @property
    def span(self) -> str:
        """Return the range as keys of tasks have it."""
        return f"{self.digest}:{self.first}+{self.rows}"

    @property
    def tasks(self) -> int:
        """Return how many runs there are."""
        return -(-self.rows // TASK_RANGES)

    def runs(self) -> list["Ranges"]:
        """Return the ranges of a file as tasks read them."""
        starts = range(0, self.rows, TASK_RANGES)
        return [
            Ranges(
                self.store,
                self.digest,
                self.first + start,
                min(TASK_RANGES, self.rows - start),
                self.end,
                self.bytes,
                self.reading,
                is_first=start == 0,
                is_last=start == starts[-1],
            )
            for start in starts
        ]
