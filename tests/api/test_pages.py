"""docs/python.md and docs/notebook.ipynb run as they stand, in a fresh folder."""

from __future__ import annotations

import contextlib
import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "python.md").read_text("utf-8")
NOTEBOOK: dict[str, Any] = json.loads((DOCS / "notebook.ipynb").read_text("utf-8"))
TRACE: dict[str, Any] = json.loads((DOCS.parent / "examples/trace.ipynb").read_text("utf-8"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def execute(parts: list[str], folder: Path) -> dict[str, Any]:
    """Run the parts one after another in one namespace, in a folder of its own, and return the namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.chdir(folder), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="datasets|dill|multiprocess|huggingface_hub|fsspec")
        for number, part in enumerate(parts):
            exec(compile(part, f"part {number}", "exec"), names)
    return names


def test_the_page_runs_and_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    assert PAGE.count("\n") <= 120
    names = execute(BLOCK.findall(PAGE), tmp_path)
    assert names["table"].num_rows == names["tree"].manifest.totals.kept > 0
    assert len(names["frame"]) == names["tree"].dropped.count_rows()
    assert sum(count for _, count in names["by_language"]) == names["table"].num_rows
    assert len(list(names["corpus"])) == names["table"].num_rows
    assert names["html"].lower().startswith("<!doctype html>")


def test_the_page_tells_every_argument_and_every_answer() -> None:
    import inspect

    import yurai

    answers = [name for name in dir(yurai.Tree) if not name.startswith("_")]
    arguments = [*inspect.signature(yurai.build).parameters]
    assert [name for name in (*answers, *arguments, *yurai._ERRORS) if not re.search(rf"\b{name}\b", PAGE)] == []
    docs = inspect.getdoc(yurai.build) or ""
    assert [name for name in arguments if f"\n    {name}: " not in docs] == []


def test_the_notebook_runs(tmp_path: Path) -> None:
    cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    names = execute(cells, tmp_path)
    assert names["audit"].ok
    assert names["life"]["outcome"] == "dropped"
    assert (tmp_path / "corpus/run.json").is_file()


def test_the_notebook_of_traces_runs(tmp_path: Path) -> None:
    cells = ["".join(cell["source"]) for cell in TRACE["cells"] if cell["cell_type"] == "code"]
    names = execute(cells, tmp_path)
    (span,) = names["found"].spans
    assert [one.url for one in span.carriers] == ["https://toshokan.shiomihara.example/about/history"]
    assert names["steps"]
    assert names["search"].count("図書館") == names["following"].total() > 1


@pytest.mark.parametrize("notebook", [NOTEBOOK, TRACE], ids=["notebook", "trace"])
def test_a_notebook_is_one_and_holds_no_output(notebook: dict[str, Any]) -> None:
    assert (notebook["nbformat"], {cell["cell_type"] for cell in notebook["cells"]}) == (4, {"code", "markdown"})
    for cell in notebook["cells"]:
        assert "".join(cell["source"]).strip()
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
