"""Editors for Japanese: what they take, what they leave, and that a second time changes nothing more."""

# ruff: noqa: RUF001 - marks of Japanese are what is tested
from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from cost import grows_linearly
from yurai.stages.carry_spans import BlockSpan, carried
from yurai_filters.word_list import WordList

LAW = settings(deadline=None, max_examples=150)
EACH = ("aozora", "nfkc", "kutoten", "wide-letters", "kana-lines", "ascii-runs", "footer-lines", "mojibake")


def edited(name: str, text: str, **given_settings: object) -> str:
    found = yf.edit(yf.EDITORS[name], pa.array([text], pa.string()), given_settings, pa.array(["ja"]))
    return str(found.text[0].as_py())


def misread(text: str) -> str:
    """UTF-8 read as Windows-1252 is by browsers: bytes without a letter there are those of Latin-1."""
    return "".join(
        bytes([one]).decode("latin-1" if one in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252") for one in text.encode()
    )


MARKS = st.sampled_from(
    (
        *"《》｜［］＃漢字かなカナーヶ々、。，．Ａ１Ｚ \u3000\n\x0cab©",
        "［＃",
        "《かな》",
        "漢《かん》",
        "｜あ《い》",
        "か\u3099",
    )
)
TEXTS = st.lists(MARKS, max_size=30).map("".join)
BROKEN = st.lists(
    st.sampled_from(("カナ", "漢", "é", "ab", "€", "😀", "Ã")).flatmap(
        lambda one: st.sampled_from((one, misread(one)))
    ),
    max_size=8,
)


@pytest.mark.parametrize("name", EACH)
@LAW
@given(text=TEXTS | BROKEN.map("".join))
def test_a_second_time_changes_nothing_and_pages_stay(name: str, text: str) -> None:
    once = edited(name, text)
    assert edited(name, once) == once
    assert once.count("\x0c") == text.count("\x0c")
    if name != "kana-lines":
        assert once.count("\n") == text.count("\n")


@pytest.mark.parametrize("name", [one for one in EACH if yf.EDITORS[one].languages])
def test_other_languages_stay_as_they_are(name: str) -> None:
    text = pa.array(["雨，風．Ｈ Ｅ Ｌ Ｌ Ｏ\nMenu\nほげ"])
    assert yf.edit(yf.EDITORS[name], text, {}, pa.array(["zh"])).text.equals(text)


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("piece", ["［＃", "漢《か》", "｜", "Ａ ", "ã‚", "，", "《", "\u3099", "ほげ\n"])
def test_cost_grows_with_the_text(name: str, piece: str) -> None:
    lang = pa.array(["ja"])
    given_settings = {"words": WordList([["ほげ", "げ"]])} if name == "footer-lines" else {}

    def work(size: int) -> Any:
        text = pa.array([piece * (size // len(piece))])
        return lambda: yf.edit(yf.EDITORS[name], text, given_settings, lang)

    assert grows_linearly(work, 40_000, times=4)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("私《わたくし》はその人を常に先生と呼んでいた。", "私はその人を常に先生と呼んでいた。"),
        ("｜真夜中《まよなか》の｜Ｔｅａ《ティー》", "真夜中のＴｅａ"),
        ("一ヶ月《いっかげつ》、人々《ひとびと》", "一ヶ月、人々"),
        ("映画《ゴジラ》", "映画"),
        ("『雨《rain》』と《雨》", "『雨《rain》』と《雨》"),
        ("［＃ここから２字下げ］\n本文［＃「本」に傍点］", "\n本文"),
        ("［注1］と［＃改ページ］", "［注1］と"),
        ("［［＃あ］＃い］", "［［＃あ］＃い］"),
        ("a｜b の表｜c", "a｜b の表｜c"),
        ("漢《》", "漢《》"),
        ("漢《" + "あ" * 41 + "》", "漢《" + "あ" * 41 + "》"),
        ("吾輩［＃「吾輩」に傍点］《わがはい》", "吾輩"),
    ],
)
def test_readings_and_notes(text: str, wanted: str) -> None:
    assert edited("aozora", text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (misread("日本語の文書") + "です", "日本語の文書です"),
        (misread(misread("カナ")), "カナ"),
        (misread("😀雨"), "😀雨"),
        (misread("雨 と 風"), misread("雨 と 風")),
        ("naïve café Ã©tÃ©", "naïve café Ã©tÃ©"),
        ("ÀÁÂÃÄÅ øæå", "ÀÁÂÃÄÅ øæå"),
        ("«ã» – „å“", "«ã» – „å“"),
        ("ã‚«ãƒ", "ã‚«ãƒ"),
        (misread("価格は1,000円"), "価格は" + "1,000" + misread("円")),
    ],
)
def test_what_is_certainly_misread(text: str, wanted: str) -> None:
    assert edited("mojibake", text) == wanted


@pytest.mark.parametrize(
    ("text", "words", "given_settings", "wanted"),
    [
        ("本文。\nCopyright (C) 例社\nトップへ", ["copyright"], {}, "本文。"),
        ("本文。\nＣＯＰＹＲＩＧＨＴ ©", ["copyright"], {}, "本文。"),
        ("copyright\n" + "本文。\n" * 10, ["copyright"], {}, "copyright\n" + "本文。\n" * 10),
        ("copyright\n" + "本文。\n" * 9, ["copyright"], {}, ""),
        ("本文。\nトップへ戻るには左を押す", ["トップへ"], {}, "本文。"),
        (
            "本文。\nトップへ戻るには左の印を押す",
            ["トップへ"],
            {"max_share": 0.5},
            "本文。\nトップへ戻るには左の印を押す",
        ),
        ("", ["copyright"], {}, ""),
        ("copyright", ["copyright"], {"last_lines": 0}, "copyright"),
    ],
)
def test_footers(text: str, words: list[str], given_settings: dict[str, Any], wanted: str) -> None:
    assert edited("footer-lines", text, words=WordList([words]), **given_settings).rstrip("\n") == wanted.rstrip("\n")


@LAW
@given(text=TEXTS | st.text(max_size=20) | st.text("ｶﾞﾟは\u3099①㌔e\u0301한ㄱ\u1100\u1161\u11a8ﬁ²\n", max_size=12))
def test_form_kc_takes_and_gives_no_line_so_that_blocks_stay_where_they_are(text: str) -> None:
    lines = [unicodedata.normalize("NFKC", line) for line in text.split("\n")]
    assert edited("nfkc", text).split("\n") == lines


def test_blocks_of_a_text_in_form_kc_hold_the_same_lines() -> None:
    old = "㈱ｶﾅ\n本文ＡＢ\n終"
    new = edited("nfkc", old)
    spans: list[BlockSpan] = [{"type": "h1", "start": 0, "end": len("㈱ｶﾅ".encode())}]
    spans.append({"type": "li", "start": len("㈱ｶﾅ\n本文ＡＢ\n".encode()), "end": len(old.encode())})
    data = new.encode()
    found = [data[span["start"] : span["end"]].decode() for span in carried(spans, old, new)]
    assert found == ["(株)カナ", "終"]
