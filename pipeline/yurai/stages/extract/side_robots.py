"""Read archives of robots.txt that a run is given beside its inputs: captures, and what their redirects led to.

One task a file; output `robots` (ROBOTS rows in record order). Their records are no candidates, and what is unreadable
is a warning of the task: a side input is in no total.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from yurai.declare.versions import version_of
from yurai.engine.arguments import UNLESS_NONE, Arguments
from yurai.engine.clock import part
from yurai.engine.engine import Engine, journal_name
from yurai.engine.state import Shards, chained, of_step
from yurai.engine.task import AnyTask, Task, task_function, task_key
from yurai.evidence.agents import AI_AGENTS_VERSION
from yurai.evidence.robots import ROBOTS_VERSION
from yurai.sources.fetch import fetch_source
from yurai.sources.selection.ranges import Ranges
from yurai.sources.selection.read import Said, unlike_index
from yurai.sources.source import Source
from yurai.sources.warc import CANDIDATES, Gap, Record, read_file
from yurai.stages.extract.beside import robots_capture, robots_row
from yurai.stages.extract.ledger import ReadVerdicts, StoreLedger
from yurai.stages.extract.piles import Pile, open_sink
from yurai.stages.extract.selected import open_ranges, runs_of
from yurai.stages.map_tasks import DROPPED_ROW_BYTES
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.crawl_schema import ROBOTS
from yurai_manifests.step import StepRecord
from yurai_manifests.task import Attempt, StepId, TaskRecord
from yurai_manifests.words import plural

PART = "robots.txt"


@dataclass(frozen=True)
class ReadRobots(Arguments):
    """Where the archive lies, and ranges of it that are read."""

    url: str
    ranges: Ranges | None = field(default=None, metadata=UNLESS_NONE)


@task_function("yurai.steps.side:read_robots")
def read_robots_file(task: Task[ReadRobots], attempt: Attempt) -> TaskRecord:
    """Write the captures of one archive."""
    record, items = (_selected if task.args.ranges else _whole)(task, attempt)
    unreadable = 0
    with ExitStack() as stack, part(PART):
        sink = open_sink(stack, attempt, "robots", ROBOTS)
        pile = Pile(sink)
        for item in items:
            if isinstance(item, Gap):
                unreadable += item.bytes if item.kind == "unreadable" else 0
            elif item.kind in CANDIDATES and (capture := robots_capture(item)):
                pile.add(robots_row(record, item, capture, "side"))
        pile.flush()
        sink.close()
        attempt.finish("robots", sink.path, rows=sink.rows, size=sink.rows * DROPPED_ROW_BYTES)
    if unreadable:
        record.warnings.append(f"side input robots: {unreadable:,} bytes are unreadable")
    if not sink.rows:
        record.warnings.append("side input robots: holds no response")
    return record


def _whole(task: Task[ReadRobots], attempt: Attempt) -> tuple[TaskRecord, Iterator[Record | Gap]]:
    path, digest = fetch_source(task.args.url, attempt.spool)
    verdicts = ReadVerdicts(StoreLedger(task.store), digest)
    return TaskRecord(task_key(task.step, task.source, digest), task.source, digest), read_file(path, verdicts=verdicts)


def _selected(task: Task[ReadRobots], attempt: Attempt) -> tuple[TaskRecord, Iterator[Record | Gap]]:
    """Take ranges of an archive; records that are not what the index says are no captures, and told."""
    record = TaskRecord(task.key, task.source, "")
    assert task.args.ranges
    _, read = open_ranges(task.args.ranges, task.args.url, task.source, task.store, attempt)
    return record, _as_indexed(record, read)


def _as_indexed(record: TaskRecord, read: Iterator[tuple[Said, Record | Gap]]) -> Iterator[Record | Gap]:
    others: dict[str, int] = {}
    for said, item in read:
        if isinstance(item, Record) and item.kind in CANDIDATES and (reason := unlike_index(said, item)):
            others[reason] = others.get(reason, 0) + 1
        else:
            yield item
    record.warnings += [
        f"side input robots: {plural(count, 'record')} left out, {reason}" for reason, count in sorted(others.items())
    ]


def read_side_robots(engine: Engine, files: Sequence[Source], before: Shards) -> tuple[StepRecord, Shards]:
    """Read all files in one step; return its record, and the captures that there were with those of the files."""
    identity: dict[str, Json] = {
        "side": "robots",
        "version": ROBOTS_VERSION,
        "agents": AI_AGENTS_VERSION,
        "packages": {"warcio": version_of("warcio")},
    }
    step = StepId("00-robots", fingerprint(identity))  # whatever stages stand before, the files are read once

    def expected() -> Iterator[AnyTask]:
        for file in files:
            for key, ranges in runs_of(step, file):
                args = ReadRobots(file.url, ranges)
                journal = "" if ranges else journal_name(file.name, file.size, file.stamp)
                yield Task(read_robots_file, step, engine.store.url, file.name, args, key, journal=journal)

    record = engine.step(step, identity, expected, sum(file.tasks for file in files))
    return record, chained([before, of_step(engine.store, record, "robots")])
