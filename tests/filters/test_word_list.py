"""Words and phrases of a list: what is found, what is not, and that a plain search finds the same."""

# ruff: noqa: RUF001 - forms of Japanese are what is tested
from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from cost import grows_linearly
from yurai_filters.hosts import shown_url
from yurai_filters.phrases import Manner, Phrases
from yurai_filters.urls import UrlWords
from yurai_filters.word_list import WordList

FOLDED = Manner()
PLAIN = Manner(fold=False, kana_boundary=False, word_boundary=False)


def found(words: list[str], text: str, manner: Manner = FOLDED) -> list[str]:
    written = manner.written(text)
    return [written[start:end] for _, start, end in Phrases(WordList([words]), manner)(written)]


@pytest.mark.parametrize(
    ("words", "text", "wanted"),
    [
        (["サック"], "リュックサックとサック", ["サック"]),
        (["サック"], "リュックサック", []),
        (["サック"], "サックー", []),
        (["サック"], "ｻｯｸ！", ["サック"]),
        (["ﾊﾞｶ"], "バカな", ["バカ"]),
        (["バカ"], "ﾊﾞｶ", ["バカ"]),
        (["アス"], "アスパラガス", []),
        (["アス", "アスパラガス"], "アスパラガス", ["アスパラガス"]),
        (["アス", "アスパラ"], "アスパラの、アス", ["アスパラ", "アス"]),
        (["悪い"], "意地悪いや", ["悪い"]),
        (["ass"], "class ASS Ａｓｓ asset", ["ass", "ass"]),
        (["ass"], "漢字assかな", ["ass"]),
        (["bad word"], "a BAD WORD.", ["bad word"]),
        (["①"], "1番 ①", ["1", "1"]),
        (["㈱"], "(株)と㈱", ["(株)", "(株)"]),
        (["駄目", "駄目だ"], "駄目だ駄目", ["駄目だ", "駄目"]),
        (["ＳＡＬＥ"], "sale", ["sale"]),
        (["が"], "か\u3099", ["が"]),
        (["\U00020bb7野家"], "\U00020bb7野家へ", ["\U00020bb7野家"]),
        (["18禁"], "118禁 18禁", ["18禁"]),
        ([], "何もない", []),
    ],
)
def test_what_is_found(words: list[str], text: str, wanted: list[str]) -> None:
    assert found(words, text) == wanted


@pytest.mark.parametrize(
    ("manner", "words", "text", "wanted"),
    [
        (Manner(kana_boundary=False), ["アス"], "アスパラガス", ["アス"]),
        (Manner(word_boundary=False), ["ass"], "class", ["ass"]),
        (Manner(fold=False), ["ﾊﾞｶ"], "バカ ﾊﾞｶ", ["ﾊﾞｶ"]),
        (Manner(fold=False), ["Sale"], "SALE Sale", ["Sale"]),
        (PLAIN, ["アス", "パラ"], "アスパラ", ["アス", "パラ"]),
    ],
)
def test_each_manner(manner: Manner, words: list[str], text: str, wanted: list[str]) -> None:
    assert found(words, text, manner) == wanted


LETTERS = st.text("アイー亜あab1 ", min_size=1, max_size=4)


@settings(deadline=None, max_examples=200)
@given(words=st.lists(LETTERS.filter(str.strip), max_size=6), text=st.text("アイー亜あab1 ", max_size=40))
def test_a_plain_search_from_the_left_finds_the_same(words: list[str], text: str) -> None:
    wanted, at = [], 0
    while at < len(text):
        longest = max((word for word in words if text.startswith(word, at)), key=len, default="")
        wanted += [longest] if longest else []
        at += len(longest) or 1
    assert found(words, text, PLAIN) == wanted


def judged(text: str, **given_settings: object) -> str | None:
    words = WordList([["ほげ", "ふが", "メカ"]])
    verdict = yf.judge(yf.FILTERS["word-list"], {"text": pa.array([text])}, {"words": words, **given_settings}, None)
    return verdict.reason[0].as_py()


@pytest.mark.parametrize(
    ("text", "given_settings", "reason"),
    [
        ("ほげ" * 3, {"max_count": 3}, None),
        ("ほげ" * 4, {"max_count": 3}, "listed-words"),
        ("ほげ" * 4, {"max_different": 1}, None),
        ("ほげふが", {"max_different": 1, "topic": "ng"}, "ng-words"),
        ("ほげabcdefgh", {"max_share": 0.2, "of": "characters"}, None),
        ("ほげabcdefgh", {"max_share": 0.2, "of": "japanese"}, "listed-words"),
        ("ほげ" + "あ" * 38, {"max_share": 0.05, "of": "japanese"}, None),
        ("ほげ" + "あ" * 38, {"max_share": 0.049999, "of": "japanese", "topic": "ng"}, "ng-words"),
        ("ほげ" + "。" * 498, {"max_rate": 2}, None),
        ("ほげ" + "。" * 497, {"max_rate": 2}, "listed-words"),
        ("メカニズム", {"max_count": 0}, None),
        ("メカニズム", {"max_count": 0, "kana_boundary": False}, "listed-words"),
        ("", {"max_count": 0, "max_share": 0.0, "max_rate": 0.0}, None),
    ],
)
def test_limits_of_the_rule(text: str, given_settings: dict[str, Any], reason: str | None) -> None:
    assert judged(text, **given_settings) == reason


def test_lists_are_checked_and_pinned(tmp_path: Any) -> None:
    path = tmp_path / "ng.txt"
    path.write_text("ほげ\n", "utf-8")
    columns = {"text": pa.array(["ほげ"])}
    found = yf.judge(yf.FILTERS["word-list"], columns, {"words": [str(path)], "max_count": 0}, None)
    assert found.reason.to_pylist() == ["listed-words"]
    with pytest.raises(ValueError, match="which has sha256"):
        yf.judge(yf.FILTERS["word-list"], columns, {"words": [f"{path}#sha256={'0' * 64}"], "max_count": 0}, None)


@pytest.mark.parametrize("piece", ["ほげ", "メカ", "あ", "ほ"])
def test_cost_grows_with_the_text(piece: str) -> None:
    words = WordList([["ほげ", "ほげほげ", "メカ", "げ"]])

    def work(size: int) -> Any:
        text = {"text": pa.array([piece * (size // len(piece))])}
        return lambda: yf.judge(yf.FILTERS["word-list"], text, {"words": words, "max_count": 3}, None)

    assert grows_linearly(work, 50_000, times=4)


# --- url-words --------------------------------------------------------------------------------------------------------


def of_url(url: str, **lists: list[str]) -> str | None:
    given_settings = {name: UrlWords([[UrlWords.entry(word) or "" for word in words]]) for name, words in lists.items()}
    return yf.judge(yf.FILTERS["url-words"], {"url": pa.array([url])}, given_settings, None).reason[0].as_py()


@pytest.mark.parametrize(
    ("url", "word", "reason"),
    [
        ("https://a.example/%E3%82%AB%E3%82%B8%E3%83%8E/1", "カジノ", "banned-word"),
        ("https://a.example/カジノ", "ｶｼﾞﾉ", "banned-word"),
        ("https://a.example/カジノン", "カジノ", None),
        ("https://a.example/?q=%E5%87%BA%E4%BC%9A%E3%81%84%E7%B3%BB", "出会い", "banned-word"),
        ("https://xn--eckwd4c7cu47r2wf.jp/", "ドメイン", "banned-word"),
        ("https://XN--ECKWD4C7CU47R2WF.jp:8080/a", "名例", "banned-word"),
        ("https://ドメイン名例.jp/", "ドメイン", "banned-word"),
        ("https://a.example/%83J%83W%83m", "カジノ", None),
        ("https://a.example/%E3%82%AB%E3%82", "カ", "banned-word"),
        ("https://xn--.example/%", "カ", None),
        ("https://a.example/caf%C3%A9/x", "Café", "banned-word"),
        ("https://a.example/caf%C3%A9s/x", "café", None),
        ("https://a.example/casino", "casino", "banned-word"),
        ("https://a.example/%63asino", "casino", None),
    ],
)
def test_words_of_urls_beyond_ascii(url: str, word: str, reason: str | None) -> None:
    assert of_url(url, words=[word]) == reason


def test_soft_words_and_substrings_beyond_ascii() -> None:
    url = "https://a.example/%E3%82%AB%E3%82%B8%E3%83%8E-bonus"
    assert of_url(url, soft_words=["カジノ", "bonus"]) == "soft-banned-words"
    assert of_url(url, soft_words=["カジノ", "poker"]) is None
    assert of_url("https://a.example/オンラインカジノ", substrings=["カジノ"]) == "banned-substring"


@settings(deadline=None, max_examples=200)
@given(url=st.text("abcxn-./:%E3829カ?#@[]\ud7ff", max_size=40))
def test_no_url_is_too_odd_to_be_shown(url: str) -> None:
    assert unicodedata.normalize("NFC", shown_url(url)) is not None
    shown_url(url).encode("utf-8")
