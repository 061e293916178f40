"""`yurai recipe verify`: the rules of a recipe over texts that were published, whatever files they lie in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from run_helpers import Said
from warc_samples import response

Yurai = Callable[..., Said]
Verify = Callable[..., Said]
Found = Callable[..., dict[str, Any]]

RECIPE = """
name = "least"
[[stage]]
use = "read"
[[stage]]
use = "extract"
[[stage]]
use = "language"
[[stage]]
use = "measure"
taggers = ["characters", "script-shares"]
[[stage]]
use = "filter"
rules = [
    { use = "length", min_characters = 20 },
    { use = "nfkc" },
    { use = "scripts", min_hiragana_share = 0.3 },
]
[[stage]]
use = "near-dedup"
[[stage]]
use = "filter"
rules = [{ use = "length", max_characters = 40 }]
"""
GOOD = "雨が降ったので、きょうは家でゆっくりと本を読んでいた。"
SHORT = "きょうは雨だった。"
KANJI = "東京都千代田区霞ヶ関一丁目二番三号中央合同庁舎の案内板です。"
LONG = GOOD * 2


def line(text: object, **others: object) -> str:
    return json.dumps({"text": text, **others}, ensure_ascii=False) + "\n"


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "least.toml"
    path.write_text(RECIPE)
    return path


@pytest.fixture
def verify(yurai: Yurai) -> Verify:
    def verify(recipe: Path | str, *files: Path, **options: object) -> Said:
        more = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return yurai("recipe", "verify", str(recipe), "--published", *map(str, files), *more)

    return verify


@pytest.fixture
def found(verify: Verify) -> Found:
    def found(recipe: Path | str, *files: Path) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(verify(recipe, *files, format="json", most=1).out)
        return value

    return found


def write(path: Path, text: str) -> Path:
    data = text.encode()
    if path.suffix == ".gz":
        data = gzip.compress(data)
    elif path.suffix == ".zst":
        data = zstandard.ZstdCompressor().compress(data)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet"])
def test_each_rule_is_asked_of_every_text(tmp_path: Path, recipe: Path, name: str, found: Found) -> None:
    texts = [GOOD, SHORT, KANJI, LONG, GOOD, GOOD]
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(pa.table({"text": texts, "url": [f"https://example.jp/{at}" for at in range(6)]}), path)
    else:
        write(path, "".join(line(text, url=f"https://example.jp/{at}") for at, text in enumerate(texts)))
    value = found(recipe, path)
    assert (value["texts"], value["dropped"], value["share"]) == (6, 3, 0.5)
    assert [(one["rule"], one["dropped"]) for one in value["rules"]] == [("length", 1), ("scripts", 1), ("length", 1)]
    assert [one["limits"] for one in value["rules"]] == [
        {"min_characters": 20},
        {"min_hiragana_share": 0.3},
        {"max_characters": 40},
    ]
    assert value["not_asked"] == ["near-dedup"]
    (example,) = value["rules"][0]["examples"]
    assert example.startswith("https://example.jp/1 (")
    assert example.endswith("too-short, char_count = 9")


@pytest.mark.parametrize(("most", "code"), [(0.5, 0), (0.49, 1), (0, 1), (1, 0)])
def test_the_share_decides_the_exit_code(tmp_path: Path, recipe: Path, most: float, code: int, verify: Verify) -> None:
    path = write(tmp_path / "a.jsonl", line(GOOD) + line(SHORT))
    done = verify(recipe, path, most=most)
    assert done.code == code
    assert "1 of 2 texts would be dropped (50.00%)" in done.out
    assert ("above --most" in done.err) == bool(code)


def test_what_passes_says_so(tmp_path: Path, recipe: Path, verify: Verify) -> None:
    done = verify(recipe, write(tmp_path / "a.jsonl", line(GOOD) * 300))
    assert (done.code, "0 of 300 texts would be dropped (0.00%)" in done.out) == (0, True)


def test_files_and_folders_add_up(tmp_path: Path, recipe: Path, found: Found) -> None:
    (tmp_path / "more").mkdir()
    one = write(tmp_path / "one.jsonl", line(GOOD))
    write(tmp_path / "more" / "b.jsonl.gz", line(SHORT))
    write(tmp_path / "more" / "c.jsonl", line(GOOD))
    assert found(recipe, one, tmp_path / "more")["texts"] == 3


def test_broken_lines_are_counted_and_the_others_verified(
    tmp_path: Path, recipe: Path, verify: Verify, found: Found
) -> None:
    broken = ['{"text": ', "[]", "null", "\x00\x01", '{"other": 1}', '{"text": null}', '{"text": 5}', '{"text": ""}']
    path = write(tmp_path / "a.jsonl", line(GOOD) + "\n".join(broken) + "\n" + line(SHORT))
    value = found(recipe, path)
    assert value["texts"] == 2
    assert sum(value["rows_without_text"].values()) == len(broken)
    assert value["rows_without_text"]["not-an-object"] == 2
    shown = verify(recipe, path)
    assert "2 rows without a text: not-an-object" in shown.out


def test_what_breaks_off_is_told(tmp_path: Path, recipe: Path, verify: Verify) -> None:
    path = tmp_path / "a.jsonl.gz"
    lines = "".join(line(GOOD + str(number), n=hash(str(number))) for number in range(2000))
    path.write_bytes(gzip.compress(lines.encode())[:-300])
    done = verify(recipe, path, format="json", most=1)
    value = json.loads(done.out)
    assert 0 < value["texts"] < 2000
    assert any("breaks off" in note for note in value["notes"])


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.jsonl", "", "no text in"),
        ("a.jsonl", "\n\n", "no text in"),
        ("a.jsonl", '{"text": ""}\n{"text": null}\n', "no text in"),
        ("a.jsonl", "no json\n" * 3, "--published a.jsonl holds no JSON object"),
        ("a.jsonl", '{"body": "x", "n": 1}\n', "no column 'text'"),
        ("a.jsonl.gz", "", "no text in"),
    ],
)
def test_nothing_to_verify_is_an_error_that_says_so(
    tmp_path: Path, recipe: Path, name: str, text: str, words: str, verify: Verify
) -> None:
    done = verify(recipe, write(tmp_path / name, text))
    assert done.code not in (0, 1), done
    assert words in done.err
    assert "Traceback" not in done.err


def test_another_column_is_named_by_a_table(tmp_path: Path, recipe: Path, verify: Verify) -> None:
    path = write(tmp_path / "a.jsonl", json.dumps({"body": GOOD}) + "\n")
    (tmp_path / "s.toml").write_text('[[source]]\ncolumns = { text = "body" }\n')
    assert verify(recipe, path, sources=tmp_path / "s.toml").code == 0


def test_other_files_and_recipes_are_refused(tmp_path: Path, recipe: Path, verify: Verify) -> None:
    texts = write(tmp_path / "a.jsonl", line(GOOD))
    (tmp_path / "a.warc").write_bytes(response(1, b"<p>a</p>"))
    for files, name, words in (
        ([tmp_path / "a.warc"], recipe, "neither JSONL nor Parquet"),
        ([tmp_path / "none.jsonl"], recipe, "none.jsonl"),
        ([texts], "plain", "has no filter"),
        ([texts], "no-such", "no recipe"),
    ):
        done = verify(name, *files)
        assert done.code not in (0, 1), done
        assert words in done.err.replace("\n", " ")
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    assert "no text in" in verify(recipe, tmp_path / "a.parquet").err


def test_what_editors_empty_is_dropped_and_stages_that_are_no_rules_are_named(tmp_path: Path, found: Found) -> None:
    recipe = tmp_path / "emptied.toml"
    rules = '[{ use = "c4-lines", terminal_punctuation = false }, { use = "length", min_characters = 0 }]'
    cut = '[[stage]]\nuse = "threshold"\nscore = "lang_score"\nkeep_share = 0.5\n'
    recipe.write_text(
        RECIPE.partition('[[stage]]\nuse = "filter"')[0] + f'[[stage]]\nuse = "filter"\nrules = {rules}\n{cut}'
    )
    scripts = "\n".join(f"Please turn on javascript to see the page {number} of this site." for number in range(9))
    stays = "\n".join(f"Sentence number {number} is what people wrote of the harbour." for number in range(9))
    published = tmp_path / "published.jsonl"
    published.write_text(line(scripts) + line(stays), "utf-8")
    told = found(recipe, published)
    assert told["emptied"] == {"c4-lines:emptied": 1}
    assert (told["texts"], told["dropped"], told["not_asked"]) == (2, 1, ["threshold"])


def test_shown_lists_have_no_digest(tmp_path: Path, verify: Verify) -> None:
    done = verify("swallow-v1", write(tmp_path / "a.jsonl", line(GOOD)), most=1)
    assert "yurai:recipes/swallow-v1-hosts.txt" in done.out
    assert "sha256" not in done.out
    assert done.out.count("character-repetition") >= 9
