"""Find the candidate pairs of one partition of band rows: those that share a bucket."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.exchange.row_files import Span, as_bytes, file_chunks, read_chunks, read_rows, rows_file, size_of
from yurai.exchange.row_types import BAND, Rows
from yurai.exchange.splitter import Splitter
from yurai.stages.near_dedup.buckets import HotBuckets, Tally, bucket_pairs
from yurai_manifests.task import Attempt, TaskRecord

PARTS = 64
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Candidates(Arguments):
    """The BAND rows of a partition, and the memory to take."""

    spans: list[Span]
    memory_bytes: int


@task_function("yurai.steps.near_candidates:candidates")
def candidates(task: Task[Candidates], attempt: Attempt) -> TaskRecord:
    """Write the PAIR rows of a partition. The record's index has the tally."""
    record = task.record()
    places, limit = task.args.spans, task.args.memory_bytes // 6
    tally = Tally()
    with rows_file(attempt, record) as out:
        if size_of(places) <= limit:
            pairs = bucket_pairs(read_rows(places, BAND), tally)
        else:
            pairs = _spilled(places, attempt, limit, tally)
        for chunk in pairs:
            out.write(chunk)
    record.index["tally"] = tally.numbers()
    return record


def _spilled(places: list[Span], attempt: Attempt, limit: int, tally: Tally) -> Iterator[Rows]:
    """Part rows once more by other bits of the hash; what still does not fit is held up by a few hot buckets."""
    splitter = Splitter(attempt, BAND, PARTS, limit)
    for span in places:
        for rows in read_chunks(span, BAND):
            splitter.add(rows, ((rows["hash"] * GOLDEN) >> np.uint64(58)).astype(np.int64))
    for part in range(PARTS):
        path = attempt.path("bucket-rows")
        size = 0
        with path.open("wb") as file:
            for rows in splitter.part(part):
                size += file.write(as_bytes(rows))
        if size <= limit:
            yield from bucket_pairs(np.fromfile(path, BAND), tally)
            continue
        hot = HotBuckets()
        for rows in file_chunks(path, BAND):
            hot.see(rows)
        hot.tally(tally)
        usual = []
        for rows in file_chunks(path, BAND):
            chosen = hot.hot(rows)
            usual.append(rows[~chosen])
            yield from hot.pairs(rows[chosen])
        yield from bucket_pairs(np.concatenate(usual), tally)
