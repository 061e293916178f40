"""An index answers as brute force does, over Japanese, English and emoji; and spans are cut where people would."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from yurai.search import Rules, Search
from yurai.search.edges import sentences, trimmed
from yurai.search.heads import make_heads
from yurai.search.maximal import Run, without_contained
from yurai.search.piece import DOCUMENT, Piece
from yurai.search.suffixes import suffix_array
from yurai.search.units import END, stored
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence

SYLLABLES: Final = ["山は", "川の", "図書館", "。", "、", "ですが", "しかし", "町", "カタカナ", "\n"]
WORDS: Final = ["the ", "cat ", "sat ", "on ", "a ", "mat. ", "It ", "was, ", "U.S. ", "naïve ", "Straße ", "привет "]
EMOJI: Final = ["😀", "😁", "👩‍👩‍👧", "🇯🇵", "𠮷", "𠮟", "\ue000", "\uffee"]
"""Of two units, and letters whose units are above those of the two."""
QUERIES: Final = 334
"""Of each of three corpora."""


class Held:
    """Bytes in memory, read as a file is."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, start: int, end: int) -> bytes:
        return self.data[start:end]


def piece_of(texts: Sequence[str], first: int = 0) -> Piece:
    data = [stored(text) + END.to_bytes(2, "little") for text in texts]
    units = np.frombuffer(b"".join(data), "<u2")
    order = suffix_array(units)
    rows = np.zeros(len(texts), DOCUMENT)
    rows["doc_id"] = [(first + number).to_bytes(16, "big") for number in range(len(texts))]
    rows["first"] = np.cumsum([0, *(len(one) // 2 for one in data)])[:-1]
    files = (units.tobytes(), order.tobytes(), b"".join(make_heads(units, order)), rows.tobytes())
    a, b, c, d = map(Held, files)
    return Piece((a, b, c, d), units.size, len(texts))


def opened(texts: Sequence[str], pieces: int = 1, taken: Sequence[int] = ()) -> Search:
    cuts = [len(texts) * number // pieces for number in range(pieces + 1)]
    parts = [piece_of(texts[low:high], low) for low, high in pairwise(cuts)]
    return Search(parts, "stored", [number.to_bytes(16, "big").hex() for number in taken])


def mixed(rng: random.Random, parts: int) -> str:
    kinds = rng.choice([(SYLLABLES,), (WORDS,), (SYLLABLES, WORDS, EMOJI), (EMOJI,)])
    return "".join(rng.choice(rng.choice(kinds)) for _ in range(parts))


def corpus(seed: int, documents: int = 60) -> list[str]:
    rng = random.Random(seed)
    return [mixed(rng, rng.randint(0, 80)) for _ in range(documents)]


def query(rng: random.Random, texts: Sequence[str]) -> str:
    """A text pasted together from passages, changed ones and new ones."""
    made = ""
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(texts) or "a"
        start = rng.randrange(len(text))
        made += text[start : start + rng.randint(1, 40)]
        made += mixed(rng, rng.randint(0, 3))
    return made


def counted(text: str, texts: Sequence[str]) -> int:
    return sum(sum(one.startswith(text, at) for at in range(len(one))) for one in texts)


def brute_spans(text: str, texts: Sequence[str], rules: Rules) -> set[tuple[int, int, int]]:
    runs, end = [], 0
    for start in range(len(text)):
        end = max(end, start)
        while end < len(text) and any(text[start : end + 1] in one for one in texts):
            end += 1
        runs.append(Run(start, end))
    runs = [run for run in without_contained(runs) if run.end - run.start >= rules.least]
    if rules.by == "sentence":
        runs = [part for run in runs for part in sentences(text, run)]
    runs = without_contained(trimmed(text, run) for run in runs)
    runs = [run for run in runs if run.end - run.start >= rules.least]
    return {(run.start, run.end, counted(text[run.start : run.end], texts)) for run in runs}


@pytest.mark.parametrize(("pieces", "taken"), [(1, ()), (3, ()), (2, tuple(range(0, 60, 3)))])
def test_answers_are_those_of_brute_force(pieces: int, taken: tuple[int, ...]) -> None:
    rng, texts = random.Random(pieces), corpus(pieces)
    search = opened(texts, pieces, taken)
    live = [text for number, text in enumerate(texts) if number not in taken]
    for number in range(QUERIES):
        text = query(rng, texts)
        rules = Rules(rng.randint(1, 14), "sentence" if number % 3 == 0 else "text")
        got = {(one.start, one.end, one.count) for one in search.spans(text, rules)}
        assert got == brute_spans(text, live, rules), (number, text, rules)
        part = text[: rng.randint(1, 6)]
        assert search.count(part) == counted(part, live), part
        holders = {int(one.doc_id, 16) for one in search.find(part, 100)}
        assert holders == {number for number, one in enumerate(texts) if part in one and number not in taken}, part


def test_spans_are_rarest_first_then_longest() -> None:
    search = opened(["alpha beta gamma delta", "alpha beta gamma", "one two three four"])
    found = search.spans("alpha beta gamma ... one two three four", Rules(5))
    assert [(one.count, one.start) for one in found] == [(1, 21), (2, 0)]


def test_what_follows_is_counted_by_letter() -> None:
    search = opened(["ab😀", "abc", "abc", "ab", "abd"], pieces=2, taken=[4])
    assert search.following("ab") == {"😀": 1, "c": 2, "": 1}
    assert search.count("ab") == 4


def test_no_span_cuts_a_letter_of_two_units() -> None:
    """D83D DE00 and D83D DE01 have their first half in common."""
    found = opened(["abc😀"]).spans("abc😁", Rules(3))
    assert [(one.start, one.end) for one in found] == [(0, 3)]


def test_no_span_goes_over_the_end_of_a_document() -> None:
    search = opened(["first text", "second text"])
    assert search.count("text\0second") == 0
    assert search.spans("first text\0second text", Rules(3)) == search.spans("first text|second text", Rules(3))


def test_a_text_is_found_at_the_letter_where_it_stands() -> None:
    search = opened(["", "図書館は町の", "a😀図書館"])
    (one, two) = search.find("図書館", 5)
    assert (one.document, one.offset, two.document, two.offset) == (1, 0, 2, 3)
    assert search.text(two, 0, 3) == "a😀"
    assert search.text(two, 2, 99) == "図書館", "half a letter is left out"


def test_where_a_whole_text_is_gone_shorter_live_spans_are_found() -> None:
    texts = ["the quick brown fox jumps over the dog", "the quick brown fox sleeps"]
    assert len(opened(texts).spans(texts[0])) == 1
    (left,) = opened(texts, taken=[0]).spans(texts[0])
    assert texts[0][left.start : left.end] == "the quick brown fox"


@pytest.mark.parametrize("texts", [[], [""], ["a"], ["\U0010ffff"]])
def test_small_corpora(texts: list[str]) -> None:
    search = opened(texts)
    assert search.count("a") == texts.count("a")
    assert [one.count for one in search.spans("z a", Rules(1))] == [1] * texts.count("a")


def test_what_cannot_be_asked_is_refused() -> None:
    search = opened(["some text"])
    for call in (lambda: search.count(""), lambda: search.spans("a" * 200_000), lambda: Rules(0)):
        with pytest.raises(RecipeError):
            call()
