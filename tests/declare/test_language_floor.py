"""On labelled sentences, titles and pages, the language is right as often as it was measured to be (bench/language.py)."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    sys.path.insert(0, str(BENCH))
    try:
        return import_module("language")
    finally:
        sys.path.remove(str(BENCH))


def test_no_language_is_told_less_often_in_sentences(shared_data: Path, bench: ModuleType) -> None:
    texts = list(bench.sentences(shared_data, None))[::3]
    before, after = (bench.scores(texts, bench.labels(texts, one)) for one in (bench.BEFORE, bench.AFTER))
    assert {lang for lang in before if after[lang].right < before[lang].right} == set()
    assert all(after[lang].right >= 0.99 * sum(after[lang]) for lang in ("ja", "ko", "zh"))


@pytest.mark.parametrize("letters", [None, 10, 6])
def test_no_chinese_sentence_is_japanese(letters: int | None, shared_data: Path, bench: ModuleType) -> None:
    texts = [one for one in bench.sentences(shared_data, letters) if one.lang in {"zh", "ja"}]
    found = set(zip((one.lang for one in texts), bench.labels(texts, bench.AFTER), strict=True))
    assert found.isdisjoint({("zh", "ja"), ("ja", "zh")})


@pytest.mark.parametrize(
    ("unknown", "right"),
    [((), 0.8), (("html_lang",), 0.7), (("url",), 0.75), (("url", "html_lang"), 0.65)],
)
def test_titles_in_chinese_characters_are_right_or_undetermined(
    unknown: tuple[str, ...], right: float, shared_data: Path, bench: ModuleType
) -> None:
    texts = bench.without(bench.titles(shared_data), *unknown)
    found = bench.scores(texts, bench.labels(texts, bench.AFTER))
    assert sum(one.wrong for one in found.values()) <= 0.02 * len(texts)
    assert sum(one.right for one in found.values()) >= right * len(texts)


def test_a_few_letters_are_right_or_undetermined(shared_data: Path, bench: ModuleType) -> None:
    texts = bench.beginnings(shared_data)
    found = bench.scores(texts, bench.labels(texts, bench.AFTER))
    assert sum(one.wrong for one in found.values()) <= 0.02 * len(texts)
    assert sum(one.right for one in found.values()) >= 0.25 * len(texts)


def test_pages_in_japanese_chinese_and_korean(shared_data: Path, bench: ModuleType) -> None:
    texts = [one for one in bench.pages(shared_data) if one.lang in {"ja", "ko", "zh"}][::4]
    found = bench.scores(texts, bench.labels(texts, bench.AFTER))
    assert sum(one.wrong + one.und for one in found.values()) <= 1  # a page with a Japanese title and English text
