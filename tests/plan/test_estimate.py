"""Estimates and their intervals: laws of ratios, and how often an interval holds the true total."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.plan.costs import line, longest
from yurai.plan.estimate import Estimate, added, quantile, ratio, steadier
from yurai.plan.outcome import Outcome, Pages

if TYPE_CHECKING:
    from collections.abc import Callable

amounts = st.lists(st.tuples(st.floats(0, 1e6, allow_subnormal=False), st.floats(1, 1e6)), min_size=2, max_size=40)
estimates = st.builds(Estimate, st.floats(0.1, 1e9), st.floats(0, 4), st.floats(1, 100))


@given(amounts, st.floats(0.001, 1))
def test_an_interval_holds_its_value_and_closes_when_all_is_seen(
    pairs: list[tuple[float, float]], share: float
) -> None:
    ys, xs = zip(*pairs, strict=True)
    found = ratio(ys, xs, sum(xs) / share, share)
    low, high = found.interval
    assert 0 <= low <= found.value <= high
    whole = ratio(ys, xs, sum(xs), 1.0)
    assert whole.value == pytest.approx(sum(ys))
    assert whole.interval == (whole.value, whole.value)


@given(amounts, st.floats(0.001, 1e6))
def test_the_unit_of_x_does_not_matter(pairs: list[tuple[float, float]], unit: float) -> None:
    ys, xs = zip(*pairs, strict=True)
    one = ratio(ys, xs, 10 * sum(xs), 0.1)
    other = ratio(ys, [x * unit for x in xs], 10 * sum(xs) * unit, 0.1)
    assert other.value == pytest.approx(one.value)
    assert other.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-9)


@given(st.floats(0.1, 100), st.lists(st.floats(1, 1e5), min_size=2, max_size=30))
def test_what_goes_with_x_has_no_spread(each: float, xs: list[float]) -> None:
    low, high = ratio([each * x for x in xs], xs, 100 * sum(xs), 0.01).interval
    assert high / low == pytest.approx(1, abs=1e-6)


@given(st.lists(estimates, min_size=1, max_size=6))
def test_a_sum_is_at_most_as_spread_as_its_widest_part(parts: list[Estimate]) -> None:
    found = added(parts)
    assert found.value == pytest.approx(sum(part.value for part in parts))
    assert found.variance <= max(part.variance for part in parts) * (1 + 1e-9)


@given(estimates, estimates)
def test_a_product_is_more_spread_than_either(one: Estimate, other: Estimate) -> None:
    found = one.times(other)
    assert found.variance >= max(one.variance, other.variance)
    assert steadier(one, other).variance == min(one.variance, other.variance)


@pytest.mark.parametrize(
    ("freedom", "value"), [(2, 2.920), (4, 2.132), (9, 1.833), (15, 1.753), (30, 1.697), (math.inf, 1.645)]
)
def test_quantiles_are_those_of_the_tables(freedom: float, value: float) -> None:
    assert quantile(freedom) == pytest.approx(value, rel=0.03)


def even(chance: random.Random) -> tuple[float, float]:
    size = chance.uniform(50, 150)
    return size * chance.uniform(0.5, 1.5), size


def skewed(chance: random.Random) -> tuple[float, float]:
    size = chance.lognormvariate(3, 1)
    return size * chance.lognormvariate(0, 0.5), size


def unrelated(chance: random.Random) -> tuple[float, float]:
    return chance.uniform(1, 10), chance.uniform(20, 40)


def rare(chance: random.Random) -> tuple[float, float]:
    pages = chance.randint(20, 60)
    return sum(chance.random() < 0.3 for _ in range(pages)), pages


@pytest.mark.parametrize("kind", [even, skewed, unrelated, rare])
@pytest.mark.parametrize("groups", [8, 16, 40])
def test_intervals_hold_the_truth_nine_times_in_ten(
    kind: Callable[[random.Random], tuple[float, float]], groups: int
) -> None:
    """Of 600 samples; in a population as skewed as the lengths of pages are, the rare giants cost some of the 90 %."""
    chance, held = random.Random(groups), 0
    for _ in range(600):
        population = [kind(chance) for _ in range(4 * groups)]
        ys, xs = zip(*chance.sample(population, groups), strict=True)
        low, high = ratio(ys, xs, sum(x for _, x in population), sum(xs) / sum(x for _, x in population)).interval
        held += low <= sum(y for y, _ in population) <= high
    assert (0.82 if kind is skewed else 0.87) < held / 600 < 0.96


@given(st.floats(0, 1e4), st.floats(0.01, 1e4), st.floats(0.01, 0.9), st.floats(1, 1e4))
def test_a_line_finds_what_start_and_pages_cost(start: float, pages: float, share: float, growth: float) -> None:
    found = line(start + share * pages, start + pages, share)
    assert found.at(Estimate(growth)).value == pytest.approx(start + growth * pages, rel=1e-6)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=50), st.integers(1, 70))
def test_the_busiest_worker_does_its_part_and_one_source_is_one_task(sizes: list[int], workers: int) -> None:
    share = longest(sizes, workers)
    assert max(1 / workers, max(sizes) / sum(sizes)) <= share * (1 + 1e-9)
    assert share <= min(1, 1 / workers + max(sizes) / sum(sizes)) * (1 + 1e-9)


@given(st.floats(1, 1000), st.floats(0, 1e7), st.integers(0, 2), st.floats(0, 0.5))
def test_what_both_trials_hold_is_no_growth(times: float, long: float, number: int, variance: float) -> None:
    """Of a sample that is the longest pages and one in `times` of the others, the others grow so many times."""
    both = Pages(candidates=number, text=long * number)
    seen = Pages(candidates=100 + number, text=500_000 + both.text)
    text = Estimate(500_000 * times + both.text, variance)
    pages = Estimate(100 * times + number)
    found = Outcome(pages, pages, text, text, seen, both).growth
    assert found.value == pytest.approx(times, rel=1e-6)
    assert math.sqrt(found.variance) * found.value * 500_000 <= math.sqrt(variance) * text.value * 1.0001


@given(estimates, st.floats(0, 2))
def test_a_known_part_taken_away_leaves_the_error_as_large(one: Estimate, part: float) -> None:
    rest = one.less(part * one.value)
    assert rest.value == pytest.approx(max(0.0, 1 - part) * one.value)
    if 0 < part < 1:
        assert math.sqrt(rest.variance) * rest.value == pytest.approx(math.sqrt(one.variance) * one.value)
