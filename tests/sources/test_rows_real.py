"""Real JSONL as rows: texts with URLs, and columns of other names."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from row_helpers import STAGES, documents, recipe
from run_helpers import assert_whole
from yurai.engine.local import LocalRunner
from yurai.run.run import run_recipe
from yurai.sources.find import find_sources
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord


def run_real(out: Path, inputs: list[Path], *tables: dict[str, Any]) -> RunRecord:
    """Read and deliver: what measuring such texts gives is asked where it is checked."""
    chosen = recipe(*tables, stages=STAGES[:2])
    return run_recipe(chosen, find_sources(map(str, inputs)), str(out), LocalRunner(1))


def test_real_phones(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "pii/phones_examples.jsonl"
    with pytest.raises(RecipeError, match=r"it has 'region', 'type', 'e164'"):
        run_real(tmp_path / "out", [path])
    found = run_real(tmp_path / "out", [path], {"columns": {"text": "intl", "id": "e164"}})
    assert_whole(tmp_path / "out", found.digest)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [row["text"] for row in documents(tmp_path / "out")] == [line["intl"] for line in lines if line["intl"]]


@pytest.mark.slow
def test_real_texts(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "dedup/texts.jsonl.gz"
    found = run_real(tmp_path / "out", [path])
    assert_whole(tmp_path / "out", found.digest)
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    rows = documents(tmp_path / "out")
    assert [row["text"] for row in rows] == [line["text"].strip() for line in lines if line["text"].strip()]
    assert [row["url"] for row in rows] == [line["url"] for line in lines]
