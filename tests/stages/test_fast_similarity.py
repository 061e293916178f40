"""Laws of Fast Similarity Sketching: unbiased, no wider than a binomial, the same on any machine, however it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from near_runs import SURE, deduplicate, outcome
from near_samples import GRAM, UNITS, exact_pairs, greedy, planted, write_pages
from yurai.stages.near_dedup import fast_similarity as sketching
from yurai.stages.near_dedup.fast_similarity import fast_similarity
from yurai.stages.near_dedup.presets import PRESETS
from yurai.stages.near_dedup.signature import estimate
from yurai_manifests.audit import audit
from yurai_manifests.errors import RecipeError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

HASHES = st.integers(0, 2**32 - 1)
FAST = {"signature": "fast-similarity", "keep": "oldest", "spare": 0, **SURE}
GOLDEN = {
    (7, 11, 2**32 - 1): [2179271335, 2185587053, 2934018398, 4269911269, 2113920734],
    tuple(range(0, 2**32, 2**28)): [1833174062, 1175069762, 2910507056, 1085375697, 3394916284],
}
"""Persisted signatures hang on these: another value makes every index of an earlier run useless."""


def mixed(value: int) -> int:
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        value = (value ^ value >> shift) * factor % 2**32
    return value


def sketch(values: list[int], count: int) -> list[int]:
    """Return one signature, shingle by shingle: drawn in 32 rounds, then MinHash where a place is still empty."""
    places: dict[int, int] = {}
    for number in range(32):
        least: dict[int, int] = {}
        for value in values:
            drawn = mixed((value + number * 0x9E3779B9) % 2**32) if number else value
            place = drawn * count >> 32
            least[place] = min(least.get(place, 2**32), mixed(drawn ^ 0x5BD1E995))
        places = least | places
    rest = MinHash(num_perm=count, seed=1, scheme="affine32", hashfunc=lambda number: number)
    rest.update_batch(values)
    return [places.get(place, int(rest.hashvalues[place])) for place in range(count)]


def signed(documents: list[list[int]], count: int) -> list[list[int]]:
    values = np.array([value for document in documents for value in document], np.uint32)
    bounds = np.cumsum([0, *map(len, documents)])
    found: list[list[int]] = fast_similarity(values, bounds, count).tolist()
    return found


@settings(max_examples=60, deadline=None)
@given(
    documents=st.lists(st.lists(HASHES, min_size=1, max_size=40), min_size=1, max_size=8),
    count=st.sampled_from([1, 7, 40, 112]),
    tile=st.integers(1, 60),
)
def test_equal_to_one_shingle_at_a_time_however_it_is_cut(documents: list[list[int]], count: int, tile: int) -> None:
    expected = [sketch(document, count) for document in documents]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sketching, "_TILE", tile)
        assert signed(documents, count) == expected
    assert signed(documents, count) == expected
    assert [signed([document], count)[0] for document in documents] == expected
    assert signed([document[::-1] + document[:1] for document in documents], count) == expected


@pytest.mark.parametrize("values", GOLDEN)
def test_signatures_stay_what_they_are(values: tuple[int, ...]) -> None:
    assert signed([list(values)], 5)[0] == GOLDEN[values]
    assert sketch(list(values), 5) == GOLDEN[values]


@pytest.mark.parametrize("count", sorted({preset.hashes for preset in PRESETS.values()}))
@pytest.mark.parametrize("union", [5, 40, 500, 3000])
@pytest.mark.parametrize("similarity", [0.6, 0.8])
def test_an_estimate_is_unbiased_and_no_wider_than_a_binomial(count: int, union: int, similarity: float) -> None:
    """2,000 pairs of fixed random sets: the mean within 4 standard errors of a binomial's, and never .003 off."""
    pairs, shared = 2000, round(union * similarity)
    values = np.random.default_rng(union).integers(0, 2**32, (pairs, union), np.uint32)
    first = (shared + union) // 2
    a, b = values[:, :first], np.concatenate([values[:, :shared], values[:, first:]], axis=1)
    signatures = [
        fast_similarity(side.ravel(), np.arange(0, side.size + 1, side.shape[1]), count)
        for side in map(np.ascontiguousarray, (a, b))
    ]
    found, exact = estimate(signatures[0], signatures[1]), shared / union
    binomial = (exact * (1 - exact) / count) ** 0.5
    assert abs(found.mean() - exact) < 4 * binomial / pairs**0.5
    assert found.std() < 1.05 * binomial


def test_bias_over_many_pairs() -> None:
    """200,000 pairs of short documents: the bias is below .0005."""
    values = np.random.default_rng(8).integers(0, 2**32, (200_000, 12), np.uint32)
    bounds = np.arange(0, 9 * len(values) + 1, 9)
    a, b = np.ascontiguousarray(values[:, :9]), np.ascontiguousarray(values[:, 3:])
    found = estimate(fast_similarity(a.ravel(), bounds, 16), fast_similarity(b.ravel(), bounds, 16))
    assert abs(found.mean() - 0.5) < 0.0005


def test_a_document_without_a_shingle_is_refused() -> None:
    with pytest.raises(ValueError, match="without a shingle"):
        fast_similarity(np.zeros(1, np.uint32), np.array([0, 1, 1]), 4)


def test_near_dedup_decides_as_its_definition_says_and_refuses_an_index_of_minhash(tmp_path: Path) -> None:
    pages = planted(7, lang="ja")
    cut, first = write_pages(tmp_path / "in", pages, 3), tmp_path / "first"
    deduplicate(cut, first, index=True, **FAST)
    kept, gone = outcome(first)
    order = sorted(range(len(pages)), key=lambda place: (pages[place].date, pages[place].doc_id))
    expected = greedy(exact_pairs([page.text for page in pages], UNITS["ja"], GRAM, 0.8), order)
    assert {name: row["kept_doc_id"] for name, row in gone.items()} == {
        pages[place].doc_id: pages[stays].doc_id for place, stays in expected.items()
    }
    assert len(kept) + len(gone) == len(pages)
    assert audit(open_store(str(first)), full=True).findings == []
    with pytest.raises(RecipeError, match=r"was signed as .*fast-similarity.*, this run signs as .*minhash"):
        deduplicate(cut, tmp_path / "other", against=(str(first),), **SURE)
    deduplicate(cut, tmp_path / "again", against=(str(first),), **FAST)
    assert outcome(tmp_path / "again")[0] == []
