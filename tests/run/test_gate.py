"""Whole runs with a gate: the same documents as without, rows that say why, counts that add up, one digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gate_pages import TEXTS, html, text
from row_helpers import documents
from run_helpers import ARCHIVES, Watching, assert_whole, demo_recipe, run
from sample_expectations import SAMPLE
from warc_samples import gz, response, warc_record
from yurai.cli import tables
from yurai.declare.stage import STAGES
from yurai.extraction import ExtractOptions
from yurai.report.explain import explain
from yurai.run.recipe import Recipe, make_recipe
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import RunRecord
from yurai_manifests.store import open_store

ALLOW = ["ja", "en", "und"]


def recipe(gate: str, **settings: Any) -> Recipe:
    """The demo recipe for two languages, without dedup: what stays of equal pages depends on what was dropped before."""

    def change(stages: dict[str, Any]) -> None:
        stages["extract"] |= {"gate": gate, **settings}
        next(rule for rule in stages["filter"]["rules"] if rule["use"] == "language")["allow"] = ALLOW

    return demo_recipe(change)


def dropped(out: Path) -> list[dict[str, Any]]:
    files = sorted((out / "dropped").glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def ids(out: Path) -> set[str]:
    return {row["doc_id"] for row in documents(out)}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, RunRecord]]:
    folder = tmp_path_factory.mktemp("gates")
    return {gate: (folder / gate, run(folder / gate, recipe=recipe(gate))) for gate in ("off", "loose", "tight")}


@pytest.mark.parametrize("gate", ["loose", "tight"])
def test_the_sample_keeps_the_same_documents(gate: str, runs: dict[str, tuple[Path, RunRecord]]) -> None:
    (plain, _), (out, found) = runs["off"], runs[gate]
    assert_whole(out, found.digest)
    assert documents(out) == documents(plain)
    totals = [one.value["totals"] for _, one in runs.values()]
    assert len({json.dumps([one["candidates"], one["kept"], one["failed"]]) for one in totals}) == 1


@pytest.mark.parametrize("gate", ["loose", "tight"])
def test_stopped_rows_say_why_and_were_dropped_without_it_too(
    gate: str, runs: dict[str, tuple[Path, RunRecord]]
) -> None:
    out, found = runs[gate]
    stopped = [row for row in dropped(out) if row["reason"] == "gate:language"]
    assert len(stopped) == found.stages[1].dropped["gate:language"] > 3
    assert {row["stage"] for row in stopped} == {"extract"}
    assert {row["gate_by"] for row in stopped} <= {"scripts", "markup", "tree"}
    assert all(row["gate_score"] < row["gate_limit"] for row in stopped)
    without = {row["doc_id"]: row["reason"] for row in dropped(runs["off"][0])}
    assert {without[row["doc_id"]] for row in stopped} <= {
        "language:language-not-listed", "language:low-score", "length:too-few-characters", "no-text"
    }  # fmt: skip
    others = [row for row in dropped(out) if row["reason"] != "gate:language"]
    assert {row["gate_by"] for row in others} == {None}
    evidence = [pq.read_table(file).column("doc_id").to_pylist() for file in (out / "evidence").glob("*.parquet")]
    assert {row["doc_id"] for row in stopped}.isdisjoint(name for part in evidence for name in part)


def test_the_sample_without_a_gate_is_as_it_was(runs: dict[str, tuple[Path, RunRecord]]) -> None:
    out, found = runs["off"]
    assert "gate:language" not in found.stages[1].dropped
    assert {row["gate_by"] for row in dropped(out)} == {None}


def test_plan_and_manifest_name_the_languages(runs: dict[str, tuple[Path, RunRecord]]) -> None:
    plain, gated = (runs[gate][1].recipe_stages[1] for gate in ("off", "tight"))
    assert (gated["gate"], gated["gate_languages"]) == ("tight", ["en", "ja", "und"])
    assert (plain["gate"], plain["gate_languages"]) == ("off", [])
    stage = STAGES["extract"]
    gates = [stage.identity(ExtractOptions(gate=one, gate_languages=("ja",)), "") for one in ("off", "tight")]
    assert [("fasttext-predict" in one["packages"], "gate" in one["packages"]) for one in gates] == [  # type: ignore[operator]
        (False, False), (True, True)
    ]  # fmt: skip
    assert [len(one["models"]) for one in gates] == [0, 1]  # type: ignore[arg-type]


def crawl(folder: Path) -> Path:
    """A crawl with pages in two languages, a robots.txt, a plain text and a conversion record."""
    archive = folder / "pages.warc.gz"
    robots = response(7, b"User-agent: *", "Content-Type: text/plain", WARC_Target_URI="https://a.example/robots.txt")
    parts = [
        warc_record("warcinfo", 0, b"software: test\r\n", WARC_Target_URI=""),
        *(response(n, html(text(code)).encode()) for n, code in enumerate(("ja", "de", "ja", "ru"), 1)),
        robots,
        warc_record("conversion", 8, "".join(TEXTS["de"] * 3).encode()),
    ]
    archive.write_bytes(b"".join(map(gz, parts)))
    return archive


def japanese(**settings: Any) -> Recipe:
    stages = [
        {"use": "read"},
        {"use": "extract", **settings},
        {"use": "language"},
        {"use": "filter", "rules": [{"use": "language", "allow": ["ja"]}]},
    ]
    return make_recipe({"name": "japanese", "stage": stages}, where="test")


def test_other_records_are_read_all_the_same(tmp_path: Path) -> None:
    found = run(tmp_path / "out", [crawl(tmp_path)], recipe=japanese(gate="tight"))
    assert_whole(tmp_path / "out", found.digest)
    assert [row["url"] for row in documents(tmp_path / "out")] == ["https://example.jp/1", "https://example.jp/3"]
    assert {row["url"]: row["reason"] for row in dropped(tmp_path / "out")} == {
        "https://example.jp/2": "gate:language",
        "https://example.jp/4": "gate:language",
        "https://a.example/robots.txt": "robots-txt",
        "https://example.jp/8": "language:language-not-listed",
    }
    assert found.value["totals"]["other_records"] == {"warcinfo": 1}


def test_explain_tells_the_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path / "out", [crawl(tmp_path)], recipe=japanese(gate="loose"))
    lives = explain(open_store(str(tmp_path / "out")), "https://example.jp/2")
    assert [(life["gate_by"], life["gate_score"]) for life in lives] == [("scripts", 0.0)]
    assert lives[0]["decisions"][-1] == {"stage": "extract", "verdict": "dropped", "reason": "gate:language"}
    tables.lives(lives)
    assert "share of letters in the scripts of the languages kept: 0.0000, below 0.02" in capsys.readouterr().out


def test_a_run_resumes_and_a_changed_gate_is_drift(tmp_path: Path) -> None:
    archive = crawl(tmp_path)
    first = run(tmp_path / "out", [archive], recipe=japanese(gate="tight"))
    again = Watching()
    assert run(tmp_path / "out", [archive], recipe=japanese(gate="tight"), runner=again).digest == first.digest
    assert not again.ran
    assert run(tmp_path / "other", [archive], recipe=japanese(gate="tight")).digest == first.digest
    with pytest.raises(DriftError):
        run(tmp_path / "out", [archive], recipe=japanese(gate="loose"))


def test_one_digest_of_two_workers_and_another_order(runs: dict[str, tuple[Path, RunRecord]], tmp_path: Path) -> None:
    from yurai.engine.local import LocalRunner

    other = run(tmp_path / "out", ARCHIVES[::-1], recipe=recipe("tight"), runner=LocalRunner(2))
    assert other.digest == runs["tight"][1].digest


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([{"use": "extract", "gate": "tight"}], "the recipe names none: list them in gate_languages"),
        ([{"use": "extract", "gate": "loose", "gate_languages": ["jpn_Jpan"]}], "cannot tell 'jpn_Jpan'"),
        ([{"use": "extract", "gate": "loose", "gate_languages": ["und"]}], "the recipe names none"),
        (
            [
                {"use": "extract", "gate": "tight", "gate_languages": ["ja"]},
                {"use": "language"},
                {"use": "filter", "rules": [{"use": "language", "allow": ["ja", "en"]}]},
            ],
            "would stop en, which filter language keeps",
        ),
        (
            [
                {"use": "extract", "gate": "tight"},
                {"use": "language"},
                {"use": "filter", "rules": [{"use": "language", "allow": ["*"]}]},
            ],
            "the recipe names none",
        ),
    ],
)
def test_a_gate_that_cannot_stand_is_refused_when_the_recipe_is_read(
    stages: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        make_recipe({"name": "x", "stage": [{"use": "read"}, *stages]}, where="x")


def test_a_stage_alone_needs_languages_before_anything_runs(tmp_path: Path) -> None:
    from yurai.run.recipe import DELIVER

    extract = STAGES["extract"].use({"gate": "tight"})
    alone = Recipe("extract", "", (STAGES["read"].use({}), extract), dict(DELIVER))
    with pytest.raises(RecipeError, match='stage extract: gate = "tight" needs to know'):
        run(tmp_path / "out", [SAMPLE], recipe=alone)
    assert not (tmp_path / "out").exists()
