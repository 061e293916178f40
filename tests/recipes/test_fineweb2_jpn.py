"""Recipe fineweb2-jpn without datatrove: one Japanese document for each of its rules, and on both sides of its limits."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from fasttext_model import write_model
from recipe_documents import made_words
from recipe_rows import judged, reasons
from run_helpers import assert_whole, run
from warc_samples import response
from yurai.run.recipe import load_recipe, shipped
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

pytest.importorskip("sudachipy", reason="yurai[sudachi] is not installed")
from yurai_filters import splitters

NAME = "fineweb2-jpn"
NOUNS = [
    "山",
    "川",
    "海",
    "空",
    "森",
    "花",
    "鳥",
    "魚",
    "犬",
    "猫",
    "本",
    "紙",
    "机",
    "窓",
    "門",
    "橋",
    "道",
    "町",
    "村",
    "家",
    "庭",
    "店",
    "駅",
    "船",
    "車",
    "石",
    "土",
    "水",
    "火",
    "木",
    "糸",
    "布",
    "皿",
    "箱",
    "鏡",
    "鐘",
]
VERBS = [
    "見る",
    "聞く",
    "読む",
    "書く",
    "話す",
    "歩く",
    "走る",
    "泳ぐ",
    "作る",
    "直す",
    "運ぶ",
    "洗う",
    "拾う",
    "探す",
    "選ぶ",
    "送る",
    "開ける",
    "閉める",
]
PARTICLES = ["が", "を", "に", "と", "へ", "から", "まで", "より", "も", "は"]
JOINS = ["、", "ので、", "けれど、", "なら、", "が、", "と、", "から、", "のに、"]
ENDS = ["。", "だろう。", "らしい。", "はずだ。", "かもしれない。", "ようだ。", "そうだ。", "のだ。"]


def sentence(seed: int, clauses: int = 3) -> str:
    """A sentence of common words that no other seed has, and no pattern of words that all have."""
    draw = random.Random(seed)
    told = [
        "".join(draw.choice(NOUNS) + draw.choice(PARTICLES) for _ in range(draw.randint(1, 3))) + draw.choice(VERBS)
        for _ in range(clauses)
    ]
    return "".join(one + draw.choice(JOINS) for one in told[:-1]) + told[-1] + draw.choice(ENDS)


def prose(lines: int = 20, seed: int = 0) -> str:
    return "\n".join(sentence(1000 * seed + number) for number in range(lines))


def words(text: str) -> list[str]:
    """What the recipe's splitter makes of a text, without white space."""
    found, at = [], 0
    for length in splitters.piece_lengths("sudachi", text):
        found.append(text[at : at + length])
        at += length
    return [word for word in found if word.strip()]


def reason(text: str) -> str | None:
    return reasons(NAME, [text])[0]


def rule(name: str) -> dict[str, Any]:
    stages = [use.json() for use in load_recipe(NAME).stages if use.name == "filter"]
    return next(rule for stage in stages for rule in stage["rules"] if rule["use"] == name)  # type: ignore[union-attr, return-value] # tables


def test_prose_stays_as_it_is() -> None:
    assert judged(NAME, [prose()]) == [(None, prose())]


def test_too_few_words() -> None:
    """Words are told by Sudachi; those of punctuation alone do not count."""
    seen = {}
    for nouns in range(20, 40):
        text = "木の下で、" + "と".join(NOUNS[n % len(NOUNS)] for n in range(nouns)) + "を見た。"
        count = sum(any(character.isalnum() for character in word) for word in words(text))
        seen[count] = reason(text)
    assert {why for count, why in seen.items() if count < 50} == {"gopher-quality:too-few-words"}
    assert {why for count, why in seen.items() if count >= 50} <= {None}
    assert min(seen) < 50 <= max(seen)


def test_end_marks() -> None:
    """.096 of the lines must end a sentence."""
    lines = [sentence(number).removesuffix("。") for number in range(1000)]
    texts = [
        "\n".join(f"{line}。" if number < ended else line for number, line in enumerate(lines)) for ended in (96, 95)
    ]
    assert reasons(NAME, texts) == [None, "fineweb:few-end-marks"]


def test_repeated_lines() -> None:
    """.328 of the lines, but .1 of the characters in them: repeats of short lines are met by the first alone."""
    lines = [sentence(number, 12) for number in range(672)]
    assert reason("\n".join([*lines[:671], "春。", *["春。"] * 328])) is None
    assert reason("\n".join([*lines[:670], "春。", *["春。"] * 329])) == "gopher-repetition:duplicate-lines"


def test_characters_of_repeated_lines() -> None:
    limit = rule("fineweb")["max_repeated_line_char_share"]
    seen = set()
    for parts in range(1, 8):
        lines = [*(sentence(number) for number in range(40)), sentence(99, parts), sentence(99, parts)]
        text = "\n".join(lines)
        share = len(lines[-1]) / len(text.replace("\n", ""))
        found = reason(text)
        assert (found == "fineweb:repeated-lines") == (round(share, 4) > limit)
        seen.add(found)
    assert None in seen


def test_line_feeds_among_words() -> None:
    """At most .13 line feeds a word: short lines are many."""
    limit = rule("fineweb")["max_newline_ratio"]
    seen = set()
    for parts in (1, 2):
        for cut in range(4, 30, 2):
            whole = "".join(sentence(number, parts) for number in range(30))
            text = "。\n".join(whole[at : at + cut].strip("。") for at in range(0, len(whole), cut)) + "。"
            share = text.count("\n") / len(words(text))
            found = reason(text)
            if found in (None, "fineweb:too-many-newlines"):
                assert (found is None) == (round(share, 4) <= limit)
                seen.add(found)
    assert seen == {None, "fineweb:too-many-newlines"}


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_commonest_run_of_words(n: int) -> None:
    """Its characters, with the spaces between words that Japanese does not have, by those of the text."""
    limit = rule("gopher-repetition")[f"max_top_{n}_gram_share"]
    seen = set()
    for times in range(2, 30, 3):
        filler = [sentence(number, 1) for number in range(30)]
        text = "\n".join(f"鉛筆と消しゴムと定規を{line}" if at < times else line for at, line in enumerate(filler))
        found = words(text)
        gram, count = Counter(tuple(found[at : at + n]) for at in range(len(found) - n + 1)).most_common(1)[0]
        why = reason(text)
        if why in (None, f"gopher-repetition:common-{n}-gram"):
            assert (why is None) == (round(len(" ".join(gram)) * count / len(text), 4) <= limit)
            seen.add(why)
    assert None in seen


@pytest.mark.parametrize("n", range(5, 11))
def test_runs_of_words_that_come_again(n: int) -> None:
    limit = rule("gopher-repetition")[f"max_dup_{n}_gram_share"]
    beyond = set()
    for copies in range(1, 12):
        lines = [sentence(number, 3) for number in range(12)]
        text = "\n".join([*lines, *(f"{line.removesuffix('。')}、{at}。" for at, line in enumerate(lines[:copies]))])
        found, unique, at, repeated = words(text), set(), 0, 0
        while at < len(found) - n + 1:
            gram = tuple(found[at : at + n])
            if gram in unique:
                repeated += len("".join(gram))
                at += n
            else:
                unique.add(gram)
                at += 1
        why = reason(text)
        if n == 5 and why in (None, "gopher-repetition:duplicate-5-grams"):
            assert (why is None) == (round(repeated / len(text), 4) <= limit)
        if round(repeated / len(text), 4) > limit:
            assert why
            beyond.add(why)
    assert beyond


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (prose() + "#" * 30, None),
        ("\n".join("#".join(sentence(n)[at : at + 4] for at in range(0, 40, 4)) + "。" for n in range(20)),
         "gopher-quality:too-many-hashes"),
        ("\n".join(f"- {sentence(n)}" for n in range(10)), "gopher-quality:bullet-lines"),
        ("\n".join(f"- {sentence(n)}" if n else sentence(n) for n in range(10)), None),
        ("\n".join(f"{sentence(n)}…" if n < 4 else sentence(n) for n in range(10)), "gopher-quality:ellipsis-lines"),
        ("\n".join(f"{sentence(n)}…" if n < 3 else sentence(n) for n in range(10)), None),
        ("\n".join(f"山{n * 7919}、{n * 104729}。{n * 1299709}・{n * 15485863}。" for n in range(1, 30)),
         "gopher-quality:too-few-letter-words"),
        ("\n".join(" ".join(made_words(12, n)) + "。" for n in range(9)), "gopher-quality:too-few-stop-words"),
        ("\n".join(" ".join(made_words(12, n)) + "の。" for n in range(9)), "gopher-quality:too-few-stop-words"),
        ("\n".join(" ".join(made_words(12, n)) + "のに。" for n in range(9)), None),
    ],
)  # fmt: skip
def test_quality(text: str, why: str | None) -> None:
    found = reason(text)
    assert found == why or (why is None and found is not None and not found.startswith("gopher-quality"))


def test_words_that_are_too_long() -> None:
    lines = [made_words(8, number, 5) for number in range(9)]
    text = "\n".join(f"{' '.join(line)} のに。" for line in lines)
    assert reason(text) == "gopher-quality:words-too-long"


def test_what_other_rules_judge_does_not_count_here() -> None:
    """Short lines, paragraphs that repeat and C4's rules are off: FineWeb-2 leaves them out."""
    assert reason("\n".join(sentence(n, 1) for n in range(60))) is None
    assert reason(prose() + "\n{ lorem ipsum }") is None


def test_final_touches() -> None:
    """Rows of bars leave two blank lines, and what was read as Latin-1 is read again."""
    broken = "かなと漢字".encode().decode("latin-1")
    found = judged(NAME, [f"{prose(10)}\n|\n| |\n{prose(10, 1)}\n{broken}。"])
    assert found == [(None, f"{prose(10)}\n\n\n{prose(10, 1)}\nかなと漢字。")]


def test_language_and_score() -> None:
    assert reasons(NAME, [prose()], lang="zh") == ["language:language-not-listed"]


def page(text: str) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return (
        f'<html lang="ja"><head><meta charset="utf-8"><title>山</title></head><body><article>{body}</article>'.encode()
    )


def test_a_small_archive_runs_to_shards(tmp_path: Path) -> None:
    pages = {
        "good": prose(),
        "copy": prose() + "\n" + sentence(7),
        "menu": "\n".join(NOUNS),
        "list": "\n".join(f"- {sentence(n)}" for n in range(50, 70)),
        "english": "The harbour lies where the river meets the sea, as people remember.\n" * 9,
    }
    records = [
        response(n, page(text), WARC_Date=f"2024-05-0{n}T07:08:09Z", WARC_Target_URI=f"https://example.jp/{name}")
        for n, (name, text) in enumerate(pages.items(), 1)
    ]
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    record = run(tmp_path / "out", [tmp_path / "pages.warc.gz"], recipe=NAME)
    assert_whole(tmp_path / "out", record.digest)
    by_stage = audit(open_store(str(tmp_path / "out"))).dropped_by
    assert sum(sum(reasons.values()) for reasons in by_stage.values()) == 4  # both stages "filter" count
    dropped = ds.dataset(tmp_path / "out" / "dropped", format="parquet").to_table(columns=["url", "reason"]).to_pylist()
    why = {row["url"].rpartition("/")[2]: row["reason"] for row in dropped}
    assert why.pop("menu").startswith(("fineweb:", "gopher-quality:", "language:"))
    assert why.pop("list") == "gopher-quality:bullet-lines"
    assert why == {"copy": "near-duplicate", "english": "language:language-not-listed"}


@pytest.mark.parametrize("form", ["jpn_Jpan", "ja", "jpn"])
def test_a_model_of_your_own_takes_the_place_of_glotlid(tmp_path: Path, form: str) -> None:
    """`model = path`, with labels as GlotLID, OpenLID (`__label__jpn_Jpan`) or lid.176 (`__label__ja`) write them."""
    model = tmp_path / "lid.bin"
    english = "The harbour lies where the river meets the sea , as people remember .\n"
    sha256 = write_model(model, {form: "日本語 の 文章", "eng_Latn" if "_" in form else "en": english})
    recipe = shipped()[NAME].read_text("utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(recipe.replace('model = "lid.176.ftz"', f'model = "{model}"\nsha256 = "{sha256}"'), "utf-8")
    texts = {"japanese": f"{prose()}\nこれは 日本語 の 文章 です。", "english": english * 9}
    records = [
        response(n, page(text), WARC_Target_URI=f"https://example.jp/{name}")
        for n, (name, text) in enumerate(texts.items())
    ]
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(map(gzip.compress, records)))
    run(tmp_path / "out", [tmp_path / "pages.warc.gz"], recipe=load_recipe(str(mine)))
    [kept] = ds.dataset(tmp_path / "out" / "documents", format="parquet").to_table(columns=["url", "lang"]).to_pylist()
    assert kept == {"url": "https://example.jp/japanese", "lang": "ja"}
    [gone] = ds.dataset(tmp_path / "out" / "dropped", format="parquet").to_table(columns=["reason"]).to_pylist()
    assert gone["reason"] == "language:language-not-listed"
