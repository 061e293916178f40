"""Read rows of JSONL and Parquet files, which are candidates that bring their text along."""

from yurai.sources.rows.names import is_row_file, row_kind
from yurai.sources.rows.read import read_rows
from yurai.sources.rows.roles import Fields, fields
from yurai.sources.rows.row import Note, Row, Span
from yurai.sources.rows.tables import SourceTable, table_of, tables_of

__all__ = [
    "Fields",
    "Note",
    "Row",
    "SourceTable",
    "Span",
    "fields",
    "is_row_file",
    "read_rows",
    "row_kind",
    "table_of",
    "tables_of",
]
