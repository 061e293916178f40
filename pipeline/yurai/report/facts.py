"""Count what one delivered file adds to the report, as a task that runs where the file is read.

Outputs: `facts`, JSON with counts and histograms, and `counts`, Parquet with one row for each domain or licence mark.
What is shown of a page is redacted here, before it is written anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypedDict, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yurai.declare.batches import text_columns
from yurai.declare.stage import Kind, stage_of
from yurai.engine.arguments import Arguments
from yurai.engine.task import Task, task_function
from yurai.engine.use import AnyUse
from yurai.report.rules import RuleCounts, RuleFacts
from yurai.sources.fetch import fetch_shard
from yurai.stages.filter.decide import Decider
from yurai.stages.filter.settings import Filter
from yurai_filters import ContractViolation
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import ContractError
from yurai_manifests.parquet import read_rows
from yurai_manifests.task import Attempt, TaskRecord

_TYPES: dict[str, pa.DataType] = {"what": pa.string(), "name": pa.string()}
_TYPES |= dict.fromkeys(("rows", "documents", "size"), pa.int64())
COUNTS = pa.schema(_TYPES)
Column: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
SEEN = [
    *("lang", "capture_date", "url", "registrable_domain", "text_bytes", "pii"),
    *("extractor", "extractor_version", "page_type"),
]
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
    """The kind of the file, and the stages of the run."""

    kind: str
    stages: tuple[AnyUse, ...]


@task_function("yurai.report.facts:count_file")
def count_file(task: Task[CountFile], attempt: Attempt) -> TaskRecord:
    """Count one delivered file; args: `kind` (documents, extracted or evidence), `stages` of the recipe."""
    (shard,) = task.inputs
    path = fetch_shard(shard, attempt.spool)
    record = TaskRecord(task.key, shard.source, shard.sha256)
    kind = task.args.kind
    rules = replayed(task.args.stages) if kind == "extracted" else []
    pages, table = Pages(), COUNTS.empty_table()
    if kind == "evidence":
        table = _marks(pq.read_table(path, columns=["doc_id", "kind", "channel", "norm"], use_threads=False))
    else:
        tables = [table]
        for batch in read_rows(path, None if rules else SEEN):
            pages.add(batch)
            if kind == "documents":
                tables.append(_domains(batch))
            _replay(rules, batch)
        table = _summed(pa.concat_tables(tables))
    value: FileFacts = {"kind": kind, **pages.json(), "rules": [one.json() for _, met in rules for one in met]}
    _write(attempt, value, table.sort_by([("what", "ascending"), ("name", "ascending")]))
    return record


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
        batch, met = decider.walk(batch)
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
    sums = pa.table({"key": keys, "size": sizes}).group_by("key").aggregate([("size", "count"), ("size", "sum")])
    yield from zip(*(sums[name].to_pylist() for name in ("key", "size_count", "size_sum")), strict=True)


def domains_of(batch: pa.RecordBatch) -> Column:
    """Return the domain of each page: under its public suffix where that was recorded, else the host of the URL."""
    hosts = pc.struct_field(pc.extract_regex(batch.column("url"), HOST), "host")
    domains: pa.StringArray = pc.coalesce(batch.column("registrable_domain"), pc.utf8_lower(hosts))
    return domains.fill_null("none")


def _domains(batch: pa.RecordBatch) -> pa.Table:
    names = domains_of(batch)
    ones = np.ones(batch.num_rows, np.int64)
    kinds = pa.array(["domain"] * batch.num_rows, pa.string())
    return pa.table([kinds, names, ones, ones, batch.column("text_bytes")], schema=COUNTS)


def _marks(table: pa.Table) -> pa.Table:
    """Return the rows and the documents of each mark: kind, channel and what it says, tab between them."""
    norms = pc.coalesce(table["norm"], pa.scalar("not readable"))
    joined = pc.binary_join_element_wise(table["kind"], table["channel"], norms, "\t")  # type: ignore[call-overload] # the stubs miss the separator
    marks = table.append_column("mark", joined).group_by("mark")
    sums = marks.aggregate([("doc_id", "count"), ("doc_id", "count_distinct")])
    kinds = pa.array(["mark"] * sums.num_rows, pa.string())
    size = np.zeros(sums.num_rows, np.int64)
    return pa.table([kinds, sums["mark"], sums["doc_id_count"], sums["doc_id_count_distinct"], size], schema=COUNTS)


def _summed(table: pa.Table) -> pa.Table:
    sums = table.group_by(["what", "name"]).aggregate([(name, "sum") for name in ("rows", "documents", "size")])
    return sums.rename_columns(COUNTS.names).cast(COUNTS)
