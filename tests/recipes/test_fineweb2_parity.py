"""Recipe fineweb2-jpn decides as datatrove 0.10.1 does, on real Japanese texts; bench/fineweb2.py has all of them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

BENCH = Path(__file__).parents[2] / "bench"
FLOOR = 0.98
TEXTS = 150


@pytest.fixture
def datatrove_python() -> str:
    """A Python that has datatrove and SudachiPy, which pin other versions of what Yurai uses."""
    pytest.importorskip("sudachipy", reason="yurai[sudachi] is not installed")
    python = os.environ.get("YURAI_DATATROVE_PYTHON", "")
    if not python:
        pytest.skip("set YURAI_DATATROVE_PYTHON to a Python that has datatrove 0.10.1 and SudachiPy")
    asked = [python, "-c", "import importlib.metadata as m, spacy, sudachipy; print(m.version('datatrove'))"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.stdout.strip() != "0.10.1":
        pytest.skip(f"{python} has no datatrove 0.10.1 with spaCy and SudachiPy")
    return python


def japanese_texts(data: Path) -> list[str]:
    """Texts of Japanese pages that are labelled, spread over the files."""
    texts = []
    for path in sorted((data / "docs").glob("*.labels.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        texts += [row["gold_text"] for row in rows if row["lang_pred"] == "ja" and row.get("gold_text")]
    return texts[:: max(len(texts) // TEXTS, 1)]


@pytest.mark.slow
def test_each_filter_decides_as_datatrove(
    shared_data: Path, datatrove_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import fineweb2
    import parity

    texts = japanese_texts(shared_data)
    table = pa.table({"text": texts, "lang": ["ja"] * len(texts)})
    found = list(fineweb2.compare(parity.Datatrove(datatrove_python, tmp_path / "tree"), table))
    assert [one.rule for one in found] == ["gopher-repetition", "gopher-quality", "fineweb"]
    assert len(texts) >= TEXTS
    assert all(one.dropped for one in found)
    assert [(one.rule, one.apart) for one in found if one.equal < FLOOR * one.texts] == []
    sys.modules.pop("fineweb2")
