"""Cut large sources into ranges, in a step before that of stage extract: each range is a task of it then.

A task of this step reads a whole source once, hashes it and finds where it may be cut; its manifest's `index` has the
`bounds` of the ranges, the `checks` of each (sha256, as eight numbers of 32 bits), and the bytes of its `head`. The
step is no part of the chain in run.json: ranges change no row, and their tasks' manifests name the whole file's sha256.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from yurai.engine.arguments import Arguments
from yurai.engine.engine import Engine, journal_name
from yurai.engine.task import AnyTask, Task, task_function, task_key
from yurai.sources.fetch import fetch_source, local_path
from yurai.sources.parts.cut import cut
from yurai.sources.parts.part import FEWEST, Part, is_cut
from yurai.sources.rows import SourceTable, table_of
from yurai.sources.source import Source
from yurai.terminal import note
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.step import tasks
from yurai_manifests.task import Attempt, StepId, TaskRecord
from yurai_manifests.threads import many_at_once
from yurai_manifests.visible import escaped

STEP = "00-extract.cut"
VERSION = 1
_CHECK = struct.Struct(">8I")


@dataclass(frozen=True)
class CutSource(Arguments):
    """Where the source lies, what row files are, by source name, and how long ranges are."""

    url: str
    tables: tuple[SourceTable, ...]
    split: int


@task_function("yurai.steps.extract:cut_source")
def cut_source(task: Task[CutSource], attempt: Attempt) -> TaskRecord:
    """Hash one source and say where it is cut; a local one is hashed in a thread, while it is walked."""
    args, columns = task.args, table_of(task.args.tables, task.source).columns
    with many_at_once(1) as pool:
        fetched = pool.submit(fetch_source, args.url, attempt.spool)
        path = local_path(args.url) or fetched.result()[0]
        parts, why = cut(path, task.source, columns, lambda: fetched.result()[1], args.split)
        digest = fetched.result()[1]
    record = TaskRecord(task_key(task.step, task.source, digest), task.source, digest)
    record.index = {
        "bounds": [0, *(part.end for part in parts)],
        "checks": [number for part in parts for number in _CHECK.unpack(bytes.fromhex(part.sha256))],
        "head": [parts[-1].head],
    }
    record.warnings = [why] if max(part.end - part.start for part in parts) > FEWEST * args.split else []
    return record


def parts_of(record: TaskRecord) -> tuple[Part, ...]:
    """Return the ranges that a manifest of the step says."""
    bounds, checks, (head,) = (record.index[name] for name in ("bounds", "checks", "head"))
    digests = [_CHECK.pack(*checks[at : at + 8]).hex() for at in range(0, len(checks), 8)]
    return tuple(
        Part(start, end, digest, record.source_sha256, bounds[-1], head if start else 0)
        for (start, end), digest in zip(pairwise(bounds), digests, strict=True)
    )


def cut_sources(
    engine: Engine, sources: Sequence[Source], tables: tuple[SourceTable, ...], split: int
) -> dict[str, tuple[Part, ...]]:
    """Return the ranges of each source that is cut in two or more, by name; nothing runs where none is that large."""
    large = [source for source in sources if source.ranges is None and is_cut(source.size, split)]
    if not large:
        return {}
    told: list[Json] = [table.json() for table in tables]
    identity: dict[str, Json] = {"stage": "extract.cut", "version": VERSION, "split": split, "tables": told}
    step = StepId(STEP, fingerprint(identity))

    def expected() -> Iterator[AnyTask]:
        for source in large:
            journal = journal_name(source.name, source.size, source.stamp)
            args = CutSource(source.url, tables, split)
            yield Task(cut_source, step, engine.store.url, source.name, args, journal=journal)

    found = list(tasks(engine.store, engine.step(step, identity, expected, len(large))))
    for record in found:
        for why in record.warnings:
            longest = max(part.end - part.start for part in parts_of(record))
            note(f"{longest:,} bytes of {escaped(record.source)} are one task: {why}")
    return {record.source: parts for record in found if len(parts := parts_of(record)) > 1}
