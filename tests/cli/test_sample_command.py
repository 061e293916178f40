"""`yurai sample`: the same pages each time, each with the same chance, and why they went."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from yurai.report.draw import draw, ranks
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]


def pages(yurai: Yurai, tree: Path, *options: Any) -> list[dict[str, Any]]:
    said = yurai("sample", tree, *options, "--format", "json")
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def test_kept_pages(yurai: Yurai, demo_tree: Path) -> None:
    kept = set(pq.read_table(demo_tree / "documents")["doc_id"].to_pylist())
    drawn = pages(yurai, demo_tree, "--kept", "-n", 10)
    assert len(drawn) == 10
    assert {page["doc_id"] for page in drawn} <= kept
    assert drawn == pages(yurai, demo_tree, "--kept", "-n", 10)
    assert drawn == pages(yurai, demo_tree, "--kept", "-n", 500)[:10]
    assert {page["doc_id"] for page in pages(yurai, demo_tree, "--kept", "-n", 500)} == kept
    other = pages(yurai, demo_tree, "--kept", "-n", 10, "--seed", 1)
    assert {page["doc_id"] for page in other} != {page["doc_id"] for page in drawn}
    assert all(page["measures"]["char_count"] >= 120 and page["excerpt"] for page in drawn)


def test_each_reason_gives_its_rows(yurai: Yurai, demo_tree: Path) -> None:
    gone = pq.read_table(demo_tree / "dropped").to_pylist()
    extracted = set(pq.read_table(demo_tree / "extracted")["doc_id"].to_pylist())
    for reason in {row["reason"] for row in gone}:
        drawn = pages(yurai, demo_tree, "--dropped-by", reason)
        assert {page["doc_id"] for page in drawn} == {row["doc_id"] for row in gone if row["reason"] == reason}
        for page in drawn:
            assert (page["excerpt"] is not None) == (page["doc_id"] in extracted)


@pytest.mark.parametrize("name", ["filter", "read", "length", "http-status"])
def test_a_stage_or_a_beginning(name: str, yurai: Yurai, demo_tree: Path) -> None:
    gone = pq.read_table(demo_tree / "dropped").to_pylist()
    expected = {row["doc_id"] for row in gone if row["stage"] == name or row["reason"].startswith(name)}
    assert {page["doc_id"] for page in pages(yurai, demo_tree, "--dropped-by", name)} == expected


def test_a_rule_shows_what_it_read(yurai: Yurai, demo_tree: Path) -> None:
    for page in pages(yurai, demo_tree, "--dropped-by", "length:too-short"):
        assert page["measures"]["char_count"] < page["limits"]["min_characters"] == 120
    said = yurai("sample", demo_tree, "--dropped-by", "length:too-short").out
    assert "dropped by filter: length:too-short; char_count " in said
    assert "limits min_characters 120" in said


def test_an_unknown_reason_lists_those_there_are(yurai: Yurai, demo_tree: Path) -> None:
    said = yurai("sample", demo_tree, "--dropped-by", "nonsense")
    assert (said.code, said.out) == (2, "")
    assert "nothing was dropped by 'nonsense'" in said.err
    for reason in {row["reason"] for row in pq.read_table(demo_tree / "dropped").to_pylist()}:
        assert reason in said.err


@pytest.mark.parametrize("options", [[], ["--kept", "--dropped-by", "read"]])
def test_one_of_both(options: list[str], yurai: Yurai, demo_tree: Path) -> None:
    said = yurai("sample", demo_tree, *options)
    assert said.code == 2
    assert "--dropped-by REASON" in said.err


def test_a_terminal_gets_no_control_character(yurai: Yurai, demo_tree: Path) -> None:
    said = yurai("sample", demo_tree, "--kept", "-n", 500).out
    assert all(letter.isprintable() or letter in "\n\u3000\u200c\u200d" for letter in said)


def test_every_page_has_the_same_chance() -> None:
    rng = np.random.default_rng(7)
    names = [rng.bytes(16).hex() for _ in range(400)]
    hits = np.zeros(400)
    for seed in range(1000):
        hits[np.argsort(ranks(names, seed))[:40]] += 1
    assert abs(hits.mean() - 100) < 1e-9
    spread = ((hits - 100) ** 2 / 90).sum()  # chi-square with about 399 degrees of freedom
    assert 280 < spread < 540


@pytest.mark.slow
def test_of_a_remote_tree(small_on_s3: str, small_tree: Path) -> None:
    drawn = [draw(open_store(out), None, 5, 0) for out in (small_on_s3, str(small_tree))]
    assert drawn[0] == drawn[1]
