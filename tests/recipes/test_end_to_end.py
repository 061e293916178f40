"""Every recipe of Japanese corpora resolves, writes out its settings, and runs from a web archive to shards."""

from __future__ import annotations

import dataclasses
import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from run_helpers import Said, run
from warc_samples import response
from yurai.declare.rules import check_rules
from yurai.declare.stage import STAGES
from yurai.run.recipe import load_recipe, shipped
from yurai_manifests.audit import audit
from yurai_manifests.store import open_store

OURS = ("swallow-v1", "swallow-v2", "llmjp-v1", "llmjp-v4-dedup", "uzushio-03a", "hojichar")
LETTERS = [chr(0x4E00 + at) for at in range(3000)]
WORDS = (
    "ところ",
    "それは",
    "ように",
    "しかし",
    "という",
    "だった",
    "ために",
    "その後",
    "ことを",
    "ものが",
    "ながら",
    "あまり",
)


def sentence(number: int) -> str:
    """Return words that come back, each with two letters that hardly do: as far packed as pages are."""
    about = random.Random(number)
    return "".join(about.choice(WORDS) + "".join(about.choices(LETTERS, k=2)) for _ in range(9)) + "。"


def page(first: int, count: int) -> bytes:
    """Return a page of Japanese, or of English where `first` is negative."""
    lines = [f"It rained on day {at} of that month, and we read books." for at in range(count)]
    if first >= 0:
        lines = ["".join(sentence(at * 3 + step + first) for step in range(3)) for at in range(count)]
    body = "".join(f"<p>{line}</p>" for line in lines)
    lang = "ja" if first >= 0 else "en"
    return (
        f'<html lang="{lang}"><head><title>雨の日</title></head><body><article>{body}</article></body></html>'.encode()
    )


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pages of Japanese, one of them twice, one short, one English."""
    path = tmp_path_factory.mktemp("made") / "made.warc"
    bodies = [*(page(number * 100, 9 + number) for number in range(10)), page(300, 12), page(2000, 1), page(-1, 20)]
    path.write_bytes(b"".join(response(number, body) for number, body in enumerate(bodies)))
    return path


@pytest.mark.parametrize("name", OURS)
def test_it_runs_from_an_archive_to_shards_that_add_up(name: str, archive: Path, tmp_path: Path) -> None:
    record = run(tmp_path / "out", [archive], recipe=name)
    dropped = sum((one.dropped for one in record.stages), Counter[str]())
    found = audit(open_store(str(tmp_path / "out")))
    assert found.ok
    assert found.totals["candidates"] == 13
    assert found.totals["tokens"] > 0
    stages = {one.stage for one in record.stages}
    assert dropped["near-duplicate"] == ("near-dedup" in stages)
    assert dropped["language:language-not-listed"] == ("filter" in stages)


@pytest.mark.parametrize("name", OURS)
def test_extraction_and_deduplication_are_written_out(name: str) -> None:
    tables = tomllib.loads(shipped()[name].read_text("utf-8"))["stage"]
    loaded = load_recipe(name)
    for table, use in zip(tables, loaded.stages, strict=True):
        if use.name in ("read", "extract", "near-dedup"):
            optional = {one.name for one in dataclasses.fields(STAGES[use.name].settings) if one.default is None}
            assert table.keys() >= use.json().keys() - optional, use.name


@pytest.mark.parametrize("name", OURS)
def test_every_rule_says_where_it_is_from(name: str) -> None:
    text = shipped()[name].read_text("utf-8")
    rules = [line for line in text.splitlines() if line.strip().startswith("{ use =")]
    assert [line for line in rules if "}," in line and "#" not in line.partition("},")[2]] == []
    assert "docs/recipes.md" in text.partition("name =")[0]


@pytest.mark.parametrize("name", OURS)
def test_it_is_shown_and_can_be_run_again(name: str, yurai: Callable[..., Said], tmp_path: Path) -> None:
    shown = yurai("recipe", "show", name)
    assert shown.code == 0
    (tmp_path / "mine.toml").write_text(shown.out)
    assert load_recipe(str(tmp_path / "mine.toml")).identities() == load_recipe(name).identities()


def test_the_page_of_recipes_has_a_row_and_a_section_for_each() -> None:
    page = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text("utf-8")
    for name in OURS:
        assert f"\n| `{name}` | " in page
        assert f"\n## {name}\n" in page


@pytest.mark.parametrize("name", OURS)
def test_commented_rules_are_rules(name: str, tmp_path: Path) -> None:
    """What a user is shown as commented lines loads once it is no comment, with a list of theirs."""
    (tmp_path / "words.txt").write_text("ほげ\n")
    words = f'"{tmp_path / "words.txt"}"'
    shown = [line.strip().removeprefix("# ") for line in shipped()[name].read_text("utf-8").splitlines()]
    rules = [
        re.sub(r'words = "[^"]*"', f"words = {words}", line)
        for line in shown
        if line.startswith("{ use =") and "}" in line
    ]
    for rule in rules:
        loaded = tomllib.loads(f"rule = {rule.partition('},')[0]} }}")["rule"]
        check_rules("filter", [loaded])
