"""Add up what the tasks counted: sums in memory, domains and marks by DuckDB on disk."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from yurai.report.copies import Copies
from yurai.report.edges import merged
from yurai.report.facts import FileFacts
from yurai.report.merge_rights import Rights, rights_of
from yurai.report.rules import RuleCounts
from yurai.report.sums import NOTHING, Entry, count, top, total
from yurai.report.tallies import SUMS
from yurai_manifests.canonical import sha256
from yurai_manifests.database import bounded
from yurai_manifests.errors import ShardError
from yurai_manifests.parquet import read_table
from yurai_manifests.step import StepRecord, tasks
from yurai_manifests.store import Store
from yurai_manifests.task import Output

if TYPE_CHECKING:
    import duckdb

SOURCES = 100
"""Sources that are named."""
Sums = dict[str, Counter[str]]


@dataclass(slots=True)
class Sources:
    """Where pages come from: those with most candidates, how many there are, and what all others hold together."""

    top: list[Entry] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)
    """Failed pages of the sources in `top`."""
    count: int = 0
    rest: Entry = NOTHING
    rest_failed: int = 0


@dataclass(slots=True)
class Side:
    """Pages of one folder (extracted or documents): rows, bytes of text, and {name: counts} of each grouping."""

    rows: int = 0
    text_bytes: int = 0
    languages: Sums = field(default_factory=dict)
    years: Sums = field(default_factory=dict)
    extractors: Sums = field(default_factory=dict)
    page_types: Sums = field(default_factory=dict)
    pii: Sums = field(default_factory=dict)

    def add(self, facts: FileFacts) -> None:
        """Add the facts of one file."""
        self.rows += facts["rows"]
        self.text_bytes += facts["text_bytes"]
        groupings = (
            (self.languages, facts["languages"]),
            (self.years, facts["years"]),
            (self.extractors, facts["extractors"]),
            (self.page_types, facts["page_types"]),
            (self.pii, facts["pii"]),
        )
        for sums, of_file in groupings:
            for name, counts in of_file.items():
                sums.setdefault(name, Counter()).update(counts)


@dataclass(slots=True)
class Facts:
    """What the delivered files hold, added up."""

    extracted: Side = field(default_factory=Side)
    documents: Side = field(default_factory=Side)
    rules: list[RuleCounts] = field(default_factory=list)
    """In recipe order."""
    domains: int = 0
    by_bytes: list[Entry] = field(default_factory=list)
    by_documents: list[Entry] = field(default_factory=list)
    sources: Sources = field(default_factory=Sources)
    rights: Rights = field(default_factory=Rights)
    copies: Copies | None = None
    """None where no stage looked for duplicates."""


def merge(store: Store, record: StepRecord) -> Facts:
    """Return the sum of what the tasks of the step `record` wrote.

    Raises:
        ShardError: a partial result is missing or was changed.
    """
    facts = Facts()
    with tempfile.TemporaryDirectory(prefix="yurai-report-") as folder:
        import duckdb  # noqa: PLC0415 - a run without a report goes without it

        database = duckdb.connect(str(Path(folder) / "counts.duckdb"))
        try:
            _prepare(database, folder)
            for task in tasks(store, record):
                _add(facts, json.loads(read_output(store, task.output("facts"))))
                if task.output("counts").rows:
                    insert_counts(database, store, task.output("counts"))
            _rank(database, facts)
        finally:
            database.close()
    return facts


def read_output(store: Store, output: Output) -> bytes:
    """Return the bytes of a partial result.

    Raises:
        ShardError: it is missing or was changed.
    """
    advice = "run the same command with --rebuild"
    try:
        data = store.read(output.path)
    except FileNotFoundError as error:
        raise ShardError(f"{store.url}/{output.path} is missing; {advice}") from error
    if sha256(data) != output.sha256:
        raise ShardError(f"{store.url}/{output.path} was changed after it was written; {advice}")
    return data


def _add(facts: Facts, value: FileFacts) -> None:
    if value["kind"] == "documents":
        facts.documents.add(value)
    if value["kind"] == "extracted":
        facts.extracted.add(value)
        if not facts.rules:
            facts.rules = value["rules"]
        else:
            for total, part in zip(facts.rules, value["rules"], strict=True):
                _add_rule(total, part)


def _add_rule(total: RuleCounts, part: RuleCounts) -> None:
    total["judged"] += part["judged"]
    total["not_judged"] += part["not_judged"]
    total["reasons"] = dict(Counter(total["reasons"]) + Counter(part["reasons"]))
    for one, other in zip(total["limits"], part["limits"], strict=True):
        one["goes"] += other["goes"]
        one["bins"] = dict(Counter(one["bins"]) + Counter(other["bins"]))
        one["staying"] = merged(one["staying"] + other["staying"])
        one["leaving"] = merged(one["leaving"] + other["leaving"])


def _prepare(database: duckdb.DuckDBPyConnection, folder: str) -> None:
    bounded(database, folder)
    columns = ", ".join(f'"{name}" BIGINT' for name in SUMS)
    database.execute(f"CREATE TABLE counts (what VARCHAR, name VARCHAR, {columns})")


def insert_counts(database: duckdb.DuckDBPyConnection, store: Store, output: Output) -> None:
    """Add the rows of a file of counts to the table `counts`."""
    with store.open(output.path) as file:
        piece = read_table(file)
    database.register("piece", piece)
    database.execute("INSERT INTO counts SELECT * FROM piece")
    database.unregister("piece")


def _rank(database: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    added = ", ".join(f'sum("{name}")::BIGINT AS "{name}"' for name in SUMS)
    database.execute(f"CREATE TABLE sums AS SELECT what, name, {added} FROM counts GROUP BY what, name")  # noqa: S608 - names of columns
    facts.domains = count(database, "domain")
    facts.by_bytes = top(database, "domain", "size")
    facts.by_documents = top(database, "domain", "documents")
    facts.sources = _sources(database)
    facts.rights = rights_of(database)


def _sources(database: duckdb.DuckDBPyConnection) -> Sources:
    named, whole = top(database, "source", "rows", SOURCES), total(database, "source")
    failed = {one.name: total(database, "failed", one.name).rows for one in named}
    rest_failed = total(database, "failed").rows - sum(failed.values())
    return Sources(named, failed, count(database, "source"), whole.without(named), rest_failed)
