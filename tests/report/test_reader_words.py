"""What a report says is said in Japanese too, and what is private stays in its tier."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import lxml.html
import pytest

from report_checks import check_markup
from report_readers import PLANTED, READERS, TIERS, planted, reported
from yurai.report.readers import said as words_of_reports
from yurai.report.readers.said import in_language, japanese, say

if TYPE_CHECKING:
    from typing import Any

FOLDER = Path(words_of_reports.__file__).parent
TERMS = {
    *("Yurai", "AI", "CPU", "DuckDB", "OUT", "run.json", "robots.txt", "robots", "txt", "Wilson", "doc_id", "doc", "id", "URL", "RFC", "OpenSSF"),
    *("Model", "Signing", "in-toto", "sha256", "redact", "select", "dedup", "near-dedup", "decontaminate", "signatures", "json", "run"),
    *("sha", "kB", "MB", "GB", "min", "near", "in", "toto", "warcinfo", "metadata", "request", "revisit"),
}  # fmt: skip
"""Names and terms that are the same in Japanese."""
SAME = ("address", "{first} and {second}")
"""What has no letter of Japanese in it."""


@pytest.fixture(scope="module")
def planted_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted(tmp_path_factory.mktemp("planted"))


def templates() -> set[str]:
    """Every sentence that a module of reports says."""
    calls = (
        node
        for path in sorted(FOLDER.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
    )
    return {ast.literal_eval(node.args[0]) for node in calls if not isinstance(node.args[0], ast.Name)}


def test_each_english_sentence_has_its_japanese_one() -> None:
    table = japanese()
    assert templates() == set(table)
    for english, other in table.items():
        assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", other) or english in SAME, english
        places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, other)]
        assert places[0] == places[1], english
        assert re.findall("`[^`]+`", english) == [] or "`" in other, english


def test_a_sentence_within_a_sentence_is_said_too() -> None:
    both = say("{first} and {second}", first=say("training"), second=say("redistribution"))
    assert (str(both), in_language(both, "ja")) == ("training and redistribution", "学習、再配布")
    assert in_language(say("{count} different", count=12345), "ja") == "12,345 種類"


@pytest.mark.parametrize("reader", READERS)
def test_no_english_is_left_in_a_japanese_page(demo_tree: Path, reader: str) -> None:
    page = lxml.html.document_fromstring(reported(demo_tree, reader, language="ja"))
    assert page.get("lang") == "ja"
    for name in page.xpath(
        "//style | //pre | //code | //h1 | //title | //*[@class='mono'] | //summary[../pre] | //a[starts-with(@href, '#queries-')]"
    ):
        name.drop_tree()
    left = set(re.findall(r"[A-Za-z][A-Za-z_.-]+", " ".join(page.itertext()))) - TERMS
    assert left == set()


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_nothing_planted_reaches_the_public(planted_tree: Path, reader: str, form: str) -> None:
    said = reported(planted_tree, reader, form=form).replace("<wbr/>", "").lower()
    assert [name for name, words in PLANTED.items() if words.lower() in said] == []
    assert "town.example" in said or reader != "lawyer"


def test_each_tier_shows_more(planted_tree: Path) -> None:
    pages = {tier: reported(planted_tree, "lawyer", form="json", tier=tier) for tier in TIERS}
    seen = {tier: {name for name, words in PLANTED.items() if words in page} for tier, page in pages.items()}
    assert seen["public"] == set()
    assert seen["auditor"] >= {"path", "file", "host"}
    assert not seen["auditor"] & {"query", "title", "text"}
    assert seen["internal"] >= seen["auditor"] | {"query", "title", "text"}


@pytest.mark.parametrize("reader", READERS)
def test_hostile_words_become_no_markup(planted_tree: Path, reader: Any) -> None:
    for language in ("en", "ja"):
        page = reported(planted_tree, reader, tier="internal", language=language)
        check_markup(lxml.html.document_fromstring(page))
