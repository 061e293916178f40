"""The parts of near-dedup: buckets and their bound, pairs, verdicts of estimates, sets of shingles, segments."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from near_samples import Unit, absent_run
from yurai.exchange.row_types import (
    BAND,
    CHECK,
    NEW,
    NODE,
    PAIR,
    SAID_NO,
    SAID_YES,
    SHINGLES,
    UNDECIDED,
    in_order,
    precedes,
)
from yurai.stages.near_dedup.buckets import BUCKET, FIRST, HotBuckets, Tally, bucket_pairs, pairs_with_first
from yurai.stages.near_dedup.curve import standard_error
from yurai.stages.near_dedup.losses import Text, compared
from yurai.stages.near_dedup.pair_judge import AUDITED, BINS, Judge, bands_met, seen_by_halves, unique_pairs
from yurai.stages.near_dedup.segments import Extent, Piece, place, segments
from yurai.stages.near_dedup.shingle_sets import Texts, common, jaccard, pieces
from yurai.stages.near_dedup.sign import PAGE


def nodes(count: int, ranks: list[int] | None = None) -> np.ndarray[Any, Any]:
    """Documents of shard 0 whose ids run against their rows."""
    found = np.zeros(count, NODE)
    found["rank"] = ranks or NEW
    found["id_low"] = np.arange(count)[::-1]
    found["row"] = np.arange(count)
    return found


def banded(buckets: list[int], seed: int = 0) -> np.ndarray[Any, Any]:
    """One row for each document, in buckets of these numbers."""
    rows = np.zeros(len(buckets), BAND)
    rows["hash"], rows["node"] = buckets, nodes(len(buckets))
    return np.random.default_rng(seed).permutation(rows)


def as_set(pairs: Any) -> set[tuple[int, int]]:
    return {(int(pair["a"]["row"]), int(pair["b"]["row"])) for pair in pairs}


@settings(max_examples=60, deadline=None)
@given(buckets=st.lists(st.integers(0, 4), max_size=60), seed=st.integers(0, 9))
def test_small_buckets_give_all_their_pairs(buckets: list[int], seed: int) -> None:
    tally = Tally()
    found = [pair for some in bucket_pairs(banded(buckets, seed), tally) for pair in some]
    places = range(len(buckets))
    # ids run against rows, so the later row is the earlier one in keep order
    expected = {(b, a) for a, b in itertools.combinations(places, 2) if buckets[a] == buckets[b]}
    counts = [buckets.count(number) for number in set(buckets)]
    if max(counts, default=0) <= BUCKET:
        assert as_set(found) == expected
        assert (tally.bounded, tally.left_out) == (0, 0)
    assert len(found) == tally.pairs
    assert tally.pairs + tally.left_out == sum(count * (count - 1) // 2 for count in counts)
    assert all(precedes(pair["a"], pair["b"]) for pair in found)


@pytest.mark.parametrize("size", [BUCKET, BUCKET + 1, 500])
def test_a_hot_bucket_is_compared_with_its_first(size: int) -> None:
    tally = Tally()
    rows = banded([7] * size + [8, 8])
    found = as_set(pair for some in bucket_pairs(rows, tally) for pair in some)
    first = set(range(size - FIRST, size))  # the last rows have the lowest ids
    if size > BUCKET:
        assert {(a, b) for a, b in found if b < size} == {(a, b) for a in first for b in range(a)}
        assert tally.pairs == pairs_with_first(size) + 1
        assert (tally.bounded, tally.largest) == (1, size)
    hot, again = HotBuckets(), Tally()
    for some in np.array_split(rows, 7):
        hot.see(some)
    hot.tally(again)
    pairs = [pair for some in np.array_split(rows, 5) for made in hot.pairs(some[hot.hot(some)]) for pair in made]
    usual = rows[~hot.hot(rows)]
    pairs += [pair for made in bucket_pairs(usual, again) for pair in made]
    assert as_set(pairs) == found
    assert len(pairs) == len(found)
    assert again == tally


def test_two_older_documents_are_no_pair() -> None:
    rows = banded([1, 1, 1])
    rows["node"]["rank"][np.argsort(rows["node"]["row"])[:2]] = 0
    found = as_set(pair for some in bucket_pairs(rows, Tally()) for pair in some)
    assert found == {(0, 2), (1, 2)}


@given(picks=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=40))
def test_pairs_are_unique(picks: list[tuple[int, int]]) -> None:
    some = nodes(6)
    pairs = np.zeros(len(picks), PAIR)
    for number, (a, b) in enumerate(picks):
        pairs[number] = (some[a], some[b])
    found = unique_pairs(pairs)
    assert [(int(pair["a"]["row"]), int(pair["b"]["row"])) for pair in found] == sorted(set(picks))


@given(estimates=st.lists(st.floats(0, 1), min_size=1, max_size=40), verify=st.sampled_from(["exact", "estimate"]))
def test_estimates_decide_outside_three_standard_errors(estimates: list[float], verify: Any) -> None:
    judge = Judge(0.8, 112, verify)
    pairs = np.zeros(len(estimates), PAIR)
    pairs["a"], pairs["b"] = nodes(len(estimates)), nodes(len(estimates))
    edges, checks = judge.estimated(pairs, np.array(estimates))
    margin = 3 * standard_error(0.8, 112) if verify == "exact" else 0
    for edge in edges:
        assert edge["jaccard"] >= 0.8 + margin - 1e-4
    undecided = checks[checks["said"] == UNDECIDED]
    assert ((undecided["estimate"] > 0.8 - margin - 1e-4) & (undecided["estimate"] < 0.8 + margin + 1e-4)).all()
    no = len(estimates) - len(edges) - len(undecided)
    assert no == sum(round(one, 4) < round(0.8 - margin, 4) for one in estimates)
    assert verify == "exact" or not len(checks)


def test_one_in_so_many_decided_pairs_is_audited_whatever_their_order() -> None:
    count = 64 * AUDITED
    pairs = np.zeros(count, PAIR)
    pairs["a"], pairs["b"] = nodes(count), np.random.default_rng(1).permutation(nodes(count))
    estimates = np.repeat([0.99, 0.1], count // 2)
    _, checks = Judge(0.8, 112, "exact").estimated(pairs, estimates)
    assert 32 < len(checks) < 128
    assert set(checks["said"].tolist()) == {SAID_YES, SAID_NO}
    order = np.random.default_rng(2).permutation(count)
    _, again = Judge(0.8, 112, "exact").estimated(pairs[order], estimates[order])
    assert as_set(again) == as_set(checks)


def test_halves_of_the_bands_see_what_the_curve_says() -> None:
    draw = np.random.default_rng(3)
    a = draw.integers(0, 1 << 32, (20_000, 112), np.uint32)
    b = np.where(draw.random(a.shape) < 0.8, a, draw.integers(0, 1 << 32, a.shape, np.uint32))
    even, odd, both = seen_by_halves(bands_met(a, b, 14), np.full(len(a), 0.8))
    assert even.sum() == even[int(0.8 * BINS)]
    expected = 1 - (1 - 0.8**8) ** 7
    assert both.sum() / even.sum() == pytest.approx(expected, abs=0.02)
    assert both.sum() / odd.sum() == pytest.approx(expected, abs=0.02)


SETS = st.lists(st.integers(0, 400), min_size=1, max_size=300, unique=True).map(sorted)


@given(a=SETS, b=SETS)
def test_pieces_of_a_set_add_up(a: list[int], b: list[int]) -> None:
    mine, other = np.array(a, np.uint32), np.array(b, np.uint32)
    shared = len(set(a) & set(b))
    assert common(mine, other) == shared
    assert jaccard(mine, other) == len(set(a) & set(b)) / len(set(a) | set(b))
    pair = np.zeros(1, CHECK)[0]
    pair["a"], pair["b"], pair["said"] = *nodes(2), SAID_NO
    made = pieces(pair, mine)
    assert len(made) == -(-len(a) // SHINGLES)
    assert made["last"].tolist() == [0] * (len(made) - 1) + [1]
    assert made["values"].ravel()[: len(a)].tolist() == a
    texts = Texts(np.array([0, 1], np.uint64), [Text(values[::-1], len(values), 5, 1) for values in (mine, other)])
    assert [texts.set_of(number).tolist() for number in texts.numbers(nodes(2))] == [a, b]


WORDS = st.lists(st.integers(0, 3), min_size=3, max_size=80)


@given(earlier=WORDS, later=WORDS, size=st.integers(1, 3), unit=st.sampled_from(["word", "char"]))
def test_what_is_absent_is_in_no_run_of_both(earlier: list[int], later: list[int], size: int, unit: Unit) -> None:
    runs, mine = ([hash(tuple(words[at : at + size])) % 2**32 for at in range(len(words) - size + 1)]
                  for words in (earlier, later))  # fmt: skip
    text = Text(np.array(mine, np.uint32), len(set(mine)), size, 1 if unit == "word" else 2)
    found = compared(np.unique(np.array(runs, np.uint32)), text)
    first, second = (" ".join(map(str, words)) for words in (earlier, later))
    assert found.run == absent_run(first, second, unit, size)
    assert found.similarity == len(set(runs) & set(mine)) / len(set(runs) | set(mine))
    present = {place + at for place, run in enumerate(mine) if run in runs for at in range(size)}
    assert found.absent == len(later) - len(present)


@given(
    extents=st.lists(st.builds(Extent, st.integers(0, 5 * PAGE), st.integers(1, 500)), max_size=12),
    least=st.integers(1, 10**7),
    most=st.integers(1, 10**7),
)
def test_segments_cover_all_rows_once(extents: list[Extent], least: int, most: int) -> None:
    held = segments(lambda: iter(extents), least, most)
    read = list(held.read())
    rows: dict[int, list[Piece]] = {}
    for piece in itertools.chain.from_iterable(read):
        rows.setdefault(piece.shard, []).append(piece)
    for number, one in enumerate(extents):
        mine = rows.get(number, [])
        assert [piece.first for piece in mine] == [0, *(piece.end for piece in mine[:-1])][: len(mine)]
        assert (mine[-1].end if mine else 0) == one.rows
    assert len(held.edges) == max(1, len(read))
    for number, some in enumerate(filter(None, read)):
        size = sum((piece.end - piece.first) * extents[piece.shard].width for piece in some)
        pages = sum(-(-(piece.end - piece.first) // PAGE) for piece in some)
        assert size <= most or pages == 1
        low, high = held.bounds(number)
        assert low <= place(some[0]) <= place(some[-1]) < high


def test_keep_order_is_rank_then_id() -> None:
    some = nodes(4, ranks=[2, 1, 2, 0])
    assert some["row"][in_order(some)].tolist() == [3, 1, 2, 0]
