"""One document inside each limit of the other recipes, and one just outside: a table of texts and what becomes of them."""

# ruff: noqa: RUF001 - marks of Japanese are what is counted
from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import lz4.block
import pytest

from recipe_rows import judged, reasons
from yurai.run.recipe import load_recipe, shipped
from yurai.stages.filter.settings import Filter

KANA = [chr(at) for at in range(0x3042, 0x3094)]
KANJI = [chr(at) for at in range(0x4E00, 0x9000, 7)]
OURS = ("swallow-v2", "llmjp-v1", "uzushio-03a", "hojichar")


def words(count: int, seed: int = 0, kana: float = 0.5) -> str:
    """Return letters of which a share is hiragana, without marks."""
    chance = random.Random(seed)
    hiragana = round(kana * count)
    made = chance.choices(KANA, k=hiragana) + chance.choices(KANJI, k=count - hiragana)
    chance.shuffle(made)
    return "".join(made)


def prose(count: int, seed: int = 0, length: int = 40, kana: float = 0.5) -> str:
    """Return so many characters in sentences of one length; the last may be longer."""
    made = words(count, seed, kana)
    stops = range(length - 1, count - 1, length)
    return "".join("。" if at in stops or at == count - 1 else one for at, one in enumerate(made))


def around(start: str, pack: Callable[[bytes], bytes], *, low: float = 0, high: float = 0) -> tuple[str, str]:
    """Return two texts that differ by one sentence that comes back, packed to just inside and just outside a limit."""

    def beyond(text: str) -> bool:
        ratio = len(pack(text.encode())) / len(text.encode())
        return ratio < low if low else ratio <= high

    before, after = repeated(start, beyond)
    return (before, after) if low else (after, before)


def repeated(start: str, beyond: Callable[[str], bool]) -> tuple[str, str]:
    """Return the last text that is not beyond and the first that is, while one sentence comes back once more."""
    texts = [start + "同じことです。" * count for count in range(900)]
    place = next(at for at, text in enumerate(texts) if beyond(text))
    return texts[place - 1], texts[place]


def common_share(text: str) -> float:
    """Return the ratio of HojiChar's CharRepetitionRatioFilter: the commonest runs of 5 / all of them."""
    counts = sorted(Counter(text[at : at + 5] for at in range(len(text) - 4)).values(), reverse=True)
    most = min(int(len(counts) ** 0.5), sum(one > 1 for one in counts))
    return sum(counts[:most]) / sum(counts)


def zlibbed(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def lz4ed(data: bytes) -> bytes:
    return bytes(lz4.block.compress(data, store_size=False))


def twice(count: int, kana: float = 0.5) -> str:
    """Return so many characters, of which the last two fifths are a copy: what packs as pages do."""
    return (prose(count * 3 // 5, kana=kana) * 2)[:count]


def with_hiragana(share: float) -> tuple[str, str]:
    """Return two texts, hiragana of the first at least that share, of the second less, by one letter."""
    least, last = twice(400, 0.4), ""
    while sum(one in KANA for one in least) >= share * len(least):
        place = next(at for at, one in enumerate(least) if one in KANA and at > 60)
        last, least = least, least[:place] + "雨" + least[place + 1 :]
    return last, least


SIGNS = "".join(random.Random(2).choices("☆★◆●■►▼▲▻¡✱♡✓⊕◦˚☻", k=200))
WIDE = "あ" + "".join(chr(0x4E00 + at * at * 7919 % 20879) + "。" * (at % 40 == 39) for at in range(900))


class Case(NamedTuple):
    """Two texts that differ by a step: `inside` stays unless `kept` says why not, `outside` goes for `reason`."""

    recipe: str
    inside: str
    outside: str
    reason: str
    kept: str | None = None
    urls: tuple[str, str] = ("https://example.jp/", "https://example.jp/")


def lines(count: int, length: int = 40) -> list[str]:
    return [prose(length, at, length) for at in range(count)]


def share(part: str, count: int, whole: int, rest: Callable[[int], list[str]]) -> str:
    """Return lines of which `count` of `whole` are `part`, each behind another one."""
    others = rest(whole - count)
    return "\n".join(one + (f"\n{part}" if at < count else "") for at, one in enumerate(others))


CASES = [
    # swallow-v2
    Case("swallow-v2", prose(400), prose(399), "scripts:too-few-japanese"),
    Case("swallow-v2", prose(1000, kana=0.21), prose(1000, kana=0.19), "scripts:too-little-hiragana"),
    Case(
        "swallow-v2",
        "\n".join(one[:-1] + ("…" if at < 8 else "。") for at, one in enumerate(lines(40))),
        "\n".join(one[:-1] + ("…" if at < 9 else "。") for at, one in enumerate(lines(40))),
        "sentence-shapes:cut-sentences",
    ),
    Case("swallow-v2", share("", 31, 100, lines), share("", 32, 100, lines), "sentence-shapes:duplicate-lines"),
    Case(
        "swallow-v2",
        "".join(one + ("あ。" if at < 31 else "") for at, one in enumerate(lines(69))),
        "".join(one + ("あ。" if at < 32 else "") for at, one in enumerate(lines(68))),
        "sentence-shapes:duplicate-sentences",
    ),
    Case(
        "swallow-v2",
        "\n".join([*lines(30, 33), *[prose(20, 9, 20)] * 13]),
        "\n".join([*lines(30, 33), *[prose(20, 9, 20)] * 14]),
        "sentence-shapes:duplicate-line-characters",
    ),
    Case(
        "swallow-v2",
        "\n".join(one + prose(20, 9, 20) * (at < 13) for at, one in enumerate(lines(30, 33))),
        "\n".join(one + prose(20, 9, 20) * (at < 14) for at, one in enumerate(lines(30, 33))),
        "sentence-shapes:duplicate-sentence-characters",
    ),
    *(
        Case(
            "swallow-v2",
            *(
                ("".join("あいうえ"[:n] + chr(0x5000 + at) for at in range(most)) + prose(1200, 4).replace("あ", "か"))[: 999 + n]
                for most in (limit, limit + 1)
            ),
            f"character-repetition:common-{n}-characters",
        )
        for n, limit in ((2, 200), (3, 180), (4, 160))
    ),
    # llmjp-v1
    *(
        Case("llmjp-v1", prose(400), prose(400), reason, urls=urls)
        for reason, urls in (
            ("url-blocklist:unlisted-domain", ("https://a.example.tokyo/", "https://a.example.co.uk/")),
            ("url-blocklist:unlisted-domain", ("http://jp/", "http://jp.example/")),
            ("url-blocklist:listed-domain", ("https://en.wikipedia.org/", "https://ja.wikipedia.org/wiki")),
        )
    ),
    Case("llmjp-v1", words(49, kana=0) + prose(500), words(50, kana=0) + prose(500), "scripts:no-kana-at-the-beginning"),
    Case("llmjp-v1", words(747) + "。。。", words(748) + "。。。", "scripts:too-few-kuten"),
    Case("llmjp-v1", *around(prose(400), zlibbed, low=0.3), "compression:zlib-repeats"),
    Case("llmjp-v1", *around(WIDE, zlibbed, high=0.7), "compression:zlib-random"),
    # uzushio-03a: a page of 50 characters passes that limit, and fails the one of 200 at the end
    Case("uzushio-03a", twice(50), twice(49), "length:too-short", kept="length:too-short"),
    Case("uzushio-03a", twice(200), twice(199), "length:too-short"),
    Case("uzushio-03a", *with_hiragana(0.15), "scripts:too-little-hiragana-in-text"),
    Case("uzushio-03a", *around(prose(400), lz4ed, low=0.5), "compression:lz4-repeats"),
    Case("uzushio-03a", *around(prose(400), lz4ed, high=0.75), "compression:lz4-random"),
    # hojichar
    Case("hojichar", prose(400) + "第1話。" * 14, prose(400) + "第1話。" * 15, "pattern-list:listed-patterns"),
    Case("hojichar", prose(400) + "-" * 14, prose(400) + "-" * 15, "pattern-list:listed-patterns"),
    Case("hojichar", words(49, kana=0) + prose(500), words(50, kana=0) + prose(500), "scripts:no-kana-at-the-beginning"),
    Case("hojichar", words(99) + "。", words(100) + "。", "scripts:too-few-kuten"),
    Case("hojichar", *repeated(prose(400), lambda text: common_share(text) >= 0.33), "character-repetition:common-runs"),
    Case("hojichar", prose(600) + "！" * 199, prose(600) + "！" * 200, "special-characters:long-run"),
    Case("hojichar", prose(300) + SIGNS[:186], prose(300) + SIGNS[:187], "special-characters:special-characters"),
    Case(
        "hojichar",
        "\n".join([one + "…" for one in lines(7)] + lines(3) + [""]),
        "\n".join([one + "…" for one in lines(8)] + lines(2) + [""]),
        "sentence-shapes:ellipses-at-line-ends",
    ),
    Case("hojichar", "\n".join(lines(10) + ["雨が降る。"] * 10), "\n".join(lines(10) + ["雨が降る。"] * 11), "sentence-shapes:brief-lines"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[f"{one.recipe} {one.reason} {at}" for at, one in enumerate(CASES)])
def test_inside_and_outside(case: Case) -> None:
    (inside,), (outside,) = (
        reasons(case.recipe, [text], url) for text, url in zip((case.inside, case.outside), case.urls, strict=True)
    )
    assert (inside, outside) == (case.kept, case.reason)


LZ4_40, LZ4_50 = "CompressionRate .40 to .75", "CompressionRate .50 to .75"
HIRAGANA_15, LENGTH_200 = "HiraganaRatio low .15", "DocLength low 200"


@pytest.mark.parametrize(
    ("without", "texts", "reason"),
    [
        ({HIRAGANA_15, LZ4_40, LZ4_50}, with_hiragana(0.10), "scripts:too-little-hiragana-in-text"),
        ({LZ4_40, LZ4_50}, around(prose(400), lz4ed, low=0.25), "compression:lz4-repeats"),
        ({LZ4_50}, around(prose(400), lz4ed, low=0.40), "compression:lz4-repeats"),
        ({LZ4_50}, around(prose(400), lz4ed, high=0.75), "compression:lz4-random"),
        ({LENGTH_200}, (twice(50), twice(49)), "length:too-short"),
    ],
)
def test_weaker_levels_of_uzushio(without: set[str], texts: tuple[str, str], reason: str, tmp_path: Path) -> None:
    """A level is the recipe without its stricter lines. That LZ4 makes five bytes of one, no text reaches."""
    lines = shipped()["uzushio-03a"].read_text("utf-8").splitlines(keepends=True)
    left = [line for line in lines if not line.rstrip().endswith(tuple(f"# {one}" for one in without))]
    assert len(lines) - len(left) == len(without)
    (tmp_path / "weaker.toml").write_text("".join(left), "utf-8")
    assert reasons(str(tmp_path / "weaker.toml"), texts) == [None, reason]


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("sentence-shapes:sentence-too-long", prose(900) + words(300, 7) + "。"),
        ("scripts:too-little-japanese", prose(500) + words(700, 3).translate({ord(one): chr(0x430 + at % 32) for at, one in enumerate(KANA + KANJI)})),
        ("character-repetition:duplicate-10-characters", prose(2000) + words(1) + prose(2000)[7:230]),
        ("scripts:too-much-katakana", "".join(chr(ord(one) + 0x60) if one in KANA and at % 3 else one for at, one in enumerate(prose(900, kana=0.9)))),
    ],
)  # fmt: skip
def test_what_v2_of_swallow_no_longer_asks(reason: str, text: str) -> None:
    assert reasons("swallow-v1", [text]) == [reason]
    assert reasons("swallow-v2", [text]) == [None]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (prose(900), prose(900)),
        (prose(900) + "\nHome 2024\n次の行です。", prose(900) + "\n次の行です。"),
        (prose(900) + "\n見よ http://a.example/b です", prose(900) + "\n見よ  です"),
        (prose(900) + "\n前は" + "var a=1;" * 13 + "後", prose(900) + "\n前は後"),
        (prose(900) + "\n前は" + "x" * 99 + "後", prose(900) + "\n前は" + "x" * 99 + "後"),
        (prose(900) + "\n・会社", prose(900)),
    ],
)
def test_lines_of_llmjp_v1(text: str, wanted: str) -> None:
    ((reason, edited),) = judged("llmjp-v1", [text])
    assert (reason, edited) == (None, wanted)


@pytest.mark.parametrize("name", OURS)
def test_every_rule_with_a_limit_is_in_the_table(name: str) -> None:
    """Rules that need a list of the user's are not in a recipe, and language is asked of none of these texts.

    Rule `score` judges the links of a page, which no text has: tests/extraction/test_link_share.py.
    """
    uses = [use for use in load_recipe(name).stages if isinstance(use.settings, Filter)]
    rules = {rule.name for use in uses for rule in use.settings.rules if rule.rule.kind == "filter"}
    asked = {one.reason.partition(":")[0] for one in CASES if one.recipe == name}
    assert rules - asked <= {"language", "length", "score"}
