"""What duplicates leave of an input, told from a sample: of populations whose duplicates are known."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.plan.duplicates import Distinct, distinct
from yurai.plan.estimate import Estimate

DEDUP = ("read", "near-dedup")


def population(pages: int, kind: str) -> list[int]:
    """The number of the text of each page."""
    texts = {"none": pages, "pairs": pages // 2, "fourth": pages - pages // 4, "few": pages - pages // 20}[kind]
    return [number % texts for number in range(pages)]


def told(texts: list[int], share: float, chance: random.Random) -> Distinct:
    found = Counter(chance.sample(texts, round(len(texts) * share)))
    return distinct(DEDUP, [count for count in found.values() if count > 1], len(found), share)


@pytest.mark.parametrize("kind", ["none", "pairs", "fourth", "few"])
@pytest.mark.parametrize("share", [0.03, 0.1, 0.4])
def test_the_interval_holds_what_is_left(kind: str, share: float) -> None:
    chance, held, texts = random.Random(7), 0, population(6000, kind)
    for _ in range(100):
        found = told(texts, share, chance)
        kept = len(set(chance.sample(texts, round(len(texts) * share))))
        value, low, high = found.of(Estimate(kept / share))
        assert low <= value <= high
        held += low * 0.97 <= len(set(texts)) <= high * 1.03
    assert held >= 80


@given(st.lists(st.integers(2, 9), max_size=20), st.integers(20, 500), st.floats(0, 1))
def test_a_factor_lies_in_its_interval_and_is_none_without_a_stage(groups: list[int], kept: int, share: float) -> None:
    found = distinct(DEDUP, groups, kept, share)
    assert 0.29 < found.low <= found.factor <= found.high <= 1
    assert distinct(("read", "filter"), groups, kept, share) == Distinct()


def test_a_whole_sample_shows_all_and_a_tiny_one_nothing() -> None:
    assert distinct(DEDUP, [2, 2], 50, 1.0) == Distinct()
    assert distinct(DEDUP, [2], 400, 1e-5) == Distinct(1.0, pytest.approx(0.3), 1.0)


def test_more_that_meet_leave_less() -> None:
    factors = [distinct(DEDUP, [2] * count, 400, 0.05).factor for count in range(10)]
    assert factors == sorted(factors, reverse=True)
    assert factors[0] == pytest.approx(1.0)
