"""Hold the sets of shingles of some documents, and count how much of one is in another."""

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import PIECE, SHINGLES, Rows, places

U32 = npt.NDArray[np.uint32]


class Sets:
    """The shingle sets of documents, by place: sorted, each value once."""

    def __init__(self, named: npt.NDArray[np.uint64], values: U32, bounds: npt.NDArray[np.int64]) -> None:
        self._named, self._values, self._bounds = named, values, bounds

    def numbers(self, nodes: Rows) -> list[int]:
        """Return which of the sets each NODE's is."""
        return np.searchsorted(self._named, places(nodes)).tolist()  # type: ignore[no-any-return]

    def at(self, number: int) -> U32:
        """Return one of the sets."""
        return self._values[self._bounds[number] : self._bounds[number + 1]]


def common(values: U32, others: U32) -> int:
    """Return how many of sorted `values` are in sorted `others`."""
    few, many = (values, others) if len(values) <= len(others) else (others, values)
    index = np.searchsorted(many, few)
    index[index == len(many)] = len(many) - 1
    return int(np.count_nonzero(many[index] == few)) if len(many) else 0


def jaccard(a: U32, b: U32) -> float:
    """Return |A and B| / |A or B| of sorted sets, of which one at least holds something."""
    shared = common(a, b)
    return shared / (len(a) + len(b) - shared)


def pieces(pair: Rows, values: U32) -> Rows:
    """Return PIECE rows that bring the set of the a of a CHECK row to its b; the last of them says so."""
    count = -(-len(values) // SHINGLES)
    result = np.zeros(count, PIECE)
    result["a"], result["b"], result["said"], result["size"] = pair["a"], pair["b"], pair["said"], len(values)
    result["last"][-1:] = 1
    whole = np.zeros(count * SHINGLES, np.uint32)
    whole[: len(values)] = values
    result["values"] = whole.reshape(count, SHINGLES)
    return result
