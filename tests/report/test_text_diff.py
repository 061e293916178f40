"""Differences are shown where they are, in both texts, and cost is bounded."""

from __future__ import annotations

import random
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.report import text_diff
from yurai.report.text_diff import AROUND, LENGTH, WORDS, changes, differences

WORDS_OF = [f"word{at}" for at in range(400)]


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("one two three", "one two three", []),
        ("", "", []),
        ("one two three", "one three", [("one <mark>two</mark> three", 'one <mark class="gap"></mark>three')]),
        ("one three", "one two three", [('one <mark class="gap"></mark>three', "one <mark>two</mark> three")]),
        ("a b c d", "a x d", [("a <mark>b c</mark> d", "a <mark>x</mark> d")]),
        ("古い地図です", "古い絵です", [("古い<mark>地図</mark>です", "古い<mark>絵</mark>です")]),
        ("x <b> y", "x y", [("x <mark>&lt;b&gt;</mark> y", 'x <mark class="gap"></mark>y')]),
        ("one", "", [("<mark>one</mark>", '<mark class="gap"></mark>')]),
        ("", "one", [('<mark class="gap"></mark>', "<mark>one</mark>")]),
        ("tail goes", "tail", [("tail <mark>goes</mark>", 'tail<mark class="gap"></mark>')]),
        ("new head", "head", [("<mark>new</mark> head", '<mark class="gap"></mark>head')]),
        ("same   words", "same words", []),
    ],
)
def test_what_differs_is_marked(first: str, second: str, shown: list[tuple[str, str]]) -> None:
    assert [(str(one.first), str(one.second)) for one in differences(first, second, 3)] == shown


@pytest.mark.parametrize("place", [0, 1, 57, 200, 399])
def test_a_difference_is_shown_where_it_is(place: int) -> None:
    """Not the beginnings of the texts, but the words around it."""
    changed = [*WORDS_OF[:place], "quite", "another", *WORDS_OF[place + 1 :]]
    [one] = differences(" ".join(WORDS_OF), " ".join(changed), 3)
    assert f"<mark>word{place}</mark>" in one.first
    assert "<mark>quite another</mark>" in one.second
    assert len(one.first) < 3 * AROUND
    assert one.first.startswith("…") == (place > 20)


def test_the_longest_come_first_and_stand_in_order() -> None:
    changed = WORDS_OF.copy()
    for place, count in ((20, 1), (90, 9), (160, 2), (250, 30), (350, 4)):
        changed[place : place + count] = [f"new{at}" for at in range(count)]
    found = differences(" ".join(WORDS_OF), " ".join(changed), 3)
    assert [word in one.first for one, word in zip(found, ("word90", "word250", "word350"), strict=True)] == [True] * 3
    assert all(len(one.first) <= LENGTH + 4 * AROUND for one in found)


Text = st.lists(st.sampled_from(["a", "b", "c.", "d", "漢", "。"]), max_size=60)


@given(Text, Text, st.sampled_from([0, 20, 10_000]))
def test_changes_turn_one_text_into_the_other(first: list[str], second: list[str], bound: int) -> None:
    """By words or by sentences, whatever the bound: replaced where they differ, one text is the other."""
    before, text_diff.PRODUCT = text_diff.PRODUCT, bound
    try:
        made, last = list[str](), 0
        for a, b, c, d in changes(first, second):
            made += [*first[last:a], *second[c:d]]
            last = b
        assert [*made, *first[last:]] == second
    finally:
        text_diff.PRODUCT = before


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_shown_stands_in_the_text(first: str, second: str) -> None:
    for one in differences(first, second, 3):
        for shown, text in ((one.first, first), (one.second, second)):
            plain = unescape(str(shown).replace("<mark>", "").replace("</mark>", "").replace('<mark class="gap">', ""))
            if text.isprintable():
                assert plain.removeprefix("…").removesuffix("…") in text


def test_cost_is_bounded_on_texts_with_nothing_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[int] = []
    real = text_diff.SequenceMatcher

    def counting(_junk: None, first: list[object], second: list[object], autojunk: bool) -> object:
        met.append(len(first) * len(second))
        return real(None, first, second, autojunk=autojunk)

    monkeypatch.setattr(text_diff, "SequenceMatcher", counting)
    draw = random.Random(5)
    texts = [" ".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=10_000)) for _ in range(2)]
    assert len(WORDS.findall(texts[0])) == 10_000
    assert differences(*texts, 3)
    assert max(met) <= text_diff.PRODUCT
