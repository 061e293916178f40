"""Sets of shingles of some documents, and how much of one is in another."""

import numpy as np
import numpy.typing as npt

from yurai.dedup.records import NODE, PIECE, SHINGLES, Rows, places

U32 = npt.NDArray[np.uint32]


class Sets:
    """The shingle sets of documents, by place: sorted, each value once."""

    def __init__(self, named: npt.NDArray[np.uint64], values: U32, bounds: npt.NDArray[np.int64]) -> None:
        self._named, self._values, self._bounds = named, values, bounds

    def of(self, node: Rows) -> U32:
        """Return the set of the document that a NODE names."""
        number = int(np.searchsorted(self._named, places(node)))
        return self._values[self._bounds[number] : self._bounds[number + 1]]


def common(values: U32, others: U32) -> int:
    """Return how many of sorted `values` are in sorted `others`."""
    few, many = (values, others) if len(values) <= len(others) else (others, values)
    found = np.searchsorted(many, few)
    found[found == len(many)] = len(many) - 1
    return int(np.count_nonzero(many[found] == few)) if len(many) else 0


def jaccard(shared: int, size: int, other: int) -> float:
    """Return |A and B| / |A or B|, told both sizes and what is shared."""
    return shared / (size + other - shared)


def pieces(a: Rows, b: Rows, values: U32, said: int) -> Rows:
    """Return PIECE rows that bring the set of the NODE `a` to `b`, with what the estimate said of both."""
    count = -(-len(values) // SHINGLES)
    found = np.zeros(count, PIECE)
    found["a"], found["b"], found["size"] = np.asarray(a, NODE), np.asarray(b, NODE), len(values)
    found["said"] = said
    whole = np.zeros(count * SHINGLES, np.uint32)
    whole[: len(values)] = values
    found["values"] = whole.reshape(count, SHINGLES)
    found["count"] = SHINGLES
    found["count"][-1:] = len(values) - (count - 1) * SHINGLES
    return found
