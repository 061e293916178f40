"""Decide among documents with equal keys: the first in keep order stays, each other one is told of it.

A key is 128 bits of the sha256 of what equal documents share: their text, their URL, their host. Whoever makes KEY rows
brings them together by `yurai.exchange.levels`, decides here, and applies by `yurai.stages.apply_decisions`.
"""

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_files import Span, read_twice
from yurai.exchange.row_types import DECISION, EQUAL, KEY, Numbers, Rows, order_keys, places

SHARE = 6
"""Rows are held whole up to this part of memory: sorting takes about four times their size."""


def key_rows(names: Iterable[str], documents: Rows) -> Rows:
    """Return a KEY row for each of `documents`, NODE rows, by the name that it shares with its equals."""
    digests = b"".join(hashlib.sha256(name.encode("utf-8")).digest()[:16] for name in names)
    rows = np.zeros(len(documents), KEY)
    rows["hash"], rows["low"] = np.frombuffer(digests, ">u8").reshape(-1, 2).T
    rows["node"] = documents
    return rows


def decided(spans: list[Span], memory_bytes: int, jaccard: float) -> Iterator[Rows]:
    """Yield DECISION rows about the documents of one partition whose KEY rows are at `spans`.

    Two passes: first the document that stays, for each key, then what becomes of all. Distinct keys spread evenly, so
    those of one partition fit into memory; a partition that does not is one with a key that is very common, and it is
    read twice. `jaccard` is the similarity of texts that equal keys prove, NaN where they prove none.
    """
    chunks = read_twice(spans, KEY, memory_bytes // SHARE)
    firsts, sizes = first_of_each(chunks())
    for rows in chunks():
        yield decisions(rows, firsts, sizes, jaccard)


def first_of_each(chunks: Iterable[Rows]) -> tuple[Rows, Numbers]:
    """Return the first in keep order of each key, sorted by key, and how many have that key.

    A document that was given twice, so that two rows have one doc_id, stays where its row comes first.
    """
    firsts, sizes = np.empty(0, KEY), np.empty(0, np.int64)
    for rows in chunks:
        both = np.concatenate([firsts, rows])
        counts = np.concatenate([sizes, np.ones(len(rows), np.int64)])
        order = np.lexsort((places(both["node"]), *order_keys(both["node"]), both["low"], both["hash"]))
        both, counts = both[order], counts[order]
        starts = np.flatnonzero(np.concatenate([[True], ~_same(both[1:], both[:-1])])[: len(both)])
        firsts, sizes = both[starts], np.add.reduceat(counts, starts) if len(starts) else counts
    return firsts, sizes


def _same(a: Rows, b: Rows) -> npt.NDArray[np.bool_]:
    return np.asarray((a["hash"] == b["hash"]) & (a["low"] == b["low"]), np.bool_)


def decisions(rows: Rows, firsts: Rows, sizes: Numbers, jaccard: float) -> Rows:
    """Return a DECISION for each of `rows` whose key others have; `firsts` and `sizes`: see `first_of_each`."""
    index = _search(rows, firsts)
    shared = sizes[index] > 1
    rows, index = rows[shared], index[shared]
    kept = firsts["node"][index]
    decided_rows = np.zeros(len(rows), DECISION)
    for name in ("shard", "row"):
        decided_rows[name] = rows["node"][name]
    decided_rows["gone"] = places(rows["node"]) != places(kept)
    decided_rows["kept"], decided_rows["jaccard"], decided_rows["by"] = kept, jaccard, EQUAL
    decided_rows["cluster_high"], decided_rows["cluster_low"], decided_rows["size"] = (
        kept["id_high"],
        kept["id_low"],
        sizes[index],
    )
    return decided_rows


def _search(rows: Rows, firsts: Rows) -> Numbers:
    """Return the place of each row's key in `firsts`: by 64 bits, then past those that share them."""
    index = np.searchsorted(firsts["hash"], rows["hash"])
    while not (equal := _same(firsts[index], rows)).all():
        index = index + ~equal
    return index
