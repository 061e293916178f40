"""Set up DuckDB for sums that need not fit memory: it spills to a folder that the caller clears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "512MB"


def bounded(database: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Bound the memory of a database, which spills to `folder`, and have it load nothing."""
    database.execute(f"SET memory_limit = '{MEMORY}'")
    database.execute(f"SET temp_directory = '{folder}/spill'")
    database.execute("SET autoinstall_known_extensions = false")
    database.execute("SET autoload_known_extensions = false")


def closed_off(database: duckdb.DuckDBPyConnection) -> None:
    """Leave a database no way out: files, network, variables of this program, and no way to undo that."""
    for setting in ("python_enable_replacements", "enable_external_access"):
        database.execute(f"SET {setting} = false")
    database.execute("SET lock_configuration = true")
