"""Collect rows by partition on their way into a file: in memory, and on the spool once they are many."""

import uuid
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_files import HELD_BYTES, file_range
from yurai.exchange.row_types import Rows
from yurai_manifests.errors import ContractError
from yurai_manifests.task import Attempt

BLOCK_BYTES = 2 << 20
"""What is sorted at once: it and its copy fit into a core's cache, which is three times as fast as 16 MiB."""


class Splitter:
    """Rows by partition, through a file on the spool once they are more than memory should hold.

    Rows are sorted by partition in blocks. Spilled blocks are merged into runs, so that a partition is few large
    pieces of the file: some hundred kilobytes for each `held_bytes` that were spilled.
    """

    def __init__(self, attempt: Attempt, dtype: np.dtype[np.void], count: int, held_bytes: int = HELD_BYTES) -> None:
        self._dtype, self.count = dtype, count
        self._narrow = np.min_scalar_type(max(0, count - 1))  # up to 16 bits numpy sorts by radix
        self._step = max(1, min(BLOCK_BYTES, held_bytes) // dtype.itemsize)
        self._limit = max(1, held_bytes // dtype.itemsize)
        self._waiting: list[tuple[Rows, npt.NDArray[np.unsignedinteger]]] = []
        self._waits, self._used = 0, 0
        self._held = np.empty(
            self._limit + 2 * self._step, dtype
        )  # one piece of memory: new ones cost a page fault each
        self._blocks: list[npt.NDArray[np.int64]] = []
        self._path = attempt.path(f"spill-{uuid.uuid4().hex}")
        self._runs: list[list[int]] = []

    def add(self, rows: Rows, parts: npt.NDArray[np.int64]) -> None:
        """Add rows; `parts` says the partition of each. Rows of one partition keep their order.

        Raises:
            ContractError: there is no such partition.
        """
        if len(parts) and not 0 <= parts.min() <= parts.max() < self.count:
            raise ContractError(f"rows for partition {parts.min()} to {parts.max()}, but there are {self.count}")
        narrow = parts.astype(self._narrow)
        for start in range(0, len(rows), self._step):
            block = rows[start : start + self._step]
            if len(block) < self._step:
                block = block.copy()  # a view would keep the whole of what it was cut from
            self._waiting.append((block, narrow[start : start + self._step]))
            self._waits += len(block)
            if self._waits >= self._step:
                self._sort()

    def _sort(self) -> None:
        """Turn the rows that wait into a block that is sorted by partition."""
        if not self._waiting:
            return
        all_rows, all_parts = zip(*self._waiting, strict=True)
        rows = np.concatenate(all_rows, dtype=self._dtype) if len(all_rows) > 1 else all_rows[0]
        parts = np.concatenate(all_parts)
        end = self._used + len(rows)
        # "clip" checks nothing, so nothing is buffered
        np.take(rows, np.argsort(parts, kind="stable"), out=self._held[self._used : end], mode="clip")
        edges = np.full(self.count + 1, self._used)
        edges[1:] += np.cumsum(np.bincount(parts, minlength=self.count))
        self._blocks.append(edges * self._dtype.itemsize)
        self._waiting, self._waits, self._used = [], 0, end
        if end >= self._limit:
            self._spill()

    def _in_memory(self, part: int) -> npt.NDArray[np.uint8]:
        held = self._held.view(np.uint8)
        return np.concatenate([held[:0], *(held[edges[part] : edges[part + 1]] for edges in self._blocks)])

    def _spill(self) -> None:
        with self._path.open("ab") as file:
            run = [file.tell()]
            for part in range(self.count):
                run.append(run[-1] + file.write(self._in_memory(part).data))
        self._runs.append(run)
        self._blocks, self._used = [], 0

    def part(self, number: int) -> Iterator[Rows]:
        """Yield the rows of one partition, in chunks; all rows must have been added."""
        self._sort()
        if self._runs:
            with self._path.open("rb") as file:
                for run in self._runs:
                    yield from file_range(file, run[number], run[number + 1], self._dtype)
        if len(held := self._in_memory(number)):
            yield held.view(self._dtype)

    def whole(self, number: int) -> Rows:
        """Return the rows of one partition in one array."""
        return np.concatenate([*self.part(number), np.empty(0, self._dtype)], dtype=self._dtype)
