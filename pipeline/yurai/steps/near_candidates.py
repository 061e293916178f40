"""Candidates of one partition of band rows: the pairs that share a bucket."""

from collections.abc import Iterator

import numpy as np

from yurai.dedup.buckets import HotBuckets, Tally, bucket_pairs
from yurai.dedup.records import BAND, Rows
from yurai.shuffle import Span, Splitter, file_chunks, read_chunks, read_rows, rows_file, size_of
from yurai.task import Task
from yurai_manifests.task import Attempt, TaskRecord

PARTS = 64
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def candidates(task: Task, attempt: Attempt) -> TaskRecord:
    """Write the PAIR rows of a partition; args: `spans`, `memory_bytes`. The record's index has the tally."""
    record = TaskRecord(task.key, task.source, "")
    places, limit = [Span(*place) for place in task.args["spans"]], task.args["memory_bytes"] // 6
    tally = Tally()
    with rows_file(attempt, record) as out:
        if size_of(places) <= limit:
            pairs = bucket_pairs(read_rows(places, BAND), tally)
        else:
            pairs = _spilled(places, attempt, limit, tally)
        for found in pairs:
            out.write(found)
    record.index["tally"] = tally.numbers()
    return record


def _spilled(places: list[Span], attempt: Attempt, limit: int, tally: Tally) -> Iterator[Rows]:
    """Part rows once more by other bits of the hash; what still does not fit is held up by a few hot buckets."""
    splitter = Splitter(attempt, BAND, PARTS, limit)
    for place in places:
        for rows in read_chunks(place, BAND):
            splitter.add(rows, ((rows["hash"] * GOLDEN) >> np.uint64(58)).astype(np.int64))
    for part in range(PARTS):
        path = attempt.path("bucket-rows")
        size = 0
        with path.open("wb") as file:
            for rows in splitter.part(part):
                size += file.write(np.ascontiguousarray(rows).view(np.uint8).data)
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
