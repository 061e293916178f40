"""Decisions from verified pairs against ten lines of brute force, in one task and by rounds, links and ranges."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from run_helpers import Watching
from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine
from yurai.engine.progress import Reporter
from yurai.engine.steps import Steps
from yurai.engine.task import Task, task_function
from yurai.exchange.levels import written
from yurai.exchange.row_files import read_rows, rows_file
from yurai.exchange.row_types import DECISION, EDGE, ESTIMATE, EXACT, LABELLED, NODE, in_order, precedes
from yurai.stages.near_dedup import graph
from yurai.stages.near_dedup import greedy_by_range as forward
from yurai.stages.near_dedup.graph_driver import decide
from yurai_manifests.store import open_store
from yurai_manifests.task import Attempt, StepId, TaskRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGE = 1 << 30
Pair = tuple[int, int, float, int]

Key = tuple[int, int, int]


def nodes_of(count: int, seed: int = 0) -> np.ndarray:
    """NODEs whose order has nothing to do with their places; some are of earlier runs, many share a rank."""
    random = np.random.default_rng(seed)
    rows = np.zeros(count, NODE)
    rows["rank"] = random.choice([0, 1, 2**40, 2**63 + 1], count)
    rows["id_high"], rows["id_low"] = random.integers(0, 2**63, (2, count))
    rows["id_high"][count // 2 :] = rows["id_high"][: count - count // 2]  # ids that share their first half
    rows["shard"], rows["row"] = np.arange(count) // 7, np.arange(count) % 7
    return rows


def edges_of(nodes: np.ndarray, pairs: list[Pair]) -> np.ndarray:
    """EDGE rows; of two documents the one that precedes is a."""
    rows = np.zeros(len(pairs), EDGE)
    first, second = (nodes[[pair[end] for pair in pairs]] for end in (0, 1))
    ahead = precedes(first, second)
    rows["a"], rows["b"] = np.where(ahead, first, second), np.where(ahead, second, first)
    rows["jaccard"], rows["by"] = [pair[2] for pair in pairs], [pair[3] for pair in pairs]
    rows["absent_run"], rows["absent"] = rows["by"], 2 * rows["by"]
    return rows


def key_of(node: Any) -> Key:
    """What keep order goes by."""
    return int(node["rank"]), int(node["id_high"]), int(node["id_low"])


def brute(edges: np.ndarray) -> dict[Any, Any]:
    """{place: the other fields of its DECISION}, one document after the other."""
    met: dict[Any, dict[Any, tuple[int, float]]] = {}
    for a, b, jaccard, by, *_ in edges.tolist():  # NODEs as tuples compare in keep order
        best = max(met.setdefault(a, {}).get(b, (0, 0.0)), (by, jaccard))
        met[a][b] = met.setdefault(b, {})[a] = best
    kept: dict[Any, Any] = {}
    for node in sorted(met):
        kept[node] = min((other for other in met[node] if other < node and kept[other] == other), default=node)
    found: dict[Any, Any] = {}
    clusters: dict[Any, set[Any]] = {}
    for node, others in met.items():
        fresh = cluster = clusters.get(node, {node})
        while node not in clusters and (fresh := {other for one in fresh for other in met[one]} - cluster):
            cluster |= fresh
        clusters.update({} if node in clusters else dict.fromkeys(cluster, cluster))
        by, jaccard = others.get(kept[node], (0, 1.0))
        found[node[3:]] = (
            int(kept[node] != node),
            kept[node],
            jaccard,
            by,
            by,
            2 * by,
            *min(cluster)[1:3],
            len(cluster),
        )
    return found


def as_found(decisions: np.ndarray) -> dict[Any, Any]:
    assert len({(int(row["shard"]), int(row["row"])) for row in decisions}) == len(decisions)
    return {row[:2]: row[2:] for row in decisions.tolist()}


@dataclass(frozen=True)
class Give(Arguments):
    path: str


@task_function("tests:give")
def give(task: Task[Give], attempt: Attempt) -> TaskRecord:
    """A step that writes the rows of a file of the test."""
    record = task.record()
    with rows_file(attempt, record) as out:
        out.write(np.fromfile(task.args.path, EDGE))
    return record


class Run:
    """Decisions through real tasks, in a tree of its own."""

    def __init__(self, folder: Path, files: list[np.ndarray], memory: int) -> None:
        self.ran = Watching()
        self.engine = Engine(open_store(str(folder)), self.ran, Reporter(quiet=True))
        steps = Steps(self.engine, StepId("00-near-dedup", "f" * 64), {}, memory)
        for number, rows in enumerate(files):
            rows.tofile(folder / f"{number}.bin")

        def arguments() -> Iterator[Give]:
            return (Give(str(folder / f"{number}.bin")) for number in range(len(files)))

        # a file counts twice, in two steps: edges that come again change nothing
        self.edges = [
            steps.reduce("edges", give, arguments),
            steps.reduce("again", give, arguments),
        ]
        self.decided = decide(steps, self.edges)
        self.steps = steps

    def rows(self) -> np.ndarray:
        return read_rows((span for record in self.decided for span in written(self.engine, record)), DECISION)

    def rounds(self) -> int:
        return len({name.split(".")[1][:14] for name in self.ran.ran if "graph-round" in name})


def decided(files: list[np.ndarray], memory: int) -> tuple[np.ndarray, Run]:
    """(DECISION rows, how it went); asked again, nothing is done again."""
    with tempfile.TemporaryDirectory() as folder:
        done = Run(Path(folder), files, memory)
        ran = done.ran.ran.copy()
        assert [record.key for record in decide(done.steps, done.edges)] == [record.key for record in done.decided]
        assert done.ran.ran == ran
        return done.rows(), done


EDGES = st.lists(
    st.tuples(st.integers(0, 24), st.integers(0, 24), st.sampled_from([0.5, 0.75]), st.sampled_from([ESTIMATE, EXACT])),
    max_size=60,
).map(lambda pairs: [pair for pair in pairs if pair[0] != pair[1]])
CHAIN = [(place, place + 1, 0.75, EXACT) for place in range(24)]


@settings(max_examples=80, deadline=None)
@given(pairs=EDGES, seed=st.integers(0, 9))
def test_decide_is_brute_force(pairs: list[Pair], seed: int) -> None:
    edges = edges_of(nodes_of(25, seed), pairs)
    assert as_found(graph.decide(edges)) == brute(edges)


@settings(max_examples=2, deadline=None)
@given(
    pairs=EDGES,
    seed=st.integers(0, 9),
    cuts=st.lists(st.integers(0, 60), max_size=3),
    memory=st.sampled_from([9000, 5000]),
)
@example(pairs=CHAIN, seed=1, cuts=[9, 3], memory=4000)
@example(pairs=[], seed=1, cuts=[], memory=4000)
def test_rounds_and_ranges_decide_as_one_task_does(pairs: list[Pair], seed: int, cuts: list[int], memory: int) -> None:
    edges = edges_of(nodes_of(25, seed), pairs)
    files = np.split(edges, sorted(cuts))
    expected = brute(edges)
    one, run = decided(files, LARGE)
    assert as_found(one) == expected
    assert run.ran.ran["00-near-dedup.graph-decide"] == 1
    assert as_found(decided(files, memory)[0]) == expected
    assert as_found(decided(files[::-1], memory // 2)[0]) == expected


def whole(pairs: list[Pair], count: int, memory: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray, Run]:
    """(NODEs, their decisions in the same order, how it went)."""
    nodes = nodes_of(count, seed)
    rows, run = decided(np.array_split(edges_of(nodes, pairs), 3), memory)
    rows = rows[np.lexsort((rows["row"], rows["shard"]))]
    assert len(rows) == count
    return nodes, rows, run


def test_every_other_page_of_a_chain_goes() -> None:
    count = 10_000
    pairs = [(place, place + 1, 0.9, EXACT) for place in range(count - 1)]
    nodes = nodes_of(count)
    nodes["rank"] = 1 + np.arange(count)
    for memory in (LARGE, 1 << 20):
        rows, run = decided([edges_of(nodes, pairs)], memory)
        rows = rows[np.lexsort((rows["row"], rows["shard"]))]
        assert rows["gone"].tolist() == [0, 1] * (count // 2)
        assert (rows["kept"] == nodes[np.arange(count) // 2 * 2]).all()
        assert set(rows["size"].tolist()) == {count}
    assert run.rounds() >= 1


@pytest.mark.parametrize("memory", [LARGE, 1 << 17])
def test_a_star_and_two_joined_cliques(memory: int) -> None:
    star = [(0, place, 0.5, ESTIMATE) for place in range(1, 500)]
    cliques = [(start + a, start + b, 0.75, EXACT) for start in (500, 540) for a in range(40) for b in range(a)]
    nodes, rows, _ = whole([*star, *cliques, (539, 540, 0.5, EXACT)], 580, memory)
    first, leaves = nodes[:1], nodes[1:500]
    ahead = precedes(leaves, np.repeat(first, len(leaves)))  # leaves before the hub stay, and then the hub goes
    assert ahead.any()
    assert rows["gone"][:500].tolist() == [1, *[0] * 499]
    assert rows["kept"][0] == leaves[in_order(leaves)][0]
    assert set(rows["size"][:500].tolist()) == {500}
    assert set(rows["size"][500:].tolist()) == {80}
    assert int((rows["gone"][500:] == 0).sum()) == 2
    assert as_found(rows) == brute(edges_of(nodes, [*star, *cliques, (539, 540, 0.5, EXACT)]))


def test_a_path_in_random_numbering_takes_few_rounds() -> None:
    count = 3000
    order = np.random.default_rng(3).permutation(count)
    pairs = [
        (int(order[place]), int(order[place + 1]), 0.5, EXACT)
        for place in np.random.default_rng(4).permutation(count - 1)
    ]
    _, one, _ = whole(pairs, count, LARGE)
    _, rows, run = whole(pairs, count, 300_000)
    assert (one == rows).all()
    assert 2 <= run.rounds() < 25


@pytest.mark.parametrize("partitions", [1, 50, 300])
def test_rounds_of_a_long_path(partitions: int) -> None:
    """The links of 100,000 pages, contracted in so many pieces, without files."""
    names = graph.names(nodes_of(100_000))
    links, rounds = graph.links(names[1:], names[:-1]), 0
    while True:
        met = graph.both_ways(links)
        stars = graph.joined(graph.stars(met))
        links, rounds = graph.lifted(met, stars), rounds + 1
        if not graph.unsettled(stars):
            break
        parts = ((links["node"] >> np.uint64(32)) * np.uint64(partitions) >> np.uint64(32)).astype(np.int64)
        ordered = links[np.argsort(parts, kind="stable")]
        pieces = np.split(ordered, np.cumsum(np.bincount(parts, minlength=partitions))[:-1])
        links = np.concatenate([graph.contract(piece) for piece in pieces])
    assert rounds < 20
    assert len(links) == 99_999
    assert set(links["other"].tolist()) == {names.min()}


@settings(deadline=None)
@given(a=st.lists(st.integers(0, 29), max_size=60), seed=st.integers(0, 99))
def test_components_are_their_lowest_nodes(a: list[int], seed: int) -> None:
    b = np.random.default_rng(seed).integers(0, 30, len(a))
    expected = list(range(30))
    for _ in range(30):
        for one, other in zip(a, b, strict=True):
            expected[one] = expected[other] = min(expected[one], expected[other])
    assert graph.components(30, np.array(a, np.int64), b).tolist() == expected


@pytest.mark.parametrize("hub", [0, 5000, 9999])
def test_a_hub_anywhere_costs_no_more(hub: int) -> None:
    """Leaves below the hub must all meet at once: one at a time would take minutes at a million."""
    leaves = np.delete(np.arange(1_000_000), hub)
    for given_leaves in (leaves, leaves[::-1]):
        assert not graph.components(1_000_000, given_leaves, np.full(len(leaves), hub)).any()


def test_names_are_distinct_and_spread() -> None:
    names = graph.names(nodes_of(100_000))
    assert len(np.unique(names)) == 100_000
    assert np.bincount((names >> np.uint64(60)).astype(np.int64), minlength=16).min() > 5000


def test_mail_is_the_first_that_drops_then_the_best_seen() -> None:
    nodes = nodes_of(4)
    nodes["rank"] = [1, 2, 3, 4]
    edges = edges_of(
        nodes,
        [
            (0, 3, 0.9, forward.NEWS),
            (2, 3, 0.9, EXACT),
            (1, 3, 0.9, ESTIMATE),
            (1, 3, 0.5, EXACT),
            (0, 2, 0.5, forward.NEWS),
        ],
    )
    found = forward.nearest(graph.labelled(np.zeros(5, np.uint64), edges))["edge"]
    assert {(int(row["b"]["rank"]), int(row["a"]["rank"]), int(row["by"])) for row in found} == {
        (4, 2, EXACT),
        (3, 1, forward.NEWS),
    }
    assert len(forward.nearest(np.empty(0, LABELLED))) == 0


@settings(deadline=None)
@given(
    begins=st.sets(st.tuples(st.sampled_from([0, 1, 2**33, 2**64 - 1]), st.integers(0, 9)), max_size=20),
    seed=st.integers(0, 99),
)
def test_ranges_keep_the_order(begins: set[tuple[int, int]], seed: int) -> None:
    nodes = nodes_of(60, seed)
    nodes["rank"] = np.random.default_rng(seed).choice(np.array([0, 1, 2, 2**33, 2**64 - 1], np.uint64), 60)
    nodes["id_high"] = np.random.default_rng(seed).integers(0, 10, 60)
    points = np.array(sorted({*begins, (0, 0)}), forward.POINT)
    found = forward.range_of(points, nodes)
    assert found.tolist() == [
        max(place for place, point in enumerate(points.tolist()) if point <= node[:2]) for node in nodes.tolist()
    ]
    assert (np.diff(found[in_order(nodes)]) >= 0).all()
    assert forward.cuts(forward.points(nodes), 9)[0].item() == (0, 0)
    assert forward.cuts(forward.points(nodes[:0]), 9).tolist() == [(0, 0)]
