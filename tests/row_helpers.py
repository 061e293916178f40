"""Recipes over rows, and the documents that runs of them deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from yurai.run.recipe import Recipe, make_recipe

if TYPE_CHECKING:
    from pathlib import Path

STAGES: list[dict[str, Any]] = [{"use": "read"}, {"use": "extract"}, {"use": "language"}, {"use": "measure"}]


def recipe(*tables: dict[str, Any], stages: list[dict[str, Any]] = STAGES) -> Recipe:
    value: dict[str, Any] = {"name": "rows", "stage": stages}
    return make_recipe(value | ({"source": list(tables)} if tables else {}), where="test")


def documents(out: Path) -> list[dict[str, Any]]:
    files = sorted((out / "documents").glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]
