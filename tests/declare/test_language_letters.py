"""Letters are counted by script, whole texts and lines alike, and Chinese characters tell the language that has them."""

# ruff: noqa: RUF001 - letters of other alphabets are what is tested
from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.declare.language.repertoire import repertoire
from yurai.declare.language.written import SCRIPTS, letters_in, letters_of, letters_of_lines

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = {
    "latin": "Straße ﬁ Ｔｏ Tiếng ħ", "greek": "ἀρχή λόγος", "cyrillic": "жизнь Ѡ ꙋ", "armenian": "գիրք ﬓ",
    "hebrew": "ספר שּ", "arabic": "كتاب ﷲ ﻼ", "thaana": "ދިވެހި", "indic": "हिन्दी ไทย ລາວ বাংলা", "georgian": "წიგნი አማርኛ ខ្មែរ",
    "kana": "ひらカタｶﾅー々"[:-1], "han": "漢字々髙﨑𠮷", "hangul": "한글 ㄱ", "other": "ᏣᎳᎩ ᓄᓇᕗᑦ ⵜⴰ",
}  # fmt: skip
NAMES = {"kana": ("HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA"), "han": ("CJK UNIFIED",), "hangul": ("HANGUL",)}

JAPANESE = [
    "検査",
    "労働",
    "図書",
    "発売",
    "駅前",
    "経済",
    "東京大学",
    "世界人権宣言",
    "残業",
    "気象庁",
    "広域放送",
    "営業時間",
    "仮処分",
    "応用",
    "単独",
]
CHINESE = [
    "检查",
    "劳动",
    "图书",
    "发卖",
    "经济",
    "你好",
    "關於我們說明",
    "世界人权宣言",
    "气象厅",
    "销售额",
    "营业时间",
    "單獨說",
    "香港鄉",
    "说明书",
    "服务员",
]
BOTH = [
    "用語集",
    "日本",
    "大学",
    "人口",
    "文化",
    "社会科学",
    "梅雨",
    "石油",
    "北史",
    "水",
    "中央",
    "自由民主",
    "人民",
    "時間",
    "年代",
    "天地人",
    "不可",
]


@pytest.mark.parametrize("script", WORDS)
def test_letters_of_a_script(script: str) -> None:
    found = letters_of(WORDS[script] + " 12 、。!\u0301\U000e0100")
    assert found.of == {script: sum(map(str.isalpha, WORDS[script]))}
    assert found.share(script) == 1.0
    assert found.share("latin", "greek", "thaana") == float(script in {"latin", "greek", "thaana"})


@given(st.text(st.characters(exclude_categories=[])))
def test_letters_are_those_of_python_and_in_the_script_of_their_name(text: str) -> None:
    found = letters_of(text)
    assert found.all == sum(found.of.values()) == sum(map(str.isalpha, text))
    assert set(found.of) <= set(SCRIPTS)
    for letter in filter(str.isalpha, text):
        of = next((one for one, names in NAMES.items() if unicodedata.name(letter, "").startswith(names)), None)
        assert of is None or letters_of(letter).of in ({of: 1}, {"other": 1}), letter


@given(st.text(st.sampled_from("aあ漢한 \n\r\u2028й")))
def test_lines_are_counted_as_texts_are(text: str) -> None:
    assert [*map(letters_in, letters_of_lines(text))] == [letters_of(line) for line in text.split("\n")]


@pytest.mark.parametrize("count", [letters_of, letters_of_lines])
def test_counting_is_linear(count: Callable[[str], object]) -> None:
    def prepare(size: int) -> Callable[[], object]:
        text = "a漢\n" * size
        return lambda: count(text)

    assert grows_linearly(prepare, 20_000)


def test_characters_of_one_language_alone_tell_it() -> None:
    assert {word: repertoire(word) for word in JAPANESE} == dict.fromkeys(JAPANESE, "ja")
    assert {word: repertoire(word) for word in CHINESE} == dict.fromkeys(CHINESE, "zh")


@pytest.mark.parametrize("text", [*BOTH, "", "abc", "ひらがな", "한글", "爲何", "12"])
def test_characters_of_both_tell_nothing(text: str) -> None:
    assert repertoire(text) is None
