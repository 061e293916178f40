"""Count what one delivered file adds to the report, as a task that runs where the file is read.

Outputs: `facts`, JSON with counts and histograms, and `counts`, Parquet with one row for each name of `tallies`.
What is shown of a page is redacted here, before it is written anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.declare.batches import text_columns
from yurai.declare.stage import Kind, stage_of
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import AnyUse
from yurai.report import count_rights
from yurai.report.count_sources import TokenCounts, ended_by_source, kept_by_source, source_names
from yurai.report.rules import RuleCounts, RuleFacts
from yurai.report.tallies import Column, summed, tally
from yurai.sources.fetch import fetch_shard
from yurai.sources.rows import SourceTable
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai_filters import ContractViolation
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import ContractError
from yurai_manifests.parquet import read_rows, read_table
from yurai_manifests.task import Attempt, TaskRecord

READ = ("extracted", "documents", "evidence", "dropped", "robots", "warcinfo")
"""Folders whose files are counted."""
SEEN = ("lang", "capture_date", "text_bytes", "pii", "extractor", "extractor_version", "page_type")
OF_DOCUMENTS = (*SEEN, "doc_id", "source", "url", "registrable_domain", "attribution", *count_rights.OF_DOCUMENTS)
HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#:]+)"


class PageCounts(TypedDict):
    """What `Pages` counted: rows, bytes of text, and {name: {what: count}} of each grouping."""

    rows: int
    text_bytes: int
    languages: dict[str, dict[str, int]]
    years: dict[str, dict[str, int]]
    extractors: dict[str, dict[str, int]]
    page_types: dict[str, dict[str, int]]
    pii: dict[str, dict[str, int]]


class FileFacts(PageCounts):
    """What is written of one delivered file."""

    kind: str
    rules: list[RuleCounts]


class _PiiCount(TypedDict):
    name: str
    count: int


@dataclass(frozen=True)
class CountFile(Arguments):
    """The kind of the file, the stages and [[source]] tables of the run, and rows of the first token shard to skip."""

    kind: str
    stages: tuple[AnyUse, ...]
    tables: tuple[SourceTable, ...] = ()
    skip: int = 0


@task_function("yurai.report.facts:count_file")
def count_file(task: Task[CountFile], attempt: Attempt) -> TaskRecord:
    """Count one delivered file of a folder of READ; `stages` are those of the recipe.

    Inputs: the file, and of `documents` the token shards that hold its pages.
    """
    shard, *shards = task.inputs
    path, pages = fetch_shard(shard, attempt.spool), Pages()
    rules = replayed(task.args.stages) if task.args.kind == "extracted" else []
    if task.args.kind == "extracted":
        for batch in read_rows(path, None if rules else list(SEEN)):
            pages.add(batch)
            _replay(rules, batch)
        tables = list[pa.Table]()
    elif task.args.kind == "documents":
        tokens = TokenCounts([fetch_shard(one, attempt.spool) for one in shards], task.args.skip)
        read = read_rows(path, list(OF_DOCUMENTS))
        tables = [one for batch in read for one in _kept(batch, pages, tokens, task.args)]
    else:
        tables = list(_others(path, task.args))
    counted = [one.json() for _, met in rules for one in met]
    value: FileFacts = {"kind": task.args.kind, **pages.json(), "rules": counted}
    _write(attempt, value, summed(tables))
    return TaskRecord(task.key, shard.source, shard.sha256)


def _kept(batch: pa.RecordBatch, pages: Pages, tokens: TokenCounts, args: CountFile) -> Iterator[pa.Table]:
    """Count kept pages by domain, by source, and by what was concluded of them."""
    pages.add(batch)
    sizes, counts = batch.column("text_bytes"), tokens.take(batch.column("doc_id"))
    ones = np.ones(batch.num_rows, np.int64)
    yield tally("domain", domains_of(batch), documents=ones, size=sizes, tokens=counts)
    yield kept_by_source(source_names(batch, args.tables), sizes, counts)
    yield from count_rights.verdicts(batch, counts)
    yield from count_rights.credits_of(batch)


def _others(path: Path, args: CountFile) -> Iterator[pa.Table]:
    """Count files that hold no pages with text."""
    if args.kind == "evidence":
        yield count_rights.marks(read_table(path, list(count_rights.OF_EVIDENCE)))
    elif args.kind == "dropped":
        for batch in read_rows(path, ["source", "outcome"]):
            yield from ended_by_source(batch, args.tables)
    else:
        columns, counted = {
            "robots": (count_rights.OF_ROBOTS, count_rights.robots),
            "warcinfo": (count_rights.OF_WARCINFO, count_rights.warcinfo),
        }[args.kind]
        for batch in read_rows(path, list(columns)):
            yield from counted(batch)


def _write(attempt: Attempt, value: FileFacts, table: pa.Table) -> None:
    facts, counts = attempt.path("facts.json"), attempt.path("counts.parquet")
    facts.write_bytes(canonical(value))
    pq.write_table(table, counts, compression="zstd")
    attempt.finish("facts", facts, rows=value["rows"])
    attempt.finish("counts", counts, rows=table.num_rows)


Replay = list[tuple[Decider, list[RuleFacts]]]


def replayed(stages: tuple[AnyUse, ...]) -> Replay:
    """Return the filter stages of a recipe, each with an empty count for each of its filters."""
    measures: list[AnyUse] = []
    replay: Replay = []
    for use in stages:
        measures += [use] if stage_of(use).kind is Kind.MEASURE else []
        if isinstance(use.settings, Filter):
            decider = Decider(use.name, use.settings.rules, list(measures))
            replay.append((decider, RuleFacts.of(use.name, use.settings.rules)))
    return replay


def _replay(rules: Replay, batch: pa.RecordBatch) -> None:
    """Have every filter judge all rows of `batch`, also those that a filter before it drops."""
    for decider, facts in rules:
        batch, met, _ = decider.walk(batch)
        for one, (declaration, settings, rows) in zip(facts, met, strict=True):
            try:
                one.add(declaration, settings, rows, text_columns(rows))
            except ContractViolation as error:
                raise ContractError(f"rule {declaration.name} of {declaration.package.name}: {error}") from error


class Pages:
    """Counts of pages by language, year, extractor, type of page and kind of personal data."""

    def __init__(self) -> None:
        self.rows = self.text_bytes = 0
        self.languages, self.years, self.extractors, self.page_types, self.pii = (
            dict[str, Counter[str]]() for _ in range(5)
        )

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the rows of `batch`."""
        sizes = batch.column("text_bytes")
        self.rows += batch.num_rows
        self.text_bytes += int(pc.sum(sizes).as_py() or 0)
        years = pc.utf8_slice_codeunits(batch.column("capture_date"), 0, 4)
        columns = (batch.column("lang"), years, _extractors(batch), batch.column("page_type"))
        groupings = (self.languages, self.years, self.extractors, self.page_types)
        for sums, keys in zip(groupings, columns, strict=True):
            for name, pages, size in _grouped(cast("pa.StringArray", keys).fill_null("none"), sizes):
                sums.setdefault(name, Counter()).update(pages=pages, text_bytes=size)
        for of_page in batch.column("pii").drop_null().to_pylist():
            for entry in cast("list[_PiiCount]", of_page):
                if entry["count"]:
                    self.pii.setdefault(entry["name"], Counter()).update(pages=1, found=entry["count"])

    def json(self) -> PageCounts:
        """Return the counts as canonical JSON takes them."""
        return {
            "rows": self.rows,
            "text_bytes": self.text_bytes,
            "languages": _plain(self.languages),
            "years": _plain(self.years),
            "extractors": _plain(self.extractors),
            "page_types": _plain(self.page_types),
            "pii": _plain(self.pii),
        }


def _plain(sums: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(counts) for name, counts in sums.items()}


def _extractors(batch: pa.RecordBatch) -> pa.StringArray:
    """Return what made each text, with its version where it has one."""
    name, version = (batch.column(name).fill_null("") for name in ("extractor", "extractor_version"))
    joined = pc.binary_join_element_wise(name, version, " ")  # type: ignore[call-overload] # the stubs miss the separator
    trimmed: pa.StringArray = pc.utf8_trim_whitespace(joined)
    return trimmed


def _grouped(keys: Column, sizes: Column) -> Iterator[tuple[str, int, int]]:
    sums = (
        pa.Table.from_arrays([keys, sizes], ["key", "size"])
        .group_by("key")
        .aggregate([("size", "count"), ("size", "sum")])
    )
    yield from zip(*(sums[name].to_pylist() for name in ("key", "size_count", "size_sum")), strict=True)


def domains_of(batch: pa.RecordBatch) -> Column:
    """Return the domain of each page: under its public suffix where that was recorded, else the host of the URL."""
    hosts = pc.struct_field(pc.extract_regex(batch.column("url"), HOST), "host")
    domains: pa.StringArray = pc.coalesce(batch.column("registrable_domain"), pc.utf8_lower(hosts))
    return domains.fill_null("none")
