"""A text of which an editor leaves nothing is dropped, whatever the rules behind it judge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

SCRIPTS = "\n".join(f"Please turn on javascript in this browser to see the page {number}." for number in range(9))
STAYS = "\n".join(f"Sentence number {number} is what people wrote about the harbour." for number in range(9))
MIXED = f"{SCRIPTS}\n{STAYS}"
LINES = '{ use = "c4-lines", terminal_punctuation = false }'


def ran(yurai: Callable[..., Said], folder: Path, rules: str, texts: list[str]) -> dict[str, list[str | None]]:
    """Return reasons of dropped rows, and texts of kept ones."""
    stages = "".join(f'[[stage]]\nuse = "{name}"\n' for name in ("read", "extract", "language", "measure"))
    recipe = folder / "recipe.toml"
    recipe.write_text(f'name = "x"\n{stages}[[stage]]\nuse = "filter"\nrules = [{rules}]\n', "utf-8")
    (folder / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    done = yurai("run", recipe, "--input", folder / "in.jsonl", "--output", folder / "out", "--runner", "local")
    assert done.code == 0, done.err
    return {
        name: [row[column] for file in sorted((folder / "out" / name).glob("*.parquet")) for row in rows(file)]
        for name, column in (("dropped", "reason"), ("documents", "text"))
    }


def rows(file: Path) -> list[dict[str, str | None]]:
    return pq.read_table(file, use_threads=False).to_pylist()


@pytest.mark.parametrize(
    "behind",
    [
        "",
        ', { use = "c4" }',
        ', { use = "fineweb", languages = ["en"] }',
        ', { use = "language", allow = ["en", "und"] }',
    ],
)
def test_an_emptied_text_is_dropped_whatever_stands_behind(
    yurai: Callable[..., Said], tmp_path: Path, behind: str
) -> None:
    found = ran(yurai, tmp_path, LINES + behind, [SCRIPTS, MIXED])
    assert found["dropped"] == ["c4-lines:emptied"]
    assert found["documents"] == [STAYS]


def test_the_first_reason_wins(yurai: Callable[..., Said], tmp_path: Path) -> None:
    rules = '{ use = "language", allow = ["ja"] }, ' + LINES
    assert ran(yurai, tmp_path, rules, [SCRIPTS, "駅から港までは歩いて十分ほどかかります。"])["dropped"] == [
        "language:language-not-listed"
    ]


def test_explain_names_the_editor(yurai: Callable[..., Said], tmp_path: Path) -> None:
    ran(yurai, tmp_path, LINES + ', { use = "c4" }', [SCRIPTS, STAYS])
    (row,) = (row for file in (tmp_path / "out/dropped").glob("*.parquet") for row in rows(file))
    told = json.loads(yurai("explain", tmp_path / "out", row["doc_id"], "--format", "json").out)
    last = told[0]["decisions"][-1]
    assert (last["rule"], last["verdict"], last["reason"]) == ("c4-lines", "dropped", "c4-lines:emptied")
    assert yurai("audit", tmp_path / "out", "--full").code == 0
