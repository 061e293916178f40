"""Stage threshold: the cut is exact and the same for every partition, and each document that goes says why."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from dedup_helpers import document, write_shards
from run_helpers import Watching
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.report.explain import explain
from yurai.run.earlier import state_of
from yurai.run.recipe import DELIVER, Recipe, make_recipe
from yurai.run.run import continue_tree
from yurai.stages.threshold import driver
from yurai.stages.threshold.histogram import COUNT, counted, cut, merged, whole
from yurai.stages.threshold.settings import PER_ONE, Threshold
from yurai_manifests.audit import audit
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import RunRecord, load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from run_helpers import Said

Score = float | None
TIES = [0.1, 0.5, 0.5, 0.5, 0.9, None, 0.2, 0.5, 0.95, None]
SCORES = st.lists(st.one_of(st.none(), st.integers(0, PER_ONE).map(lambda one: one / PER_ONE)), max_size=40)
COARSE = st.lists(st.one_of(st.none(), st.integers(-2, 6).map(lambda one: one / 4)), max_size=40)
SHARES = st.one_of(st.sampled_from([0.1, 0.25, 0.3, 0.5, 0.9, 1.0, 1e-9]), st.floats(1e-6, 1))


def row(number: int, score: Score) -> dict[str, Any]:
    named = [{"name": "ads", "score": 0.5}, {"name": "edu", "score": score}]
    text = f"text {number}"
    columns = {"lang_score": score, "quality": None if score is None else named, "warc_type": "row"}
    return document("x", number, text=text, text_sha256=sha256(text.encode()), **columns)


def files_of(folder: Path, parts: Sequence[Sequence[Score]]) -> list[str]:
    places = count()
    write_shards(folder, [[row(next(places), score) for score in part] for part in parts])
    return [str(folder)]


def recipe(**given: Any) -> Recipe:
    return Recipe("threshold", "", (STAGES["threshold"].use({"score": "edu"} | given),), dict(DELIVER))


def ran(out: Path, inputs: list[str], runner: Any = None, **given: Any) -> RunRecord:
    made = recipe(**given)
    used = runner or LocalRunner(1)
    try:
        return continue_tree(made.stages, state_of(inputs), made, str(out), used)
    finally:
        used.close()


def kept(out: Path) -> list[int]:
    return [row["warc_offset"] for row in pq.read_table(out / "documents").to_pylist()]


def gone(out: Path) -> dict[int, tuple[str, str | None]]:
    rows = pq.read_table(out / "dropped").to_pylist()
    assert all((row["stage"], row["outcome"]) == ("threshold", "dropped") for row in rows)
    return {row["warc_offset"]: (row["reason"], row["detail"]) for row in rows}


def plain_cut(scores: Sequence[Score], share: float) -> float | None:
    """The highest score that enough documents reach, by trying them all."""
    known = sorted((one for one in scores if one is not None), reverse=True)
    due = Fraction(repr(share)) * len(known)
    return next((one for one in known if sum(other >= one for other in known) >= due), None)


@given(st.one_of(SCORES, COARSE), SHARES)
def test_the_cut_is_the_highest_that_keeps_the_share(scores: list[Score], share: float) -> None:
    known = np.array([one for one in scores if one is not None], np.float64)
    found = cut(counted(whole(known)), share)
    if not len(known):
        assert found is None
        return
    assert found
    assert found.score / PER_ONE == plain_cut(scores, share)
    stay = int((whole(known) >= found.score).sum())
    assert (found.documents, found.stay) == (len(known), stay)
    assert stay >= Fraction(repr(share)) * len(known)
    higher = int((whole(known) > found.score).sum())
    assert higher < Fraction(repr(share)) * len(known), "the next higher cut keeps less than was asked for"


@given(st.lists(COARSE, max_size=8), st.data())
def test_counts_add_up_whatever_the_parts(parts: list[list[Score]], data: st.DataObject) -> None:
    arrays = [whole(np.array([one for one in part if one is not None], np.float64)) for part in parts]
    mixed = data.draw(st.permutations(arrays))
    together = counted(np.concatenate([np.empty(0, np.int64), *arrays]))
    assert merged(map(counted, mixed)).tolist() == together.tolist()
    halves = [merged(map(counted, mixed[: len(mixed) // 2])), merged(map(counted, mixed[len(mixed) // 2 :]))]
    assert merged(halves).tolist() == together.tolist()


@settings(max_examples=6)
@given(COARSE.filter(bool), st.sampled_from([0.1, 0.34, 0.5, 1.0]), st.data())
def test_any_partition_into_tasks_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, scores: list[Score], share: float, data: st.DataObject
) -> None:
    places = sorted({0, len(scores), *data.draw(st.lists(st.integers(0, len(scores)), max_size=4))})
    folder = tmp_path_factory.mktemp("parts")
    parts = [scores[low:high] for low, high in pairwise(places)]
    ran(folder / "one", files_of(folder / "whole", [scores]), keep_share=share)
    ran(folder / "two", files_of(folder / "parts", parts), keep_share=share)
    lowest = plain_cut(scores, share)
    due = [number for number, one in enumerate(scores) if one is not None and lowest is not None and one >= lowest]
    assert kept(folder / "one") == kept(folder / "two") == due
    assert gone(folder / "one") == gone(folder / "two")


@pytest.mark.parametrize(
    ("given", "stay"),
    [
        ({"keep_share": 0.1}, [8]),
        ({"keep_share": 0.125}, [8]),
        ({"keep_share": 0.126}, [4, 8]),
        ({"keep_share": 0.25}, [4, 8]),
        ({"keep_share": 0.3}, [1, 2, 3, 4, 7, 8]),
        ({"keep_share": 0.75}, [1, 2, 3, 4, 7, 8]),
        ({"keep_share": 0.76}, [1, 2, 3, 4, 6, 7, 8]),
        ({"keep_share": 1.0}, [0, 1, 2, 3, 4, 6, 7, 8]),
        ({"keep_share": 1}, [0, 1, 2, 3, 4, 6, 7, 8]),
        ({"min_score": 0.5}, [1, 2, 3, 4, 7, 8]),
        ({"min_score": 0.50001}, [4, 8]),
        ({"min_score": 0}, [0, 1, 2, 3, 4, 6, 7, 8]),
        ({"min_score": 2}, []),
        ({"max_score": 0.5}, [0, 1, 2, 3, 6, 7]),
        ({"max_score": 0.49999}, [0, 6]),
        ({"min_score": 0.2, "max_score": 0.5}, [1, 2, 3, 6, 7]),
        ({"keep_share": 0.25, "best": "low"}, [0, 6]),
        ({"keep_share": 0.26, "best": "low"}, [0, 1, 2, 3, 6, 7]),
        ({"min_score": 0.5, "missing": "keep"}, [1, 2, 3, 4, 5, 7, 8, 9]),
        ({"keep_share": 0.25, "missing": "keep"}, [4, 5, 8, 9]),
        ({"keep_share": 0.25, "score": "lang_score"}, [4, 8]),
        ({"keep_share": 0.5, "score": "text_bytes"}, list(range(10))),
        ({"keep_share": 0.5, "score": "ads"}, [0, 1, 2, 3, 4, 6, 7, 8]),
        ({"keep_share": 0.5, "score": "nobody_wrote_it"}, []),
    ],
)
def test_what_stays(tmp_path: Path, given: dict[str, Any], stay: list[int]) -> None:
    record = ran(tmp_path / "out", files_of(tmp_path / "in", [TIES[:3], TIES[3:]]), **given)
    assert kept(tmp_path / "out") == stay
    found = audit(open_store(str(tmp_path / "out")))
    assert found.ok, found.findings
    name, missing = given.get("score", "edu"), given.get("missing", "drop")
    reasons = gone(tmp_path / "out")
    beyond = {f"{side}-score:{name}" for side in _sides(given)}
    none = {number for number, (reason, _) in reasons.items() if reason == f"no-score:{name}"}
    if name == "edu":
        assert none == ({5, 9} if missing == "drop" else set())
    assert {number for number, (reason, _) in reasons.items() if reason in beyond} == reasons.keys() - none
    (counts,) = [one for one in record.stages if one.stage == "threshold"]
    assert (counts.seen, counts.kept, counts.dropped.total()) == (10, len(stay), len(reasons))
    assert counts.notes == ({f"no-score:{name}": 2} if missing == "keep" else {})


def _sides(given: dict[str, Any]) -> set[str]:
    """Which scores go: too low ones, too high ones, or both."""
    if "keep_share" in given:
        return {"high" if given.get("best") == "low" else "low"}
    return {side for side, limit in (("low", "min_score"), ("high", "max_score")) if limit in given}


def test_detail_and_explain_say_score_and_cut(tmp_path: Path, yurai: Callable[..., Said]) -> None:
    out = tmp_path / "out"
    ran(out, files_of(tmp_path / "in", [TIES]), keep_share=0.25)
    assert json.loads(gone(out)[1][1] or "") == {"cut": 0.9, "score": 0.5}
    assert gone(out)[5] == ("no-score:edu", None)
    facts = load_run(open_store(str(out))).value["facts"]
    assert [one["cut"] for one in facts.values()] == [{"documents": 8, "score": 9000, "stay": 2}]
    (life,) = explain(open_store(str(out)), "https://x.example/x/8")
    assert life["decisions"][-1]["reads"] == {"edu": pytest.approx(0.95)}
    assert life["decisions"][-1]["cut"] == 0.9
    said = yurai("explain", out, "https://x.example/x/8")
    assert "edu 0.95, cut 0.9" in said.out
    (life,) = explain(open_store(str(out)), "https://x.example/x/1")
    assert (life["reason"], json.loads(life["detail"])["cut"]) == ("low-score:edu", 0.9)


def test_the_command_takes_a_share_and_goes_on_from_a_tree(tmp_path: Path, yurai: Callable[..., Said]) -> None:
    inputs = files_of(tmp_path / "in", [TIES])
    ran(tmp_path / "one", inputs, min_score=0.5)
    options = ("--score", "lang_score", "--keep-share", "0.2", "--runner", "local")
    said = yurai("threshold", "--input", tmp_path / "one", *options, "--output", tmp_path / "two")
    assert said.code == 0, said.err
    assert kept(tmp_path / "two") == [4, 8], "a share of what the tree before kept"
    assert audit(open_store(str(tmp_path / "two"))).ok
    assert "cut 0.9" in yurai("explain", tmp_path / "two", "https://x.example/x/8").out


def test_many_files_are_added_up_in_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [[number / 10, 0.3] for number in range(9)]
    one = ran(tmp_path / "one", files_of(tmp_path / "in", parts), keep_share=0.3)
    monkeypatch.setattr(driver, "AT_ONCE", 2)
    watching = Watching(LocalRunner(1))
    two = ran(tmp_path / "two", [str(tmp_path / "in")], runner=watching, keep_share=0.3)
    assert one.digest == two.digest
    assert [name for name in watching.ran if "merge" in name] == [f"00-threshold.merge-{level}" for level in range(3)]


def test_workers_change_nothing(tmp_path: Path) -> None:
    inputs = files_of(tmp_path / "in", [[number / 7, None, number / 11] for number in range(7)])
    one = ran(tmp_path / "one", inputs, keep_share=0.4)
    two = ran(tmp_path / "two", inputs, runner=LocalRunner(2), keep_share=0.4)
    assert one.digest == two.digest


def test_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    """A second run of the same command does nothing; another share redoes the cut, and the plan says that it differs."""
    inputs = files_of(tmp_path / "in", [TIES, TIES])
    first = ran(tmp_path / "out", inputs, keep_share=0.25)
    watching = Watching(LocalRunner(1))
    assert ran(tmp_path / "out", inputs, runner=watching, keep_share=0.25).digest == first.digest
    assert not watching.ran
    with pytest.raises(DriftError):
        ran(tmp_path / "out", inputs, keep_share=0.5)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"min_score": 0.5, "keep_share": 0.5}, "two ways to say one thing"),
        (
            {"max_score": 0.5, "keep_share": 0.5, "best": "low"},
            "max_score and keep_share are two ways to say one thing",
        ),
        ({"min_score": 0.5, "max_score": 0.4}, "nothing would stay"),
        ({"max_score": float("inf")}, "max_score must be"),
        ({"best": "low"}, "add min_score = NUMBER, max_score = NUMBER or keep_share"),
        ({"keep_share": 0.0}, "keep_share must be"),
        ({"keep_share": 1.01}, "keep_share must be"),
        ({"keep_share": -0.1}, "keep_share must be"),
        ({"min_score": "much"}, "min_score must be"),
        ({"score": "url", "min_score": 1}, "not a column of numbers"),
        ({"score": "", "min_score": 1}, "names no score"),
        ({}, "has no limit"),
        ({"score": "edx", "min_score": 0.5}, "no stage before it writes the score 'edx'"),
        ({"score": "hiragana_share", "min_score": 0.5}, "add it to the taggers"),
        ({"min_score": 0.5, "missing": "guess"}, "missing must be"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], why: str) -> None:
    stages = [{"use": name} for name in ("read", "extract", "language", "measure")]
    with pytest.raises(RecipeError, match=why):
        make_recipe({"name": "x", "stage": [*stages, {"use": "threshold", "score": "edu"} | given]}, where="x")


def test_what_a_stage_before_measures_may_be_cut() -> None:
    stages = [{"use": name} for name in ("read", "extract", "language", "measure")]
    for score in ("lang_score", "lang_share_ja", "char_count", "text_bytes"):
        make_recipe(
            {"name": "x", "stage": [*stages, {"use": "threshold", "score": score, "keep_share": 0.5}]}, where="x"
        )


def test_limits_are_as_they_are_written() -> None:
    assert Threshold(score="x", min_score=0.1).limits.low == 1000
    assert Threshold(score="x", min_score=0.018112).limits.low == 182
    assert Threshold(score="x", min_score=-0.25).limits.low == -2500
    assert Threshold(score="x", max_score=0.018112).limits == (None, 181)
    assert [tuple(row) for row in counted(whole(np.array([0.3, 0.1 + 0.2, 1e300, -1e300])))] == [
        (-(2**53), 1),
        (3000, 2),
        (2**53, 1),
    ]


def test_cost_is_linear_in_parts_that_are_all_different() -> None:
    def prepare(size: int) -> Callable[[], object]:
        parts = [counted(np.arange(part * 50, part * 50 + 50)) for part in range(size)]
        return lambda: merged(parts)

    assert grows_linearly(prepare, 1000, 4)
    assert merged([]).dtype == COUNT
