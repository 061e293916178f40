"""Compare the shingles of pairs: within a segment at once, across segments by sets that are carried.

The set of the earlier document comes in pieces to the later one, whose shingles lie there in the order of its text: so
both how similar they are and what the earlier one lacks is seen in one look. A task holds the shingles of its own
segment and little else.
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
from yurai.exchange.row_types import (
    CHECK,
    CONTAINED,
    EDGE,
    EXACT,
    PIECE,
    SAID_NO,
    SAID_YES,
    UNDECIDED,
    Numbers,
    Rows,
    places,
)
from yurai.sources.fetch import Shard
from yurai.sources.overlay import Survivors
from yurai.stages.near_dedup.curve import DIGITS
from yurai.stages.near_dedup.losses import Found, Text, compared
from yurai.stages.near_dedup.numbers import numbers_hash
from yurai.stages.near_dedup.segments import Piece
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.shingle_sets import Texts, pieces
from yurai.stages.near_dedup.signature import shingle_sets
from yurai.stages.shingles.hashes import in_characters, shingle_hashes
from yurai_manifests.task import Attempt, TaskRecord

AUDIT = ("yes_right", "yes_wrong", "no_right", "no_wrong")
LOSSES = ("alike", "spared", "numbers")
"""Of pairs that were compared: as similar as the threshold; of these those with too much that is absent; and of the
others those that differ in numbers."""


class Compared:
    """Writes the edges that shingles show; pairs that were only audited are counted by how right the estimate was."""

    def __init__(self, near: NearDedup, edges: RowsFile) -> None:
        self._near, self._edges = near, edges
        self.audited, self.losses = dict.fromkeys(AUDIT, 0), dict.fromkeys(LOSSES, 0)

    def note(self, record: TaskRecord) -> None:
        """Write the counts into the index of the record."""
        record.index["audited"] = [self.audited[name] for name in AUDIT]
        record.index["losses"] = [self.losses[name] for name in LOSSES]

    def add(self, pairs: Rows, found: list[Found], later: list[Text], earlier: list[int]) -> None:
        """Take what was found of parallel CHECK or PIECE rows: the text of each b, and the hash of the numbers of a."""
        near, doubled = self._near, np.array([text.doubled for text in later], np.int64)
        similarity, run, absent = np.array(found, np.float64).reshape(-1, 3).T
        values = np.round(similarity, DIGITS)
        similar, estimates = values >= near.threshold, pairs["said"]
        for name, answer, right in zip(AUDIT, (SAID_YES, SAID_YES, SAID_NO, SAID_NO), (1, 0, 0, 1), strict=True):
            self.audited[name] += int(np.count_nonzero((estimates == answer) & (similar == right)))
        chosen = similar & (estimates == UNDECIDED)
        if near.judge.texts:
            alike = similar & (estimates != SAID_NO)
            whole = alike & (run <= near.spared * doubled) if near.spared else alike
            chosen = whole & (np.array(earlier, np.uint64) == np.array([text.numbers for text in later], np.uint64))
            for name, count in zip(LOSSES, (alike, alike & ~whole, whole & ~chosen), strict=True):
                self.losses[name] += int(count.sum())
        edges = np.zeros(int(chosen.sum()), EDGE)
        edges["a"], edges["b"], edges["jaccard"] = pairs["a"][chosen], pairs["b"][chosen], values[chosen]
        edges["by"] = CONTAINED if near.measure == "containment" else EXACT
        edges["absent_run"], edges["absent"] = run[chosen], absent[chosen]
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
    texts = _load(task, attempt, near, np.concatenate([places(checks["a"]), b[is_inside]]))
    with rows_file(attempt, record) as edges, rows_file(attempt, record, "carry") as carry:
        inside, outside = checks[is_inside], checks[~is_inside]
        verdicts, later = Compared(near, edges), [texts.at(number) for number in texts.numbers(inside["b"])]
        earlier = texts.numbers(inside["a"])
        both = zip(earlier, later, strict=True)
        found = [compared(texts.set_of(number), text, near.measure) for number, text in both]
        verdicts.add(inside, found, later, [texts.at(number).numbers for number in earlier])
        for pair, number in zip(outside, texts.numbers(outside["a"]), strict=True):
            carry.write(pieces(pair, texts.set_of(number), texts.at(number).numbers))
    verdicts.note(record)
    return record


@task_function("yurai.steps.near_exact:meet")
def meet(task: Task[Compare], attempt: Attempt) -> TaskRecord:
    """Compare the pairs whose b lies in a segment and whose a lies in another; inputs: as `exact`."""
    near, record, spans = task.args.use.settings, task.record(), task.args.spans
    wanted = [np.unique(places(rows["b"])) for span in spans for rows in read_chunks(span, PIECE)]
    texts = _load(task, attempt, near, np.concatenate([*wanted, np.empty(0, np.uint64)]))
    with rows_file(attempt, record) as edges:
        verdicts = Compared(near, edges)
        for rows, starts, ends in _whole(spans):
            later = [texts.at(number) for number in texts.numbers(rows["b"][starts])]
            met = zip(starts.tolist(), ends.tolist(), rows["size"][starts].tolist(), later, strict=True)
            found = [
                compared(rows["values"][low:high].ravel()[:size], text, near.measure) for low, high, size, text in met
            ]
            verdicts.add(rows[starts], found, later, rows["numbers"][starts].tolist())
    verdicts.note(record)
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


def _load(task: Task[Compare], attempt: Attempt, near: NearDedup, wanted: npt.NDArray[np.uint64]) -> Texts:
    """Make the shingles of the documents at `wanted` places from their texts."""
    named = np.unique(wanted)
    texts: list[Text] = []
    for shard, (number, first, end) in zip(task.inputs, task.args.pieces, strict=True):
        low, high = np.searchsorted(named, np.array([(number << 32) | first, (number << 32) | end], np.uint64))
        rows = (named[low:high] & np.uint64(0xFFFFFFFF)).astype(np.int64)
        for batch in _documents(shard, attempt, rows):
            text, lang = (cast("pa.StringArray", batch.column(name)) for name in ("text", "lang"))
            texts += _texts(text, lang, near)
    return Texts(named, texts)


def _texts(text: "pa.StringArray", lang: "pa.StringArray", near: NearDedup) -> Iterator[Text]:
    shingling = near.shingling
    values, bounds = shingle_hashes(text, lang, shingling)
    distinct = np.diff(shingle_sets(values, bounds)[1]).tolist()
    units = in_characters(text, lang, shingling).tolist()
    known = [numbers_hash(str(one)) for one in text.to_pylist()] if near.numbers else [0] * len(text)
    parts = zip(bounds.tolist(), bounds[1:].tolist(), distinct, units, known, strict=False)
    for low, high, count, is_characters, numbers in parts:
        size = shingling.characters if is_characters else shingling.words
        yield Text(values[low:high], count, size, 2 if is_characters else 1, numbers)


def _documents(shard: Shard, attempt: Attempt, rows: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    """Yield text and lang of some rows of a shard, in order."""
    if not len(rows):
        return
    yield from Survivors.of(shard, attempt.spool).at(["text", "lang"], rows)
