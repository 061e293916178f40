"""Ask one finished tree by the queries of `yurai.report.readers.queries`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyarrow as pa

from yurai.report.pii_audit import Marked
from yurai.report.readers.figures import Cell, Figure, Share
from yurai.report.readers.queries import FOLDERS, MACROS, SQL, query
from yurai.report.readers.said import Said
from yurai.report.readers.tiers import Tier
from yurai.sources.rows import SourceTable, row_kind, table_of
from yurai_manifests.audit import Audit
from yurai_manifests.canonical import sha256
from yurai_manifests.crawl_schema import ROBOTS, WARCINFO
from yurai_manifests.database import bounded
from yurai_manifests.errors import ShardError
from yurai_manifests.run import RUN, RunRecord, load_run
from yurai_manifests.schema import DOCUMENT, DROPPED, EVIDENCE, TOKEN_INDEX
from yurai_manifests.store import Store

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset as ds

Delivered: TypeAlias = "Callable[[str], ds.Dataset]"
"""Opens the rows of a delivered folder."""
SCHEMAS = dict(zip(FOLDERS, (DOCUMENT, DOCUMENT, DROPPED, EVIDENCE, ROBOTS, WARCINFO, TOKEN_INDEX), strict=True))
SHOWN = 20
"""Rows of a figure that are shown; how many others there are is said."""


class Row(tuple[Any, ...]):
    """A row of an answer: what its columns hold, the SQL of the query says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A tree, its audit, and a database with its delivered folders as views; answers are kept."""

    store: Store
    run: RunRecord
    audit: Audit
    tier: Tier
    database: duckdb.DuckDBPyConnection
    marked: Marked | None = None
    earlier: RunRecord | None = None
    answers: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, name: str, sql: str = "") -> list[Row]:
        """Return the rows of a query, by name; `sql` is of one that no figure shows alone.

        Raises:
            ShardError: a delivered file cannot be read.
        """
        import duckdb  # noqa: PLC0415 - a command line without a report goes without it

        if name not in self.answers:
            try:
                self.answers[name] = [Row(one) for one in self.database.execute(sql or SQL[name]).fetchall()]
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                advice = "`yurai audit` says what is wrong with the tree"
                raise ShardError(f"cannot count {name} in {self.store.url}: {error}; {advice}") from error
        return self.answers[name]

    def one(self, name: str) -> Row:
        """Return the only row of a query."""
        (row,) = self.rows(name)
        return row

    @property
    def kept(self) -> int:
        """Kept documents."""
        return int(self.run.value["totals"]["kept"])

    @property
    def tokens(self) -> int | None:
        """Tokens of kept documents; None where nothing tokenized them."""
        return int(self.run.value["totals"]["tokens"]) if self.run.files("shards") else None

    @property
    def uses(self) -> Mapping[str, Mapping[str, object]]:
        """Stages of the recipe by name, with their settings."""
        return {stage["use"]: stage for stage in self.run.recipe_stages}

    @property
    def run_sha256(self) -> str:
        """Digest of run.json."""
        return sha256(self.store.read(RUN))

    def table_name(self, source: str) -> str | None:
        """Return how a [[source]] table names an input file."""
        tables = [SourceTable.of(one) for one in self.run.source_tables]
        return table_of(tables, source).name if row_kind(source) else None

    def of_kept(self, documents: int) -> Share:
        """Return a share of all kept documents."""
        return Share(documents, self.kept)

    def of_tokens(self, tokens: int | None) -> Share | None:
        """Return a share of all tokens; None where they are not known."""
        return None if self.tokens is None else Share(int(tokens or 0), self.tokens)

    def token_count(self, tokens: int | None) -> int | None:
        """Return tokens of kept documents; None where nothing tokenized them, 0 of no document."""
        return None if self.tokens is None else int(tokens or 0)


def figure(
    name: str,
    title: Said,
    heads: Sequence[Said],
    rows: Sequence[tuple[Cell, ...]],
    *,
    of: str = "",
    note: Said | None = None,
    bar: int | None = None,
    most: int = SHOWN,
) -> Figure:
    """Return a figure that shows `most` rows; `of` is the name of its query, where that is not `name`."""
    shown = list(rows[:most])
    return Figure(name, title, tuple(heads), shown, query(of or name), note, bar, max(0, len(rows) - most))


@contextmanager
def asked(
    store: Store,
    audit: Audit,
    delivered: Delivered,
    tier: Tier,
    marked: Marked | None = None,
    earlier: RunRecord | None = None,
) -> Iterator[Asked]:
    """Open the tree for queries; memory is bounded, and what does not fit goes to a temporary folder.

    Raises:
        ShardError: the first file of a delivered folder is missing or damaged.
    """
    import duckdb  # noqa: PLC0415 - as above

    run = load_run(store)
    with tempfile.TemporaryDirectory(prefix="yurai-report-") as folder:
        database = duckdb.connect()
        try:
            bounded(database, folder)
            for name in FOLDERS:
                database.register(name, _rows(run, name, delivered))
            database.execute(MACROS)
            yield Asked(store, run, audit, tier, database, marked, earlier)
        finally:
            database.close()


def _rows(run: RunRecord, name: str, delivered: Delivered) -> ds.Dataset | pa.Table:
    """Return the rows of a folder; none where the run delivered none, null in columns that a tree of old lacks."""
    if not any(file.name.endswith(".parquet") for file in run.files(name)):
        return SCHEMAS[name].empty_table()
    rows = delivered(name)
    lacking = [column for column in SCHEMAS[name] if column.name not in rows.schema.names]
    whole = pa.schema([*rows.schema, *(one.with_nullable(True) for one in lacking)])
    return cast("ds.Dataset", rows.replace_schema(whole))
