"""Words about rights on pages: where they stand decides what they speak of; what they link to says the rest."""

# ruff: noqa: RUF001 - marks of all scripts are meant
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.evidence import Mark, choose, declared, html_marks
from yurai.evidence.ai_sentences import reservation
from yurai.evidence.statements import statements
from yurai.evidence.words import text_marks
from yurai.extraction.tree import parse, to_markup

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://notes.saltharbour.example/tides"
SITE = "Unless stated otherwise, content on this site is licensed under CC BY 4.0."
WORK = "This work is licensed under CC BY 4.0."
BARE = "Licensed under CC BY 4.0"
AI = "The content on this site may not be used to train AI models."


def marks(inner: str, title: str = "How tides work | Salt Harbour Notes") -> tuple[Mark, ...]:
    markup = to_markup(f"<html><head><title>{title}</title></head><body>{inner}</body></html>")
    tree, _ = parse(markup, 512)
    return html_marks(markup, tree, URL)


def said(inner: str) -> list[tuple[str, str | None, str]]:
    return [(mark.kind, mark.norm, mark.scope) for mark in marks(inner) if mark.channel == "text"]


def claims(inner: str) -> list[tuple[str | None, str]]:
    return [(norm, scope) for kind, norm, scope in said(inner) if kind == "licence_claim"]


@pytest.mark.parametrize(
    ("page", "scope"),
    [
        (f"<footer><p>{SITE}</p></footer>", "site"),
        (f'<div id="footer">{SITE}</div>', "site"),
        (f"<article><p>Tides.</p><p>{SITE}</p></article>", "site"),
        (f"<aside><p>{SITE}</p></aside>", "site"),
        (f"<p>Tides.</p><p>{WORK}</p>", "page"),
        (f"<article><p>Tides.</p><p>{WORK}</p></article>", "main_text"),
        (f"<main><p>{WORK}</p></main>", "main_text"),
        (f'<div class="widget"><p>{WORK}</p></div>', "site"),
        (f"<footer>{BARE}</footer>", "site"),
        (f"<footer>© 2020 A. Tern. {BARE}</footer>", "site"),
        (f"<article><p>{BARE}</p></article>", "unknown"),
        (f"<p>{BARE}</p>", "unknown"),
        (f'<div class="comment-list"><p>{WORK}</p></div>', "unknown"),
        (f"<figure><img src=a.jpg><figcaption>{WORK}</figcaption></figure>", "embedded"),
        (f"<article><blockquote>{WORK}</blockquote></article>", "embedded"),
        (f"<article><pre>{WORK}</pre></article>", "unknown"),
        (f"<article><p>Write <code>{WORK}</code></p></article>", "unknown"),
        ("<p>Photos on this site are licensed under CC BY 4.0.</p>", "embedded"),
        ("<p>The dataset is released under CC BY 4.0.</p>", "dataset"),
        ("<footer>Theme by A. Tern, licensed under CC BY 4.0</footer>", "embedded"),
        ("<p>Salt Harbour Notes by A. Tern is licensed under CC BY 4.0.</p>", "page"),
        ("<p>Gull Weekly by A. Tern is licensed under CC BY 4.0.</p>", "unknown"),
    ],
)
def test_the_place_decides(page: str, scope: str) -> None:
    assert claims(page) == [("CC-BY-4.0", scope)]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Text is <b>available</b> under the <a href='/l'>Creative Commons <i>Attribution</i></a> License 4.0.</p>",
        "<p>Text is <i>available</i> under the <a href=x>Creative Commons</a> Attribution 4.0 License</p>",
        "<div>Tides.<br><br>All text on this site is licensed under the<br>Creative Commons Attribution 4.0 licence.</div>",
        "<p>Text&nbsp;is available under Creative&nbsp;Commons Attribution&nbsp;4.0</p>",
        "<p>Text on this site is licensed under <a href='//creativecommons.org/licenses/by/4.0/'>a Creative Commons license</a>.</p>",
        "<p>Text on this site: <span>is available under CC-BY</span> (<a href='//creativecommons.org/licenses/by/4.0/'>more</a>)</p>",
        "<p>This page is licensed under https://creativecommons.org/licenses/by/4.0/</p>",
    ],
)
def test_a_sentence_goes_through_elements(page: str) -> None:
    assert [norm for norm, scope in claims(page) if scope in ("page", "site")] == ["CC-BY-4.0"]


def test_the_link_says_the_version() -> None:
    link = '<a href="https://creativecommons.org/licenses/by-sa/3.0/de/">{}</a>'
    for words, norm in (
        ("einer Creative Commons-Lizenz", "CC-BY-SA-3.0-DE"),
        ("CC BY-SA", "CC-BY-SA-3.0-DE"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("CC BY", "LicenseRef-CC-BY-unspecified"),
    ):
        page = f"<p>Alle Inhalte dieser Website stehen unter {link.format(words)}.</p>"
        assert claims(page) == [(norm, "site")], words


def test_a_block_ends_a_sentence() -> None:
    assert claims("<ul><li>Text is available under<li>CC BY 4.0</ul>") == []
    assert claims("<td>This page<td>is licensed under CC BY 4.0") == [("CC-BY-4.0", "unknown")]


def test_a_page_about_licences_claims_none() -> None:
    lines = [
        f"<li>This page is licensed under {name}." for name in ("CC BY 4.0", "CC BY-SA 4.0", "CC0", "the GFDL 1.3")
    ]
    found = marks(f"<article><ul>{''.join(lines)}</ul></article>")
    assert {mark.scope for mark in found} == {"unknown"}
    assert declared(found)[0] is None


def test_exceptions_are_noted_beside_the_claim() -> None:
    page = f"<footer><p>{SITE}</p></footer>"
    assert ("notice", "except-where-noted", "site") in said(page)
    assert ("notice", "except-where-noted", "site") not in said(f"<footer><p>{WORK}</p></footer>")


def test_crown_copyright_is_a_notice_without_a_licence() -> None:
    assert said("<footer>© Crown copyright</footer>") == [("notice", "crown-copyright", "page")]
    page = "<p>All content is available under the Open Government Licence v3.0.</p><p>© Crown copyright</p>"
    assert said(page) == [("licence_claim", "OGL-UK-3.0", "page")]


@pytest.mark.parametrize(
    ("page", "scope"),
    [
        (f"<footer><p>{AI}</p></footer>", "page"),
        (f"<article><p>Tides.</p><p>{AI}</p></article>", "page"),
        (f"<p>All rights reserved. <b>{AI}</b></p>", "page"),
        (f'<div class="comment"><p>{AI}</p></div>', "unknown"),
        (f"<article><blockquote>{AI}</blockquote></article>", "unknown"),
    ],
)
def test_reservations_on_pages(page: str, scope: str) -> None:
    (mark,) = [mark for mark in marks(page) if mark.kind == "optout_signal"]
    assert (mark.norm, mark.scope, mark.channel, mark.raw) == ("ai-use=prohibited", scope, "text", AI)
    assert mark.reserves
    assert mark in choose((mark,)).marks


def test_numbered_characters_are_read() -> None:
    written = "".join(f"&#{ord(letter)};" for letter in "当サイトの記事をAI学習に利用することを禁止します。")
    assert [norm for _, norm, _ in said(f"<p>{written}</p>")] == ["ai-use=prohibited"]
    written = "".join(
        f"&#x{ord(letter):x};" for letter in "このサイトの内容は政府標準利用規約（第2.0版）に準拠します。"
    )
    assert claims(f"<p>{written}</p>") == [("LicenseRef-JP-GSTU-2.0", "site")]


def test_a_reservation_among_many_words_is_found() -> None:
    noise = "".join(f"<p>Machine learning, part {number}: we train models.</p>" for number in range(300))
    for page in (f"<p>{AI}</p>{noise}", f"{noise}<p>{AI}</p>"):
        assert ("optout_signal", "ai-use=prohibited", "page") in said(page)


def test_words_in_scripts_are_not_read() -> None:
    for tag in ("script", "style", "noscript", "template"):
        assert said(f"<{tag}>{SITE} {AI}</{tag}>") == []


WORDS = [
    "CC BY",
    "4.0",
    "this site",
    "is licensed under",
    "not",
    "「",
    "」",
    "は",
    "で提供",
    "©",
    "AI",
    "train",
    "may not",
    "。",
    "\u2028",
]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=20), max_size=60))
def test_any_words_are_read(words: list[str]) -> None:
    text = " ".join(words)
    for one in statements(text, "own"):
        assert one.id is None or one.id
        assert len(one.sentence) <= len(text)
    assert reservation(text) in (None, "ai-use=prohibited", "tdm=reserved", "ai-use=prohibited,tdm=reserved")
    tree, _ = parse(to_markup(f"<html><body><p>{text.replace('<', ' ')}</p></body></html>"), 512)
    if tree is not None:
        assert len(text_marks(tree, URL)) <= 40


HOSTILE = {
    "names": "CC BY 4.0 ",
    "heads": "Creative Commons ",
    "statements": "This site is licensed under CC BY-SA 4.0. ",
    "elements": "CC BY" + "-NC-SA" * 8 + " ",
    "quotes": "「“ CC BY 4.0 ",
    "ai": "You may not use this site to train AI, machine learning ",
    "inline": "<i>CC BY</i> <a href=x>4.0</a><br>",
    "blocks": "<p>This page is licensed under CC BY 4.0",
    "nested": "<span>CC BY 4.0 ",
    "ja": "無断で本サイトのAI学習の禁止、CC BY 4.0で",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_words_cost_what_they_are_long(name: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        markup = to_markup(f"<html><body><div>{HOSTILE[name] * size}</div></body></html>")
        tree, _ = parse(markup, 512)
        return lambda: text_marks(tree, URL)

    assert grows_linearly(prepare, 1_000)
