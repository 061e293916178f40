"""The rules about lines and sentences once more, one text at a time in plain Python, and their laws."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from yurai_filters.fineweb import END_MARKS

LAW = settings(deadline=None, max_examples=60)
WORDS = st.sampled_from(
    (
        *("so", "It is.", "[1]", "[[2]3]", "[edit]", "{", "JavaScript", "uses cookies", "lorem ipsum", "a" * 1001),
        *("...", '"', "雨だ。", "Menu", "see the privacy policy", "[", "1]", "[\uff11]", "[٣]", "end?", "\u00a0", "\t"),
    )
)
LINES = st.lists(WORDS, max_size=6).map(" ".join)
PAGES = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n\n", "\r\n", "\u2028"])), max_size=8).map(
    lambda lines: "".join(line + end for line, end in lines)
)
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
RULES = ("citation-marks", "word-too-long", "no-terminal-punctuation", "too-few-words", "javascript", "policy")


def edited(pages: list[str | None], *, lang: str = "en", **given_settings: object) -> yf.Edited:
    codes = pa.array([lang] * len(pages), pa.string())
    return yf.edit(yf.EDITORS["c4-lines"], pa.array(pages, pa.string()), given_settings, codes)


def rule_of(line: str) -> str | None:
    """The rule that removes a line without citation marks, as the paper and C4's code say."""
    words = line.split()
    if any(len(word) > 1000 for word in words):
        return "word-too-long"
    if line[-1] not in ".!?\"'" or line[-3:] == "...":
        return "no-terminal-punctuation"
    if len(words) < 3:
        return "too-few-words"
    if "javascript" in line.lower():
        return "javascript"
    return "policy" if any(phrase in line.lower() for phrase in POLICY) else None


def plain(page: str) -> tuple[str, dict[str, int]]:
    counts = dict.fromkeys(RULES, 0)
    kept = []
    for raw in page.splitlines():
        line = raw
        while match := re.search(r"\[(\d*|edit|citation needed)\]", line):
            line = line[: match.start()] + line[match.end() :]
            counts["citation-marks"] += 1
        line = line.strip()
        if not line:
            continue
        rule = rule_of(line)
        if rule is None:
            kept.append(line)
        else:
            counts[rule] += 1
    return "\n".join(kept), counts


@LAW
@given(PAGES)
def test_lines_go_as_in_plain_python(page: str) -> None:
    found = edited([page])
    text, counts = plain(page)
    assert found.text.to_pylist() == [text]
    assert {rule: column[0].as_py() for rule, column in found.counts.items()} == counts


@LAW
@given(PAGES, st.booleans(), st.integers(0, 5), st.sampled_from([None, 3, 1000]), st.booleans())
def test_editing_twice_changes_nothing_more(
    page: str, terminal: bool, fewest: int, longest: int | None, marks: bool
) -> None:
    chosen = {
        "terminal_punctuation": terminal, "min_words": fewest, "max_word_length": longest, "citation_marks": marks
    }  # fmt: skip
    once = edited([page], **chosen)
    twice = edited(once.text.to_pylist(), **chosen)
    assert twice.text.equals(once.text)
    assert set(twice.totals().values()) == {0}


def test_rows_of_other_languages_stand_beside_edited_ones() -> None:
    text = pa.array(["Menu", None, "Menu", "Menu", "It is so."])
    found = yf.edit(yf.EDITORS["c4-lines"], text, {}, pa.array(["ja", "en", None, "en", "en"]))
    assert found.text.to_pylist() == ["Menu", None, "Menu", "", "It is so."]
    assert found.counts["no-terminal-punctuation"].to_pylist() == [0, 0, 0, 1, 0]
    assert found.changed.to_pylist() == [False, False, False, True, False]
    with pytest.raises(yf.ContractViolation, match=r"editor c4-lines is for languages .'en'.: it needs column lang"):
        yf.edit(yf.EDITORS["c4-lines"], text, {})


def test_pages_of_a_text_stay_pages() -> None:
    assert edited(["It is so.\nMenu\x0cMenu\x0cYes, so is this."]).text.to_pylist() == [
        "It is so.\x0c\x0cYes, so is this."
    ]


def shape(page: str) -> list[float | None]:
    lines = [line for line in page.split("\n") if line.strip()]
    if not lines:
        return [page.count("\n"), None, None, None]
    seen: set[str] = set()
    repeated = 0
    for line in lines:
        repeated += len(line) if line in seen else 0
        seen.add(line)
    ended = sum(line.endswith(tuple(END_MARKS)) for line in lines) / len(lines)
    short = sum(len(line) <= 30 for line in lines) / len(lines)
    return [page.count("\n"), ended, short, repeated / len(page.replace("\n", ""))]


@LAW
@given(st.lists(st.one_of(PAGES, st.text("a.。\n \r", max_size=12)), max_size=5))
def test_line_shapes_as_in_plain_python(pages: list[str]) -> None:
    found = yf.measure(yf.TAGGERS["line-shapes"], {"text": pa.array(pages, pa.string())}, {})
    for row, page in enumerate(pages):
        for column, exact in zip(found.values(), shape(page), strict=True):
            value = column[row].as_py()
            assert value == exact or abs(value - exact) <= 5.1e-5 + 1e-6


def test_end_marks_are_those_of_the_standard() -> None:
    assert len(END_MARKS) == 175
    assert set(".!?。！？।؟…") - END_MARKS == {"…"}  # noqa: RUF001 - full-width marks are meant


def test_every_limit_of_a_long_list_of_bad_words_holds(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"word{number}\n" for number in range(1000)))
    text = pa.array(["It is word999.", "It is word1000.", "It is WORD0", "sword5", None])
    columns = {"text": text, "lang": pa.array(["en"] * 5), "sentence_count": pa.array([9] * 5, pa.int32())}
    found = yf.judge(yf.FILTERS["c4"], columns, {"bad_words": str(path)}, columns["lang"])
    assert found.reason.to_pylist() == ["bad-words", None, "bad-words", None, None]


def test_long_runs_of_one_mark_take_linear_time() -> None:
    nested = "[" * 100_000 + "1]" * 100_000
    runs = (piece * (300_000 // len(piece)) for piece in ("[", "[[1]", "a.", "! ", "。", "[1] ", "]", "a\n", ". \n"))
    assert edited([f"So {nested}it is."]).counts["citation-marks"].to_pylist() == [100_000]
    for page in runs:
        edited([page])
        table = {"text": pa.array([page]), "lang": pa.array(["en"])}
        for name in ("sentences", "line-shapes"):
            yf.measure(yf.TAGGERS[name], table, {})


def test_real_texts_as_in_plain_python(shared_data: Path) -> None:
    """Every twentieth of 3,341 pages in six languages, taken for English."""
    with gzip.open(shared_data / "dedup" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = [json.loads(line)["text"] for at, line in enumerate(lines) if at % 20 == 0]
    assert edited(pages).text.to_pylist() == [plain(page)[0] for page in pages]
