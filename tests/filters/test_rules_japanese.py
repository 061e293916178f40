"""Measures of Japanese once more, one text at a time in plain Python, and what rules do with them."""

# ruff: noqa: RUF001 - marks of Japanese are what is tested
from __future__ import annotations

import itertools
import math
import re
import zlib
from collections import Counter
from typing import Any

import lz4.block
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from cost import grows_linearly

LAW = settings(deadline=None, max_examples=80)
PIECES = (
    *(
        "雨が降る。",
        "カタカナ",
        "漢字",
        "々",
        "・",
        "…",
        "...",
        "、",
        "，",
        "．",
        "！",
        "？",
        "!",
        "?",
        "。。",
        " ",
        "\u3000",
    ),
    *(
        "\n",
        "\n\n",
        "ー",
        "ｶﾅ",
        "\U00020bb7",
        "abc ",
        "3",
        "😀",
        "#",
        "ん",
        "ゔ",
        "か\u3099",
        "\r\n",
        "メニュー\n",
        "もっと見る…\n",
    ),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=30)
ROWS = st.lists(st.none() | TEXTS, max_size=6)
SENTENCE = re.compile(r"[^。．！？!?]+[。．！？!?]?")
KANJI = re.compile(r"[々〇〻\u3400-\u9fff\uf900-\ufaff]")


def measured(name: str, texts: list[str | None]) -> list[dict[str, Any]]:
    found = yf.measure(yf.TAGGERS[name], {"text": pa.array(texts, pa.string())}, {})
    return [{key: column[row].as_py() for key, column in found.items()} for row in range(len(texts))]


def same(found: dict[str, Any], wanted: dict[str, float | None]) -> bool:
    assert found.keys() == wanted.keys()
    return all(
        (found[name] is None) if value is None else math.isclose(found[name], value, rel_tol=2e-6, abs_tol=2e-6)
        for name, value in wanted.items()
    )


def of(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


# --- each tagger against a loop ---------------------------------------------------------------------------------------


def scripts_of(text: str) -> dict[str, float | None]:
    hiragana = sum("ぁ" <= one <= "ゖ" for one in text)
    katakana = sum("ァ" <= one <= "ヺ" for one in text)
    kanji = len(KANJI.findall(text))
    japanese = hiragana + katakana + kanji + sum(one in "、，。．！？" for one in text)
    return {
        "japanese_count": japanese,
        "japanese_share": japanese / len(text),
        "hiragana_share": of(hiragana, japanese),
        "katakana_share": of(katakana, japanese),
        "kanji_share": of(kanji, japanese),
        "hiragana_text_share": sum("\u3040" <= one <= "\u309f" for one in text) / len(text),
        "kuten_rate": text.count("。") / len(text),
        "opening_kana_count": len(re.findall(r"[ぁ-んァ-ン]", text[:50])),
    }


def repeats(parts: list[str]) -> tuple[float, float]:
    counts = Counter(parts)
    characters = sum(len(part) * (count - 1) for part, count in counts.items())
    return of(len(parts) - len(counts), len(parts)), of(characters, sum(map(len, parts)))


def sentences_of(text: str) -> dict[str, float | None]:
    by_line = [SENTENCE.findall(line) for line in text.split("\n")]
    sentences = list(itertools.chain.from_iterable(by_line))
    lines = [line for line in text.split("\n") if line.strip()]
    dup_sentences, dup_lines = repeats(sentences), repeats(["".join(line) for line in by_line])
    every = text.split("\n")
    return {
        "mean_sentence_length": round(of(sum(map(len, sentences)), len(sentences)), 4),
        "max_sentence_length": max(map(len, sentences), default=0),
        "ellipsis_sentence_share": of(sum(one.strip().endswith(("・", "…")) for one in sentences), len(sentences)),
        "dup_sentence_share": dup_sentences[0],
        "dup_sentence_char_share": dup_sentences[1],
        "dup_any_line_share": dup_lines[0],
        "dup_any_line_char_share": dup_lines[1],
        "cut_line_share": of(sum(bool(re.search(r"(・|…|、|\.\.\.)\s*\Z", line)) for line in lines), len(lines)),
        "ellipsis_newline_ratio": of(len(re.findall(r"(\.{3}|…)\n", text)), text.count("\n")),
        "brief_line_share": sum(len(line) <= 10 for line in every) / len(every),
    }


def ngrams_of(text: str) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    common = 0.0
    for n in range(2, 11):
        counts = Counter(text[at : at + n] for at in range(len(text) - n + 1))
        if n < 5:
            found[f"top_{n}_character_share"] = of(max(counts.values(), default=0), counts.total())
        else:
            found[f"dup_{n}_character_share"] = of(sum(count > 1 for count in counts.values()), len(counts))
        if n == 5:
            highest = sorted(counts.values(), reverse=True)
            most = min(math.isqrt(len(counts)), sum(count > 1 for count in highest))
            common = of(sum(highest[:most]), counts.total())
    return found | {"common_5_character_share": common}


def signs_of(text: str) -> dict[str, float | None]:
    is_special = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\r\x0b\x0c\u3000。、，．！？…😀"
    return {
        "special_character_share": sum(one in is_special for one in text) / len(text),
        "longest_run": max(sum(1 for _ in run) for _, run in itertools.groupby(text)),
    }


def packed(text: str) -> dict[str, float | None]:
    data = text.encode()
    return {
        "zlib_ratio": len(zlib.compress(data, 9)) / len(data),
        "lz4_ratio": len(lz4.block.compress(data, store_size=False)) / len(data),
    }


LOOPS = {
    "script-shares": scripts_of,
    "japanese-sentences": sentences_of,
    "character-ngrams": ngrams_of,
    "compression-ratios": packed,
}


@pytest.mark.parametrize("name", LOOPS)
@LAW
@given(texts=ROWS)
def test_a_tagger_says_what_a_loop_over_each_text_says(name: str, texts: list[str | None]) -> None:
    for text, found in zip(texts, measured(name, texts), strict=True):
        if text:
            assert same(found, LOOPS[name](text))
        else:
            missing = {key for key, value in found.items() if value is None}
            counts = {"japanese_count", "opening_kana_count"} if text == "" else set()
            assert missing == found.keys() - counts


@LAW
@given(texts=st.lists(st.lists(st.sampled_from(PIECES[:-15]), max_size=20).map("".join), max_size=4))
def test_signs_are_counted_as_a_loop_counts_them(texts: list[str]) -> None:
    for text, found in zip(texts, measured("symbols", list(texts)), strict=True):
        if text:
            known = text.replace("・", "").replace("‥", "")
            assert found["longest_run"] == signs_of(text)["longest_run"]
            assert measured("symbols", [known]) == measured("symbols", [known])
            if known:
                share = measured("symbols", [known])[0]["special_character_share"]
                assert math.isclose(share, signs_of(known)["special_character_share"] or 0, abs_tol=2e-6)


@pytest.mark.parametrize("name", [*LOOPS, "symbols"])
@LAW
@given(texts=ROWS)
def test_a_text_is_measured_the_same_whatever_stands_beside_it(name: str, texts: list[str | None]) -> None:
    assert measured(name, texts) == [measured(name, [text])[0] for text in texts]


@pytest.mark.parametrize("name", [*LOOPS, "symbols"])
@pytest.mark.parametrize("piece", ["漢", "雨が降る。", "・\n", "。", "a\n", "あいうえおかきくけこ"])
def test_cost_grows_with_the_text(name: str, piece: str) -> None:
    def work(size: int) -> Any:
        text = {"text": pa.array([piece * (size // len(piece))])}
        return lambda: yf.measure(yf.TAGGERS[name], text, {})

    assert grows_linearly(work, 200_000, times=4)


# --- the rules of Swallow v1, written twice ---------------------------------------------------------------------------

SWALLOW: list[tuple[str, dict[str, Any]]] = [
    ("length", {"min_characters": 400}),
    (
        "sentence-shapes",
        {
            "max_dup_line_share": 0.3,
            "max_dup_sentence_share": 0.3,
            "max_dup_line_char_share": 0.2,
            "max_dup_sentence_char_share": 0.2,
            "min_mean_sentence_length": 20,
            "max_mean_sentence_length": 90,
            "max_sentence_characters": 200,
            "max_ellipsis_sentence_share": 0.2,
        },
    ),
    (
        "character-repetition",
        {f"max_top_{n}_character_share": limit for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16))}
        | {f"max_dup_{n}_character_share": round(0.2 - n / 100, 2) for n in range(5, 11)},
    ),
    (
        "scripts",
        {
            "min_hiragana_share": 0.2,
            "max_katakana_share": 0.5,
            "min_japanese_share": 0.5,
            "min_japanese_count": 400,
        },
    ),
]


def swallow_keeps(text: str) -> bool:
    """The published rules in plain Python, over one text."""
    found = {**scripts_of(text), **sentences_of(text), **ngrams_of(text)} if text else {}
    value: dict[str, float] = {name: float(one or 0) for name, one in found.items()}
    return (
        len(text) >= 400
        and value["dup_any_line_share"] <= 0.3
        and value["dup_sentence_share"] <= 0.3
        and value["dup_any_line_char_share"] <= 0.2
        and value["dup_sentence_char_share"] <= 0.2
        and all(value[f"top_{n}_character_share"] <= limit for n, limit in ((2, 0.2), (3, 0.18), (4, 0.16)))
        and all(value[f"dup_{n}_character_share"] <= round(0.2 - n / 100, 2) for n in range(5, 11))
        and value["hiragana_share"] >= 0.2
        and value["katakana_share"] <= 0.5
        and value["japanese_share"] >= 0.5
        and value["japanese_count"] >= 400
        and 20 <= value["mean_sentence_length"] <= 90
        and value["max_sentence_length"] <= 200
        and value["ellipsis_sentence_share"] <= 0.2
    )


def verdicts(texts: list[str], rules: list[tuple[str, dict[str, Any]]]) -> list[str | None]:
    columns: dict[str, Any] = {"text": pa.array(texts, pa.string()), "lang": pa.array(["ja"] * len(texts))}
    for name in ("characters", *LOOPS, "symbols"):
        columns |= yf.measure(yf.TAGGERS[name], columns, {})
    found = [yf.judge(yf.FILTERS[name], columns, given_settings, columns["lang"]) for name, given_settings in rules]
    reasons = [one.reason.to_pylist() for one in found]
    return [next((reason for reason in row if reason), None) for row in zip(*reasons, strict=True)]


def prose(sentences: int, start: int = 0) -> str:
    """Sentences that repeat little: numbers, places and things in turn."""
    places = "海山川森町村島谷湖丘港橋畑庭駅店城寺浜空"
    verbs = (
        "歩いて帰った",
        "ゆっくり眺めていた",
        "友だちに話した",
        "写真に残した",
        "地図で探した",
        "手紙に書いた",
        "絵に描いた",
    )
    made = []
    for number in range(start, start + sentences):
        one, two = places[number % 20], places[(number * 7 + number // 20) % 20]
        made.append(
            f"{one}から{two}まで{verbs[number % 7]}のは{number}日の{places[number * 3 % 20]}の{chr(0x4E00 + number)}のことだ。"
        )
    return "\n".join("".join(made[at : at + 3]) for at in range(0, len(made), 3))


MIXED = st.lists(
    st.one_of(st.integers(0, 400).map(lambda start: prose(6, start)), st.sampled_from(PIECES).map(lambda one: one * 9)),
    max_size=8,
).map("\n".join)


@settings(deadline=None, max_examples=150)
@given(text=MIXED)
def test_swallow_v1_is_what_its_rules_in_plain_python_are(text: str) -> None:
    assert (verdicts([text], SWALLOW) == [None]) == swallow_keeps(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (prose(24), None),
        (prose(24)[:399], "too-short"),
        (prose(24) + "\n\n" * 12, "duplicate-lines"),
        (prose(24) + "続きを読む！" * 20, "duplicate-sentences"),
        (prose(24).replace("。", "。また来る。"), "duplicate-sentences"),
        (prose(24) + "ああ" * 120, "sentence-too-long"),
        (prose(24) + "".join(f"{chr(0x4E00 + at)}！" for at in range(30)), "sentences-too-short"),
        (prose(24).replace("。", "…\n") + "終", "cut-sentences"),
        ("".join(chr(0x4E00 + at) + ("。" if at % 40 == 39 else "") for at in range(900)), "too-little-hiragana"),
        (prose(12) + "".join(chr(0x61 + at % 26) + chr(0x400 + at) for at in range(900)), "sentences-too-long"),
        (prose(24).replace("。", "．"), None),
        (prose(24).replace("\n", "\r\n"), None),
    ],
)
def test_swallow_v1_by_example(text: str, reason: str | None) -> None:
    assert verdicts([text], SWALLOW) == [reason]


@pytest.mark.parametrize(
    ("name", "given_settings", "text", "reason"),
    [
        ("scripts", {"min_opening_kana_count": 1}, "漢" * 49 + "あ", None),
        ("scripts", {"min_opening_kana_count": 1}, "漢" * 50 + "あ", "no-kana-at-the-beginning"),
        ("scripts", {"min_opening_kana_count": 1}, "ｶﾅ漢字", "no-kana-at-the-beginning"),
        ("scripts", {"min_kuten_rate": 0.004}, "あ" * 249 + "。", None),
        ("scripts", {"min_kuten_rate": 0.004}, "あ" * 250 + "。", "too-few-kuten"),
        ("scripts", {"min_kuten_rate": 0.0125}, "あ" * 79 + "。", None),
        ("scripts", {"min_kuten_rate": 0.0125}, "あ" * 80 + "。", "too-few-kuten"),
        ("scripts", {"min_kuten_rate": 0.25}, "おはよう。", "too-few-kuten"),
        ("scripts", {"min_hiragana_text_share": 0.1}, "あ" + "a" * 9, None),
        ("scripts", {"min_hiragana_text_share": 0.1}, "あ" + "a" * 10, "too-little-hiragana-in-text"),
        ("scripts", {"min_hiragana_share": 0.2}, "123 abc", "too-little-hiragana"),
        ("scripts", {"min_japanese_share": 0.5}, "\U00020bb7\U00020bb7あ", "too-little-japanese"),
        ("special-characters", {"max_run": 199}, "前" + "-" * 199, None),
        ("special-characters", {"max_run": 199}, "前" + "ー" * 200, "long-run"),
        ("special-characters", {"max_run": 199}, "\n" * 200, "long-run"),
        ("special-characters", {"max_special_character_share": 0.4}, "雨雨雨☆★", None),
        ("special-characters", {"max_special_character_share": 0.4}, "雨雨☆★♪！", "special-characters"),
        ("sentence-shapes", {"max_brief_line_share": 0.5}, "短い\n" + "長" * 11, None),
        ("sentence-shapes", {"max_brief_line_share": 0.5}, "短い\n\n" + "長" * 11, "brief-lines"),
        ("sentence-shapes", {"max_ellipsis_newline_ratio": 0.7}, "一…\n二...\n三、\n四", None),
        ("sentence-shapes", {"max_ellipsis_newline_ratio": 0.7}, "一…\n二...\n三…\n四", "ellipses-at-line-ends"),
        ("sentence-shapes", {"max_cut_line_share": 0.5}, "一、\n二・ \n\n三。", "cut-lines"),
        ("sentence-shapes", {"min_mean_sentence_length": 20}, "！？！？", "sentences-too-short"),
        ("character-repetition", {"max_common_5_character_share": 0.329999}, prose(9), None),
        ("character-repetition", {"max_common_5_character_share": 0.329999}, "13：名無しさん " * 40, "common-runs"),
        ("compression", {"min_zlib_ratio": 0.3}, "同じ行です。\n" * 100, "zlib-repeats"),
        (
            "compression",
            {"max_zlib_ratio": 0.7},
            "".join(chr(0x4E00 + at * at * 7919 % 20879) for at in range(900)),
            "zlib-random",
        ),
        ("compression", {"min_lz4_ratio": 0.5}, "同じ行です。\n" * 100, "lz4-repeats"),
    ],
)
def test_rules_of_other_recipes_by_example(
    name: str, given_settings: dict[str, Any], text: str, reason: str | None
) -> None:
    assert verdicts([text], [(name, given_settings)]) == [reason]
