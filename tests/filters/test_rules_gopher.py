"""Gopher's measures: equal to a plain reading of the rules, text by text, however columns are cut; fast enough."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from cost import grows_linearly
from yurai_filters import word_splitter
from yurai_filters.repetition import REPEATED, TOP

LAW = settings(deadline=None, max_examples=25)
TAGGERS = ("words", "gopher-lines", "repetition")
WORDS = st.sampled_from(
    ["a", "b", "the", "don't", "I'm", "U.S.", "A.", "x-y", "-", "--", "...", "a...b", "(c)", "«d».", "#", "1,5", "e,f"]
)
OTHERS = st.sampled_from(
    [
        "3-4",
        "end.Next",
        "(http://a.b/c-d's).",
        "é",
        "e\u0301",
        "猫。",
        "©",
        "😀😀",
        "'s",
        "n't",
        "o'clock",
        "•",
        "…",
        "..",
        "C++",
    ]
)
SPACES = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\n\n\n", "\t", "\u3000", "\r\n", "\x1c"])
RUNS = st.lists(st.tuples(WORDS | OTHERS, SPACES), max_size=25).map(lambda found: "".join(a + b for a, b in found))
LOOSE = st.text("ab'.,-:/=S tT nN2\n…#猫é\u0301(", max_size=25)
TEXTS = st.one_of(st.none(), RUNS, RUNS.map(lambda text: text * 3), LOOSE, st.text(max_size=15))


def measured(texts: list[str | None]) -> dict[str, pa.Array]:
    columns = {"text": pa.array(texts, pa.string()), "lang": pa.array(["en"] * len(texts), pa.string())}
    return {k: v for name in TAGGERS for k, v in yf.measure(yf.TAGGERS[name], columns, {}).items()}


# --- the rules once more, one text and one piece at a time ------------------------------------------------------------


def is_letter(c: str) -> bool:
    return unicodedata.category(c)[0] == "L"


def is_word(c: str) -> bool:
    return unicodedata.category(c)[0] in "LMN"


def is_lower(c: str) -> bool:
    return is_letter(c) and unicodedata.category(c) not in {"Lu", "Lt"}


def is_upper(c: str) -> bool:
    return is_letter(c) and unicodedata.category(c) != "Ll"


def is_sign(c: str) -> bool:
    return unicodedata.category(c) == "So" and c != "°"


def split_chunk(chunk: str) -> list[str]:  # noqa: C901 - the rules in their order
    """Pieces of a text without white space."""
    left, right = 0, len(chunk)
    while left < right and chunk[left] in word_splitter._KINDS[word_splitter.START]:
        left += 1
    while right > left and chunk[right - 1] in word_splitter._KINDS[word_splitter.END]:
        right -= 1
    core = chunk[left:right]
    stays = chunk[right : right + 1] == "." and unicodedata.category((core or " ")[-1]) in {"Lu", "Lt"}
    if stays and not (len(core) > 1 and is_letter(core[-2])):
        right += 1
    cuts = {0, len(chunk)}
    for at in [*range(left), *range(right, len(chunk))]:
        cuts |= {at, at + 1}
    padded = f"{chunk}\n\n\n"
    for at in range(1, len(chunk) if "://" not in chunk else 0):
        before, here, after = padded[at - 1], padded[at], padded[at + 1]
        words = (is_letter(before) or unicodedata.category(before)[0] == "N") and is_letter(after)
        apart = is_sign(here) or (here in "-–—~:<>=/" and words)  # noqa: RUF001 - dashes are meant
        apart |= here == "," and is_letter(before) and is_letter(after)
        apart |= here == "." and is_lower(before) and is_upper(after)
        apart |= here == "-" and unicodedata.category(before)[0] == unicodedata.category(after)[0] == "N"
        if apart:
            cuts |= {at, at + 1}
        if here in "'’" and is_letter(before):  # noqa: RUF001 - an apostrophe is meant
            if re.match(r"(?i:[sdm]|re|ve|ll)(?!\w)", padded[at + 1 :], re.ASCII) and not is_word(
                padded[at + 1 :][len(re.match("[a-zA-Z]*", padded[at + 1 :])[0])]  # type: ignore[index] # it matches
            ):
                cuts |= {at}
            if before in "nN" and after in "tT" and not is_word(padded[at + 2]) and at > 1 and is_letter(chunk[at - 2]):
                cuts |= {at - 1}
    cuts |= {0, 1} if is_sign(chunk[0]) and "://" not in chunk else set()
    for run in re.finditer(r"\.{2,}", chunk):
        cuts = (cuts - set(range(run.start(), run.end() + 1))) | {run.start(), run.end()}
    places = sorted(cuts)
    return [chunk[a:b] for a, b in itertools.pairwise(places)]


def split_text(text: str) -> list[str]:
    return [piece for chunk in text.split() for piece in split_chunk(chunk)]


def copies(items: list[str]) -> list[str]:
    return [item for place, item in enumerate(items) if item in items[:place]]


def top_characters(words: list[str], n: int) -> int:
    runs = [" ".join(words[at : at + n]) for at in range(len(words) - n + 1)]
    if not runs:
        return 0
    run, count = Counter(runs).most_common(1)[0]
    return len(run) * count


def repeated_characters(words: list[str], n: int) -> int:
    seen, characters, at = set(), 0, 0
    while at + n <= len(words):
        run = tuple(words[at : at + n])
        characters += len("".join(run)) if run in seen else 0
        at += n if run in seen else 1
        seen.add(run)
    return characters


def share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def plain(text: str | None) -> dict[str, float | None]:
    """All measures of one text."""
    if text is None:
        return {}
    found = split_text(text)
    words = [piece for piece in found if any(map(is_word, piece))]
    rows = [line.strip() for line in text.split("\n") if line.strip()]
    measures: dict[str, float | None] = {
        "word_count": len(words),
        "piece_count": len(found),
        "mean_word_length": share(sum(map(len, words)), len(words)),
        "letter_word_share": share(sum(any(map(is_letter, piece)) for piece in found), len(found)),
        "hash_ratio": share(text.count("#"), len(found)),
        "ellipsis_ratio": share(text.count("...") + text.count("…"), len(found)),
        "bullet_line_share": share(sum(row.startswith(("-", "•")) for row in rows), len(rows)),
        "ellipsis_line_share": share(sum(row.endswith(("...", "…")) for row in rows), len(rows)),
    }
    blocks = {"line": re.split(r"\n+", text), "paragraph": re.split(r"\n{2,}", text.strip())}
    for name, items in blocks.items():
        again = copies(items)
        measures[f"dup_{name}_share"] = share(len(again), len(items)) if text else None
        measures[f"dup_{name}_char_share"] = share(sum(map(len, again)), len(text))
    for n in TOP:
        measures[f"top_{n}_gram_share"] = share(top_characters(found, n), len(text))
    for n in REPEATED:
        measures[f"dup_{n}_gram_share"] = share(repeated_characters(found, n), len(text))
    return measures


def settled(text: str | None) -> bool:
    """Whether every category is old: this Python's tables and Arrow's may know different versions of Unicode."""
    return all(unicodedata.ucd_3_2_0.category(c) == unicodedata.category(c) != "Cn" for c in text or "")


# --- laws -------------------------------------------------------------------------------------------------------------


def agree(texts: list[str | None]) -> None:
    """Measures equal the plain ones, to half a unit of the fourth digit and what float32 adds."""
    found = measured(texts)
    for place, text in enumerate(texts):
        wanted = plain(text)
        for name, column in found.items():
            value, exact = column[place].as_py(), wanted.get(name)
            near = exact is not None and value is not None and abs(value - exact) <= 5.1e-5 + 1e-6 * exact
            assert near or value == exact, (name, value, exact, text)


@LAW
@given(st.lists(TEXTS.filter(settled), max_size=6))
def test_measures_equal_a_plain_reading_of_the_rules(texts: list[str | None]) -> None:
    agree(texts)


def test_so_do_those_of_real_pages(shared_data: Path) -> None:
    with gzip.open(shared_data / "dedup" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        agree([json.loads(line)["text"][:3000] for at, line in enumerate(lines) if at % 60 == 0])


@LAW
@given(st.lists(TEXTS, min_size=1, max_size=8), st.data())
def test_texts_are_measured_one_by_one(texts: list[str | None], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(texts)))
    order = data.draw(st.permutations(range(len(texts))))
    whole = measured(texts)
    halves = measured(texts[:cut]), measured(texts[cut:])
    moved = measured([texts[at] for at in order])
    for name, column in whole.items():
        column.validate(full=True)
        assert pa.concat_arrays([half[name] for half in halves]).equals(column)
        assert moved[name].equals(column.take(pa.array(order, pa.int64())))


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_how_many_texts_are_split_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    texts = ["the cat sat on the mat and the cat sat on the mat. " * 3, None, "", "猫 猫", "a b " * 20, "..."]
    before = measured(texts)
    monkeypatch.setattr(word_splitter, "CHUNK", size)
    assert all(column.equals(before[name]) for name, column in measured(texts).items())


def test_no_rows_and_slices_of_rows() -> None:
    assert all(len(column) == 0 for column in measured([]).values())
    table = pa.table({"text": ["x y", "one two one two", "z"], "lang": ["en", "en", "ja"]})
    part = {name: table[name].slice(1).combine_chunks() for name in ("text", "lang")}
    found = yf.measure(yf.TAGGERS["repetition"], part, {})
    assert found["top_2_gram_share"].to_pylist() == [pytest.approx(14 / 15, abs=1e-4), None]


def test_equal_words_of_other_texts_are_no_repetition() -> None:
    alone = measured(["one two three four five six"])
    many = measured(["one two three four five six"] * 50)
    for name, column in alone.items():
        assert many[name].to_pylist() == column.to_pylist() * 50


@pytest.mark.parametrize("piece", [".", "-a", "(", "a ", "a'", "\n"])
def test_text_made_to_be_slow_is_not(piece: str) -> None:
    def work(pieces: int) -> Callable[[], object]:
        text = piece * pieces
        return lambda: measured([text])

    assert grows_linearly(work, 15_000, times=2)


def test_stop_words_of_another_language_are_a_setting() -> None:
    columns: dict[str, Any] = measured(["Das ist der Hund und die Katze von dem Haus. " * 8])
    columns |= {"text": pa.array(["Das ist der Hund und die Katze von dem Haus. " * 8])}
    lang = pa.array(["de"])
    said = yf.FILTERS["gopher-quality"]
    english = yf.judge(said, columns, {"languages": ["de"]}, lang)
    german = yf.judge(said, columns, {"languages": ["de"], "stop_words": ["der", "die", "und"]}, lang)
    assert english.reason.to_pylist() == ["too-few-stop-words"]
    assert german.reason.to_pylist() == [None]
