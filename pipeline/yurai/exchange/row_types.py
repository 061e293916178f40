"""Define the fixed-width rows that steps of dedup hand on, and the one order among documents.

A NODE is a document: its rank in keep order, then its doc_id, then where its row lies. NODEs compare by (rank, id): the
lower one stays. Places (shard, row) take no part in the order, so how a corpus is cut into shards changes nothing.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[np.void]
Numbers: TypeAlias = npt.NDArray[np.int64]
NEW = 1 << 32
"""The least rank of a document of this run; those of earlier runs lie below, so they stay."""
NODE = np.dtype([("rank", "<u8"), ("id_high", "<u8"), ("id_low", "<u8"), ("shard", "<u4"), ("row", "<u4")])
BAND = np.dtype([("hash", "<u8"), ("node", NODE)])
PAIR = np.dtype([("a", NODE), ("b", NODE)])
"""Two documents that may be near-duplicates; `a` precedes `b` in keep order."""
UNKNOWN = 2**32 - 1
"""How much is absent, where texts were not compared."""
EDGE = np.dtype([("a", NODE), ("b", NODE), ("jaccard", "<f4"), ("by", "u1"), ("absent_run", "<u4"), ("absent", "<u4")])
"""A verified pair, with its similarity and how it was found: ESTIMATE or EXACT; what of `b` is absent from `a`."""
DECISION = np.dtype(
    [
        ("shard", "<u4"),
        ("row", "<u4"),
        ("gone", "u1"),
        ("kept", NODE),
        ("jaccard", "<f4"),
        ("by", "u1"),
        ("absent_run", "<u4"),
        ("absent", "<u4"),
        ("cluster_high", "<u8"),
        ("cluster_low", "<u8"),
        ("size", "<u4"),
    ]
)
"""What was decided about a document with a duplicate; `kept` of one that stays is itself."""
EQUAL, ESTIMATE, EXACT, CONTAINED = 0, 1, 2, 3
"""How a similarity became known: equal keys, signatures, shingles."""
SHINGLES = 128
PIECE = np.dtype(
    [
        ("a", NODE),
        ("b", NODE),
        ("said", "u1"),
        ("last", "u1"),
        ("size", "<u4"),
        ("numbers", "<u8"),
        ("values", "<u4", (SHINGLES,)),
    ]
)
"""Some of the shingles of `a`, on their way to `b`: of `size` in all; the `last` piece is filled up with zeros.

`numbers` is a hash of the numbers in the text of `a`, 0 where nobody asks."""
CHECK = np.dtype([("a", NODE), ("b", NODE), ("estimate", "<f4"), ("said", "u1")])
"""A pair whose shingles are compared: to decide, or to see whether what the estimate `said` was right."""
UNDECIDED, SAID_YES, SAID_NO = 0, 1, 2
KEY = np.dtype([("hash", "<u8"), ("low", "<u8"), ("node", NODE)])
"""A document with the 128 bits that equal documents share."""
NAME_BYTES = 128
NAME = np.dtype([("shard", "<u4"), ("row", "<u4"), ("part", "<u4"), ("text", "u1", (NAME_BYTES,))])
"""A part of what the document at (shard, row) is told of the one that was kept instead, filled up with spaces."""
LINE = np.dtype([("hash", "<u8"), ("low", "<u8"), ("node", NODE), ("position", "<u4")])
"""A line or paragraph: 128 bits that equal ones share, its document, and which unit of the text it is, from 0."""
CUT = np.dtype([("shard", "<u4"), ("row", "<u4"), ("position", "<u4"), ("kept_high", "<u8"), ("kept_low", "<u8")])
"""A unit that leaves the text of (shard, row), and the doc_id of the document that keeps its first occurrence."""
WINDOW = np.dtype([*LINE.descr, ("length", "<u4")])
"""A window of a text: 128 bits of its bytes, its document, and its first byte and how many there are, in UTF-8."""
REPEAT = np.dtype(
    [
        ("shard", "<u4"),
        ("row", "<u4"),
        ("start", "<u4"),
        ("length", "<u4"),
        ("kept", NODE),
        ("kept_start", "<u4"),
    ]
)
"""Bytes of the text of (shard, row), from `start` on, that are those of `kept` from `kept_start` on, which precede."""
REACH = 272
"""Bytes on each side of a repeat that are compared: of a shared run so many may lie beside its windows."""
BESIDE = np.dtype([("repeat", REPEAT), ("before", "u1", (REACH,)), ("after", "u1", (REACH,))])
"""A repeat on its way to `kept`, with the bytes beside it: nearest last in `before`, first in `after`."""
LINK = np.dtype([("node", "<u8"), ("other", "<u8")])
"""Two documents of one component, by name; as a label, `other` is the lowest name of the component."""
LABELLED = np.dtype([("label", "<u8"), ("edge", EDGE)])
"""A verified pair with the name of its first document, later with the label of its component."""
MESSAGE_BYTES = 110
MESSAGE = np.dtype([("hash", "<u8"), ("low", "<u8"), ("kind", "u1"), ("more", "u1"), ("text", "u1", (MESSAGE_BYTES,))])
"""A part of something of any length that goes to a key of 128 bits, filled up with spaces; `more` parts follow or not.

See `yurai.exchange.messages`.
"""
WEIGHT = np.dtype([("hash", "<u8"), ("size", "<u8")])
"""A document's place in an order by hash, and its size."""
ITEM = np.dtype(
    [
        ("position", "<u8"),
        ("id_high", "<u8"),
        ("id_low", "<u8"),
        ("shard", "<u4"),
        ("token_start", "<u8"),
        ("count", "<u4"),
    ]
)
"""A document at its place in the order of an epoch: its doc_id, and its tokens in a shard."""
PACKED = np.dtype([("sample", "<u8"), ("at", "<u8"), ("offset", "<u4"), ("item", ITEM)])
"""Tokens of a document in a sample: parts of a sample are ordered by `at`; `offset` is the first token there.

`item` has the tokens of the part alone, `count` from `token_start` on.
"""
ROWS = {
    "node": NODE,
    "band": BAND,
    "pair": PAIR,
    "edge": EDGE,
    "link": LINK,
    "labelled": LABELLED,
    "decision": DECISION,
    "piece": PIECE,
    "check": CHECK,
    "key": KEY,
    "name": NAME,
    "line": LINE,
    "cut": CUT,
    "window": WINDOW,
    "repeat": REPEAT,
    "beside": BESIDE,
    "message": MESSAGE,
    "weight": WEIGHT,
    "item": ITEM,
    "packed": PACKED,
}
"""The types by the names that tasks carry."""


def carry_type(permutations: int) -> np.dtype[np.void]:
    """Return the type of a pair with the signature of `a`, on its way to `b`."""
    return np.dtype([("a", NODE), ("b", NODE), ("signature", "<u4", (permutations,))])


def row_type(kind: str) -> np.dtype[np.void]:
    """Return the type of a name that tasks carry: a key of ROWS, or carry-K for signatures of K permutations."""
    name, _, count = kind.partition("-")
    return carry_type(int(count)) if name == "carry" else ROWS[kind]


def order_keys(nodes: Rows) -> tuple[npt.NDArray[np.generic], ...]:
    """Return sort keys of NODEs for `np.lexsort`: the last is the most significant."""
    return nodes["id_low"], nodes["id_high"], nodes["rank"]


def in_order(nodes: Rows) -> Numbers:
    """Return the places that sort NODEs by keep order."""
    return np.lexsort(order_keys(nodes))


def precedes(a: Rows, b: Rows) -> npt.NDArray[np.bool_]:
    """Tell for parallel NODEs whether `a` precedes `b` in keep order."""
    later = a["id_low"] < b["id_low"]
    later = (a["id_high"] < b["id_high"]) | ((a["id_high"] == b["id_high"]) & later)
    return np.asarray((a["rank"] < b["rank"]) | ((a["rank"] == b["rank"]) & later), np.bool_)


def hex_ids(high: npt.NDArray[np.generic], low: npt.NDArray[np.generic]) -> list[str]:
    """Return doc_ids, told their two halves."""
    digits = np.stack([high, low], axis=-1).astype(">u8").tobytes().hex()
    return [digits[start : start + 32] for start in range(0, len(digits), 32)]


def places(nodes: Rows) -> npt.NDArray[np.uint64]:
    """Return shard and row of each NODE as one number: the fastest name of a document within a run."""
    return (nodes["shard"].astype(np.uint64) << np.uint64(32)) | nodes["row"].astype(np.uint64)
