"""What measures of words do on arrays: equal to a loop that does the same."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai_filters import repetition, runs
from yurai_filters.word_splitter import _behind, _keys, _start, split

codes = st.lists(st.integers(0, 40) | st.integers(0, 1 << 61), max_size=60)
flags = st.lists(st.booleans(), min_size=1, max_size=40)


@given(codes)
def test_only_what_is_there_once_is_left_out(values: list[int]) -> None:
    code = np.array(values, np.int64)
    positions, number = runs._twice(np.arange(len(values)), code)
    counts = Counter(values)
    assert {at for at, value in enumerate(values) if counts[value] > 1} <= set(positions.tolist())
    kept = [values[at] for at in positions.tolist()]
    order = {value: at for at, value in enumerate(dict.fromkeys(kept))}
    assert number.tolist() == [order[value] for value in kept]


@pytest.mark.parametrize("size", [10, 1_000, 100_000])
def test_few_of_what_is_there_once_are_kept_by_chance(size: int) -> None:
    positions, _ = runs._twice(np.arange(size), np.arange(size) * 7919)
    assert len(positions) < 0.5 * size


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d e", "f.", "\n"]), max_size=40).map(" ".join)


@given(st.lists(WORDS, max_size=4))
def test_pairs_too_many_for_one_number_are_numbered_in_two_steps(texts: list[str]) -> None:
    pieces = split(pa.array(texts, pa.string()))
    at_once = repetition._gram_characters(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_MOST", 0)
        by_steps = repetition._gram_characters(pieces)
    assert [column.tolist() for column in at_once] == [column.tolist() for column in by_steps]


@given(flags)
def test_runs_of_marks_end_where_a_loop_finds_it(marked: list[bool]) -> None:
    marks = np.array([False, *marked, False, False])
    places = np.arange(1, len(marks) - 1)
    behind = [next(at for at in range(place, len(marks)) if not marks[at]) for place in places.tolist()]
    start = [next((at + 1 for at in range(end - 1, -1, -1) if not marks[at]), 0) for end in places.tolist()]
    assert _behind(marks, places).tolist() == behind
    assert _start(marks, places).tolist() == start


@given(st.lists(st.sampled_from(["a", "b", "é", "漢", "😀", "aa"]), min_size=1, max_size=30))
def test_equal_pieces_share_a_number_whatever_they_are_written_with(pieces: list[str]) -> None:
    text = "".join(pieces)
    bounds = np.cumsum([0, *map(len, pieces)])
    keys = _keys(np.frombuffer(text.encode("utf-32-le"), np.uint32), bounds).tolist()
    order = {piece: at for at, piece in enumerate(dict.fromkeys(pieces))}
    assert keys == [order[piece] for piece in pieces]
