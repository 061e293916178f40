"""Decide who stays in a graph of verified pairs: components, and the first maximal independent set in keep order.

Components bound the work, the greedy decides (ARCHITECTURE.md section 6): a document is gone if and only if it is
adjacent to an earlier one that stays. All of it is array work on what fits into memory; how a graph that does not fit
is cut up is said in `yurai.stages.near_dedup.graph_driver`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from yurai.exchange.row_types import DECISION, EQUAL, LABELLED, LINK, Numbers, Rows, in_order, places

Names = npt.NDArray[np.uint64]
LOOP = 1 << 18


def names(nodes: Rows) -> Names:
    """Return a name of 64 bits for each NODE: its place, mixed so that names are spread like random numbers.

    The mixer is a bijection (Stafford's variant 13, the finaliser of SplitMix64: Steele, Lea and Flood 2014), so two
    documents never share a name. Since names are random, neighbours in a chain meet in about log2 of its length rounds.
    """
    mixed = places(nodes)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def components(count: int, a: Numbers, b: Numbers) -> Numbers:
    """Return for each of the nodes 0..count-1 the lowest node of its component; edge k joins `a[k]` and `b[k]`.

    Every root hangs itself below its lowest neighbour if that is lower, chains are halved by pointer jumping, and edges
    are drawn again between roots until none is left (Liu and Tarjan, "Simple Concurrent Labeling Algorithms for
    Connected Components", SOSA 2019: O(log^2 n) rounds). Roots only ever hang below lower ones, so the lowest stays.
    """
    parent = np.arange(count)
    while len(a):
        np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(parent, above := parent[parent]):
            parent = above
        a, b = parent[a], parent[b]
        apart = a != b
        a, b = a[apart], b[apart]
    return parent


def greedy(dropped: npt.NDArray[np.bool_], a: Numbers, b: Numbers) -> Numbers:
    """Return the edges, in order, whose `b` goes because of `a`: the first neighbour of `b` that stays.

    Nodes are numbered in keep order, `a < b` for each edge, and edges are sorted by `a`: so when the edges of a node
    come up it is known whether it stays. `dropped` says who went before.

    This is a loop, at some millions of edges a second. Peeling, as arrays, the nodes whose earlier neighbours are all
    decided takes as many rounds as the longest descending chain has documents: 10,000 for one of 10,000 pages.
    """
    state = bytearray(dropped.tobytes())
    removed_parts = [np.empty(0, np.int64)]
    for start in range(0, len(a), LOOP):
        end = start + LOOP
        chosen = []
        for index, (first, second) in enumerate(zip(a[start:end].tolist(), b[start:end].tolist(), strict=True), start):
            if not (state[first] or state[second]):
                state[second] = 1
                chosen.append(index)
        removed_parts.append(np.array(chosen, np.int64))
    return np.concatenate(removed_parts)


def decide(edges: Rows) -> Rows:
    """Return a DECISION for every document of the EDGE rows, in keep order; they hold their components whole."""
    nodes, a, b = numbered(edges["a"], edges["b"])
    order = first_of_each(len(nodes), a, b, edges)
    a, b, edges = a[order], b[order], edges[order]
    decisions = staying(nodes)
    drop(decisions, b, edges, greedy(np.zeros(len(nodes), np.bool_), a, b))
    labels = components(len(nodes), a, b)
    decisions["cluster_high"], decisions["cluster_low"] = nodes["id_high"][labels], nodes["id_low"][labels]
    decisions["size"] = np.bincount(labels, minlength=len(nodes))[labels]
    return decisions


def numbered(*nodes: Rows) -> tuple[Any, ...]:
    """Return all distinct NODEs in keep order, then for each argument the places of its nodes among them."""
    together = np.concatenate(nodes)
    _, index, inverse = np.unique(places(together), return_index=True, return_inverse=True)
    distinct = together[index]
    order = in_order(distinct)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return distinct[order], *np.split(rank[inverse], np.cumsum([len(part) for part in nodes])[:-1])


def first_of_each(count: int, a: Numbers, b: Numbers, edges: Rows) -> Numbers:
    """Return the edges that count, sorted by (a, b): of equal ones the one seen best, then the most similar."""
    pairs = a * count + b
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    again = np.concatenate([[False], pairs[1:] == pairs[:-1]]) if len(pairs) else np.empty(0, np.bool_)
    if again.any():
        order = np.lexsort((-edges["jaccard"], -edges["by"].astype(np.int64), a * count + b))
    return np.asarray(order[~again], np.int64)


def staying(nodes: Rows) -> Rows:
    """Return a DECISION that keeps each NODE, its cluster still to be filled in."""
    decisions = np.zeros(len(nodes), DECISION)
    decisions["shard"], decisions["row"], decisions["kept"] = nodes["shard"], nodes["row"], nodes
    decisions["jaccard"], decisions["by"] = 1, EQUAL
    return decisions


def drop(decisions: Rows, b: Numbers, edges: Rows, chosen: Numbers) -> None:
    """Write down that the `b` of each chosen edge goes because of its `a`."""
    dropped = b[chosen]
    decisions["gone"][dropped] = 1
    decisions["kept"][dropped] = edges["a"][chosen]
    for name in ("jaccard", "by", "absent_run", "absent"):
        decisions[name][dropped] = edges[name][chosen]


def links(a: Names, b: Names) -> Rows:
    """Return LINK rows."""
    rows = np.empty(len(a), LINK)
    rows["node"], rows["other"] = a, b
    return rows


def labelled(labels: Names, edges: Rows) -> Rows:
    """Return LABELLED rows."""
    rows = np.empty(len(edges), LABELLED)
    rows["label"], rows["edge"] = labels, edges
    return rows


def contract(rows: Rows) -> Rows:
    """Return LINK rows that connect the same names by stars: from each name to the lowest of its component here."""
    nodes, inverse = np.unique(np.concatenate([rows["node"], rows["other"]]), return_inverse=True)
    labels = components(len(nodes), inverse[: len(rows)], inverse[len(rows) :])
    below = np.flatnonzero(labels != np.arange(len(nodes)))
    return links(nodes[below], nodes[labels[below]])


def both_ways(rows: Rows) -> Rows:
    """Return every LINK from either end."""
    return np.concatenate([rows, links(rows["other"], rows["node"])])


STAR = np.dtype([("node", "<u8"), ("low", "<u8"), ("high", "<u8"), ("above", "u1")])
"""The neighbours of a name: the lowest and the highest of the lower ones, and whether any is higher."""


def stars(rows: Rows) -> Rows:
    """Return the STAR that each LINK, seen from `node`, makes alone."""
    result = np.zeros(len(rows), STAR)
    lower = rows["other"] < rows["node"]
    result["node"], result["above"] = rows["node"], ~lower
    result["low"] = np.where(lower, rows["other"], rows["node"])
    result["high"] = np.where(lower, rows["other"], 0)
    return result


def joined(rows: Rows) -> Rows:
    """Return one STAR for each name, sorted by name."""
    if not len(rows):
        return rows
    rows = rows[np.argsort(rows["node"], kind="stable")]
    starts = np.flatnonzero(np.concatenate([[True], rows["node"][1:] != rows["node"][:-1]]))
    result = rows[starts]
    result["low"] = np.minimum.reduceat(rows["low"], starts)
    result["high"] = np.maximum.reduceat(rows["high"], starts)
    result["above"] = np.maximum.reduceat(rows["above"], starts)
    return result


def unsettled(stars_found: Rows) -> int:
    """Count the STARs that forbid to call the links labels: a name with two lower ones, or with both sides."""
    return int(
        (
            (stars_found["low"] < stars_found["node"])
            & ((stars_found["low"] != stars_found["high"]) | (stars_found["above"] > 0))
        ).sum()
    )


def lifted(rows: Rows, stars_found: Rows) -> Rows:
    """Link every higher neighbour of a name to the lowest one: the large-star of Kiveris et al., SoCC 2014."""
    rows = rows[rows["other"] > rows["node"]]
    return links(rows["other"], stars_found["low"][np.searchsorted(stars_found["node"], rows["node"])])


def labels_of(asked: Names, labels: Rows) -> Names:
    """Return the label of each name, by LINK rows sorted by node; a name without one is the lowest of its component."""
    if not len(labels):
        return asked
    index = np.minimum(np.searchsorted(labels["node"], asked), len(labels) - 1)
    return np.where(labels["node"][index] == asked, labels["other"][index], asked)
