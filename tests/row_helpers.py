"""Recipes over rows, the documents that runs of them deliver, and what one file is read as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from yurai.run.recipe import Recipe, make_recipe
from yurai.sources.rows import Note, Row, Span, read_rows, row_kind

if TYPE_CHECKING:
    from pathlib import Path

STAGES: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}]


def recipe(*tables: dict[str, Any], stages: list[dict[str, Any]] = STAGES) -> Recipe:
    value: dict[str, Any] = {"name": "rows", "stage": stages}
    return make_recipe(value | ({"source": list(tables)} if tables else {}), where="test")


def documents(out: Path) -> list[dict[str, Any]]:
    files = sorted((out / "documents").glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def read(path: Path, data: bytes, name: str = "x.jsonl", **columns: str) -> tuple[list[Row], list[Span], list[str]]:
    """Rows, spans and notes of a file with these bytes; the spans cover it."""
    path.write_bytes(data)
    kind = row_kind(name)
    assert kind
    items = list(read_rows(path, kind, columns))
    spans = sorted((item for item in items if isinstance(item, Span)), key=lambda span: span.offset)
    at = 0
    for span in spans:
        assert span.offset == at
        assert span.bytes > 0
        at += span.bytes
    assert at == len(data)
    notes = [item.message for item in items if isinstance(item, Note)]
    return [item for item in items if isinstance(item, Row)], spans, notes


def lost(spans: list[Span]) -> int:
    return sum(span.bytes for span in spans if span.kind == "unreadable")
