"""Estimate the similarity of pairs: within a segment at once, across segments by signatures that are carried.

A segment is a run of documents whose signatures fit into a part of memory. Both tasks hold the signatures of their own
segment, and see pairs some at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from yurai.engine.arguments import AS_TEXT, Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.row_files import RowsFile, Span, read_chunks, read_numbers, rows_file, size_of
from yurai.exchange.row_types import PAIR, Rows, carry_type, places
from yurai.exchange.splitter import Splitter
from yurai.stages.near_dedup.pair_judge import BINS, bands_met, seen_by_halves, unique_pairs
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.signature import estimate as estimate_of
from yurai_manifests.task import Attempt, TaskRecord

AT_ONCE = 1 << 15
U32 = np.dtype("<u4")


class Signed(NamedTuple):
    """Where the signatures of consecutive rows of a shard lie, from row `first` on."""

    shard: int
    first: int
    spans: list[Span]


@dataclass(frozen=True)
class Estimate(Arguments):
    """The stage, rows of pairs, the signatures of the segment in order, and its first place and that behind it."""

    use: StageUse[NearDedup]
    spans: list[Span]
    low: int = field(metadata=AS_TEXT)
    high: int = field(metadata=AS_TEXT)
    pieces: list[Signed]


class Held:
    """The signatures of a segment, by place."""

    def __init__(self, pieces: list[Signed], permutations: int) -> None:
        rows = [read_numbers(spans, U32).reshape(-1, permutations) for _, _, spans in pieces]
        self._signatures = np.concatenate([*rows, np.empty((0, permutations), U32)])
        self._first = np.array([(shard << 32) | row for shard, row, _ in pieces], np.uint64)
        self._base = np.cumsum([0, *map(len, rows)])[:-1].astype(np.uint64)

    def of(self, nodes: Rows) -> npt.NDArray[np.uint32]:
        """Return the signatures of NODEs, all of this segment."""
        wanted = places(nodes)
        piece = np.searchsorted(self._first, wanted, side="right") - 1
        return np.asarray(self._signatures[self._base[piece] + (wanted - self._first[piece])], np.uint32)


class Verdicts:
    """What estimates decide: edges, checks, and how often halves of the bands found a pair."""

    def __init__(self, near: NearDedup, edges: RowsFile, checks: RowsFile) -> None:
        self._near, self._edges, self._checks = near, edges, checks
        self.seen = np.zeros((3, BINS), np.int64)

    def judge(self, pairs: Rows, a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> None:
        """Judge parallel pairs and signatures."""
        estimates = estimate_of(a, b)
        edges, checks = self._near.judge.estimated(pairs, estimates)
        self._edges.write(edges)
        self._checks.write(checks)
        self.seen += seen_by_halves(bands_met(a, b, self._near.resolved.bands), estimates)


@task_function("yurai.steps.near_estimate:estimate")
def estimate(task: Task[Estimate], attempt: Attempt) -> TaskRecord:
    """Judge the pairs whose a lies in a segment."""
    near, record = task.args.use.settings, task.record()
    held = Held(task.args.pieces, near.resolved.hashes)
    low, high = np.uint64(task.args.low), np.uint64(task.args.high)
    with (
        rows_file(attempt, record) as edges,
        rows_file(attempt, record, "checks") as checks,
        rows_file(attempt, record, "carry") as carry,
    ):
        verdicts = Verdicts(near, edges, checks)
        for pairs in _unique(task, attempt, near.memory_bytes // 8):
            b = places(pairs["b"])
            is_inside = (b >= low) & (b < high)
            inside, outside = pairs[is_inside], pairs[~is_inside]
            verdicts.judge(inside, held.of(inside["a"]), held.of(inside["b"]))
            carry.write(_carried(outside, held))
    record.index["seen"] = verdicts.seen.ravel().tolist()
    return record


def _carried(pairs: Rows, held: Held) -> Rows:
    signatures = held.of(pairs["a"])
    rows = np.empty(len(pairs), carry_type(signatures.shape[1]))
    rows["a"], rows["b"], rows["signature"] = pairs["a"], pairs["b"], signatures
    return rows


def _unique(task: Task[Estimate], attempt: Attempt, limit: int) -> Iterator[Rows]:
    """Yield each pair once, however many buckets it was found in; parted by a where they are many."""
    spans = task.args.spans
    parts = -(-size_of(spans) // max(limit, PAIR.itemsize)) or 1
    splitter = Splitter(attempt, PAIR, min(parts, 1 << 12), limit)
    for span in spans:
        for rows in read_chunks(span, PAIR):
            splitter.add(rows, (rows["a"]["id_low"].astype(np.uint64) % np.uint64(splitter.count)).astype(np.int64))
    for part in range(splitter.count):
        pairs = unique_pairs(splitter.whole(part))
        yield from (pairs[start : start + AT_ONCE] for start in range(0, len(pairs), AT_ONCE))


@task_function("yurai.steps.near_estimate:arrive")
def arrive(task: Task[Estimate], attempt: Attempt) -> TaskRecord:
    """Judge the pairs whose b lies in a segment and whose a lies in another."""
    near, record = task.args.use.settings, task.record()
    held = Held(task.args.pieces, near.resolved.hashes)
    with rows_file(attempt, record) as edges, rows_file(attempt, record, "checks") as checks:
        verdicts = Verdicts(near, edges, checks)
        for span in task.args.spans:
            for rows in read_chunks(span, carry_type(near.resolved.hashes)):
                verdicts.judge(_pairs(rows), rows["signature"], held.of(rows["b"]))
    record.index["seen"] = verdicts.seen.ravel().tolist()
    return record


def _pairs(rows: Rows) -> Rows:
    pairs = np.empty(len(rows), PAIR)
    pairs["a"], pairs["b"] = rows["a"], rows["b"]
    return pairs
