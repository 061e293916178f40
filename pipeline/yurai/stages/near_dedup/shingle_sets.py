"""Hold the shingles of some documents, and count how much of one is in another."""

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import PIECE, SHINGLES, Rows, places
from yurai.stages.mixers import U32
from yurai.stages.near_dedup.losses import Text


class Texts:
    """The shingles of documents, by place."""

    def __init__(self, named: npt.NDArray[np.uint64], texts: list[Text]) -> None:
        self._named, self._texts = named, texts
        self._set = (-1, np.empty(0, np.uint32))

    def numbers(self, nodes: Rows) -> list[int]:
        """Return which of the texts each NODE's is."""
        return np.searchsorted(self._named, places(nodes)).tolist()  # type: ignore[no-any-return]

    def at(self, number: int) -> Text:
        """Return one of the texts."""
        return self._texts[number]

    def set_of(self, number: int) -> U32:
        """Return the shingles of one of the texts, sorted, each once; quick if it is the one asked for before."""
        if self._set[0] != number:
            self._set = (number, np.unique(self._texts[number].values))
        return self._set[1]


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


def pieces(pair: Rows, values: U32, numbers: int = 0) -> Rows:
    """Return PIECE rows that bring the set and numbers of the a of a CHECK row to its b; the last of them says so."""
    count = -(-len(values) // SHINGLES)
    result = np.zeros(count, PIECE)
    result["a"], result["b"], result["said"], result["size"] = pair["a"], pair["b"], pair["said"], len(values)
    result["last"][-1:], result["numbers"] = 1, numbers
    whole = np.zeros(count * SHINGLES, np.uint32)
    whole[: len(values)] = values
    result["values"] = whole.reshape(count, SHINGLES)
    return result
