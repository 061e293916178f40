"""Recipe swallow-v1 against its rules in plain Python, written from the published text and not from our filters."""

# ruff: noqa: RUF001 - marks of Japanese are what is counted
from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from recipe_rows import judged, reasons
from recipe_swallow import is_clear, published

DATA = Path(__file__).parents[3] / "shared" / "data"
REAL, MADE, MIXED = 200, 300, 80
LONGEST = 20_000
"""Characters of a real page: runs are counted one by one here."""


def made(seed: int) -> str:
    """Return a text between prose and menu: sentences of many lengths, words, marks and repeats by chance."""
    chance = random.Random(seed)
    kana, kata = [chr(at) for at in range(0x3042, 0x3094)], [chr(at) for at in range(0x30A2, 0x30F4)]
    kanji, other = [chr(at) for at in range(0x4E00, 0x4F00)], list("abc 012・…ー\U00020bb7")
    weights = [chance.random() * one for one in (4, chance.choice((0.3, 3)), 2, chance.choice((0.1, 2)))]
    ends = chance.choice(("。", "。。。！？", "．", "!?…。"))
    pool: list[str] = []
    for _ in range(chance.randint(4, 60)):
        count = chance.randint(4, chance.choice((20, 60, 260)))
        words = [chance.choice(chance.choices((kana, kata, kanji, other), weights)[0]) for _ in range(count)]
        pool.append("".join(words) + chance.choice(ends))
    repeated = chance.choice((0.0, 0.05, 0.3))
    pieces = [chance.choice(pool[: at + 1]) if chance.random() < repeated else pool[at] for at in range(len(pool))]
    return "".join(one + chance.choice(("", "", "\n", "\n\n" if seed % 3 else "")) for one in pieces)


def real() -> Iterator[str]:
    files = [*sorted(DATA.glob("docs/*.labels.jsonl.gz")), *sorted(DATA.glob("web/*.gold.jsonl.gz"))]
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            yield from (row["gold_text"] for row in rows if row.get("lang") == "ja" and row.get("gold_text"))


def compare(texts: list[str]) -> Counter[str | None]:
    wanted = [published(text) for text in texts]
    assert reasons("swallow-v1", texts) == wanted
    return Counter(wanted)


def test_made_texts_are_decided_as_published_each_for_the_same_reason() -> None:
    texts = [text for text in map(made, range(MADE)) if is_clear(text)]
    said = compare(texts)
    assert len(texts) > MADE - 5
    assert said[None] >= 10
    assert len(said) >= 12, said


def test_real_pages_are_decided_as_published() -> None:
    if not DATA.is_dir():
        pytest.skip(f"the shared pages are not at {DATA}")
    every = [text for text in dict.fromkeys(real()) if len(text) <= LONGEST]
    texts = [text for text in random.Random(14).sample(every, REAL) if is_clear(text)]
    assert len(texts) + MADE >= 500 - 5
    assert compare(texts)[None] > 0


def test_lines_of_real_pages_make_texts_near_the_limits() -> None:
    if not DATA.is_dir():
        pytest.skip(f"the shared pages are not at {DATA}")
    chance = random.Random(15)
    lines = [line for text in real() for line in text.split("\n") if len(line) > 12]
    mixed = ["\n".join(chance.choices(lines, k=chance.randint(4, 30))) for _ in range(MIXED)]
    said = compare([text for text in mixed if is_clear(text)])
    assert said[None] > 2
    assert len(said) > 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("雨が降る，風が吹く，そして止む。", "雨が降る、風が吹く、そして止む。"),
        ("雨が降る．風が吹く．", "雨が降る。風が吹く。"),
        ("雨が、降る，風が、吹く。", "雨が、降る，風が、吹く。"),
        ("値は１．５で，Ｈｉ，という，", "値は１．５で、Ｈｉ，という、"),
    ],
)
def test_marks_are_changed_behind_the_rules(text: str, wanted: str) -> None:
    prose = next(one for one in map(made, range(MADE)) if published(one) is None)
    prose = prose.replace("。", "！").replace("．", "！")
    ((reason, edited),) = judged("swallow-v1", [prose + "\n" + text])
    assert reason is None
    assert edited == prose + "\n" + wanted
