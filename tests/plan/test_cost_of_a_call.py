"""What a call of `yurai plan` costs is bounded, and where the CPU seconds of its trials went is read from journals."""

from __future__ import annotations

import json
import random
import statistics
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.plan import predict
from yurai.plan.costs import Cpu, Line, Spent, cpu, spent
from yurai.plan.draw import strata
from yurai.plan.estimate import Estimate
from yurai.plan.frame import GIANTS, PAGE, Cluster, Frame, Page, number
from yurai.plan.samples import LEAST_PAGES, PART, Chosen, part, part_of
from yurai.plan.trial import Parts, Trial
from yurai.sources.source import make_source
from yurai_manifests.run import RunRecord

if TYPE_CHECKING:
    from pathlib import Path

EACH, START, DRIVING, WARM, PAGE_SECONDS = 0.02, 6.0, 0.03, 1.5, 0.015


def spent_of(pages: float, sources: int, tasks: int = 16) -> Spent:
    """What a trial of a known kind costs: processes, tasks of each source, pages."""
    count = 10 + tasks * sources
    return Spent(WARM + PAGE_SECONDS * pages, START + DRIVING * count, count, sources)


@pytest.mark.parametrize("whole", [(5000, 5000), (40_000, 5000), (10**6, 5000)])
def test_driving_grows_with_tasks_and_pages_with_pages(whole: tuple[int, int]) -> None:
    pages, sources = whole
    found = cpu(spent_of(30, 12), spent_of(240, 96), 1 / 8, sources)
    true = spent_of(pages, sources)
    assert found.at(Estimate(pages / 240)).value == pytest.approx(true.tasks + true.around, rel=0.01)


def test_of_few_large_sources_all_around_tasks_is_the_start() -> None:
    found = cpu(spent_of(40, 2), spent_of(320, 2), 1 / 8, 2)
    assert (found.start, found.driving) == (pytest.approx(START + DRIVING * 42), 0)
    assert found.at(Estimate(6265 / 320)).value == pytest.approx(sum((spent_of(6265, 2).tasks, found.start)), rel=0.01)


@pytest.mark.parametrize("start", [5.0, 9.0])
def test_a_start_that_took_longer_is_not_extrapolated(start: float) -> None:
    """The mended fault: a second more of starting, seven times over, was a third of what rows cost."""
    small, large = Spent(0.5, START, 42, 1), Spent(2.5, start, 42, 1)
    found = cpu(small, large, 1 / 8, 1).at(Estimate(7.0)).value
    assert found == pytest.approx(start + 2.5 + 6 * 2.0 * 8 / 7, rel=0.1)


@given(
    st.floats(1e-3, 1e3),
    st.floats(1e-3, 1e3),
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(1, 9),
    st.integers(1, 99),
)
def test_no_part_is_less_than_nothing(tasks: float, around: float, few: int, more: int, small: int, large: int) -> None:
    found = cpu(Spent(tasks, around, few, small), Spent(2 * tasks, around / 2, few + more, large), 0.2, 1000)
    assert min(found.start, found.driving, found.tasks.start, found.tasks.pages) >= 0
    assert found.at(Estimate(1.0)).value >= found.tasks.start


def journal(out: Path, entries: list[tuple[str, str, dict[str, float]]]) -> None:
    for at, (step, source, seconds) in enumerate(entries):
        (out / "journal" / step / "ab").mkdir(parents=True, exist_ok=True)
        entry = {"source": source, "cpu_seconds": seconds}
        (out / "journal" / step / "ab" / f"{at}.json").write_text(json.dumps(entry), "utf-8")
    (out / "journal" / "run").mkdir(exist_ok=True, parents=True)
    (out / "journal" / "run" / "call.json").write_text("{}", "utf-8")


@pytest.mark.parametrize(("whole", "around"), [(9.0, 6.0), (3.0, 0.0), (2.5, 0.0)])
def test_a_journal_tells_what_tasks_took(whole: float, around: float, tmp_path: Path) -> None:
    steps = [("00-extract", "a", {"read": 0.5, "extract": 1.5}), ("00-extract", "b", {"rest": 0.5})]
    journal(tmp_path, [*steps, ("05-filter", "a", {"rest": 0.5})])
    found = spent(Trial(1.0, whole, 0, 0, RunRecord({}), Parts(), Parts()), str(tmp_path), 2)
    assert (found.count, found.sources) == (3, 2)
    told = min(whole, 3.0) / 3.0
    assert (found.tasks, found.reading) == (pytest.approx(told), pytest.approx(2 * told))
    assert found.around == pytest.approx(around)


def test_the_audit_is_apart_from_what_is_around_tasks(tmp_path: Path) -> None:
    journal(tmp_path, [("00-extract", "a", {"read": 0.5})])
    found = spent(Trial(1.0, 4.0, 0, 0, RunRecord({}), Parts(), Parts()), str(tmp_path), 1, 1.25)
    assert (found.around, found.audit) == (pytest.approx(2.25), pytest.approx(1.25))
    assert spent(Trial(1.0, 1.0, 0, 0, RunRecord({}), Parts(), Parts()), str(tmp_path), 1, 1.25).around == 0


def test_reading_grows_with_bodies_and_all_else_with_text() -> None:
    """The mended fault: a sample of long texts made of each page that is left half as much again to extract."""
    small, large = Spent(1.0, START, 42, 2, 2.0, 0.2), Spent(2.0, START, 42, 2, 6.0, 0.3)
    found = cpu(small, large, 0.5, 2, 0.2).at(Estimate(10.0), Estimate(5.0)).value
    assert found == pytest.approx(START + 10 * 2.0 + (0.1 + 10 * 0.2) + (1.0 + 5 * 5.0))


def test_cpu_of_the_sample_is_that_of_the_sample() -> None:
    whole = Cpu(Line(1.0, 4.0), 6.0, 0.0)
    assert whole.at(Estimate(1.0)).value == 11.0


def clustered(kind: str, count: int = 2000) -> list[Cluster]:
    chance, found = random.Random(kind), []
    for at in range(count):
        pages = {"single": 1, "groups": chance.choice((1, 1, 2, 30)), "tail": 1}[kind]
        size = round(chance.paretovariate(1.1) * 1000) if kind == "tail" else chance.randrange(500, 5000)
        found.append(Cluster(tuple(Page(0, at, size, size, 9 * size) for _ in range(pages))))
    return sorted(found, key=lambda one: (len(one.pages), one.text))


@pytest.mark.parametrize("kind", ["single", "groups", "tail"])
@pytest.mark.parametrize("part_of_all", [0.03, 0.1, 0.4])
def test_a_draw_is_as_much_work_as_it_may_be(kind: str, part_of_all: float) -> None:
    """Of clusters of many pages and of giants too: a number of clusters alone would be several times the work."""
    found, works = clustered(kind), []
    mean = sum(one.text for one in found) / sum(len(one.pages) for one in found)
    whole = sum(one.text + PAGE * mean * len(one.pages) for one in found)
    for seed in range(20):
        with Frame(seed=seed) as frame:
            drawn = frame.draw(found, number(found, part_of_all))
        works.append(sum(one.cluster.text + PAGE * mean * len(one.cluster.pages) for one in drawn) / whole)
    assert statistics.mean(works) >= part_of_all * (0.2 if kind == "tail" else 0.7)
    if kind != "tail":  # of which half of a percent of the pages may be more work than that
        assert statistics.mean(works) <= part_of_all * 1.15


@pytest.mark.parametrize("kind", ["single", "groups", "tail"])
def test_the_longest_pages_are_in_every_draw_for_themselves(kind: str) -> None:
    found = clustered(kind)
    longest = sorted(found, key=lambda one: -max(page.body for page in one.pages))[:GIANTS]
    for seed in range(5):
        with Frame(seed=seed) as frame:
            drawn = {id(one.cluster): one.weight for one in frame.draw(found, 100)}
        assert {drawn[id(one)] for one in longest} == {1.0}


@given(st.integers(1, 400), st.integers(1, 7))
def test_any_draw_has_a_number(count: int, wanted: int) -> None:
    found = clustered("groups", count)
    assert 1 <= number(found, wanted / 7) <= count
    assert number(found, 1.0) == count


@pytest.mark.parametrize(("pages", "parts"), [(9, 2), (50, 2), (100, 4), (170, 7), (300, PART), (5000, PART)])
def test_the_smaller_trial_has_pages_enough_to_load_everything(pages: int, parts: int) -> None:
    found = clustered("single", pages)
    with Frame() as frame:
        chosen = Chosen(frame, tuple(found), tuple(frame.draw(found, pages)), (), {0: pages}, (), 0)
        assert part(chosen) == parts
        assert pages / parts >= min(LEAST_PAGES, pages / 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_large_cluster_is_not_most_of_the_smaller_trial(seed: int) -> None:
    """The mended fault: one site's frame made .6 of the work the smaller trial's, and the rest stood for all."""
    found = clustered("groups", 900)
    with Frame(seed=seed) as frame:
        drawn = frame.draw(found, 90)
        pages = [sum(len(one.cluster.pages) for one in some) for some in (part_of(drawn, 8), drawn)]
    assert 0.05 <= pages[0] / pages[1] <= 0.25


def shares(sources: int, size: int, candidates: float, asked: float = 0.0) -> float:
    made = [make_source(f"{at}.warc.gz", f"/nowhere/{at}.warc.gz", size, "") for at in range(sources)]
    return predict._enough(strata(made, ()), asked, candidates)


@pytest.mark.parametrize(
    ("sources", "size", "candidates", "pages"),
    [
        (2, 16 << 20, 6265, 900),
        (7, 8 << 20, 2892, 900),
        (1000, 10**9, 3 * 10**7, 900),
        (200, 160 << 10, 6265, 717),
        (5000, 1000, 5000, 100),
        (90_000, 2000, 90_000, 100),
        (5, 1000, 200, 200),
        (300, 1000, 300, 300),
        (900, 1000, 900, 100),
    ],
)
def test_a_trial_is_bounded_whatever_the_input_is(sources: int, size: int, candidates: int, pages: int) -> None:
    assert shares(sources, size, candidates) * candidates == pytest.approx(pages, rel=0.01)


@given(st.integers(1, 200), st.integers(1, 1 << 20), st.integers(1, 10**6), st.floats(0, 1))
def test_a_share_that_is_asked_for_is_tried(sources: int, size: int, candidates: int, asked: float) -> None:
    assert asked <= shares(sources, size, candidates, asked) <= 1
    assert shares(sources, size, candidates, asked) == max(asked, shares(sources, size, candidates))


def test_where_no_page_was_counted_a_megabyte_is_tried() -> None:
    assert shares(4, 1 << 20, 0) == 0.25
    assert shares(4, 1000, 0) == 1
