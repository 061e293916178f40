"""Word splitters: one seam, versions in the fingerprint, and limits on words that judge Japanese once there is one."""

# ruff: noqa: RUF001 - a text as it is written
from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import yurai_filters as yf
from yurai.declare.stage import STAGES
from yurai.run.recipe import load_recipe
from yurai_filters import splitters
from yurai_manifests.errors import RecipeError


def installed(name: str) -> bool:
    try:
        splitters.versions(name)
    except ValueError:
        return False
    return True


EACH = [
    pytest.param(name, marks=pytest.mark.skipif(not installed(name), reason=f"yurai[{name}] is not installed"))
    for name in splitters.SPLITTERS
]
TEXT = "東京都で雨が降る。\n  Hello, 世界！ 3.5\u3000終わり"
PIECES = (
    "雨が降る。",
    "東京",
    "カタカナ",
    "abc ",
    "\n",
    "\r\n",
    " ",
    "\u3000",
    "😀",
    "\U00020bb7",
    "1",
    "…",
    "\0",
    "か\u3099",
    "\x0c",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=12)


def measured(texts: list[str | None], langs: list[str | None], name: str | None) -> list[dict[str, Any]]:
    columns = {"text": pa.array(texts, pa.string()), "lang": pa.array(langs, pa.string())}
    found: dict[str, Any] = {}
    for tagger in ("words", "repetition"):
        found |= yf.measure(yf.TAGGERS[tagger], columns, {"splitter": name})
    return [{key: column[row].as_py() for key, column in found.items()} for row in range(len(texts))]


@pytest.mark.parametrize("name", EACH)
@settings(deadline=None, max_examples=60)
@given(text=TEXTS)
def test_pieces_cover_the_text_and_none_is_empty(name: str, text: str) -> None:
    lengths = splitters.piece_lengths(name, text)
    assert sum(lengths) == len(text)
    assert 0 not in lengths
    assert splitters.piece_lengths(name, text) == lengths


@pytest.mark.parametrize("name", EACH)
def test_words_are_those_of_the_dictionary(name: str) -> None:
    lengths, at, words = splitters.piece_lengths(name, TEXT), 0, []
    for length in lengths:
        words.append(TEXT[at : at + length])
        at += length
    assert words[:5] == ["東京", "都", "で", "雨", "が"]
    [found] = measured([TEXT], ["ja"], name)
    named = [word for word in words if any(one.isalnum() for one in word)]
    assert found["word_count"] == len(named)
    assert found["piece_count"] == sum(not word.isspace() for word in words)
    assert found["mean_word_length"] == pytest.approx(sum(map(len, named)) / len(named), abs=1e-4)


@pytest.mark.parametrize("name", EACH)
@settings(deadline=None, max_examples=40)
@given(rows=st.lists(st.tuples(st.none() | TEXTS, st.sampled_from(["ja", "en", "zh", None])), max_size=5))
def test_only_its_languages_change_and_rows_do_not_touch_each_other(name: str, rows: list[tuple[Any, Any]]) -> None:
    texts, langs = [row[0] for row in rows], [row[1] for row in rows]
    together = measured(texts, langs, name)
    assert together == [measured([text], [lang], name)[0] for text, lang in rows]
    for lang, own, plain in zip(langs, together, measured(texts, langs, None), strict=True):
        assert own == plain or lang == "ja"


@pytest.mark.parametrize("name", EACH)
def test_a_run_of_words_that_comes_back_is_seen(name: str) -> None:
    once, twice = measured(["雨が降る日に山を歩いた。", "雨が降る日に山を歩いた。" * 9], ["ja", "ja"], name)
    assert once["dup_5_gram_share"] == 0
    assert twice["dup_5_gram_share"] > 0.7


@pytest.mark.parametrize("name", EACH)
def test_a_long_line_is_split_in_parts(name: str) -> None:
    text = "雨が降る。" * (3 * splitters.MOST // 5)
    assert sum(splitters.piece_lengths(name, text)) == len(text)


HEAD = "".join(f'[[stage]]\nuse = "{name}"\n' for name in ("read", "extract", "language", "measure"))
TAIL = (
    '[[stage]]\nuse = "filter"\nrules = [{ use = "gopher-repetition", languages = ["ja"] }]\n'
    '[[stage]]\nuse = "tokenize"\n'
)


@pytest.mark.parametrize("name", EACH)
def test_a_recipe_with_a_splitter_may_judge_words_and_its_fingerprint_names_the_dictionary(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(f'name = "mine"\n{HEAD}splitter = "{name}"\n{TAIL}')
    loaded = load_recipe(str(path))
    packages: Any = loaded.identities()[3]["packages"]
    assert splitters.versions(name).items() <= packages.items()
    plain: Any = STAGES["measure"].identity(STAGES["measure"].use({}).settings, "")["packages"]
    assert not splitters.versions(name).keys() & plain.keys()


@pytest.mark.parametrize("name", list(splitters.SPLITTERS))
def test_a_missing_extra_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    version = importlib.metadata.version
    package = splitters.SPLITTERS[name].packages[0]

    def without(wanted: str) -> str:
        if wanted == package:
            raise importlib.metadata.PackageNotFoundError(wanted)
        return version(wanted)

    monkeypatch.setattr(importlib.metadata, "version", without)
    path = tmp_path / "recipe.toml"
    path.write_text(f'name = "mine"\n{HEAD}splitter = "{name}"\n{TAIL}')
    with pytest.raises(RecipeError) as refused:
        load_recipe(str(path))
    said = str(refused.value)
    assert said.count("\n") == 0
    assert f"splitter '{name}' needs package {package}" in said
    assert f"pip install 'yurai[{name}]'" in said


def test_a_fingerprint_names_what_packs_where_ratios_are_measured() -> None:
    stage = STAGES["measure"]
    packed: Any = stage.identity(stage.use({"taggers": ["compression-ratios"]}).settings, "")["packages"]
    plain: Any = stage.identity(stage.use({}).settings, "")["packages"]
    assert packed.keys() - plain.keys() == {"zlib", "liblz4"}
    assert all(packed[name] for name in ("zlib", "liblz4"))
