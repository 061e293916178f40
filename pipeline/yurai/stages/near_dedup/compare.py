"""Compare the shingles of pairs: within a segment at once, across segments by sets that are carried.

Shares of a set come one after the other and add up, so a task holds the sets of its own segment and little else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.engine.arguments import AS_TEXT, Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import StageUse
from yurai.exchange.row_files import RowsFile, Span, read_chunks, read_rows, rows_file
from yurai.exchange.row_types import CHECK, EDGE, EXACT, PIECE, SAID_NO, SAID_YES, UNDECIDED, Numbers, Rows, places
from yurai.sources.fetch import Shard
from yurai.sources.overlay import Survivors
from yurai.stages.near_dedup.curve import DIGITS
from yurai.stages.near_dedup.segments import Piece
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.shingle_sets import Sets, jaccard, pieces
from yurai.stages.near_dedup.signature import shingle_sets
from yurai.stages.shingles.hashes import shingle_hashes
from yurai_manifests.task import Attempt, TaskRecord

AUDIT = ("yes_right", "yes_wrong", "no_right", "no_wrong")


class Compared:
    """Writes the edges that shingles show; pairs that were only audited are counted by how right the estimate was."""

    def __init__(self, near: NearDedup, edges: RowsFile) -> None:
        self._threshold, self._edges = near.threshold, edges
        self.audited = dict.fromkeys(AUDIT, 0)

    def add(self, pairs: Rows, similarities: list[float]) -> None:
        """Take the similarities of parallel CHECK or PIECE rows."""
        values = np.round(np.array(similarities, np.float64), DIGITS)
        similar, estimates = values >= self._threshold, pairs["said"]
        for name, answer, right in zip(AUDIT, (SAID_YES, SAID_YES, SAID_NO, SAID_NO), (1, 0, 0, 1), strict=True):
            self.audited[name] += int(np.count_nonzero((estimates == answer) & (similar == right)))
        chosen = similar & (estimates == UNDECIDED)
        edges = np.zeros(int(chosen.sum()), EDGE)
        edges["a"], edges["b"], edges["jaccard"] = pairs["a"][chosen], pairs["b"][chosen], values[chosen]
        edges["by"] = EXACT
        self._edges.write(edges)


@dataclass(frozen=True)
class Compare(Arguments):
    """The stage, rows of pairs, the pieces of the segment in order, and its first place and that behind it."""

    use: StageUse[NearDedup]
    spans: list[Span]
    low: int = field(metadata=AS_TEXT)
    high: int = field(metadata=AS_TEXT)
    pieces: list[Piece]


@task_function("yurai.steps.near_exact:exact")
def exact(task: Task[Compare], attempt: Attempt) -> TaskRecord:
    """Compare pairs whose a lies in a segment; inputs: its shards."""
    near, record = task.args.use.settings, task.record()
    checks = read_rows(task.args.spans, CHECK)
    checks = checks[np.lexsort((places(checks["b"]), places(checks["a"])))]
    low, high = np.uint64(task.args.low), np.uint64(task.args.high)
    b = places(checks["b"])
    is_inside = (b >= low) & (b < high)
    sets = _load(task, attempt, near, np.concatenate([places(checks["a"]), b[is_inside]]))
    with rows_file(attempt, record) as edges, rows_file(attempt, record, "carry") as carry:
        inside, outside = checks[is_inside], checks[~is_inside]
        both = zip(sets.numbers(inside["a"]), sets.numbers(inside["b"]), strict=True)
        compared = Compared(near, edges)
        compared.add(inside, [jaccard(sets.at(first), sets.at(second)) for first, second in both])
        for pair, number in zip(outside, sets.numbers(outside["a"]), strict=True):
            carry.write(pieces(pair, sets.at(number)))
    record.index["audited"] = [compared.audited[name] for name in AUDIT]
    return record


@task_function("yurai.steps.near_exact:meet")
def meet(task: Task[Compare], attempt: Attempt) -> TaskRecord:
    """Compare the pairs whose b lies in a segment and whose a lies in another; inputs: as `exact`."""
    near, record, spans = task.args.use.settings, task.record(), task.args.spans
    wanted = [np.unique(places(rows["b"])) for span in spans for rows in read_chunks(span, PIECE)]
    sets = _load(task, attempt, near, np.concatenate([*wanted, np.empty(0, np.uint64)]))
    with rows_file(attempt, record) as edges:
        compared = Compared(near, edges)
        for rows, starts, ends in _whole(spans):
            numbers = sets.numbers(rows["b"][starts])
            met = zip(starts.tolist(), ends.tolist(), rows["size"][starts].tolist(), numbers, strict=True)
            similarities = [
                jaccard(rows["values"][low:high].ravel()[:size], sets.at(other)) for low, high, size, other in met
            ]
            compared.add(rows[starts], similarities)
    record.index["audited"] = [compared.audited[name] for name in AUDIT]
    return record


def _whole(spans: Iterable[Span]) -> Iterator[tuple[Rows, Numbers, Numbers]]:
    """Yield PIECE rows, and where each pair begins and ends in them; the pieces of a pair follow one another."""
    held = np.empty(0, PIECE)
    for span in spans:
        for rows in read_chunks(span, PIECE):
            held = np.concatenate([held, rows], dtype=PIECE)
            ends = np.flatnonzero(held["last"]) + 1
            if len(ends):
                yield held, np.concatenate([[0], ends[:-1]]), ends
                held = held[ends[-1] :]


def _load(task: Task[Compare], attempt: Attempt, near: NearDedup, wanted: npt.NDArray[np.uint64]) -> Sets:
    """Make the shingle sets of the documents at `wanted` places from their texts."""
    named = np.unique(wanted)
    values, sizes = [np.empty(0, np.uint32)], [np.zeros(1, np.int64)]
    for shard, (number, first, end) in zip(task.inputs, task.args.pieces, strict=True):
        low, high = np.searchsorted(named, np.array([(number << 32) | first, (number << 32) | end], np.uint64))
        rows = (named[low:high] & np.uint64(0xFFFFFFFF)).astype(np.int64)
        for batch in _documents(shard, attempt, rows):
            text, lang = (cast("pa.StringArray", batch.column(name)) for name in ("text", "lang"))
            hashes = shingle_hashes(text, lang, near.shingling)
            shingles, bounds = shingle_sets(*hashes)
            values.append(shingles)
            sizes.append(np.diff(bounds))
    return Sets(named, np.concatenate(values), np.cumsum(np.concatenate(sizes)))


def _documents(shard: Shard, attempt: Attempt, rows: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    """Yield text and lang of some rows of a shard, in order."""
    if not len(rows):
        return
    yield from Survivors.of(shard, attempt.spool).at(["text", "lang"], rows)
