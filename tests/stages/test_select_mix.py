"""Mixing and the cap: planted sources, and shares that the shards prove."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights_corpora import rows
from row_helpers import STAGES, recipe
from run_helpers import run
from yurai.engine.local import LocalRunner
from yurai.stages.select.cap import budget_of
from yurai.stages.select.mixing import ALL, draw, held_back, parse_weights
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord

OPEN = {"match": "open*", "licence": "CC-BY-4.0"}
SHUT = {"match": "nc*", "licence": "CC-BY-NC-4.0"}
TOKENIZE = {"use": "tokenize", "tokenizer": "bytes"}


def text(name: str, number: int) -> str:
    words = [hashlib.sha256(f"{name}{number}{k}".encode()).hexdigest()[:7] for k in range(20 + (number * 7) % 60)]
    return " ".join(words)


def planted(folder: Path, **counts: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in counts.items():
        lines = (json.dumps({"text": text(name, number), "id": f"{name}-{number}"}) for number in range(count))
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def made(
    out: Path, source: Path, *behind: dict[str, Any], runner: LocalRunner | None = None, **given: Any
) -> RunRecord:
    stages = [*STAGES, {"use": "select", **given}, *behind]
    names = [path.name for path in source.iterdir()]
    tables = [one for one in (OPEN, SHUT) if any(name.startswith(one["match"][:-1]) for name in names)]
    return run(out, [source], recipe=recipe(*tables, stages=stages), runner=runner)


def sums(ended: RunRecord, which: str) -> dict[str, int]:
    (facts,) = (tables for base, tables in ended.value["facts"].items() if base.endswith("select"))
    return facts[which]


@pytest.mark.parametrize("most", [0.0, 0.1, 1 / 3, 0.5, 0.9])
def test_the_share_of_tokens_is_that_of_the_shards(tmp_path: Path, most: float) -> None:
    source = planted(tmp_path / "in", open_a=60, plain=70, nc_b=50)
    ended = made(tmp_path / "out", source, TOKENIZE, rights_sensitive_max=most)
    care = {
        row["doc_id"]: row["concluded_status"] != "granted" or "NC" in row["concluded_spdx"]
        for row in rows(tmp_path / "out")
    }
    index = pq.read_table(tmp_path / "out/shards/00000.parquet").to_pylist()
    tokens = {row["doc_id"]: row["token_count"] for row in index}
    assert sum(tokens.values()) == np.fromfile(tmp_path / "out/shards/00000.bin", "<u2").size
    counted = {row["doc_id"]: row["token_count"] for row in rows(tmp_path / "out")}
    assert counted == tokens, "the stored column is what the shards hold"
    sensitive, whole = sum(tokens[one] for one in care if care[one]), sum(tokens.values())
    assert Fraction(sensitive, whole) <= Fraction(str(most))
    longest = max(len(text(name, number)) + 1 for name in ("plain", "nc_b") for number in range(70))
    before = sums(ended, "before-cap")
    if before["care_tokens"] > budget_of(most, before["open_tokens"]):
        assert sensitive > budget_of(most, before["open_tokens"]) - longest, (
            "as much as fits stays, but for one document"
        )
    assert sums(ended, "after-cap") == {
        "open_tokens": whole - sensitive,
        "care_tokens": sensitive,
        "open_documents": sum(not one for one in care.values()),
        "care_documents": sum(care.values()),
    }
    assert sum(not one for one in care.values()) == 60, "what needs no care stays, all of it"


def test_without_a_tokenizer_bytes_are_counted_and_the_manifest_says_so(tmp_path: Path) -> None:
    ended = made(tmp_path / "out", planted(tmp_path / "in", open_a=30, plain=90), rights_sensitive_max=0.25)
    assert set(sums(ended, "after-cap")) == {"open_bytes", "care_bytes", "open_documents", "care_documents"}
    documents = rows(tmp_path / "out")
    assert {row["token_count"] for row in documents} == {None}
    care = sum(row["text_bytes"] for row in documents if row["concluded_status"] != "granted")
    assert Fraction(care, sum(row["text_bytes"] for row in documents)) <= Fraction(1, 4)
    assert {row["reason"] for row in rows(tmp_path / "out", "dropped")} == {"cap:rights-sensitive"}


def test_the_documents_that_stay_are_a_prefix_of_the_order(tmp_path: Path) -> None:
    made(tmp_path / "out", planted(tmp_path / "in", open_a=30, plain=90), rights_sensitive_max=0.25, seed=5)
    kept = {row["doc_id"] for row in rows(tmp_path / "out") if row["concluded_status"] != "granted"}
    gone = {row["doc_id"] for row in rows(tmp_path / "out", "dropped")}
    assert max(draw(5, "cap", one) for one in kept) < min(draw(5, "cap", one) for one in gone)


def test_another_seed_keeps_others(tmp_path: Path) -> None:
    source = planted(tmp_path / "in", open_a=20, plain=60)
    found = []
    for seed in (0, 0, 1):
        out = tmp_path / f"out-{len(found)}"
        made(out, source, rights_sensitive_max=0.4, seed=seed)
        found.append(frozenset(row["doc_id"] for row in rows(out)))
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("most", [0.0, 0.5])
def test_a_cap_that_leaves_nothing_is_refused_with_what_it_would_leave(tmp_path: Path, most: float) -> None:
    source = planted(tmp_path / "in", plain=10, nc_b=5)
    with pytest.raises(RecipeError) as refused:
        made(tmp_path / "out", source, rights_sensitive_max=most)
    size = sum(len(text(name, number)) for name, count in (("plain", 10), ("nc_b", 5)) for number in range(count))
    assert f"none of the {size:,} bytes of UTF-8" in str(refused.value)
    assert "largest corpus that satisfies it has 0 bytes" in str(refused.value)
    assert not (tmp_path / "out/run.json").exists()
    made(tmp_path / "whole", source, rights_sensitive_max=1.0)
    assert len(rows(tmp_path / "whole")) == 15


def test_weights_sample_whole_documents_down_once(tmp_path: Path) -> None:
    source = planted(tmp_path / "in", open_a=300, plain=300, nc_b=300)
    out = tmp_path / "out"
    made(out, source, weights=["source:plain*=0.5", "source:*=1", "licence:CC-BY-NC-*=0.2"])
    kept = [row["source"] for row in rows(out)]
    assert kept.count("open_a.jsonl") == 300
    assert 110 < kept.count("plain.jsonl") < 190
    assert 30 < kept.count("nc_b.jsonl") < 95
    assert len({row["doc_id"] for row in rows(out)}) == len(kept)
    gone = rows(out, "dropped")
    assert {(row["reason"], row["detail"]) for row in gone} == {
        ("mix:sampled-down", "source:plain*=0.5"),
        ("mix:sampled-down", "source:*=1; licence:CC-BY-NC-*=0.2"),
    }
    more = tmp_path / "more"
    made(more, planted(tmp_path / "in", open_a=300, plain=400, nc_b=300), weights=["source:plain*=0.5"])
    before = {row["warc_record_id"] for row in rows(out) if row["source"] == "plain.jsonl"}
    assert before <= {row["warc_record_id"] for row in rows(more) if row["source"] == "plain.jsonl"}


def test_a_weight_of_none_and_of_all(tmp_path: Path) -> None:
    source = planted(tmp_path / "in", open_a=20, plain=20)
    made(tmp_path / "out", source, weights=["source:plain*=0", "source:open*=1"])
    assert {row["source"] for row in rows(tmp_path / "out")} == {"open_a.jsonl"}


def test_how_files_are_cut_changes_nothing(tmp_path: Path) -> None:
    """Shards and workers are no part of the order."""
    source = planted(tmp_path / "in", open_a=40, open_b=40, plain=90, nc_b=30)
    settings: dict[str, Any] = {"rights_sensitive_max": 0.3, "weights": ["source:open_b*=0.5"]}
    one = made(tmp_path / "one", source, TOKENIZE, **settings)
    many = made(tmp_path / "many", source, TOKENIZE, runner=LocalRunner(2), **settings)
    small = made(tmp_path / "small", source, TOKENIZE, memory_bytes=1 << 16, **settings)
    assert one.digest == many.digest == small.digest


SHARES = st.fractions(min_value=0, max_value=1, max_denominator=1000)


@given(st.decimals(min_value=0, max_value="0.999999", places=6), st.integers(0, 10**15))
def test_the_budget_keeps_the_cap_exactly(most: Any, open_size: int) -> None:
    budget = budget_of(float(most), open_size)
    share = Fraction(str(float(most)))
    assert budget == 0 or Fraction(budget, budget + open_size) <= share
    assert Fraction(budget + 1, budget + 1 + open_size) > share


@given(st.lists(SHARES, max_size=3), st.integers(0, ALL - 1))
def test_a_document_stays_as_its_first_weights_say(shares: list[Fraction], number: int) -> None:
    weights = parse_weights(f"source:*={float(one)}" for one in shares)
    out = held_back(weights, {"source": "x", "language": None, "licence": "NONE"}, number)
    first = Fraction(str(float(shares[0]))) if shares else Fraction(1)
    assert (out is None) == (number < first * ALL)


@given(st.integers(0, 9), st.text(min_size=1, max_size=8))
def test_draws_of_one_document_are_its_own(seed: int, doc_id: str) -> None:
    assert 0 <= draw(seed, "mix", doc_id) < ALL
    assert draw(seed, "mix", doc_id) == draw(seed, "mix", doc_id) != draw(seed, "cap", doc_id)
