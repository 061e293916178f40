"""Short strings of every kind: in the language of their letters, or `und`; never in one that a guess makes of them."""

# ruff: noqa: RUF001 - letters of other alphabets and signs of full width are what is tested
from __future__ import annotations

import pyarrow as pa
import pytest

from yurai.stages.language import Language, label
from yurai_manifests.schema import DOCUMENT

CASES = {
    "ja": [
        "冬の星座の見つけ方", "みそしる", "ケーキ", "ﾊﾟｿｺﾝの修理", "い", "ご案内", "第8回 植物の会", "Galaxy S24 の値段", "Gitで履歴を消す",
        'echo "おはよう"', "【重要】窓口の休み", "九州→四国のフェリー", "🎂たんじょうび🎂", "料金：2,480円（税別）のみ", "前へ戻る", "〇〇商店のちらし", "ヽ",
        "『こころ』夏目漱石", "ABCテレビのニュース", "中国人の友だち",
    ],
    "zh": ["这本书写得很好", "他们的电话号码", "怎么样？我们走吧", "使用 GitHub 管理项目的方法", "她说：“没关系”"],
    "ko": ["도서관", "부산 여행", "대한민국 憲法", "차", "Rust로 만든 서버", "ㅎㅎㅎ"],
    "en": ["How to learn a language at home", "PLEASE CLOSE THE DOOR BEHIND YOU", "Questions about your order"],
    "ru": ["Сегодня идёт сильный дождь"],
    "und": [
        "人文", "地理学", "大人", "Shop", "TOP", "x", "2025", "98.7 %", "?!", "🎂🎂", "←→", "③④", "〒987-6543", "㎞ ㏄", "***", "・・", "ー", "ーーーーーー",
        "ｰｰｰ", "ー ー", "—— ーー", "", " ", "\u200b", "①ー②",
    ],
}  # fmt: skip
EITHER = {
    "ja": ["検証結果", "売店", "鉄道博物館", "国際経済学", "〇〇商会", "々", "駅"],
    "zh": [
        "检测报告",
        "网络服务",
        "經濟學",
        "如何使用Docker",
        "打开Terminal",
        "最新Version",
        "安装Node.js",
        "关于GitHub",
    ],
    "en": ["let x = 1; return x", "SELECT name FROM shops"],
}
"""Of the language, or und: the letters alone do not always tell."""


def found(*texts: str) -> list[str]:
    batch = label(pa.RecordBatch.from_pylist([{"text": text} for text in texts], DOCUMENT), Language())
    return [str(code) for code in batch.column("lang").to_pylist()]


@pytest.mark.parametrize("code", CASES)
def test_letters_decide(code: str) -> None:
    told = dict(zip(CASES[code], found(*CASES[code]), strict=True))
    assert {text: one for text, one in told.items() if one != code} == {}


@pytest.mark.parametrize("code", EITHER)
def test_what_letters_leave_open_is_not_another_language(code: str) -> None:
    told = dict(zip(EITHER[code], found(*EITHER[code]), strict=True))
    assert {text: one for text, one in told.items() if one not in (code, "und")} == {}
