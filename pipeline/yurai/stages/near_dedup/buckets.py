"""Choose which documents of one bucket, that is, with one band hash, are compared.

All pairs of a bucket of at most 32 documents. A larger one (templated pages) would ask for a quadratic number, so its
first 8 in keep order stand for it: each later document is compared with them, and what is left out is counted.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import NEW, PAIR, Numbers, Rows, in_order, order_keys

BUCKET, FIRST = 32, 8
PAIRS_AT_ONCE = 1 << 18


@dataclass(slots=True)
class Tally:
    """What was seen in the buckets of a task."""

    buckets: int = 0
    pairs: int = 0
    bounded: int = 0
    largest: int = 0
    left_out: int = 0

    def add(self, size: int, count: int = 1) -> None:
        """Count so many buckets of one size."""
        self.buckets += count
        self.largest = max(self.largest, size)
        whole = size * (size - 1) // 2
        made = whole if size <= BUCKET else pairs_with_first(size)
        self.pairs += made * count
        self.left_out += (whole - made) * count
        self.bounded += count if size > BUCKET else 0

    def numbers(self) -> list[int]:
        """Return the values in the order of `TALLY`."""
        return [getattr(self, name) for name in TALLY]


TALLY = tuple(entry.name for entry in fields(Tally))


def pairs_with_first(size: int) -> int:
    """Return the pairs of a bucket over the bound: those in which one of the first is."""
    return FIRST * size - FIRST * (FIRST + 1) // 2


def bucket_pairs(rows: Rows, tally: Tally) -> Iterator[Rows]:
    """Yield PAIR rows of BAND rows, which hold whole buckets; pairs of two older documents are left out."""
    shared = _shared(rows)
    shared = shared[np.lexsort((*order_keys(shared["node"]), shared["hash"]))]
    starts, sizes = runs(shared["hash"])
    nodes = shared["node"]
    for size in np.unique(sizes).tolist():
        of_size = starts[sizes == size]
        tally.add(size, len(of_size))
        first, second = _places(size)
        step = max(1, PAIRS_AT_ONCE // len(first))
        for first_bucket, first_pair in itertools.product(
            range(0, len(of_size), step), range(0, len(first), PAIRS_AT_ONCE)
        ):
            base, part = (
                of_size[first_bucket : first_bucket + step, None],
                slice(first_pair, first_pair + PAIRS_AT_ONCE),
            )
            yield paired(nodes[(base + first[part]).ravel()], nodes[(base + second[part]).ravel()])


def _shared(rows: Rows) -> Rows:
    """Return the rows whose hash at least two of them have."""
    order = np.argsort(rows["hash"])
    hashes = rows["hash"][order]
    same = hashes[1:] == hashes[:-1]
    both = np.zeros(len(rows), bool)
    both[1:] |= same
    both[:-1] |= same
    return rows[order[both]]


def runs(values: npt.NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
    """Return start and length of each run of equal values."""
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])) if len(values) else np.empty(0, int)
    return starts.astype(np.int64), np.diff(np.append(starts, len(values))).astype(np.int64)


def _places(size: int) -> tuple[Numbers, Numbers]:
    """Return the places in a bucket, parallel, of the documents that are compared."""
    if size <= BUCKET:
        first, second = np.triu_indices(size, 1)
        return first, second
    first = np.repeat(np.arange(FIRST), size - 1 - np.arange(FIRST))
    return first, np.concatenate([np.arange(first_row + 1, size) for first_row in range(FIRST)])


def paired(a: Rows, b: Rows) -> Rows:
    """Return PAIR rows of parallel NODEs, without those of two older documents."""
    new = (a["rank"] >= NEW) | (b["rank"] >= NEW)
    pairs_made = np.empty(int(new.sum()), PAIR)
    pairs_made["a"], pairs_made["b"] = a[new], b[new]
    return pairs_made


class HotBuckets:
    """Buckets of more rows than memory holds, in two passes: `see` all rows, then `pairs` of all rows again."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._first: dict[int, Rows] = {}

    def see(self, rows: Rows) -> None:
        """Count rows by hash, and keep the first of each in keep order."""
        shared = rows[np.argsort(rows["hash"], kind="stable")]
        for start, size in zip(*(column.tolist() for column in runs(shared["hash"])), strict=True):
            key = int(shared["hash"][start])
            self._counts[key] = self._counts.get(key, 0) + size
            held = [self._first[key]] if key in self._first else []
            nodes = np.concatenate([*held, shared["node"][start : start + size]])
            self._first[key] = nodes[in_order(nodes)][:FIRST]

    def hot(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Tell which rows lie in a bucket over the bound."""
        keys = [key for key, count in self._counts.items() if count > BUCKET]
        return np.isin(rows["hash"], np.array(keys, np.uint64))

    def tally(self, tally: Tally) -> None:
        """Count the buckets over the bound."""
        for count in self._counts.values():
            if count > BUCKET:
                tally.add(count)

    def pairs(self, rows: Rows) -> Iterator[Rows]:
        """Yield the pairs of rows in hot buckets with the first of theirs."""
        for key in np.unique(rows["hash"]).tolist():
            nodes, first = rows["node"][rows["hash"] == key], self._first[key]
            numbers = np.concatenate([first, nodes])
            rank = np.empty(len(numbers), np.int64)
            rank[in_order(numbers)] = np.arange(len(numbers))
            for index, one in enumerate(first):
                later = nodes[rank[len(first) :] > rank[index]]
                later = later[(later["id_high"] != one["id_high"]) | (later["id_low"] != one["id_low"])]
                yield paired(np.repeat(first[index : index + 1], len(later)), later)
