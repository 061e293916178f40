"""Signs count in texts of few letters, and in no other: formulas that differ by a sign are no copies."""

# ruff: noqa: RUF001 - signs and letters of all kinds are what is tested
from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.stages.shingles.hashes import Shingling, shingle_hashes

WORDS = Shingling("words", 5, 5)

DIFFERENT = [
    ("a + b = c", "a − b ≠ c"),
    ("x < y", "x > y"),
    ("1 + 2 + 3 = 6", "1 × 2 × 3 = 6"),
    ("f(x) = x^2 + 1", "f(x) = x^2 - 1"),
    ("p ∧ q → r", "p ∨ q → r"),
    ("A ⊂ B ⊂ C ⊂ D ⊂ E", "A ⊃ B ⊃ C ⊃ D ⊃ E"),
    ("∀x ∃y: x ≤ y", "∃x ∀y: x ≥ y"),
    ("100 € 200 € 300 €", "100 $ 200 $ 300 $"),
    ("|---|---|", "|===|===|"),
    ("12:30 - 14:00", "12/30 + 14/00"),
    ("α + β = γ", "α · β = γ"),
    ("+1 +1 -1 -1", "-1 -1 -1 -1"),
    ("!", "?"),
    ("☀ ☁ ☂", "☂ ☁ ☀"),
]
SAME = [
    ("a + b = c", "A  +  B\n=\tC"),
    ("a + b = c", "\ufeffa +\u200b b = c"),
    ("f(x) = 1", "F(X) = 1"),
    ("a b c d", "a b c  d"),
]
PROSE = [
    "The quick brown fox jumps over the lazy dog; then - as foxes do - it sleeps (a little).",
    "“Yes!” he said. “No?” she asked… 1,234 people (12.5 %) answered: well, yes.",
    "Der Preis beträgt 12,50 € (inkl. 19 % MwSt.), Lieferung: 2-3 Tage!!!",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "def add(first, second):\n    return first + second",
    "Home | About us | Contact | News & events",
    "한국어 문장은 띄어쓰기가 있습니다. 그렇지요?",
    "أهلاً وسهلاً بكم في موقعنا على الإنترنت!",
    "हिन्दी में एक छोटा वाक्य, बस इतना ही।",
    "So it is, as I said: a + b = c, where a is one and b is another one.",
    "no signs here at all",
    "a b c d e f g",
    "",
    "\n",
]


def hashed(texts: list[str]) -> list[list[int]]:
    values, bounds = shingle_hashes(pa.array(texts, pa.string()), None, WORDS)
    return [values[a:b].tolist() for a, b in pairwise(bounds)]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_texts_that_differ_in_signs_alone_have_other_shingles(one: str, other: str) -> None:
    first, second = map(set, hashed([one, other]))
    assert len(first & second) < 0.8 * len(first | second)
    first, second = map(set, hashed([f"{one}\n" * 30, f"{other}\n" * 30]))
    assert len(first & second) < 0.8 * len(first | second), "near-dedup's threshold"


@pytest.mark.parametrize(("one", "other"), SAME)
def test_case_space_and_what_nobody_sees_make_no_difference(one: str, other: str) -> None:
    assert hashed([one]) == hashed([other])


@pytest.mark.parametrize("text", [text for text in PROSE if text.split()])
def test_prose_keeps_its_shingles_bit_for_bit(text: str) -> None:
    """Signs that become spaces change nothing, so they never counted."""
    bare = re.sub(r"[^\w\u0300-\u036f\u064b-\u0652\u0900-\u0963]", " ", text)
    assert hashed([text]) == hashed([bare])


def test_shingles_of_prose_are_those_of_earlier_versions() -> None:
    text = PROSE[0]
    assert hashed([text]) == hashed([" ".join(re.findall(r"\w+", text))])
    assert hashed(["The quick brown fox jumps over"]) == [[2163359446, 2820487041]]


@given(st.permutations([*PROSE, *(text for pair in DIFFERENT for text in pair)]))
def test_neighbours_in_a_block_change_nothing(texts: list[str]) -> None:
    assert hashed(texts) == [hashed([text])[0] for text in texts]


@given(st.text(st.sampled_from("ab1 +−=≠(\u200b語"), max_size=40))
def test_signs_are_told_apart_wherever_they_count(text: str) -> None:
    letters = sum(map(len, re.findall(r"[ab語]{2,}", text)))
    counts = 2 * letters < len(re.sub(r"[\s\u200b]", "", text))
    assert (hashed([text + " ≠"]) != hashed([text + " ="])) >= counts


@pytest.mark.parametrize("piece", ["(", "()", "a(", "1+", "( ", "≠a ", "a", "word, "])
def test_cost_is_linear(piece: str) -> None:
    def work(size: int) -> Callable[[], object]:
        text = pa.array([piece * (size // len(piece))])
        return lambda: shingle_hashes(text, None, WORDS)

    assert grows_linearly(work, 100_000, times=4)


def test_languages_without_spaces_count_signs_as_before() -> None:
    both = Shingling("by-language", 5, 5)
    texts = pa.array(["a + b = c", "a − b ≠ c"])
    values, bounds = shingle_hashes(texts, pa.array(["ja", "en"]), both)
    alone, _ = shingle_hashes(texts.slice(0, 1), None, Shingling("characters", 5, 5))
    assert np.array_equal(values[: bounds[1]], alone)
