"""The gate lets pass whatever stage `language` then finds to be in a wanted language by model and letters."""

# ruff: noqa: RUF001 - marks of Chinese and Japanese are what is tested

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from gate_pages import TEXTS
from yurai.extraction.gate.levels import Levels, Mode
from yurai.stages.language import Language, label
from yurai_manifests.schema import DOCUMENT

NAMES = "山田 田中 佐藤 鈴木 高橋 渡辺 伊藤 小林 中村 加藤 吉田 斎藤 桜井 沢田 広瀬 黒沢 浜崎 亀井 滝沢 関口 塩沢 辺見 駒沢 浅井"
PAGES: Final = {
    **{code: " ".join(texts) for code, texts in TEXTS.items()},
    "names in Japanese characters": NAMES * 2,
    "more of them": NAMES * 5,
    "characters of both languages": "人口 文化 政治 石油 天地人 梅雨 " * 4,
    "many of both": "人口 文化 政治 石油 天地人 梅雨 " * 12,
    "few kana": "東京都港区芝公園四丁目 大阪府大阪市北区中之島 愛知県名古屋市中区三丸 福岡県福岡市博多区の駅前 " * 3,
    "chinese with の": "大家都喜欢这家鲜の奶茶店，每天都有很多人在门口排队。" * 4,
    "traditional": "香港行政長官在立法會說明他們的政策，並向市民道歉，這是很少見的。" * 3,
    "code with chinese": "# 预置文件的内容\nd-i debian-installer/locale string en_US\nd-i keyboard select us\n" * 6,
    "code with japanese": "# 設定ファイルの例です\nd-i debian-installer/locale string en_US\nd-i keyboard us\n" * 6,
    "japanese that the model takes for chinese": "京橋会館で一日とめても安い駐車場！全国高等学校野球選手権大会決勝戦"
    * 3,
    "korean with chinese characters": "大韓民國은 民主共和國이다. 大韓民國의 主權은 國民에게 있고, 모든 權力은 國民으로부터 나온다. "
    * 2,
}
URLS = (None, "https://example.jp/", "https://example.cn/")
TARGETS = (("ja",), ("zh",), ("ko",), ("en",), ("en", "ja"), ("zh", "wuu", "yue"))


def labels(text: str) -> set[str]:
    """What the stage says of a text, wherever it stands; what a filter would drop left out."""
    found = label(pa.RecordBatch.from_pylist([{"text": text, "url": url} for url in URLS], DOCUMENT), Language())
    pairs = zip(*(found.column(name).to_pylist() for name in ("lang", "lang_score")), strict=True)
    return {code for code, score in pairs if score >= 0.5}


def stopped(text: str, targets: tuple[str, ...], mode: Mode) -> bool:
    levels, markup = Levels(targets, mode), f"<html><body><p>{text}</p></body></html>"
    return levels.of_markup(markup.encode()).stopped or (
        mode == "tight" and levels.of_tree(document_fromstring(markup)).stopped
    )


@pytest.mark.parametrize("mode", ["tight", "loose"])
@pytest.mark.parametrize("name", PAGES)
def test_what_the_stage_finds_passes_the_gate(name: str, mode: Mode) -> None:
    found = labels(PAGES[name])
    for targets in TARGETS:
        assert not (found & {*targets} and stopped(PAGES[name], targets, mode)), (targets, found)


@given(
    st.lists(
        st.sampled_from([*TEXTS["ja"], *TEXTS["zh"], *TEXTS["en"], *NAMES.split(), "人口", "文化 政治", "の", "检查"]),
        min_size=4,
        max_size=20,
    )
)
@settings(max_examples=80, deadline=None)
def test_nor_is_any_mixture_of_them_stopped(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = labels(text)
    for targets in TARGETS[:4]:
        assert not (found & {*targets} and stopped(text, targets, "loose")), (targets, found)


def test_the_gate_still_stops_other_languages() -> None:
    for code, text in ((code, PAGES[code]) for code in TEXTS):
        for other in {"ja", "zh", "ko", "ru"} - {code}:
            assert stopped(text * 3, (other,), "tight"), (code, other)
