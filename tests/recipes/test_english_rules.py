"""One document for each rule and boundary that the recipes gopher, dclm-heuristics and cccc share: Gopher's table A1."""

from __future__ import annotations

from collections import Counter

import pytest

from recipe_documents import made_words, prose, sentence
from recipe_rows import judged, reasons

SHARED = ("gopher", "dclm-heuristics", "cccc")
QUALITY = "gopher-quality:"


def reason(name: str, text: str) -> str | None:
    return reasons(name, [text], "https://example.org/a", "en")[0]


def words_of(count: int, more: str = "") -> str:
    """A text of exactly `count` words, 10 a line."""
    words = ["the", "and", *made_words(count - 2, 5, 3)]
    lines = [" ".join(words[at : at + 10]) for at in range(0, count, 10)]
    return "\n".join(lines) + more


def with_mean(length: int, count: int = 100) -> str:
    """Words of which each has so many letters, but the two stop words, which others make up for."""
    draw = iter(made_words(count, 7, 8))
    words = [next(draw)[:length] for _ in range(count - 2)]
    missing = 2 * length - len("the" + "and")
    words[0] = (words[0] + "q" * 30)[: length + missing]
    return " ".join(["the", "and", *words])


def lines_with(count: int, marked: int, form: str) -> str:
    """So many lines, of which so many have the form."""
    return "\n".join(form.format(sentence(n)) if n < marked else sentence(n) for n in range(count))


@pytest.mark.parametrize("name", SHARED)
def test_prose_stays(name: str) -> None:
    assert reason(name, prose()) is None


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize(
    ("stays", "goes", "why"),
    [
        (words_of(50), words_of(49), "too-few-words"),
        (with_mean(3), with_mean(3).replace("the", "so", 1), "words-too-short"),
        (with_mean(10), with_mean(10).replace("the", "thee", 1), "words-too-long"),
        (prose(10, 9) + " #" * 10, prose(10, 9) + " #" * 13, "too-many-hashes"),
        (lines_with(10, 3, "{0}.."), lines_with(10, 4, "{0}.."), "ellipsis-lines"),
        (lines_with(10, 9, "- {0}"), lines_with(10, 10, "- {0}"), "bullet-lines"),
        (" ".join(["the", "and", *made_words(78, 3, 3), *map(str, range(1000, 1020))]),
         " ".join(["the", "and", *made_words(77, 3, 3), *map(str, range(1000, 1021))]), "too-few-letter-words"),
        (" ".join(["the", "and", *made_words(98, 3, 3)]), " ".join(["the", *made_words(99, 3, 3)]),
         "too-few-stop-words"),
    ],
)  # fmt: skip
def test_each_limit_of_quality_keeps_what_lies_on_it(name: str, stays: str, goes: str, why: str) -> None:
    assert reason(name, stays) is None
    assert reason(name, goes) == QUALITY + why


@pytest.mark.parametrize("name", SHARED)
def test_the_largest_text_stays(name: str) -> None:
    words = ["the", "and", *made_words(99_998, 11, 4)]
    assert reasons(name, [" ".join(words), " ".join([*words, "more"])], "https://example.org/a", "en") == [
        None,
        QUALITY + "too-many-words",
    ]


def repeated_lines(count: int, again: int, words: int = 12) -> str:
    """So many lines, of which so many equal an earlier one; the rest are longer, so that their letters do not count."""
    first = [sentence(n, 60) for n in range(count - again)]
    short = sentence(99_999, words)
    return "\n".join([*first[:-1], short, *[short] * again])


@pytest.mark.parametrize("name", SHARED)
def test_repeated_lines(name: str) -> None:
    assert reason(name, repeated_lines(10, 3, 3)) is None
    assert reason(name, repeated_lines(10, 4, 3)) == "gopher-repetition:duplicate-lines"


@pytest.mark.parametrize(("name", "share"), [("gopher", 0.2), ("dclm-heuristics", 0.2), ("cccc", 0.3)])
def test_characters_of_repeated_lines(name: str, share: float) -> None:
    """CCCC's limit is .3 where the table has .2; a line of known length comes twice."""
    found = {}
    for length in range(5, 120):
        line = sentence(77, length)
        text = "\n".join([*(sentence(n) for n in range(20)), line, line])
        found[len(line) / len(text)] = reason_of_line(name, text)
    kept = [at for at, why in found.items() if why is None]
    dropped = [at for at, why in found.items() if why == "duplicate-line-characters"]
    assert max(kept) <= share + 1e-4
    assert not dropped or min(dropped) > share - 1e-4


def reason_of_line(name: str, text: str) -> str | None:
    found = reason(name, text)
    prefix = "gopher-repetition:"
    return found.removeprefix(prefix) if found and found.startswith(f"{prefix}duplicate-line") else None


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize(("n", "limit"), [(2, 0.2), (3, 0.18), (4, 0.16)])
def test_the_commonest_run_of_words(name: str, n: int, limit: float) -> None:
    """A run of n words comes again and again; its share of the characters is counted here by itself."""
    run = made_words(n, 21, 3)
    seen = set()
    for times in range(2, 40):
        words = ["the", "and"]
        filler = iter(made_words(200, 22, 3))
        for _ in range(times):
            words += [*run, next(filler), next(filler), next(filler)]
        words += list(filler)
        text = " ".join(words)
        grams = Counter(tuple(words[at : at + n]) for at in range(len(words) - n + 1))
        gram, count = grams.most_common(1)[0]
        share = len(" ".join(gram)) * count / len(text)
        found = reason(name, text)
        if found in (None, f"gopher-repetition:common-{n}-gram"):
            assert (found is None) == (round(share, 4) <= limit)
            seen.add(found)
    assert None in seen


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("n", range(5, 11))
def test_runs_of_words_that_come_again(name: str, n: int) -> None:
    """One run of n words comes twice in a text that grows: beyond the limit it goes, and for n = 5 for that reason."""
    limit = round(0.15 - 0.01 * (n - 5), 2)
    run = made_words(n, 31, 4)
    seen = []
    for more in range(60, 200, 4):
        words = ["the", "and", *run, *made_words(more, 32, 3), *run]
        text = " ".join(words)
        share = sum(map(len, run)) / len(text)
        found = reason(name, text)
        if n == 5:
            assert (found == "gopher-repetition:duplicate-5-grams") == (round(share, 4) > limit)
        seen.append((round(share, 4) > limit, found))
    assert all(found for beyond, found in seen if beyond)


def test_gopher_and_dclm_judge_paragraphs_and_cccc_does_not() -> None:
    text = "\n\n".join([*("\n".join(sentence(n * 9 + m, 40) for m in range(3)) for n in range(6)), *["Oh no."] * 5])
    assert reason("gopher", text) == "gopher-repetition:duplicate-paragraphs"
    assert reason("dclm-heuristics", text) == "gopher-repetition:duplicate-paragraphs"
    assert reason("cccc", text) is None


@pytest.mark.parametrize("name", SHARED)
def test_other_languages_go(name: str) -> None:
    assert reasons(name, [prose()], "https://example.org/a", "de") == ["language:language-not-listed"]


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        ("3 likes", True),
        ("MENU OF THINGS", True),
        ("2024", True),
        ("Home", True),
        ("3 likes of many people", False),
        ("The menu OF THINGS", False),
    ],
)
def test_dclm_removes_lines_of_buttons(line: str, goes: bool) -> None:
    found = judged("dclm-heuristics", [f"{prose(12)}\n{line}"], "https://example.org/a", "en")
    assert found == [(None, prose(12) if goes else f"{prose(12)}\n{line}")]


def test_dclm_drops_pages_that_lose_a_twentieth_by_it() -> None:
    """100 words, of which 4 and then 6 lie in counters."""
    kept, gone = (
        "\n".join(
            [*(sentence(n, 16) for n in range(5)), sentence(9, 20 - 2 * lost), *(f"{n} likes" for n in range(lost))]
        )
        for lost in (2, 3)
    )
    assert [reason("dclm-heuristics", text) for text in (kept, gone)] == [None, "refinedweb:flagged-lines"]
