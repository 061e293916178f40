"""Two ways to write one Japanese text have the same shingles; what says something else does not."""

# ruff: noqa: RUF001 - forms of Japanese are what is tested
from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.stages.shingles.hashes import Shingling, shingle_hashes

UNITS = [Shingling("characters", 5, 5), Shingling("words", 3, 5)]
TEXT = "雨が降る、風が吹く。ガラスの窓は10枚で、パンはABC店だった（3〜5個）。ヴァイオリンのコンサート―「第2番」。"
FORMS = {
    "western marks": TEXT.replace("、", "，").replace("。", "．"),
    "ascii marks": TEXT.replace("、", ",").replace("。", "."),
    "half-width marks": TEXT.replace("、", "､").replace("。", "｡"),
    "full-width letters": TEXT.replace("ABC", "ＡＢＣ"),
    "full-width digits": TEXT.replace("10", "１０").replace("2", "２"),
    "half-width brackets": TEXT.replace("（", "(").replace("）", ")"),
    "half-width kana": TEXT.replace("ガラス", "ｶﾞﾗｽ").replace("パン", "ﾊﾟﾝ").replace("ヴァイオリン", "ｳﾞｧｲｵﾘﾝ"),
    "half-width long vowels": TEXT.replace("コンサート", "ｺﾝｻｰﾄ"),
    "voicing marks apart": unicodedata.normalize("NFD", TEXT),
    "half-width marks on full-width kana": TEXT.replace("ガ", "カﾞ").replace("パ", "ハﾟ"),
    "the other wave dash": TEXT.replace("〜", "～"),
    "ascii tilde": TEXT.replace("〜", "~"),
    "another dash": TEXT.replace("―", "—"),
    "spaces": TEXT.replace("。", "。\u3000"),
}
OTHERS = {
    "no voicing": TEXT.replace("ガ", "カ"),
    "long vowel is no dash": TEXT.replace("ー", "-"),
    "another kana": TEXT.replace("パン", "バン"),
    "small kana": TEXT.replace("ァ", "ア"),
    "another digit": TEXT.replace("10", "11"),
}
KANA = st.text("ｱｶﾞﾊﾟﾞﾟかがハパ\u3099\u309aウヴー・､｡、。，．Ａa1１ \nあ漢", max_size=40)


def shingles(text: str, unit: Shingling) -> set[int]:
    return set(shingle_hashes(pa.array([text]), None, unit)[0].tolist())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.unit)
@pytest.mark.parametrize("name", FORMS)
def test_forms_of_one_text_are_one(name: str, unit: Shingling) -> None:
    assert FORMS[name] != TEXT
    if unit.unit == "words" and name == "spaces":
        pytest.skip("white space parts words")
    assert shingles(FORMS[name], unit) == shingles(TEXT, unit)


@pytest.mark.parametrize("name", OTHERS)
def test_other_texts_are_others(name: str) -> None:
    assert OTHERS[name] != TEXT
    assert shingles(OTHERS[name], UNITS[0]) != shingles(TEXT, UNITS[0])


@settings(deadline=None, max_examples=150)
@given(texts=st.lists(KANA, min_size=1, max_size=6))
def test_a_text_is_what_it_is_alone(texts: list[str]) -> None:
    for unit in UNITS:
        values, bounds = shingle_hashes(pa.array(texts, pa.string()), None, unit)
        for at, text in enumerate(texts):
            alone, _ = shingle_hashes(pa.array([text], pa.string()), None, unit)
            assert values[bounds[at] : bounds[at + 1]].tolist() == alone.tolist()


@settings(deadline=None, max_examples=150)
@given(text=KANA)
def test_form_kc_changes_no_shingle_of_characters(text: str) -> None:
    kept = "".join(one for one in text if not one.isspace())
    if len(kept) > 4:
        assert shingles(unicodedata.normalize("NFKC", kept), UNITS[0]) == shingles(kept, UNITS[0])


@pytest.mark.parametrize("piece", ["ｶﾞ", "ﾞ", "か\u3099", "，", "ハﾟﾟ"])
def test_cost_grows_with_the_text(piece: str) -> None:
    def work(size: int) -> Any:
        text = pa.array([piece * (size // len(piece))])
        return lambda: shingle_hashes(text, None, UNITS[0])

    assert grows_linearly(work, 40_000, times=4)
