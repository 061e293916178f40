"""Make the greedy choice of `graph` where memory does not hold it: one range of the keep order after the other.

Time-forward processing (Chiang et al., SODA 1995): what a document decides for a later one is mail to the range where
that one lies, and is read when its range comes up. So a range needs its own edges and its mail, nothing else.
"""

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import Numbers, Rows, order_keys, places
from yurai.stages.near_dedup.graph import Names, drop, first_of_each, greedy, numbered, staying

CLUSTER = np.dtype([("label", "<u8"), ("high", "<u8"), ("low", "<u8"), ("size", "<u4")])
"""What is known of a component: the doc_id of its first document in keep order, and how many it has."""
POINT = np.dtype([("rank", "<u8"), ("id_high", "<u8")])
"""A point of the keep order, for which each range between two of them is a run of documents."""
NEWS = 255
"""`by` of mail that drops nobody, and only says that its `b` exists: its `a` is gone."""
SAMPLES = 64


def points(nodes: Rows) -> Rows:
    """Return where NODEs lie in keep order, as POINT rows: rank and half of the doc_id tell enough of them apart."""
    rows = np.empty(len(nodes), POINT)
    rows["rank"], rows["id_high"] = nodes["rank"], nodes["id_high"]
    return rows


def cuts(sample: Rows, ranges: int) -> Rows:
    """Return the POINT where each range begins, the first at 0, so that each gets about as much of the sample."""
    sample = sample[np.lexsort((sample["id_high"], sample["rank"]))]
    inner = sample[np.arange(1, ranges if len(sample) else 1) * len(sample) // ranges]
    return np.unique(np.concatenate([np.zeros(1, POINT), inner]))


def range_of(begins: Rows, nodes: Rows) -> Numbers:
    """Return the last range that begins at each NODE or before, by bisection of all at once."""
    ranks, halves = begins["rank"].copy(), begins["id_high"].copy()
    rank, half = nodes["rank"].astype(np.uint64), nodes["id_high"].astype(np.uint64)
    ranges = np.zeros(len(nodes), np.int64)
    for bit in reversed(range((len(begins) - 1).bit_length())):
        tried = ranges + (1 << bit)
        at = np.minimum(tried, len(begins) - 1)
        begun = (ranks[at] < rank) | ((ranks[at] == rank) & (halves[at] <= half))
        ranges = np.where((tried == at) & begun, tried, ranges)
    return ranges


def nearest(mail: Rows) -> Rows:
    """Return one LABELLED row for each `b`: the one that drops it, or else news of it."""
    edge = mail["edge"]
    receivers = places(edge["b"])
    seen = (-edge["jaccard"], -edge["by"].astype(np.int64), *order_keys(edge["a"]))
    order = np.lexsort((*seen, edge["by"] == NEWS, receivers))
    receivers = receivers[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = receivers[1:] != receivers[:-1]
    return mail[order[first]]


def settle(inner: Rows, mail: Rows) -> Rows:
    """Return a DECISION for every document of a range, in keep order, with its label as `cluster_high`.

    `inner` are the LABELLED edges inside the range, `mail` what `nearest` left of those that come from earlier ones.
    """
    edges = inner["edge"]
    nodes, a, b, receivers = numbered(edges["a"], edges["b"], mail["edge"]["b"])
    decisions = staying(nodes)
    for ends, labels in ((a, inner["label"]), (b, inner["label"]), (receivers, mail["label"])):
        decisions["cluster_high"][ends] = labels
    drop(decisions, receivers, mail["edge"], np.flatnonzero(mail["edge"]["by"] != NEWS))
    order = first_of_each(len(nodes), a, b, edges)
    a, b = a[order], b[order]
    drop(decisions, b, edges[order], greedy(decisions["gone"] > 0, a, b))
    return decisions


class Known:
    """The documents of a range that are decided, looked up by place; those met later are decided as they come."""

    def __init__(self, decisions: Rows) -> None:
        decided = places(decisions)
        order = np.argsort(decided)
        self._places, self._gone = decided[order], decisions["gone"][order] > 0

    def posted(self, outer: Rows) -> tuple[Rows, Rows]:
        """Return edges that leave the range as mail, and a DECISION for each `a` that nobody knew: it stays."""
        senders = places(outer["edge"]["a"])
        known, at = _found(self._places, senders)
        mail = outer.copy()
        mail["edge"]["by"][np.flatnonzero(known)[self._gone[at[known]]]] = NEWS
        fresh = np.flatnonzero(~known)
        senders_once, index = np.unique(senders[fresh], return_index=True)
        chosen = outer[fresh[index]]
        decisions = staying(chosen["edge"]["a"])
        decisions["cluster_high"] = chosen["label"]
        self._add(senders_once)
        return mail, decisions

    def _add(self, fresh: Names) -> None:
        together = np.concatenate([self._places, fresh])
        order = np.argsort(together)
        gone = np.concatenate([self._gone, np.zeros(len(fresh), np.bool_)])
        self._places, self._gone = together[order], gone[order]


def counted(clusters: Rows, decisions: Rows) -> Rows:
    """Add the decisions of a range, whose `cluster_high` is a label, to CLUSTER rows; both are sorted by label.

    Ranges come in keep order, and the first document of a component stays: so it is the first that stays in the first
    range that has any document of it.
    """
    labels, sizes = np.unique(decisions["cluster_high"], return_counts=True)
    old, at = _found(clusters["label"], labels)
    clusters["size"][at[old]] += sizes[old].astype(np.uint32)
    fresh = np.zeros(int((~old).sum()), CLUSTER)
    fresh["label"], fresh["size"] = labels[~old], sizes[~old]
    stays = decisions[decisions["gone"] == 0]
    stays = stays[~_found(clusters["label"], stays["cluster_high"])[0]]
    stays = stays[np.lexsort((*order_keys(stays["kept"]), stays["cluster_high"]))]
    first = stays["kept"][np.searchsorted(stays["cluster_high"], fresh["label"])]
    fresh["high"], fresh["low"] = first["id_high"], first["id_low"]
    together = np.concatenate([clusters, fresh])
    return together[np.argsort(together["label"])]


def named(decisions: Rows, clusters: Rows) -> Rows:
    """Return decisions with their cluster in place of its label."""
    rows = decisions.copy()
    of_label = clusters[np.searchsorted(clusters["label"], rows["cluster_high"])]
    rows["cluster_high"], rows["cluster_low"], rows["size"] = of_label["high"], of_label["low"], of_label["size"]
    return rows


def _found(values: Names, asked: Names) -> tuple[npt.NDArray[np.bool_], Numbers]:
    """Tell which of `asked` are among sorted `values`, and where."""
    if not len(values):
        return np.zeros(len(asked), np.bool_), np.zeros(len(asked), np.int64)
    at = np.minimum(np.searchsorted(values, asked), len(values) - 1)
    return values[at] == asked, at
