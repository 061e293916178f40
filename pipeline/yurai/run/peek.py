"""Look at first rows before anything runs, and refuse a run whose text column is not there."""

from collections.abc import Iterable, Mapping
from typing import IO

import pyarrow as pa

from yurai.sources.fetch import open_remote
from yurai.sources.find import Source
from yurai.sources.rows.check import refuse_unread
from yurai.sources.rows.columns import columns_of
from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.jsonl import lines, parse, told
from yurai.sources.rows.names import Kind, row_kind
from yurai.sources.rows.parquet import CONTENT_ERRORS, open_parquet
from yurai.sources.rows.roles import Choices, choices_of, pick
from yurai.sources.rows.tables import SourceTable, refuse_idle, table_of
from yurai_manifests.errors import RecipeError

HEAD = 4 << 20
"""Bytes of a JSONL file in which its first row is looked for."""


def peek(sources: Iterable[Source], tables: tuple[SourceTable, ...], option: str = "--input") -> None:
    """Check tables against inputs, which `option` names: every table holds for one, and the first of each has columns.

    One file for each table and kind is opened, not ten thousand; in others a column that is missing is a warning of
    their task, and their rows are dropped as `no-text`. A file that cannot be read is left to its task, too.

    Raises:
        RecipeError: a table without inputs, or no text column; for Parquet, any named column that is not there.
    """
    refuse_unread(sources := list(sources), tables, option)
    rows = [(source, kind) for source in sources if (kind := row_kind(source.name))]
    refuse_idle(tables, (source.name for source, _ in rows))
    seen: set[tuple[int, Kind]] = set()
    for source, kind in rows:
        table = table_of(tables, source.name)
        if (id(table), kind) not in seen:
            seen.add((id(table), kind))
            _check(source, kind, choices_of(table.columns), option)


def _check(source: Source, kind: Kind, choices: Choices, option: str) -> None:
    try:
        with open_remote(source.url) as file:
            notes = _first_line(file, choices) if kind == "jsonl" else _schema(file, choices)
    except OSError as error:
        raise RecipeError(f"{option} {source.url} cannot be read: {error}; check the URL and credentials") from error
    if notes is None:
        return
    roles, columns = notes
    for role, choice in choices.items():
        if role not in roles and (role == "text" or (choice.named and kind == "parquet")):
            names = " or ".join(map(repr, choice.names))
            raise RecipeError(
                f"{source.name} has no column {names} for the {role}; it has {told(columns)}. Name the right one in a "
                f'[[source]] table of the recipe or of --sources: columns = {{ {role} = "..." }}'
            )


def _first_line(file: IO[bytes], choices: Choices) -> tuple[Mapping[str, object], list[str]] | None:
    for _, line, _, reason in lines(Inflow(file.read(HEAD))):
        value = None if reason or line is None else parse(line)[1]
        if value is not None:
            return pick(value, choices), list(value)
    return None


def _schema(file: IO[bytes], choices: Choices) -> tuple[Mapping[str, object], list[str]] | None:
    try:
        with open_parquet(file) as opened:
            return columns_of(opened.schema_arrow, choices), opened.schema_arrow.names
    except pa.ArrowMemoryError:
        raise
    except CONTENT_ERRORS:
        return None  # its task tells, with the bytes
