"""Turn one web archive or row file into extracted pages with their measures: read, extract, measuring stages, fused.

Outputs: `extracted` (DOCUMENT rows, in record order), `dropped` (DROPPED rows) and `evidence` (EVIDENCE rows of the
extracted pages, in their order); `robots` and `warcinfo` (ROBOTS and WARCINFO rows, in record order) where there are
any. Commit point `extracted`.
"""

import atexit
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yurai.declare.batches import document_batches, text_bytes
from yurai.declare.stage import Verdict, stage_of
from yurai.engine import clock
from yurai.engine.arguments import UNLESS_NONE, Arguments
from yurai.engine.task import Task, task_function, task_key
from yurai.engine.use import AnyUse, StageUse
from yurai.extraction import ExtractOptions, Sandbox
from yurai.sources.fetch import fetch_source
from yurai.sources.parts.fetch import fetch_part, read_part
from yurai.sources.parts.part import Part
from yurai.sources.rows import SourceTable, row_kind, table_of
from yurai.sources.selection.ranges import Ranges
from yurai.sources.selection.read import Said, checked_digest, unlike_index
from yurai.sources.warc import CANDIDATES, Gap, Record, read_file
from yurai.stages.blocklist.known import Blocklists, load_blocklists
from yurai.stages.extract.beside import Beside, locator
from yurai.stages.extract.blocked import without_blocked_places, without_blocked_texts
from yurai.stages.extract.candidates import Candidate, candidate, extracted
from yurai.stages.extract.ledger import ReadVerdicts, StoreLedger
from yurai.stages.extract.piles import Pile, open_sink
from yurai.stages.extract.rows import row_candidates
from yurai.stages.extract.selected import open_ranges
from yurai.stages.map_tasks import DROPPED_ROW_BYTES, WRITE, measure
from yurai_manifests.counts import EVIDENCE_NOTE, StageCounts
from yurai_manifests.crawl_schema import ROBOTS, WARCINFO
from yurai_manifests.names import count_name, crawled
from yurai_manifests.parquet import ParquetSink
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE
from yurai_manifests.task import Attempt, TaskRecord

OUTPUTS = {
    "extracted": DOCUMENT,
    "dropped": DROPPED,
    "evidence": EVIDENCE,
    "robots": ROBOTS,
    "warcinfo": WARCINFO,
}
SELDOM = ("robots", "warcinfo")


@dataclass(frozen=True)
class ExtractSource(Arguments):
    """Where the source lies, the fused stages, what row files are, by source name, and what of it is read.

    `ranges` are those of a selection, `part` is a range of a large source; all of it is read without either.
    """

    url: str
    read: AnyUse
    extract: StageUse[ExtractOptions]
    measures: tuple[AnyUse, ...]
    tables: tuple[SourceTable, ...]
    ranges: Ranges | None = field(default=None, metadata=UNLESS_NONE)
    part: Part | None = field(default=None, metadata=UNLESS_NONE)


class Indexed:
    """Records of ranges, each with what the index says of it."""

    def __init__(self, read: Iterator[tuple[Said, Record | Gap]]) -> None:
        self._read = read
        self._said: Said | None = None

    def items(self) -> Iterator[Record | Gap]:
        """Yield the records and gaps; what is asked of a record is asked before the next one is taken."""
        for said, item in self._read:
            self._said = said
            yield item

    def digest(self, item: Record) -> str | None:
        """Return the index's digest of a record, as far as its bytes have it."""
        return checked_digest(self._said, item) if self._said else None

    def verdict(self, item: Record) -> Verdict | None:
        """Fail a record that is another one than the index says."""
        reason = unlike_index(self._said, item) if self._said else None
        return ("failed", reason) if reason else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A source as its task reads it: its bytes here, its records and gaps, and what an index says of them."""

    path: Path
    items: Callable[[], Iterator[Record | Gap]]
    indexed: Indexed | None = None


_OPEN: dict[ExtractOptions, Sandbox] = {}


@atexit.register
def _close_open() -> None:
    """End the child; one that ends on its own, with its parent, would leave its CPU time out of the parent's."""
    while _OPEN:
        _OPEN.popitem()[1].close()


@task_function("yurai.steps.extract:extract_source", leave=_close_open)
def extract_source(task: Task[ExtractSource], attempt: Attempt) -> TaskRecord:
    """Run read, extract and the measuring stages over one source file."""
    args = task.args
    record, items = (_selected if args.ranges else _part if args.part else _whole)(task, attempt)
    record.stages = [StageCounts(use.name) for use in (args.read, args.extract, *args.measures)]
    with ExitStack() as stack:
        sinks = {name: open_sink(stack, attempt, name, schema) for name, schema in OUTPUTS.items()}
        beside, size = Beside(record, sinks["robots"], sinks["warcinfo"]), 0
        for batch in document_batches(_kept(record, _let_through(task, record, items, beside), sinks)):
            measured = measure(batch, args.measures, record.stages[2:])
            size += text_bytes(measured)
            with clock.part(WRITE):
                sinks["extracted"].write(measured)
        with clock.part(WRITE):
            beside.flush()
            _close(attempt, sinks, size)
    if not record.stages[0].seen:
        record.warnings.append("holds no candidate record")
    return record


def _whole(task: Task[ExtractSource], attempt: Attempt) -> tuple[TaskRecord, Opened]:
    """Fetch a whole source."""
    path, digest = fetch_source(task.args.url, attempt.spool)
    key = task_key(task.step, task.source, digest)
    verdicts = ReadVerdicts(StoreLedger(task.store), digest)
    opened = Opened(path, lambda: read_file(path, verdicts=verdicts))
    return TaskRecord(key, task.source, digest, file_bytes=path.stat().st_size), opened


def _part(task: Task[ExtractSource], attempt: Attempt) -> tuple[TaskRecord, Opened]:
    """Fetch a range of a source, which was hashed whole before."""
    part = task.args.part
    assert part is not None
    path = fetch_part(task.args.url, task.source, part, attempt.spool)
    verdicts = ReadVerdicts(StoreLedger(task.store), part.source_sha256)
    record = TaskRecord(task.key, task.source, part.source_sha256, file_bytes=part.end - part.start)
    return record, Opened(path, lambda: read_part(path, part, verdicts))


def _selected(task: Task[ExtractSource], attempt: Attempt) -> tuple[TaskRecord, Opened]:
    """Take ranges of a source; no digest of the whole file is known."""
    ranges = task.args.ranges
    assert ranges is not None
    asked, read = open_ranges(ranges, task.args.url, task.source, task.store, attempt)
    indexed = Indexed(read)
    record = TaskRecord(task.key, task.source, "", file_bytes=asked.end - asked.start)
    record.not_selected_bytes = asked.not_selected
    return record, Opened(attempt.spool, indexed.items, indexed)


def _let_through(task: Task[ExtractSource], record: TaskRecord, opened: Opened, beside: Beside) -> Iterator[Candidate]:
    """Yield the candidates of the source with their verdicts, those of blocklists among them."""
    options = task.args.extract.settings
    lists = load_blocklists(options.blocklists) if options.blocklists else None
    decided = _decided(task, record, opened, beside, lists)
    return without_blocked_texts(decided, lists, task.args.measures) if lists else decided


def _decided(
    task: Task[ExtractSource], record: TaskRecord, opened: Opened, beside: Beside, lists: Blocklists | None
) -> Iterator[Candidate]:
    """Yield the candidates of the source with their verdicts; rows bring their text and need no sandbox."""
    options, read = task.args.extract.settings, task.args.read
    if row_kind(task.source):
        table = table_of(task.args.tables, task.source)
        part = task.args.part
        extent = (part.start, part.end) if part else None
        rows = row_candidates(record, opened.path, table, extent, evidence=options.evidence)
        yield from clock.parts(read.name, without_blocked_places(rows, lists) if lists else rows)
        return
    sandbox = _sandbox(options, task.store)
    before = sandbox.cpu_seconds
    items = opened.items()
    seen = beside.seen(items) if options.evidence else items
    found = _candidates(record, seen, read, opened.indexed)
    candidates = clock.parts(read.name, without_blocked_places(found, lists) if lists else found)
    yield from extracted(candidates, sandbox, evidence=options.evidence)
    clock.add("extract", sandbox.cpu_seconds - before)


def _sandbox(options: ExtractOptions, store: str) -> Sandbox:
    """Return this process's child for these limits; starting one costs a second, so it serves many tasks.

    There is one at a time, or a process that makes many runs would keep a child of each.
    """
    if options not in _OPEN:
        _close_open()
        _OPEN[options] = Sandbox(options, StoreLedger(store))
    _OPEN[options].ledger = StoreLedger(store)
    return _OPEN[options]


def _close(attempt: Attempt, sinks: dict[str, ParquetSink], extracted_size: int) -> None:
    for name, sink in sinks.items():
        if name in SELDOM and not sink.rows:
            continue  # its file is removed with the others that are left
        sink.close()
        size = extracted_size if name == "extracted" else sink.rows * DROPPED_ROW_BYTES
        attempt.finish(name, sink.path, rows=sink.rows, size=size)


def _candidates(
    record: TaskRecord, items: Iterable[Record | Gap], read: AnyUse, indexed: Indexed | None
) -> Iterator[Candidate]:
    judge = stage_of(read).judge
    assert judge  # the reading stage has it
    units: set[int] = set()
    for item in items:
        if isinstance(item, Gap):
            _account_gap(record, item)
            continue
        if item.offset not in units:
            units = {item.offset}  # units come in file order, so only the last can repeat
            record.record_bytes += item.length
        if item.kind not in CANDIDATES:
            count_name(record.other_records, crawled(item.kind))
            continue
        record.stages[0].seen += 1
        row, verdict = provenance(record, item), judge(item, read.settings)
        if indexed:
            row["index_digest"] = indexed.digest(item)
            verdict = indexed.verdict(item) or verdict
        yield candidate(item, row, verdict)


def _account_gap(record: TaskRecord, gap: Gap) -> None:
    if gap.kind == "padding":
        record.padding_bytes += gap.bytes
    else:
        record.unreadable.append((gap.offset, gap.bytes))


def provenance(record: TaskRecord, item: Record) -> dict[str, Any]:
    """Return the PROVENANCE columns of one record, and its HTTP headers."""
    return {
        **locator(record, item),
        "warc_type": item.kind,
        "url": item.url,
        "capture_date": item.capture_date,
        "http_status": item.http_status,
        "mime": item.mime,
        "payload_digest": item.payload_digest,
        "payload_sha256": item.payload_sha256,
        "digest_ok": item.digest_ok,
        "digest_form": item.digest_form,
        "truncated": item.truncated,
        "body_bytes": len(item.body),
        "flags": sorted(item.flags),
        "http_headers": [{"name": name, "value": value} for name, value in item.http_headers],
    }


def _kept(
    record: TaskRecord, candidates: Iterable[Candidate], sinks: dict[str, ParquetSink]
) -> Iterator[dict[str, Any]]:
    read, extract = record.stages[:2]
    gone, evidence = Pile(sinks["dropped"]), Pile(sinks["evidence"])
    for one in candidates:
        if one.stage == "extract":
            read.kept += 1
            extract.seen += 1
        if one.outcome is None:
            extract.kept += 1
            for row in one.evidence:
                extract.notes[f"{EVIDENCE_NOTE}{row['channel']}"] += 1
                evidence.add(row)
            yield one.row
            continue
        counts = read if one.stage == "read" else extract
        reasons = counts.failed if one.outcome == "failed" else counts.dropped
        count_name(reasons, one.reason or "")
        gone.add(one.row | {"outcome": one.outcome, "stage": one.stage, "reason": one.reason})
    gone.flush()
    evidence.flush()
