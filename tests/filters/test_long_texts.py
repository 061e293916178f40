"""Measures of long texts: the same whatever blocks they are made in, in memory and time that grow with the text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from yurai_filters import blocks, repetition, runs, word_splitter, words

PIECES = (
    *("a", "Bc", "U.S.", "isn't", "we'll", "I'm", "http://a.b/c,", "(", "((", "))", ".", "...", "..", ",", "-", "a-b"),
    *(
        "3-4",
        "é",
        "漢字",
        "😀",
        "\u0301",
        " ",
        "  ",
        "\n",
        "\n\n",
        "/",
        "://",
        "=",
        "Foo.Bar",
        "1,000",
        "word",
        "'",
        "\u2028",
    ),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.tuples(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), st.integers(1, 60)).map(
        lambda made: made[0] * made[1]
    ),
)
ROWS = st.lists(st.tuples(st.none() | TEXTS, st.sampled_from(["en", "ja", None])), max_size=4)


def measured(rows: list[tuple[str | None, str | None]]) -> list[Any]:
    text, lang = (pa.array([row[at] for row in rows], pa.string()) for at in (0, 1))
    found = {**repetition.repetition(text, lang), **words.words(text, lang)}
    pieces = [
        [array.tolist() for array in (part.row, part.length, part.flags, part.key)]
        for part in words.spaced_pieces(text, lang)[1]
    ]
    return [{name: column.to_pylist() for name, column in found.items()}, pieces]


@settings(deadline=None, max_examples=150)
@given(rows=ROWS, block=st.sampled_from([2, 3, 5, 17, 64]))
def test_blocks_change_nothing(rows: list[tuple[str | None, str | None]], block: int) -> None:
    whole = measured(rows)
    with pytest.MonkeyPatch.context() as patch:
        for module in (blocks, word_splitter, runs):
            patch.setattr(module, "BLOCK", block)
        patch.setattr(blocks, "_LONG", 2)
        patch.setattr(repetition, "_FEW", 3)
        patch.setattr(runs, "_MOST_BITS", 3)
        assert measured(rows) == whole


@pytest.mark.parametrize("piece", ["(", "a b ", "it's 3-4. ", "漢.字 ", "(a) "])
def test_a_long_text_has_the_pieces_of_a_short_one_as_often_as_it_is_repeated(piece: str) -> None:
    times = 2 * blocks.BLOCK // len(piece) + 7
    some, many = (word_splitter.split(pa.array([piece * count])) for count in (1000, times))
    assert len(many.row) * 1000 == len(some.row) * times
    assert set(many.key.tolist()) == set(some.key.tolist())
    assert int(many.length.sum()) == len("".join(piece.split())) * times


@pytest.mark.parametrize("piece", ["(", "a ", "( ", "a.", "a://", "x's ", "....", "a\n", "a\n\n", "()[", "漢 ", "😀"])
def test_cost_grows_with_the_text(piece: str) -> None:
    def work(size: int) -> Callable[[], object]:
        text, lang = pa.array([piece * (size // len(piece))]), pa.array(["en"])
        return lambda: (words._LAST.clear(), repetition.repetition(text, lang))

    assert grows_linearly(work, 400_000, times=4)


MEMORY = """
import resource, sys
import pyarrow as pa
from yurai_filters import repetition, word_splitter, words
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
lang = pa.array(["en"])
for size in (100_000, 4_000_000):
    text = pa.array([sys.argv[1] * (size // len(sys.argv[1]))])
    before = peak()
    words.words(text, lang), repetition.repetition(text, lang)
print((peak() - before) / size)
"""


@pytest.mark.parametrize(("piece", "most"), [("(", 65), ("a b ", 45), ("some other words. ", 30)])
def test_memory_is_a_small_multiple_of_the_text(piece: str, most: int) -> None:
    """Bytes for each byte of a text of 4 MB, 16 of them a table that does not grow; 145, 90 and 45 before."""
    made = subprocess.run([sys.executable, "-c", MEMORY, piece], check=True, capture_output=True, text=True)
    assert float(made.stdout) < most
