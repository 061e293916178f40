"""List rows of a tree by what is known of them, a page at a time, and never longer than the caller lets it.

Rows are read in input order, a row group at a time, and of these the columns that are asked about; where a page ends,
the number of the next row is the place to go on from. So a list of any length needs the memory of one row group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final, Literal, Self, TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from yurai.report.inquiry.domain import named, of_domain
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.lookup.rows import open_parquet, row_group_starts

Outcome: TypeAlias = Literal["kept", "dropped"]
FOLDERS: Final[Mapping[Outcome, str]] = {"kept": "documents", "dropped": "dropped"}
"""Rows of dropped/ are of what was dropped and of what failed."""
SHOWN: Final[Mapping[Outcome, tuple[str, ...]]] = {
    "kept": ("url", "capture_date", "title", "lang", "registrable_domain", "concluded_spdx", "text_bytes"),
    "dropped": ("url", "capture_date", "outcome", "stage", "reason"),
}
"""Columns that a list shows, beside doc_id."""
NULL: Final = "-"
"""What stands for a cell that is null."""
_COLUMN: Final = {"licence": "concluded_spdx", "year": "capture_date", "domain": "url"}
"""Columns of what is asked for under another name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What rows must be: of this language, concluded licence (SPDX id), year of capture, domain, stage, reason."""

    outcome: Outcome = "kept"
    domain: str | None = None
    """A domain or a host; hosts below it are meant too."""
    lang: str | None = None
    licence: str | None = None
    year: str | None = None
    stage: str | None = None
    reason: str | None = None

    def given(self) -> dict[str, str]:
        """Return what is asked for beside the outcome, by name."""
        named_values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "outcome"}
        return {name: str(value) for name, value in named_values.items() if value is not None}

    def without(self, name: str) -> Self:
        """Return the same with one of `given` left out."""
        return type(self)(self.outcome, **{one: value for one, value in self.given().items() if one != name})


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    rows: list[dict[str, object]]
    """Cells of SHOWN and doc_id, in input order."""
    seen: int
    """Number of the row behind the last one that was looked at."""
    total: int
    """Rows of the folder."""

    @property
    def ended(self) -> bool:
        """Whether every row was looked at."""
        return self.seen >= self.total


def browse(lookup: Lookup, wanted: Wanted, after: int, most: int, *, go_on: Callable[[], bool]) -> Listed:
    """Return at most `most` rows that are as wanted, from row `after` on; `go_on` is asked before each row group.

    Raises:
        RecipeError: the domain is none, or rows of this outcome have no such column.
        ShardError: a file is damaged or missing.
    """
    folder = FOLDERS[wanted.outcome]
    numbers, seen = _numbers(lookup, folder, wanted, after, most, go_on)
    found = lookup.rows(folder, numbers, ("doc_id", *SHOWN[wanted.outcome]))
    total = sum(file.rows for file in lookup.run.files(folder))
    return Listed([one.cells for one in found], min(seen, total), total)


def _numbers(
    lookup: Lookup, folder: str, wanted: Wanted, after: int, most: int, go_on: Callable[[], bool]
) -> tuple[list[int], int]:
    """Return the numbers of rows that are as wanted, and of the row behind the last one that was looked at."""
    columns, given = _columns(wanted), wanted.given()
    if wanted.domain is not None:
        given["domain"] = named(wanted.domain)
    found, seen = list[int](), after
    for start, table in _groups(lookup, folder, columns, after):
        if len(found) > most:
            return found[:most], found[most]
        if not go_on():
            return found, seen
        found += [number for row in _matching(table, given) if (number := start + row) >= after]
        seen = start + table.num_rows
    return found[:most], found[most] if len(found) > most else seen


def _groups(lookup: Lookup, folder: str, columns: list[str], after: int) -> Iterator[tuple[int, pa.Table]]:
    """Yield row groups from the one that has row `after` on, each with the number of its first row."""
    first = 0
    for file in lookup.run.files(folder):
        if first + file.rows > after:
            try:
                with open_parquet(lookup.store, file) as parquet:
                    for group, (low, high) in enumerate(pairwise(row_group_starts(parquet))):
                        if first + high > after:
                            yield first + low, parquet.read_row_group(group, columns, use_threads=False)
            except (pa.ArrowInvalid, OSError) as error:
                raise ShardError(f"{lookup.store.url}/{file.name} is not readable: {error}; restore it") from error
        first += file.rows


def _columns(wanted: Wanted) -> list[str]:
    """Return the columns that tell whether a row is wanted."""
    columns = {_COLUMN.get(name, name) for name in wanted.given()}
    there = SHOWN[wanted.outcome]
    if missing := sorted(columns - {*there}):
        raise RecipeError(f"{FOLDERS[wanted.outcome]}/ has no column {missing[0]}; a list asks for {', '.join(there)}")
    return sorted(columns)


def _matching(table: pa.Table, given: Mapping[str, str]) -> list[int]:
    """Return the rows of a table that are as wanted."""
    columns = {name: _strings(table, _COLUMN.get(name, name)) for name in given}
    mask = pa.array([True] * table.num_rows, pa.bool_())
    for name, value in given.items():
        if name != "domain":
            mask = pc.and_(mask, _is(columns[name], name, value))
    rows = pc.indices_nonzero(mask)
    if "domain" in given:
        rows = rows.take(pa.array(of_domain(columns["domain"].take(rows), given["domain"]), pa.uint64()))
    return [int(row) for row in rows.to_numpy()]


def _strings(table: pa.Table, name: str) -> pa.StringArray:
    return cast("pa.StringArray", table[name].combine_chunks())


def _is(column: pa.StringArray, name: str, value: str) -> pa.BooleanArray:
    """Tell where a column has a value: of a year its beginning, of a reason also what stands before a colon."""
    if value == NULL:
        return pc.is_null(column)
    if name == "year":
        equal = pc.starts_with(column, value)
    elif name == "reason":
        equal = pc.or_(pc.equal(column, pa.scalar(value)), pc.starts_with(column, f"{value}:"))
    else:
        equal = pc.equal(column, pa.scalar(value))
    return cast("pa.BooleanArray", pc.fill_null(equal, pa.scalar(False)))
