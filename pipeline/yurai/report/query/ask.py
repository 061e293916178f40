"""Run one statement over a tree and hand out its rows, a batch at a time."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from yurai.report.query.database import first_line, of_tree, opened
from yurai.report.query.named import Value, load_query
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import Store

if TYPE_CHECKING:
    import duckdb

BATCH: Final = 1000
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gives: the names of its columns, their types, and its rows, once, as they are made."""

    columns: tuple[str, ...]
    schema: pa.Schema
    rows: Iterator[Row]

    def batches(self, size: int = BATCH) -> Iterator[pa.RecordBatch]:
        """Yield the rows as Arrow batches of `size` rows, the last one of fewer."""
        while rows := list(itertools.islice(self.rows, size)):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def table(self) -> pa.Table:
        """Return all rows as a table: as large as the answer is."""
        return pa.Table.from_batches(self.batches(), self.schema)


@contextmanager
def ask_named(
    store: Store, name: str, given: Mapping[str, str] | None = None, other: Store | None = None
) -> Iterator[Answer]:
    """Run a named query; `given` are its parameters as text. Raises as `ask`, and RecipeError for what it lacks."""
    query = load_query(name)
    if query.needs_other and other is None:
        raise RecipeError(f"query {name} compares with another tree: give --against OTHER")
    with ask(store, query.sql, query.values(given or {}), other) as answer:
        yield answer


@contextmanager
def ask(
    store: Store, sql: str, values: Mapping[str, Value] | None = None, other: Store | None = None
) -> Iterator[Answer]:
    """Run one SELECT over a tree; `values` are its `$parameters`, `other` is the tree behind `other_` names.

    DuckDB runs it: https://duckdb.org/docs/stable/sql/introduction. Rows come in the order that it states, else in
    none that anybody promises.

    Raises:
        RecipeError: it is no SELECT, or several; a name, a type or a parameter is wrong; it asks for a file.
        ShardError: a file of the tree cannot be read, or the memory that queries have does not do.
    """
    import duckdb  # noqa: PLC0415 - nothing else on the way of a command needs it

    with opened(sql, store, other) as database:
        try:
            _only_select(database, sql)
            schema = database.sql(f"SELECT * FROM ({sql}\n) LIMIT 0", params=dict(values or {})).to_arrow_table().schema  # noqa: S608 - whoever asks wrote it, and the database reads alone
            asked = database.execute(sql, dict(values or {}))
            yield Answer(tuple(schema.names), schema, _rows(asked))
        except duckdb.Error as error:
            if of_tree(error):
                raise  # `opened` says so
            raise RecipeError(f"the query is wrong: {first_line(error)}") from error


def _only_select(database: "duckdb.DuckDBPyConnection", sql: str) -> None:
    import duckdb  # noqa: PLC0415 - as above

    found = database.extract_statements(sql)
    if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
        kinds = ", ".join(str(one.type).rpartition(".")[2] for one in found) or "nothing"
        raise RecipeError(f"a query is one SELECT, and reads alone; this is {kinds}")


def _rows(asked: "duckdb.DuckDBPyConnection") -> Iterator[Row]:
    while rows := asked.fetchmany(BATCH):
        yield from rows
