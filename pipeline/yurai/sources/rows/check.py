"""Refuse rows that cannot be read, before anything runs: of another format or layout, or with a text that is none."""

from collections.abc import Sequence
from itertools import islice
from typing import IO

import pyarrow as pa

from yurai.sources.fetch import open_remote
from yurai.sources.find import Source
from yurai.sources.rows.columns import columns_of, type_at
from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.jsonl import parse, told
from yurai.sources.rows.lines import lines
from yurai.sources.rows.names import Kind, foreign_kind, row_kind
from yurai.sources.rows.pages import MAGIC
from yurai.sources.rows.parquet import CONTENT_ERRORS, open_parquet
from yurai.sources.rows.roles import Choices, choices_of, is_text, pick
from yurai.sources.rows.shapes import HEAD, inflated, shape_of
from yurai.sources.rows.tables import SourceTable, table_of
from yurai_manifests.errors import RecipeError

ROWS = 100
"""First rows whose text is looked at: a number among strings is a bad row, a hundred are another column."""


def refuse_unread(sources: Sequence[Source], tables: Sequence[SourceTable], option: str) -> None:
    """Check the name of each source, which `option` names, and the beginning of the first file of each table and kind.

    Other files of such a shape are told by their tasks. A damaged file is left to its task, unless it is all there is.

    Raises:
        RecipeError: what the file is, and what to do.
    """
    for source in sources:
        if foreign := foreign_kind(source.name):
            raise RecipeError(f"{option} {source.name} is {foreign}")
    seen: set[tuple[int, Kind]] = set()
    for source in sources:
        kind, table = row_kind(source.name), table_of(tables, source.name)
        if kind and (id(table), kind) not in seen:
            seen.add((id(table), kind))
            why = _wrong(source, kind, choices_of(table.columns), is_alone=len(sources) == 1)
            if why:
                raise RecipeError(f"{option} {source.name} {why}")


def _wrong(source: Source, kind: Kind, choices: Choices, *, is_alone: bool) -> str | None:
    """Return what is wrong with the beginning of a file, behind its name."""
    try:
        with open_remote(source.url) as file:
            head = file.read(HEAD if kind == "jsonl" else len(MAGIC))
            if kind == "parquet" and head != MAGIC:
                head += file.read(HEAD - len(head))
        if kind == "jsonl":
            return _of_lines(head, choices, is_alone=is_alone)
        if head != MAGIC:
            return _of_no_table(head)
        with open_remote(source.url) as file:  # anew, since what a server streams does not go back
            return _of_schema(file, choices)
    except OSError as error:
        return f"cannot be read: {error}; check the URL and credentials"


def _of_lines(head: bytes, choices: Choices, *, is_alone: bool) -> str | None:
    if shape := shape_of(head):
        return f"is {shape}"
    first = list(islice(lines(Inflow(inflated(head))), ROWS))
    rows = [value for _, line, _, _ in first if line is not None and (value := parse(line).value) is not None]
    texts = [text for row in rows if (text := pick(row, choices).get("text")) is not None]
    if texts and not any(is_text(text) for text in texts):
        kinds = ", ".join(sorted({type(text).__name__ for text in texts}))
        return _wrong_text(f"values of type {kinds}", told(rows[0]))
    if is_alone and len(first) > 1 and not rows:
        return "holds no JSON object in its first lines; rows are one object a line (https://jsonlines.org)"
    return None


def _of_no_table(head: bytes) -> str | None:
    first = next(lines(Inflow(inflated(head))), (0, None, 0, None))[1]
    if first is not None and parse(first).value is not None:
        return "is JSON Lines: give it a name that ends in .jsonl, .jsonl.gz, .jsonl.zst or .jsonl.lz4"
    return f"is {shape}" if (shape := shape_of(head)) else None


def _of_schema(file: IO[bytes], choices: Choices) -> str | None:
    try:
        with open_parquet(file) as opened:
            schema = opened.schema_arrow
            columns = columns_of(schema, choices).get("text")
            if columns is None or columns[0].read is not None:
                return None
            kind = str(type_at(schema, columns[0].path))[:200]
            return _wrong_text(f"values of type {kind!a}", told(schema.names))
    except pa.ArrowMemoryError:
        raise
    except CONTENT_ERRORS:
        return None  # its task tells, with the bytes


def _wrong_text(what: str, columns: str) -> str:
    return (
        f"has {what} in the column of the text, which must be strings; it has {columns}. Name the right one in a "
        '[[source]] table of the recipe or of --sources: columns = { text = "..." }'
    )
