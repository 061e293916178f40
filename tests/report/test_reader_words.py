"""What a report says is said in Japanese too, and what is private stays in its tier."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import lxml.html
import pytest

import yurai
from report_checks import check_markup
from report_readers import PLANTED, READERS, TIERS, planted, reported
from yurai.report.readers import said as words_of_reports
from yurai.report.readers.said import in_language, japanese, say
from yurai.report.told import counted, heads, speaking, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FOLDER = Path(words_of_reports.__file__).parent
"""Where the modules of reports for one reader lie; those of the page of a run lie above."""
TERMS = {
    *("Yurai", "AI", "CPU", "DuckDB", "OUT", "run.json", "robots.txt", "robots", "txt", "Wilson", "doc_id", "doc", "id", "URL", "RFC", "OpenSSF"),
    *("Model", "Signing", "in-toto", "sha256", "redact", "select", "dedup", "near-dedup", "decontaminate", "signatures", "json", "run"),
    *("sha", "kB", "MB", "GB", "min", "near", "in", "toto", "warcinfo", "metadata", "request", "revisit"),
}  # fmt: skip
"""Names and terms that are the same in Japanese."""
SAME = (
    "{parts}.",
    "{low} to {high}",
    "address",
    "url",
    "a robots.txt",
    "a tdmrep.json",
    "an ai.txt",
    " and ",
    "{first} and {second}",
)
"""What has no letter of Japanese in it."""
NAMES = (
    *("//style", "//code", "//h1", "//title", "//bdi", "//dt", "//dd", "//td[not(.//*[@class='none'])]", "//*[@class='mono']"),
    *("//*[@class='about']", "//*[@class='finding']/span[2]", "//*[@class='inner']", "//summary[../*[@class='cluster']]"),
    *("//*[@id='funnel']//h3", "//*[@id='rules']//div[@class='heading']/h3", "//*[@id='recipe']//h3", "//*[@class='digest']/span"),
)  # fmt: skip
"""Where the page of a run shows words of the crawl, of its recipe, of the audit, and names of stages, rules and settings."""
NAMED = re.compile(r"^[a-z-]+: ")
"""The name of a stage before what is said of it."""
DIGEST = re.compile(r"[0-9a-f]{32,}")
CODES = {
    "HTML",
    "extracted",
    "WARC-Date",
    "honbun",
    "source",
    "Jaccard",
    "equal",
    "exact",
    "estimate",
    "marked",
    "fineweb",
    "yurai",
    "Python",
    "OUT",
}
"""Names and terms that the page of a run alone has."""


@pytest.fixture(scope="module")
def planted_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted(tmp_path_factory.mktemp("planted"))


def calls(folder: Path, *names: str) -> Iterator[ast.Call]:
    """Each call of one of these functions in the modules of a folder."""
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield node


def strings(*nodes: ast.AST) -> list[str]:
    """The strings that are written in these parts of a module."""
    inner = [one for node in nodes for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return [one.value for one in inner if isinstance(one.value, str)]


def templates() -> set[str]:
    """Every sentence that a module of reports, or of the page of a run, says."""
    said = [one.args[0] for folder in (FOLDER, FOLDER.parent) for one in calls(folder, "say", "told")]
    sentences = {one.value for one in said if isinstance(one, ast.Constant)}
    heads = {one.removeprefix("#") for call in calls(FOLDER.parent, "heads") for one in strings(*call.args)}
    nouns = [strings(*call.args[1:]) for call in calls(FOLDER.parent, "counted")]
    return (sentences | heads | {f"{{count}} {one[1] if one[1:] else one[0] + 's'}" for one in nouns if one}) - {""}


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


def test_what_is_told_has_the_language_of_its_page_alone() -> None:
    with speaking("ja"):
        assert (told("kept"), counted(1, "page"), heads("#kept", "")) == ("採用", "1 ページ", ["#採用", ""])
    assert (told("kept"), counted(1, "page"), heads("#kept", "")) == ("kept", "1 page", ["#kept", ""])


@pytest.mark.parametrize("crawl", ["demo", "planted"])
def test_no_english_is_left_in_a_japanese_page_of_a_run(demo_tree: Path, planted_tree: Path, crawl: str) -> None:
    page = lxml.html.document_fromstring(yurai.open(demo_tree if crawl == "demo" else planted_tree).page(language="ja"))
    assert page.get("lang") == "ja"
    labels = [NAMED.sub("", one.get("aria-label")) for one in page.iter() if one.get("aria-label")]
    for summary in page.xpath("//*[@id='recipe']//summary"):
        summary.text = NAMED.sub("", summary.text)
    for name in page.xpath(" | ".join(NAMES)):
        name.drop_tree()
    said = DIGEST.sub("", " ".join([*page.itertext(), *labels]))
    left = set(re.findall(r"[A-Za-z][A-Za-z_.-]+", said))
    assert {one for one in left - TERMS - CODES if "_" not in one} == set()


def test_a_language_that_nobody_has_written_is_refused(demo_tree: Path) -> None:
    language: Any = "fr"
    with pytest.raises(yurai.RecipeError, match="language of en, ja"):
        yurai.open(demo_tree).page(language=language)


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
