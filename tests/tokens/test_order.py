"""The arithmetic of an order: a shuffle is a permutation, a mix has each document as often as it says, nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.tokens.order.mix import ONE, Mix, Weight, group_of
from yurai.tokens.order.permutation import Permutation
from yurai.tokens.order.policies import Parts, cut, fit
from yurai_manifests.errors import RecipeError

COUNTS = st.lists(st.integers(0, 70), max_size=60)


@given(st.integers(1, 3000), st.integers(0, 1 << 40))
def test_a_shuffle_is_a_permutation_and_goes_back(size: int, seed: int) -> None:
    shuffle = Permutation(size, seed, "numbers")
    numbers = np.arange(size, dtype=np.uint64)
    places = shuffle.forward(numbers)
    assert sorted(places.tolist()) == list(range(size))
    assert (shuffle.back(places) == numbers).all()


def test_shuffles_differ_by_seed_and_by_what_is_shuffled() -> None:
    numbers = np.arange(1000, dtype=np.uint64)
    made = [Permutation(1000, seed, about).forward(numbers) for seed, about in ((1, "a"), (2, "a"), (1, "b"))]
    equal = [int((one == other).sum()) for one in made for other in made if one is not other]
    assert max(equal) < 20  # of 1,000; one is what chance gives


def test_neighbours_are_torn_apart() -> None:
    places = Permutation(1 << 16, 5, "far").forward(np.arange(1 << 16, dtype=np.uint64)).astype(np.int64)
    assert abs(np.corrcoef(places[:-1], places[1:])[0, 1]) < 0.02
    quarters = np.bincount(places[: 1 << 12] >> 14, minlength=4)
    assert quarters.min() > 900  # of 1,024


@given(
    st.lists(st.tuples(st.integers(0, 3 * ONE), st.integers(0, 40)), min_size=1, max_size=4),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_a_mix_has_each_document_as_often_as_its_weight_says(
    groups: list[tuple[int, int]], seed: int, epoch: int
) -> None:
    mix = Mix(tuple(weight for weight, _ in groups), tuple(count for _, count in groups), seed)
    every: list[int] = []
    for group, (weight, count) in enumerate(groups):
        numbers, which = mix.numbers(group, np.arange(count, dtype=np.uint64), epoch)
        times = np.bincount(which.astype(np.int64), minlength=count)
        assert set(times.tolist()) <= {weight // ONE, weight // ONE + 1}
        assert abs(len(numbers) - weight * count / ONE) <= 0.5
        every += numbers.tolist()
    assert sorted(every) == list(range(mix.size))


def test_a_mix_is_the_same_in_pieces() -> None:
    mix = Mix((2_500_000, ONE), (101, 7), 3)
    whole = mix.numbers(0, np.arange(101, dtype=np.uint64), 1)[0]
    pieces = [mix.numbers(0, np.arange(low, low + 20, dtype=np.uint64)[: 101 - low], 1)[0] for low in range(0, 101, 20)]
    assert sorted(whole.tolist()) == sorted(np.concatenate(pieces).tolist())


@pytest.mark.parametrize("text", ["wiki", "wiki=", "=2", "wiki=-1", "wiki=2.1234567", "wiki=1001", "wiki=two"])
def test_weights_that_mean_nothing(text: str) -> None:
    with pytest.raises(RecipeError):
        Weight.of(text)


def test_the_first_weight_that_a_source_has_counts() -> None:
    weights = [Weight.of("wiki-ja*=2.5"), Weight.of("wiki*=0")]
    assert [group_of(name, weights) for name in ("wiki-ja-1", "wiki-en", "web")] == [0, 1, 2]
    assert [str(one) for one in weights] == ["wiki-ja*=2.5", "wiki*=0"]


def tokens(parts: Parts) -> list[tuple[int, int]]:
    """Each token of the parts: its document and its number there."""
    rows = zip(parts.document.tolist(), parts.offset.tolist(), parts.count.tolist(), strict=True)
    return [(document, at) for document, offset, count in rows for at in range(offset, offset + count)]


def wanted(counts: list[int], documents: set[int]) -> list[tuple[int, int]]:
    """Each token of the documents with these numbers."""
    return [(number, at) for number, count in enumerate(counts) if number in documents for at in range(count)]


@given(COUNTS, st.integers(0, 200), st.integers(2, 40))
def test_cut_keeps_each_token_in_its_place(counts: list[int], start: int, length: int) -> None:
    parts = cut(np.array(counts, np.int64), start, length)
    assert tokens(parts) == wanted(counts, {*range(len(counts))})
    samples = np.repeat(parts.sample, parts.count)
    assert samples.tolist() == [(start + number) // length for number in range(sum(counts))]


@given(COUNTS, st.integers(2, 40), st.booleans())
def test_fit_loses_nothing_and_overfills_nothing(counts: list[int], length: int, split: bool) -> None:
    parts, left = fit(np.array(counts, np.int64), length, split=split)
    assert set(left.tolist()) == (set() if split else {n for n, count in enumerate(counts) if count > length})
    assert sorted(tokens(parts)) == wanted(counts, {*range(len(counts))} - set(left.tolist()))
    filled = np.bincount(parts.sample, weights=parts.count)
    assert (filled <= length).all()
    assert (filled > 0).all()
    assert (np.diff(parts.sample) >= 0).all()


@given(COUNTS, st.integers(10, 40))
def test_samples_are_as_few_as_best_fit_promises(counts: list[int], length: int) -> None:
    parts, _ = fit(np.array(counts, np.int64), length, split=True)
    filled = np.bincount(parts.sample, weights=parts.count) if len(parts.sample) else np.zeros(0)
    assert (filled <= length / 2).sum() <= 1  # else two of them had been one
