"""A text is in no language that its letters rule out: kana is never Chinese, `ja` needs kana, few letters tell nothing."""

# ruff: noqa: RUF001 - letters of other alphabets are what is tested
from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.declare.language.veto import MANY_HAN
from yurai.run.recipe import load_recipe
from yurai.stages.language import Language, label
from yurai_manifests.schema import DOCUMENT

KANA = [
    "京橋会館で半日とめても安い駐車場！", "国立国会図書館法の改正案", "東京都港区芝公園四丁目にて開催", "第九条の解釈変更と憲法審査会",
    "新規会員登録はこちら", "送料無料キャンペーン実施中", "前月比増減率（％）の推移表", "年末年始休業のお知らせ", "ﾃﾚﾋﾞ番組表", "全国高等学校野球選手権大会の結果",
    "北海道の天気", "営業部長に就任", "「谢谢」はどういう意味ですか", "中華人民共和国の首都は北京市である",
]  # fmt: skip
CHINESE = [
    "传统中医治高血压必须辨证论治。", "听说，清华大学去年的招生最为惨淡。", "固体感光材料由聚酯膜和保护层组成。", "代开发票以后，一年之内不得变更。",
    "2019年高等学校招生全国统一考试", "爸爸和妈妈连夜把行李送回家里，姐姐很高兴。", "貼身衣物要以吸汗透氣的棉質為主，這樣你才會舒服。",
    "优の良品", "大家都喜欢这家鲜の奶茶店，每天排队", "他们在日本餐厅点了おにぎり和味噌汤，然后又去买了很多东西回来送给朋友们",
    "香港行政長官在立法會說明他們的政策，並向市民道歉", "五、同业间良性的推广与各团体的互助。", "却于不到两年(1989)又营亏近一千两百万.",
]  # fmt: skip
BOTH = [
    "用語集",
    "梅雨",
    "日本",
    "大学案内",
    "人口統計",
    "会社概要",
    "中央区",
    "社会科学",
    "自由民主",
    "年代",
    "天地人",
    "不可能",
    "人民公社",
    "石油",
]


def found(text: str, settings: Language | None = None, **columns: Any) -> tuple[str, float]:
    batch = label(pa.RecordBatch.from_pylist([{"text": text, **columns}], DOCUMENT), settings or Language())
    return batch.column("lang")[0].as_py(), batch.column("lang_score")[0].as_py()


@pytest.mark.parametrize("text", KANA)
def test_kana_is_never_chinese(text: str) -> None:
    code, score = found(text)
    assert code == "ja"
    assert score > 0.9


@pytest.mark.parametrize("text", CHINESE)
def test_without_kana_a_text_is_not_japanese(text: str) -> None:
    assert found(text)[0] == "zh"
    assert found(text, url="https://example.jp/")[0] == "zh"


@pytest.mark.parametrize("text", BOTH)
def test_chinese_characters_of_both_languages_are_undetermined_until_something_tells(text: str) -> None:
    assert found(text) == ("und", 0.0)
    for columns in (
        {"url": "https://www.example.co.jp/a"},
        {"url": "https://example.jp.:8080/"},
        {"title": "ようこそ", "url": "https://example.cn/"},
        {"title": "検査"},
        {"http_headers": [{"name": "Content-Language", "value": "ja"}], "url": "http://a.tw/"},
        {"http_headers": [{"name": "content-language", "value": "ja-JP"}]},
    ):
        assert found(text, **columns)[0] == "ja", columns
    for columns in (
        {"url": "http://example.com.cn/"},
        {"url": "http://xn--fiq228c.xn--kpry57d/"},
        {"title": "关于我们", "url": "https://example.jp/"},
        {"http_headers": [{"name": "Content-Language", "value": "zh-Hant-TW"}]},
    ):
        assert found(text, **columns)[0] == "zh", columns


@pytest.mark.parametrize(
    "columns",
    [
        {"url": "https://example.com/ja"}, {"url": "http://[::1"}, {"url": "jp"}, {"url": ""}, {"title": "Home"}, {"title": "梅雨"},
        {"http_headers": [{"name": "Content-Language", "value": "ja, zh"}]}, {"http_headers": [{"name": "Content-Language", "value": ""}]},
        {"http_headers": [{"name": "Content-Type", "value": "ja"}]}, {"http_headers": [{"name": "Content-Language", "value": "jap"}]},
        {"http_headers": [{"name": "Content-Language", "value": "en"}]},
    ],
)  # fmt: skip
def test_what_names_neither_language_tells_nothing(columns: dict[str, Any]) -> None:
    assert found("人口統計", **columns) == ("und", 0.0)


@pytest.mark.parametrize(
    ("text", "code"), [("東京大学病院検査部", "ja"), ("检查部", "zh"), ("世界人権宣言", "ja"), ("世界人权宣言", "zh")]
)
def test_characters_of_one_language_tell_whatever_the_domain(text: str, code: str) -> None:
    assert (
        found(text)[0] == found(text, url="http://example.jp/")[0] == found(text, url="http://example.cn/")[0] == code
    )


def test_many_chinese_characters_without_kana_are_chinese_unless_something_tells() -> None:
    many = "人口統計" * (MANY_HAN // 4)
    assert found(many)[0] == "zh"
    assert found(many[1:])[0] == "und"
    assert found(many, url="https://example.jp/")[0] == "ja"
    assert found(many * 6, url="https://example.jp/")[0] == "zh"  # nobody writes so much Japanese without kana


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("はい", "ja"),
        ("네", "ko"),
        ("안녕", "ko"),
        ("検査", "ja"),
        ("Ναι", "el"),
        ("ไทย", "th"),
        ("שלום", "he"),
        ("שלום כ", "he"),
        ("გზა", "ka"),
    ],
)
def test_few_letters_of_a_script_of_one_language_tell_it(text: str, code: str) -> None:
    assert found(text)[0] == code


@pytest.mark.parametrize("text", ["Yes", "Home", "ok.", "1 de 2", "Да", "меню", "نعم", "A", "№ 5 бр", "été", "menu!"])
def test_few_letters_of_a_shared_script_are_undetermined(text: str) -> None:
    assert found(text) == ("und", 0.0)
    assert found(text, Language(min_letters=0))[0] != "und"
    assert found(text, Language(scripts=False))[0] != "und"


@pytest.mark.parametrize(
    "text", ["konnichiwa watashi wa Tanaka desu", "arigatou gozaimasu, mata ashita", "Wo shi zhongguo ren, ni hao"]
)
def test_latin_letters_are_no_japanese(text: str) -> None:
    assert found(text)[0] not in {"ja", "zh", "ko"}


@given(st.text(st.sampled_from("あいアのー漢国検说你a b.1한д"), max_size=60))
def test_no_language_without_its_letters(text: str) -> None:
    code, score = found(text)
    assert 0 <= score <= 1
    if code == "ko":
        assert "한" in text
    if code in {"zh", "wuu", "yue"}:
        assert set(text) & set("漢国検说你")
    if code == "ja":
        assert set(text) & set("あいアのー漢国検")
    if code in {"en", "fr"}:
        assert set(text) & set("ab")


def test_without_scripts_the_answer_is_the_model_s() -> None:
    plain = Language(scripts=False)
    assert [
        found(text, plain)[0] for text in ("传统中医治高血压必须辨证论治。", "京橋創生館で1日とめても安い駐車場！")
    ] == ["ja", "zh"]
    assert found("あ" * 30 + "\n" + "the house of the rising sun" * 3, plain)[0]


@pytest.mark.parametrize(
    ("name", "scripts"), [("fineweb", False), ("web-ja", True), ("web-en", True), ("demo", True), ("plain", True)]
)
def test_a_recipe_of_a_published_corpus_takes_the_model_s_answer(name: str, scripts: bool) -> None:
    (settings,) = (use.settings for use in load_recipe(name).stages if isinstance(use.settings, Language))
    assert settings.scripts is scripts
