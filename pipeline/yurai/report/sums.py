"""Ask for what was counted under names (`yurai.report.tallies`), once DuckDB has added it up in table `sums`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb

TOP = 15


class Entry(NamedTuple):
    """One name, and its sums: what they count is said where they are made."""

    name: str
    rows: int
    documents: int
    size: int
    tokens: int

    def without(self, others: Iterable[Entry]) -> Entry:
        """Return these sums less those of `others`."""
        held = list(others)
        return Entry(
            self.name,
            self.rows - sum(one.rows for one in held),
            self.documents - sum(one.documents for one in held),
            self.size - sum(one.size for one in held),
            self.tokens - sum(one.tokens for one in held),
        )


NOTHING = Entry("", 0, 0, 0, 0)


def count(database: duckdb.DuckDBPyConnection, what: str, beginning: str = "", above_0: str = "rows") -> int:
    """Return how many names begin so and have something in column `above_0`."""
    query = f'SELECT count(*) FROM sums WHERE what = ? AND starts_with(name, ?) AND "{above_0}" > 0'  # noqa: S608 - `above_0` is a word of this package
    (names,) = database.execute(query, [what, beginning]).fetchall()[0]
    return int(names)


def total(database: duckdb.DuckDBPyConnection, what: str, name: str | None = None) -> Entry:
    """Return the sums of all names, or of one; 0 where there is none."""
    query = (
        'SELECT coalesce(sum("rows"), 0)::BIGINT, coalesce(sum(documents), 0)::BIGINT, coalesce(sum(size), 0)::BIGINT, '
        "coalesce(sum(tokens), 0)::BIGINT FROM sums WHERE what = ?"
    )
    more, values = ("", [what]) if name is None else (" AND name = ?", [what, name])
    return Entry(name or "", *database.execute(query + more, values).fetchall()[0])


def top(database: duckdb.DuckDBPyConnection, what: str, by: str, most: int = TOP, beginning: str = "") -> list[Entry]:
    """Return the names with most of column `by`, of those that begin so; equal ones in the order of names."""
    query = (
        'SELECT name, "rows", documents, size, tokens FROM sums WHERE what = ? AND starts_with(name, ?) '  # noqa: S608 - `by` is a word of this package
        f'ORDER BY "{by}" DESC, name LIMIT {most}'
    )
    return [Entry(*row) for row in database.execute(query, [what, beginning]).fetchall()]
