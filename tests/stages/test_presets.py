"""Presets, their detection curves, the cost model, and the page that shows them."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.cli import plan_tables
from yurai.declare.stage import STAGES
from yurai.engine.use import StageUse
from yurai.exchange.levels import FAN
from yurai.exchange.route import MIN_READ
from yurai.exchange.row_types import PAIR, UNDECIDED
from yurai.plan import reference as near_tables
from yurai.plan.near_cost import Corpus, DedupCost, cost
from yurai.plan.near_needs import dedup_needs, predicted
from yurai.plan.predict import Need, Plan
from yurai.plan.traffic import Good, Measured, exchange, fans
from yurai.stages.near_dedup.curve import equal_hashes, found, standard_error, threshold, verified
from yurai.stages.near_dedup.pair_judge import Judge, Verify
from yurai.stages.near_dedup.presets import PRESETS, Preset, resolve
from yurai.stages.near_dedup.settings import NearDedup
from yurai.terminal import out as terminal
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import RunRecord

ROOT = Path(__file__).resolve().parents[2]
EACH = pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
COUNTS = st.integers(1, 10**10)
# bands, rows, threshold, P(.7), P(.8), as the projects' own numbers give them
PUBLISHED = {
    "fineweb": (14, 8, 0.719, 0.565, 0.924),
    "swallow": (40, 20, 0.832, 0.031, 0.371),
    "llmjp-v4": (20, 10, 0.741, 0.436, 0.897),
    "curator": (20, 13, 0.794, 0.177, 0.677),
    "redpajama": (14, 9, 0.746, 0.438, 0.867),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_presets_have_the_published_curves(name: str) -> None:
    bands, rows, steepest, at_7, at_8 = PUBLISHED[name]
    preset = PRESETS[name]
    assert (preset.name, preset.bands, preset.rows) == (name, bands, rows)
    assert threshold(bands, rows) == pytest.approx(steepest, abs=0.0006)
    assert found(0.7, bands, rows) == pytest.approx(at_7, abs=0.0006)
    assert found(0.8, bands, rows) == pytest.approx(at_8, abs=0.0006)
    assert preset.cites
    assert preset.differs


def test_presets_have_the_published_shingles() -> None:
    assert set(PRESETS) == set(PUBLISHED)
    assert {name: preset.shingle for name, preset in PRESETS.items()} == {
        "fineweb": "5 words, or 5 characters",
        "swallow": "5 characters",
        "llmjp-v4": "5 words, or 5 characters",
        "curator": "24 characters",
        "redpajama": "13 words",
    }


def test_what_is_given_takes_the_place_of_a_presets_own() -> None:
    assert resolve("fineweb") == PRESETS["fineweb"]
    own = resolve("curator", bands=9, unit="words", words=13)
    assert (own.bands, own.rows, own.shingle, own.hashes) == (9, 13, "13 words", 117)
    assert resolve("swallow", bands=64, rows=64).hashes == 4096


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bands": 0}, "bands must be an integer, at least 1 or unset, not 0"),
        ({"rows": -1}, "rows must be an integer, at least 1 or unset, not -1"),
        ({"words": 0}, "words must be an integer, at least 1"),
        ({"characters": 0}, "characters must be an integer, at least 1"),
        ({"bands": 4097, "rows": 1}, "at most 4,096"),
    ],
)
def test_overrides_that_cannot_be_are_refused(given: dict[str, int], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        STAGES["near-dedup"].use(given)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(RecipeError, match="one of 'fineweb', 'swallow'"):
        STAGES["near-dedup"].use({"preset": "finewebb"})
    with pytest.raises(RecipeError, match="one of 'by-script', 'by-language', 'words', 'characters'"):
        STAGES["near-dedup"].use({"unit": "letters"})


def seen(similarity: float, bands: int, rows: int, pairs: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Of `pairs` drawn pairs, which are candidates, and what their signatures estimate."""
    equal = np.random.default_rng(20).random((pairs, bands, rows), np.float32) < similarity
    bands_equal: npt.NDArray[Any] = np.asarray(equal.all(axis=2))
    return np.asarray(bands_equal.any(axis=1)), np.asarray(equal.mean(axis=(1, 2)))


@pytest.mark.parametrize(
    ("bands", "rows", "similarity"), [(14, 8, 0.7), (14, 8, 0.8), (40, 20, 0.8), (20, 13, 0.85), (3, 2, 0.5)]
)
def test_curves_are_what_drawing_gives(bands: int, rows: int, similarity: float) -> None:
    pairs, limit = 20_000, 0.8
    candidate, estimate = seen(similarity, bands, rows, pairs)
    passes = candidate & (np.round(estimate, 4) >= limit)
    away = 3 * standard_error(limit, bands * rows)
    exact = candidate & (np.round(estimate, 4) >= limit + (away if similarity < limit else -away))
    for drawn, said in (
        (candidate, found(similarity, bands, rows)),
        (passes, verified(similarity, bands, rows, limit=limit, mode="estimate")),
        (exact, verified(similarity, bands, rows, limit=limit, mode="exact")),
    ):
        assert drawn.mean() == pytest.approx(said, abs=4 * standard_error(said, pairs) + 1e-4)
    assert estimate.std() == pytest.approx(standard_error(similarity, bands * rows), rel=0.03)


@given(st.floats(0, 1), st.integers(1, 40), st.integers(1, 20))
def test_curves_are_chances_and_agree(similarity: float, bands: int, rows: int) -> None:
    every, missed = equal_hashes(similarity, bands, rows)
    assert every.sum() == pytest.approx(1)
    assert (missed <= every + 1e-12).all()
    chance = found(similarity, bands, rows)
    assert 1 - missed.sum() == pytest.approx(chance, abs=1e-9)
    assert found(min(1, similarity + 0.01), bands, rows) >= chance >= 0
    for limit in (0.0, 0.8):
        assert verified(similarity, bands, rows, limit=limit, mode="estimate") <= chance + 1e-9
        assert verified(similarity, bands, rows, limit=limit, mode="exact") <= chance + 1e-9
    assert verified(similarity, bands, rows, limit=0.0, mode="estimate") == pytest.approx(chance, abs=1e-9)


@EACH
def test_exact_finds_what_the_curve_leaves_and_passes_little_else(preset: Preset) -> None:
    bands, rows = preset.bands, preset.rows
    above, below = (verified(similarity, bands, rows, limit=0.8, mode="exact") for similarity in (0.8, 0.7999))
    assert above == pytest.approx(found(0.8, bands, rows), abs=0.002)
    assert below < 0.002
    ways = [verified(0.78, bands, rows, limit=0.8, mode=mode) for mode in ("estimate", "exact")]
    assert ways[0] > 10 * ways[1]
    assert verified(1.0, bands, rows, limit=0.8, mode="exact") == 1
    assert verified(0.0, bands, rows, limit=0.8, mode="estimate") == 0


@EACH
@pytest.mark.parametrize("limit", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("mode", ["estimate", "exact"])
def test_the_check_of_the_curve_is_that_of_the_stage(preset: Preset, limit: float, mode: Verify) -> None:
    """What the stage says of each number of equal hashes, weighed by how likely that number is."""
    hashes = preset.hashes
    estimates = np.arange(hashes + 1) / hashes
    pairs = np.zeros(hashes + 1, PAIR)
    pairs["a"]["row"] = np.arange(hashes + 1)
    edges, checks = Judge(limit, hashes, mode).estimated(pairs, estimates)
    asked = checks["a"]["row"][checks["said"] == UNDECIDED]
    for similarity in (limit - 0.01, limit, limit + 0.01):
        every, missed = equal_hashes(similarity, preset.bands, preset.rows)
        passing = [*edges["a"]["row"], *(asked if similarity >= limit else [])]
        said = verified(similarity, preset.bands, preset.rows, limit=limit, mode=mode)
        assert said == pytest.approx((every - missed)[passing].sum(), abs=1e-12)


def corpus(documents: int, **shares: float) -> Corpus:
    return Corpus(documents, 3300, max(1, documents // 10_000), **shares)


def totals(whole: DedupCost) -> dict[str, float]:
    names = ("signatures", "shuffled", "files", "requests", "read", "written", "cpu_hours")
    return {name: getattr(whole, name) for name in names}


def test_signatures_of_swallow_over_8_billion_pages_are_26_tb() -> None:
    whole = cost(corpus(8 * 10**9), PRESETS["swallow"])
    assert whole.signatures / 1e12 == pytest.approx(25.6)
    sign = whole.steps[0]
    assert sign.written == whole.signatures + 8 * 10**9 * 40 * 40


@EACH
@pytest.mark.parametrize("shares", [{}, {"doubtful": 0.0}, {"duplicates": 0.9, "pairs": 8.0}])
def test_every_step_reads_whole_what_steps_before_it_wrote(preset: Preset, shares: dict[str, float]) -> None:
    for documents in (1, 1000, 10**6, 10**8, 10**10):
        written: dict[str, Good] = {}
        read: set[str] = set()
        for step in cost(corpus(documents, **shares), preset).steps:
            for good in step.takes:
                assert good.name in {"text", "urls"} or written[good.name] == good
                read.add(good.name)
            assert not written.keys() & {good.name for good in step.gives}, "a name is given once"
            written |= {good.name: good for good in step.gives}
            if step.exchange:
                assert step.read == step.written
        unread = {name for name, good in written.items() if good.bytes} - read
        assert not unread


def test_a_search_without_doubt_needs_no_text_twice() -> None:
    sure = cost(corpus(10**8), PRESETS["fineweb"], verify="estimate")
    assert not {"exact", "meet"} & {step.name for step in sure.steps}
    assert sure.cpu_hours < cost(corpus(10**8), PRESETS["fineweb"]).cpu_hours


@EACH
def test_more_documents_cost_more_and_nearly_in_proportion(preset: Preset) -> None:
    sizes = [2**power for power in range(10, 36)]
    for less, more in itertools.pairwise(totals(cost(corpus(size), preset)) for size in sizes):
        assert all(more[name] >= less[name] for name in less)
    many, most = (totals(cost(corpus(size), preset)) for size in (10**9, 10**10))
    assert all(most[name] < 20 * many[name] for name in many)


def test_more_hashes_and_more_pairs_cost_more() -> None:
    base = totals(cost(corpus(10**9), PRESETS["fineweb"]))
    for other in (
        cost(corpus(10**9), resolve("fineweb", bands=28)),
        cost(corpus(10**9, pairs=3.0), PRESETS["fineweb"]),
        cost(corpus(10**9), PRESETS["fineweb"], memory_bytes=1 << 28),
    ):
        assert all(value >= base[name] for name, value in totals(other).items())
        assert totals(other) != base


def test_speeds_change_hours_and_nothing_else() -> None:
    one = cost(corpus(10**9), PRESETS["fineweb"])
    other = cost(corpus(10**9), PRESETS["fineweb"], measured=Measured(text=25e6))
    assert other.cpu_hours > one.cpu_hours
    assert other.requests == one.requests
    assert other.written == one.written


def test_the_end_of_a_run_is_counted() -> None:
    """Delivery, roots and the audit go over all that was read and all that stays; the rest is around tasks."""
    speed = Measured(task=0.5, started=7.0)
    *steps, around = cost(corpus(10**6), PRESETS["fineweb"], measured=speed).steps
    assert [step.name for step in steps[-3:]] == ["deliver", "roots", "audit"]
    moved = 10**6 * 3300 * 1.7
    for step, rate in zip(steps[-3:], (speed.delivered, speed.rooted, speed.audited), strict=True):
        assert step.seconds == pytest.approx(moved / rate)
        assert step.read >= 10**6 * 3300
    assert around.seconds == 7.0 + 0.5 * sum(step.tasks for step in steps)


def test_fast_similarity_costs_less_where_a_document_has_more_shingles_than_its_signature_has_values() -> None:
    long, short = corpus(10**8), Corpus(10**8, 60, 10_000)
    for preset in (PRESETS["swallow"], PRESETS["curator"]):
        fast = cost(long, preset, signature="fast-similarity")
        assert fast.cpu_hours < cost(long, preset).cpu_hours
        assert totals(fast) | {"cpu_hours": 0} == totals(cost(long, preset)) | {"cpu_hours": 0}
        assert cost(short, preset, signature="fast-similarity").cpu_hours > cost(short, preset).cpu_hours


@given(st.integers(1, 1 << 20))
def test_levels_of_an_exchange_reach_every_partition_with_the_fewest_splits(partitions: int) -> None:
    split = fans(partitions)
    assert all(1 < fan <= FAN for fan in split)
    assert np.prod(split, dtype=np.int64) >= partitions
    assert partitions == 1 or FAN ** (len(split) - 1) < partitions


@given(COUNTS, st.integers(1, 10**6), st.integers(2, 1 << 17))
def test_requests_of_an_exchange_go_with_its_bytes(rows: int, files: int, partitions: int) -> None:
    good = Good("rows", rows * 36, files, files)
    steps, there = exchange("rows", (good,), partitions, Measured())
    areas = 1
    for step, fan in zip(steps, fans(partitions), strict=True):
        areas *= fan
        assert step.gives[0].ranges <= good.bytes / MIN_READ + areas  # but for the last of each area, all hold 4 MiB
    assert sum(part.bytes for part in there) == good.bytes


def test_plan_shows_every_preset_and_marks_the_recipes_own(capsys: pytest.CaptureFixture[str]) -> None:
    needs = predicted(corpus(8 * 10**9), NearDedup(preset="swallow"))
    assert [need.preset for need in needs] == ["swallow", "fineweb", "llmjp-v4", "curator", "redpajama"]
    assert [need.chosen for need in needs] == [True, False, False, False, False]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal._stream(stderr=False), "_width", 200)
        plan_tables.plan(Plan((Need("wall", "seconds", 9, 9),), 0.01, 5, 1, 1, 2, needs))
    line = " ".join(line for line in capsys.readouterr().out.splitlines() if line.startswith("*  swallow"))
    for cell in ("40 x 20", "5 characters", "0.031", "0.371", "0.994", "25.6 TB"):
        assert cell in line


def test_plan_shows_a_changed_preset_beside_the_one_it_came_from() -> None:
    needs = predicted(corpus(10**6), NearDedup(bands=20))
    assert [need.preset for need in needs][:2] == ["fineweb, changed", "fineweb"]
    assert len(needs) == 6


def test_plan_counts_the_documents_that_reach_the_stage() -> None:
    """300 of a sample's pages reached it and 100 of them, of 2 kB, stayed; the input is 50 times the sample."""
    settings = NearDedup()
    counts = StageCounts("near-dedup", seen=300, kept=100, dropped=Counter({"near-duplicate": 200}))
    file = {"name": "documents/00000.parquet", "sha256": "", "bytes": 90_000, "rows": 100, "size": 200_000}
    run = RunRecord({"counts": [counts.json()], "files": {"documents": [file]}})
    stages = (STAGES["read"].use({}), StageUse("near-dedup", settings))
    assert dedup_needs(stages, run, 50.0, 7) == predicted(Corpus(15_000, 2000, 7), settings)
    assert dedup_needs(stages[:1], run, 50.0, 7) == ()
    assert dedup_needs(stages, RunRecord({"counts": [], "files": {}}), 50.0, 7) == ()


def test_tables_of_the_page_are_those_of_the_code() -> None:
    page = (ROOT / "docs/dedup.md").read_text("utf-8")
    assert near_tables.renewed(page) == page, "run python -m yurai.plan.reference"
    assert "| 1,000,000,000 | `swallow` | 3.20 |" in page
    with pytest.raises(ValueError, match="no marks for the table presets"):
        near_tables.renewed("")
