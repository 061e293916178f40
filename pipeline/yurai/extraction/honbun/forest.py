"""Evaluate boosted oblivious trees with NumPy alone: the same integers on every machine.

An oblivious tree asks one question a level, the same in each branch, so a leaf's number is the answers read as bits.
Leaves hold integers, whose sums depend on no order, processor or version of a library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Margins: TypeAlias = npt.NDArray[np.int64]
UNIT: Final = 10_000
"""Margins are log-odds in so many parts of one."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees: column and border of each question, shape (depth, trees); leaves, shape (trees, 2^depth, outputs)."""

    columns: npt.NDArray[np.int16]
    borders: npt.NDArray[np.float32]
    leaves: npt.NDArray[np.int32]
    bias: npt.NDArray[np.int64]

    def margins(self, rows: npt.NDArray[np.float32]) -> Margins:
        """Return the sums of leaves, shape (rows, outputs), for feature rows of shape (rows, columns)."""
        turned = np.ascontiguousarray(rows.T)
        depth, trees = self.columns.shape
        leaf = np.zeros((trees, len(rows)), np.uint8)
        for level in range(depth):
            leaf |= (turned[self.columns[level]] > self.borders[level][:, None]).view(np.uint8) << np.uint8(level)
        places = leaf + (np.arange(trees, dtype=np.int32) << depth)[:, None]
        sums = [flat[places].sum(axis=0, dtype=np.int64) for flat in self.leaves.reshape(-1, self.leaves.shape[2]).T]
        return np.stack(sums, axis=1) + self.bias

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[np.generic]], name: str) -> Self:
        """Return the forest that `arrays` holds under a name."""
        columns, borders, leaves, bias = (arrays[f"{name}.{part}"] for part in ("columns", "borders", "leaves", "bias"))
        return cls(columns.astype(np.int16), borders.astype(np.float32), leaves.astype(np.int32), bias.astype(np.int64))
