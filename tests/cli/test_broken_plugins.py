"""One broken package stops nothing but itself: a warning, and an error only where a recipe names what it would bring."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GROUPS = {"filters": "kana", "stages": "longest-page", "handlers": "subrip", "exports": "outcomes"}
RECIPE = """
name = "it"
[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "{stage}"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages of every kind that cannot be imported."""
    folder = tmp_path_factory.mktemp("site")
    for group in GROUPS:
        (folder / f"bad_{group}.py").write_text("import nothing_like_it\n")
        info = folder / f"bad_{group}-0.3.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bad-{group}\nVersion: 0.3\n")
        (info / "entry_points.txt").write_text(f"[yurai.{group}]\nbad = bad_{group}\n")
    return folder


def call(site: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yurai", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "80"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("list", "recipes"),
        ("list", "stages"),
        ("list", "filters"),
        ("list", "exports"),
        ("filter", "--help"),
        ("doctor",),
    ],
)
def test_commands_go_on(site: Path, words: tuple[str, ...]) -> None:
    ended = call(site, *words)
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0, ended.stderr
    for line in ended.stderr.splitlines():
        assert line.startswith("warning: yurai."), line
    assert len(set(ended.stderr.splitlines())) == len(ended.stderr.splitlines())


def test_a_run_warns_once_of_each_and_ends_well(site: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "A river carries water from the hills."}\n')
    where = ("--input", tmp_path / "rows.jsonl", "--output", tmp_path / "out", "--runner", "local", "--workers", "2")
    ended = call(site, "run", "plain", *where)
    assert ended.returncode == 0, ended.stderr
    for group in ("filters", "stages", "handlers"):
        assert ended.stderr.count(f"of bad-{group} 0.3 cannot be loaded: ModuleNotFoundError: No module named") == 1


@pytest.mark.parametrize(
    ("recipe", "group"),
    [
        (RECIPE.format(stage="longest-page"), "stages"),
        (RECIPE.format(stage="filter") + 'rules = [{ use = "kana" }]', "filters"),
        (RECIPE.format(stage="measure") + 'taggers = ["kana-share"]', "filters"),
    ],
)
def test_a_recipe_that_names_what_is_broken_is_refused_and_says_why(
    site: Path, tmp_path: Path, recipe: str, group: str
) -> None:
    (tmp_path / "it.toml").write_text(recipe)
    (tmp_path / "rows.jsonl").write_text('{"text": "A river."}\n')
    where = ("--input", tmp_path / "rows.jsonl", "--output", tmp_path / "out", "--runner", "local")
    ended = call(site, "run", tmp_path / "it.toml", *where)
    assert ended.returncode == 2
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("RecipeError: ")
    assert f"it may be of what is left out here: yurai.{group} bad = bad_{group} of bad-{group} 0.3" in last
