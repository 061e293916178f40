"""Pairs meet shingles, made again from the text: those within a segment are compared, others carry a set of shingles.

Shares of a set come one after the other and add up, so a task holds the sets of its own segment and little else.
"""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import numpy as np
import pyarrow as pa

from yurai.dedup.curve import DIGITS
from yurai.dedup.records import CHECK, EDGE, EXACT, PIECE, SAID_YES, UNDECIDED, Rows, places
from yurai.dedup.sets import Sets, common, jaccard, pieces
from yurai.dedup.settings import Near
from yurai.dedup.shingles import shingle_hashes
from yurai.dedup.signature import shingle_sets
from yurai.fetch import Shard, fetch_shard
from yurai.shuffle import RowsFile, Span, read_chunks, read_rows, rows_file
from yurai.steps.near_sign import near_of
from yurai.task import Task
from yurai_manifests.parquet import read_range
from yurai_manifests.task import Attempt, TaskRecord

AUDIT = ("yes_right", "yes_wrong", "no_right", "no_wrong")


class Compared:
    """Writes the edges that shingles show; pairs that were only audited are counted by how right the estimate was."""

    def __init__(self, near: Near, edges: RowsFile) -> None:
        self._threshold, self._edges = near.threshold, edges
        self.audited = dict.fromkeys(AUDIT, 0)

    def add(self, pair: Rows, said: int, similarity: float) -> None:
        """Take the similarity of one pair."""
        value = round(similarity, DIGITS)
        similar = value >= self._threshold
        if said != UNDECIDED:
            side = "yes" if said == SAID_YES else "no"
            self.audited[f"{side}_{'right' if similar == (said == SAID_YES) else 'wrong'}"] += 1
        elif similar:
            edge = np.zeros(1, EDGE)
            edge["a"], edge["b"], edge["jaccard"], edge["by"] = pair["a"], pair["b"], value, EXACT
            self._edges.write(edge)


def exact(task: Task, attempt: Attempt) -> TaskRecord:
    """Compare pairs whose a lies in a segment; args: `use`, `spans`, `pieces`, `low`, `high`; inputs: its shards."""
    near, record = near_of(task), TaskRecord(task.key, task.source, "")
    checks = read_rows((Span(*place) for place in task.args["spans"]), CHECK)
    checks = checks[np.lexsort((places(checks["b"]), places(checks["a"])))]
    low, high = (np.uint64(int(task.args[name])) for name in ("low", "high"))
    b = places(checks["b"])
    here = (b >= low) & (b < high)
    sets = _load(task, attempt, near, np.concatenate([places(checks["a"]), b[here]]))
    with rows_file(attempt, record) as edges, rows_file(attempt, record, "carry") as carry:
        compared = Compared(near, edges)
        for pair, inside in zip(checks, here.tolist(), strict=True):
            mine = sets.of(pair["a"])
            if inside:
                other = sets.of(pair["b"])
                shared = common(mine, other)
                compared.add(pair, int(pair["said"]), jaccard(shared, len(mine), len(other)))
            else:
                carry.write(pieces(pair["a"], pair["b"], mine, int(pair["said"])))
    record.index["audited"] = [compared.audited[name] for name in AUDIT]
    return record


def meet(task: Task, attempt: Attempt) -> TaskRecord:
    """Compare the pairs whose b lies in a segment and whose a lies in another; args and inputs: as `exact`."""
    near, record = near_of(task), TaskRecord(task.key, task.source, "")
    spans = [Span(*place) for place in task.args["spans"]]
    wanted = [np.unique(places(rows["b"])) for place in spans for rows in read_chunks(place, PIECE)]
    sets = _load(task, attempt, near, np.concatenate([*wanted, np.empty(0, np.uint64)]))
    with rows_file(attempt, record) as edges:
        compared = Compared(near, edges)
        for pair, other, shared in _met(spans, sets):
            compared.add(pair, int(pair["said"]), jaccard(shared, int(pair["size"]), len(other)))
    record.index["audited"] = [compared.audited[name] for name in AUDIT]
    return record


def _met(spans: Iterable[Span], sets: Sets) -> Iterator[tuple[Rows, Any, int]]:
    """Yield each pair with the set of b and what both share; the pieces of a pair follow one another."""
    done = shared = 0
    for place in spans:
        for rows in read_chunks(place, PIECE):
            for piece in rows:
                other = sets.of(piece["b"])
                shared += common(piece["values"][: piece["count"]], other)
                done += int(piece["count"])
                if done == piece["size"]:
                    yield piece, other, shared
                    done = shared = 0


def _load(task: Task, attempt: Attempt, near: Near, wanted: np.ndarray[Any, np.dtype[np.uint64]]) -> Sets:
    """Make the shingle sets of the documents at `wanted` places from their texts."""
    named = np.unique(wanted)
    values, sizes = [np.empty(0, np.uint32)], [np.zeros(1, np.int64)]
    for shard, (number, first, end) in zip(task.inputs, task.args["pieces"], strict=True):
        low, high = np.searchsorted(named, np.array([(number << 32) | first, (number << 32) | end], np.uint64))
        rows = (named[low:high] & np.uint64(0xFFFFFFFF)).astype(np.int64)
        for batch in _documents(shard, attempt, rows):
            text, lang = cast("Any", batch.column("text")), cast("Any", batch.column("lang"))
            hashes = shingle_hashes(text, lang, near.shingling)
            found, bounds = shingle_sets(*hashes)
            values.append(found)
            sizes.append(np.diff(bounds))
    return Sets(named, np.concatenate(values), np.cumsum(np.concatenate(sizes)))


def _documents(shard: Shard, attempt: Attempt, rows: np.ndarray[Any, np.dtype[np.int64]]) -> Iterator[pa.RecordBatch]:
    """Yield text and lang of some rows of a shard, in order."""
    if not len(rows):
        return
    path = fetch_shard(shard, attempt.spool)
    for start, batch in read_range(path, ["text", "lang"], int(rows[0]), int(rows[-1]) + 1):
        low, high = np.searchsorted(rows, [start, start + batch.num_rows])
        if high > low:
            yield batch.take(rows[low:high] - start)

