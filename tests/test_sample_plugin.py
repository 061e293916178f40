"""The sample plugin, installed as a user would install it, and run on both sides: tagger, filter and editor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from sample_expectations import SAMPLE

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

RECIPE = """
name = "kawara"

[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "language"
[[stage]]
use = "measure"
taggers = ["characters", "kana-share"]
[[stage]]
use = "filter"
rules = [{ use = "no-adverts", mark = "それ" }, { use = "kana", min_share = 0.5 }]
[[stage]]
use = "tokenize"
"""


@pytest.fixture(scope="module")
def out(plugged: Callable[..., subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tree of a recipe that uses all three, made by two workers: they have to find the plugin too."""
    folder = tmp_path_factory.mktemp("plugged")
    (folder / "kawara.toml").write_text(RECIPE, "utf-8")
    common = ("--input", SAMPLE, "--output", folder / "out", "--runner", "local", "--workers", 2)
    ran = plugged("run", folder / "kawara.toml", *common)
    assert ran.returncode == 0, ran.stderr
    return folder / "out"


def test_an_installed_plugin_is_listed(plugged: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    listed = plugged("list", "filters").stdout
    assert "kawara-filters" in listed
    assert "too-little-kana" in listed


def test_its_tagger_fills_a_named_score_that_its_filter_judges(out: Path) -> None:
    rows = pq.read_table(out / "extracted", columns=["doc_id", "lang", "quality"]).to_pylist()
    scores = {row["doc_id"]: {entry["name"]: entry["score"] for entry in row["quality"]} for row in rows}
    gone = pq.read_table(out / "dropped", columns=["doc_id", "reason"]).to_pylist()
    dropped = {row["doc_id"] for row in gone if row["reason"] == "kana:too-little-kana"}
    low = {row["doc_id"] for row in rows if row["lang"] == "ja" and scores[row["doc_id"]]["kana_share"] < 0.5}
    assert dropped
    # the editor comes first, so a page may cross the limit when it loses lines: none does here
    assert dropped == low


def test_its_editor_changes_text_and_is_counted(out: Path) -> None:
    run = json.loads((out / "run.json").read_text("utf-8"))
    (notes,) = [counts["notes"] for counts in run["counts"] if counts["stage"] == "filter"]
    texts = pq.read_table(out / "documents", columns=["text"]).column(0).to_pylist()
    assert notes["no-adverts:lines"] > 0
    assert not [text for text in texts if any(line.startswith("それ") for line in text.split("\n"))]


def test_its_package_is_part_of_the_fingerprint(
    out: Path, plugged: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    plan = json.loads((out / "plan.json").read_text("utf-8"))
    named = {
        (rule["use"], rule["package"], rule["package_version"]) for stage in plan["stages"] for rule in stage["rules"]
    }
    assert {("kana", "kawara-filters", "1.2.0"), ("no-adverts", "kawara-filters", "1.2.0")} <= named
    audit = plugged("audit", out)
    assert audit.returncode == 0, audit.stdout


def test_a_filter_whose_tagger_does_not_run_is_refused(
    plugged: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    recipe = tmp_path / "forgot.toml"
    recipe.write_text(RECIPE.replace('"characters", "kana-share"', '"characters"'), "utf-8")
    ran = plugged("run", recipe, "--input", SAMPLE, "--output", tmp_path / "out", "--runner", "local")
    assert ran.returncode == 2
    assert "rule kana reads what tagger kana-share measures, which no stage before it runs" in ran.stderr
    assert not (tmp_path / "out").exists()
