"""The text and the scripts that the gate reads from markup: what counts as shown, and a cost that is linear in any page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import grows_linearly
from gate_pages import TEXTS, html, text
from yurai.extraction.gate.levels import Levels
from yurai.extraction.gate.scripts import Scripts
from yurai.extraction.gate.visible import decoded, visible_text
from yurai.extraction.gate.windows import WIDTH, WINDOWS, places, scores

LONG = "a run of text that is longer than any label or link is, and longer still. " * 6
PIECES = (
    "<script ", "<script>", "</script>", "<!--", "-->", "<!-->", "<svg/>", "<svg>", "</svg ", "<style", "</", "<", ">", "&",
    "&#", "&#x", "&amp;", "0" * 40, "9" * 5000, "\\u3042", "\\u", "あ", "é", " ", "\n", "text", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("<p>aa</p><script>bb<p>cc</script><style>dd</style><p>ee</p>", "aa ee"),
        ("<p>aa<!-- <p>bb --><p>cc<!--><p>dd", "aa cc dd"),
        ("<p>aa<SCRIPT src=x.js />bb<svg/>cc<Script>dd</SCRIPT >ee", "aa bb cc ee"),
        ("<p>aa<scripts>bb</scripts><svg><text>cc</text></svg>dd", "aa bb dd"),
        ("<p>aa<script>bb", "aa"),
        ("<p>aa<!-- bb", "aa"),
        ("<select><option>Andorra<option>Austria</select><p>aa", "aa"),
        (f"<li>menu</li><p>{LONG}</p>", LONG),
        ("no markup", ""),
    ],
)
def test_text_that_a_page_shows(markup: str, shown: str) -> None:
    assert visible_text(markup.encode()).decode().split() == shown.split()


def test_references_are_decoded_where_a_page_is_written_in_them() -> None:
    assert visible_text(b"<p>&#12354;&#x3044;&eacute;</p>").decode() == "あいé"
    assert b"&amp;" in visible_text(f"<p>{LONG} &amp; {LONG}".encode())
    assert decoded(b"\x81\x82 &amp; \xe3\x81\x82\xe3\x81") == " & あ"
    assert decoded(b"&#" + b"9" * 10_000 + b";").split() == [";"]


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([("ja",), ("en",), ("ko", "und"), ("ja", "ru")]))
@settings(max_examples=300, deadline=None)
def test_no_markup_raises_and_equal_markup_has_one_verdict(pieces: list[str], languages: tuple[str, ...]) -> None:
    markup = "".join(pieces).encode("utf-8", "ignore")
    assert len(visible_text(markup)) <= 2 * len(markup)
    assert Levels(languages, "tight").of_markup(markup) == Levels(languages, "tight").of_markup(markup)


@pytest.mark.parametrize(
    ("markup", "there"),
    [
        ("<p>text</p>", False),
        ("<p title='あ'>", True),
        ("<p>&#12354;", True),
        ("<p>&#x3042;", True),
        ("<p>&#0012354", True),
        ("<p>&#8217;&#x2019;&#169;&#xa9;&#8230;", False),
        ('<script>"\\u3042"</script>', True),
        ('<script>"\\u00e9\\u2019\\ud83d\\ude00"</script>', False),
    ],
)
def test_a_letter_of_a_script_anywhere(markup: str, there: bool) -> None:
    assert Scripts(["ja"]).occur(markup.encode()) is there
    assert Scripts(["ja", "en"]).occur(markup.encode())


@pytest.mark.parametrize("language", TEXTS)
def test_letters_are_of_the_scripts_of_a_language(language: str) -> None:
    data = "".join(TEXTS[language]).encode()
    share, letters = Scripts([language]).share(data)
    assert letters > 50
    assert share > 0.85
    assert Scripts(["th"]).share(data)[0] == 0.0


def test_chinese_is_not_japanese_for_its_characters() -> None:
    chinese, japanese = ("".join(TEXTS[code] * 3).encode() for code in ("zh", "ja"))
    assert Scripts(["ja"]).share(chinese)[0] < 0.01
    assert Scripts(["ja"]).share(japanese)[0] > 0.95
    assert Scripts(["ja", "zh"]).share(chinese)[0] > 0.95
    assert Scripts(["ja"]).share("東京都港区".encode()) == (1.0, 5)


def test_windows_are_the_beginning_the_middle_and_the_end() -> None:
    assert list(places(WINDOWS * WIDTH)) == [(0, WINDOWS * WIDTH)]
    three = list(places(10_001))
    assert three == [(0, WIDTH), (4_875, 4_875 + WIDTH), (10_001 - WIDTH, 10_001)]
    assert scores(["123", " "]) == {}
    assert scores(["All human beings are born free", "42"])["en"] > 0.8
    assert scores([LONG, "".join(TEXTS["ja"])])["ja"] == pytest.approx(0.5, abs=0.05)


HOSTILE = (
    "<script ", "<script>", "<script><", "</script", "<!--", "<!-->", "<svg>", "<svg/>", "<style></styl", "<", ">", "> ",
    "<p>", "&", "&#", "&#x", "&#0000000", "&#0000000000000000", "&amp", "&#12354;", "\\u", "\\u30", "あ", "中", "a b ", "<select></select",
)  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_cost_is_linear_in_a_page_that_is_made_to_cost(unit: str) -> None:
    levels = [Levels(languages, "tight") for languages in (("ja",), ("en", "ja", "und"))]

    piece = b"<p>" + unit.encode() * (40_000 // len(unit.encode()))

    def work(pieces: int) -> Callable[[], object]:
        markup = piece * pieces
        return lambda: [each.of_markup(markup) for each in levels]

    assert grows_linearly(work, 1, times=8)


def test_level_two_leaves_the_tree_as_it_is() -> None:
    from lxml import etree

    from yurai.extraction.tree import parse

    tree, _ = parse(html(text("en") + text("de")).encode(), 512)
    assert tree is not None
    before = etree.tostring(tree)
    Levels(("de",), "tight").of_tree(tree)
    assert etree.tostring(tree) == before
