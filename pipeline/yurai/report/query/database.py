"""Open DuckDB over trees: in memory, with a bound, and with no way to a file, to the network or to an extension."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds

from yurai.report.query.tables import DERIVED, FOLDERS, MANIFESTS
from yurai_manifests.database import bounded, closed_off
from yurai_manifests.dataset import dataset_of
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.needed import need
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import Store

if TYPE_CHECKING:
    import duckdb

_STREAM = re.compile("reading the stream registered as|arrow_scan|get_next failed")
"""What DuckDB says, in several versions, where Arrow could not go on reading."""
OTHER = "other_"
"""Before the names of what belongs to the tree that is compared with."""


@contextmanager
def opened(sql: str, store: Store, other: Store | None = None) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open a database over the tables of a tree, those of `other` under names that begin with `other_`.

    Rows are read from the tree when a statement asks for them. Tables of manifests are made where `sql` names them:
    a large run has a million tasks. Without another tree its tables are there, and empty.

    Raises:
        RecipeError: package duckdb is missing, or a tree is none.
        ShardError, AuditError: a file of the tree is missing or damaged, or the memory that queries have does not do.
    """
    need("duckdb", "queries need package duckdb")
    import duckdb  # noqa: PLC0415 - nothing else on the way of a command needs it

    with tempfile.TemporaryDirectory(prefix="yurai-query-") as folder:
        database = duckdb.connect()
        try:
            bounded(database, folder)
            words = set(re.findall(r"\w+", sql.lower()))
            _bind(database, "", store, words)
            _bind(database, OTHER, other, words)
            closed_off(database)
            yield database
        except duckdb.Error as error:
            if not of_tree(error):
                raise
            raise ShardError(f"the query ended: {first_line(error)}; `yurai audit` says what is wrong") from error
        finally:
            database.close()


def of_tree(error: "duckdb.Error") -> bool:
    """Tell a file of the tree that cannot be read, or memory that does not do, from a statement that is wrong."""
    import duckdb  # noqa: PLC0415 - as above

    stopped = isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException)
    return stopped or (isinstance(error, duckdb.InvalidInputException) and bool(_STREAM.search(str(error))))


def first_line(error: Exception) -> str:
    """Return what DuckDB says went wrong, without the statement that it quotes."""
    return " ".join(str(error).partition("\n\n")[0].split())


def _bind(database: "duckdb.DuckDBPyConnection", before: str, store: Store | None, words: set[str]) -> None:
    run = None if store is None else load_run(store)
    for name, schema in FOLDERS.items():
        database.register(before + name, _rows(store, run, name, schema))
    for name, table in MANIFESTS.items():
        if before + name in words:
            rows = table.rows(store, run) if store is not None and run is not None else table.schema.empty_table()
            database.register(before + name, rows)
    for name, (_, sql) in DERIVED.items():
        selected = sql.replace("{before}", before)
        database.execute(f"CREATE TEMP VIEW {before}{name} AS {selected}")


def _rows(store: Store | None, run: RunRecord | None, folder: str, schema: pa.Schema) -> ds.Dataset | pa.Table:
    """Return the rows of a folder; none, in the columns that it would have, where the run delivered no such folder."""
    if store is None or run is None:
        return schema.empty_table()
    try:
        return dataset_of(store, run, folder)
    except RecipeError:
        if any(file.name.endswith(".parquet") for file in run.files(folder)):
            raise
        return schema.empty_table()
