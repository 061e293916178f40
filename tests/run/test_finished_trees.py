"""A finished tree is gone on from: its tokens are left behind, every decision so far is kept and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from run_helpers import SMALL, run
from yurai_manifests.audit import audit
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]

LOCAL = ("--runner", "local", "--no-report", "--quiet")
LONG = ("--set", 'rules=[{use="length", min_characters=700}]')


@pytest.fixture(scope="module")
def plain_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plain") / "out"
    run(out, SMALL, recipe="plain")
    return out


def digest_of(out: Path) -> str:
    return load_run(open_store(str(out))).digest


def test_a_finished_tree_is_filtered_and_explain_still_tells_all(
    yurai: Yurai, small_tree: Path, tmp_path: Path
) -> None:
    out = tmp_path / "longer"
    said = yurai("filter", "--input", small_tree, "--output", out, *LONG, *LOCAL)
    assert said.code == 0, said.err
    before, after = (pq.read_table(tree / "documents", columns=["doc_id", "text"]) for tree in (small_tree, out))
    long = [row["doc_id"] for row in before.to_pylist() if len(row["text"]) >= 700]
    assert after["doc_id"].to_pylist() == long
    assert 0 < len(long) < before.num_rows
    assert not (out / "shards").exists()
    assert audit(open_store(str(out))).ok
    gone = {
        row["doc_id"]: row for row in pq.read_table(out / "dropped", columns=["doc_id", "stage", "reason"]).to_pylist()
    }
    for row in pq.read_table(small_tree / "dropped", columns=["doc_id", "stage", "reason"]).to_pylist():
        assert gone.pop(row["doc_id"]) == row
    assert {row["reason"] for row in gone.values()} == {"length:too-short"}
    (life,) = json.loads(yurai("explain", out, next(iter(gone)), "--format", "json").out)
    told = [entry["stage"] for entry in life["decisions"]]
    assert told[0] == "read"
    assert "near-dedup" in told
    assert "tokenize" not in told
    assert (life["decisions"][-1]["stage"], life["decisions"][-1]["verdict"]) == ("filter", "dropped")
    assert {"char_count", "min_characters"} == {*life["decisions"][-1]["broke"]}
    assert "min_characters 700 <-- too-short" in yurai("explain", out, next(iter(gone))).out


def test_tokens_that_are_made_again_are_those_of_the_run(yurai: Yurai, small_tree: Path, tmp_path: Path) -> None:
    said = yurai("tokenize", "--input", small_tree, "--output", tmp_path / "again", "--recipe", "demo", *LOCAL)
    assert said.code == 0, said.err
    assert digest_of(tmp_path / "again") == digest_of(small_tree)


def test_another_tokenizer_takes_the_documents_of_the_run(yurai: Yurai, plain_tree: Path, tmp_path: Path) -> None:
    said = yurai("tokenize", "--input", plain_tree, "--output", tmp_path / "again", "--shard-tokens", 5000, *LOCAL)
    assert said.code == 0, said.err
    totals = [load_run(open_store(str(tree))).value["totals"] for tree in (plain_tree, tmp_path / "again")]
    assert totals[0]["tokens"] == totals[1]["tokens"]
    assert totals[0]["shards"] < totals[1]["shards"]


def test_it_is_as_if_there_had_never_been_tokens(yurai: Yurai, small_tree: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "no-tokens.toml"
    from yurai.run.recipe import shipped

    recipe.write_text(shipped()["demo"].read_text("utf-8").partition('[[stage]]\nuse = "tokenize"')[0], "utf-8")
    run(tmp_path / "bare", SMALL, recipe=str(recipe))
    for name, tree in (("one", small_tree), ("two", tmp_path / "bare")):
        said = yurai("filter", "--input", tree, "--output", tmp_path / name, *LONG, *LOCAL)
        assert said.code == 0, said.err
    assert digest_of(tmp_path / "one") == digest_of(tmp_path / "two")


@pytest.mark.parametrize("command", ["filter", "dedup", "line-dedup", "near-dedup", "select"])
def test_every_stage_goes_on_from_a_finished_tree(yurai: Yurai, plain_tree: Path, tmp_path: Path, command: str) -> None:
    out = tmp_path / "out"
    said = yurai(command, "--input", plain_tree, "--output", out, *LOCAL)
    assert said.code == 0, said.err
    found = audit(open_store(str(out)))
    assert found.ok, found.findings
    assert not (out / "shards").exists()
    again = yurai("tokenize", "--input", out, "--output", tmp_path / "tokens", *LOCAL)
    assert again.code == 0, again.err
    assert audit(open_store(str(tmp_path / "tokens"))).ok


@pytest.mark.parametrize(
    ("command", "why"), [("language", "two stages language would write column lang"), ("measure", "stands twice")]
)
def test_what_cannot_stand_there_is_refused(
    yurai: Yurai, plain_tree: Path, tmp_path: Path, command: str, why: str
) -> None:
    said = yurai(command, "--input", plain_tree, "--output", tmp_path / "out", *LOCAL)
    assert said.code == 2
    assert why in said.err
    assert "Traceback" not in said.err
