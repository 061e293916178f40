"""HTML to text: budgets, depth, fallbacks, titles, dates, media types, and the quality floor on labelled pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.extraction import HANDLERS, Extraction, ExtractOptions, Page, extract_page

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ROOT / "tests" / "extraction_floor.json"
OPTIONS = ExtractOptions()
TRAFILATURA = ExtractOptions(extractor="trafilatura")
SENTENCE = "Every token of the corpus can say where it came from, under which terms, and why it was kept. "
MENU = "".join(f'<li><a href="/section/{n}">Another section of the site, number {n}</a></li>' for n in range(40))
ARTICLE = "".join(f"<p>{SENTENCE * 3}Paragraph {n}.</p>" for n in range(8))
FULL_PAGE = f"<body><ul>{MENU}</ul><article><h1>Origin</h1>{ARTICLE}</article></body>"


def page(body: str | bytes, mime: str | None = "text/html", charset: str | None = "utf-8") -> Page:
    raw = body if isinstance(body, bytes) else body.encode()
    return Page("0" * 64, raw, mime, charset, "https://example.org/page", "2024-05-06T07:08:09Z")


def extract(body: str | bytes, options: ExtractOptions = OPTIONS) -> Extraction:
    return extract_page(page(body), options)


def test_main_text_leaves_navigation_out() -> None:
    found = extract(FULL_PAGE, TRAFILATURA)
    assert (found.outcome, found.reason, found.extractor) == ("text", None, "trafilatura")
    assert "Paragraph 7." in found.text
    assert "Another section" not in found.text
    assert found.title == "Origin"


def test_page_without_navigation_is_taken_whole() -> None:
    body = "<body><div>Short notice.</div><table><tr><td>1<td>2<tr><td>3<td>4</table><p>The  end.</p></body>"
    found = extract(body, TRAFILATURA)
    assert (found.extractor, found.text) == ("block-text", "Short notice.\n1\t2\n3\t4\nThe end.")
    assert extract(FULL_PAGE, replace(TRAFILATURA, whole_page_links=0)).extractor == "trafilatura"


def test_preformatted_text_keeps_its_lines() -> None:
    assert extract("<body><pre>def f():\n    return 1</pre>after</body>").text == "def f():\n    return 1\nafter"


def test_ruby_readings_and_scripts_are_no_text() -> None:
    body = "<body><script>no()</script><p><ruby>由来<rp>(</rp><rt>ゆらい</rt><rp>)</rp></ruby>とは</p></body>"
    assert extract(body).text == "由来とは"


def test_page_that_is_all_navigation_keeps_its_text() -> None:
    assert extract(f"<body><nav><ul>{MENU}</ul></nav></body>").outcome == "text"
    found = extract(f"<body><nav><ul>{MENU}</ul></nav></body>", TRAFILATURA)
    assert found.outcome == "text"
    assert "number 39" in found.text


def test_page_inside_an_unclosed_noscript_keeps_its_text() -> None:
    assert extract("<body><noscript><p>Text that</p><p>nobody closed").text == "Text that\nnobody closed"


def test_page_of_character_references_is_text() -> None:
    body = "<body><p>" + "".join(f"&#{ord(char)};" for char in "由来はコーパスです。") + "</p></body>"
    assert extract(body.encode("ascii")).text == "由来はコーパスです。"


@pytest.mark.parametrize(
    "body", [b"", b" \n ", b"<!-- only a comment -->", b"<html></html>", b"<script>x()</script>", b"\x00\x00", b"<"]
)
def test_page_without_text_is_dropped_with_a_reason(body: bytes) -> None:
    found = extract(body)
    assert (found.outcome, found.text, found.extractor) == ("dropped", "", "none") or body == b"<"
    assert found.reason in {"no-text", None}


def test_control_characters_and_surrogates_never_come_out() -> None:
    found = extract("<title>a\0b&#1;</title><body>one\0two&#0;&#1;&#xD800;&#xFFFE;\x0bthree\x0cfour</body>")
    assert found.title == "ab"
    assert not set(found.text) & {"\0", "\x01", "\x0b", "\x0c", "\ufffe"}
    found.text.encode()
    assert "three four" in found.text.replace("\n", " ")


def test_xml_declaration_and_stray_markup_are_parsed() -> None:
    body = '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html><body><p>Text<p>more</b></body>'
    assert extract(body).text == "Text\nmore"


@pytest.mark.parametrize("depth", [200, 300, 520, 1_000, 2_100, 5_000, 100_000])
def test_deep_pages_keep_their_text(depth: int) -> None:
    body = f"<body>{'<div>' * depth}<p>{SENTENCE * 9}</p>{'</div>' * depth}<p>after it. {SENTENCE * 2}</p></body>"
    found = extract(body)
    assert SENTENCE.strip() in found.text
    assert "after it" in found.text
    assert ("depth-capped" in found.flags) == (depth > 510)
    assert ("element-budget" in found.flags) == (depth > OPTIONS.max_elements)


def test_deep_pages_reach_the_extractor_flattened() -> None:
    deep = FULL_PAGE.replace("<article>", "<article>" + "<div>" * 700).replace(
        "</article>", "</div>" * 700 + "</article>"
    )
    found = extract(deep)
    assert found.flags == ("depth-capped",)
    assert "Paragraph 7." in found.text


def test_page_over_the_element_budget_takes_the_linear_way() -> None:
    found = extract(FULL_PAGE, replace(TRAFILATURA, max_elements=20))
    assert (found.outcome, found.extractor, found.flags) == ("text", "block-text", ("element-budget",))
    assert "Paragraph 7." in found.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<body>" + "x" * 200, "budget-bytes"),
        ("<!doctype" + "/" * 60 + "><body>text", "budget-doctype"),
        ("<body " + "a " * 30 + ">text", "budget-attributes"),
        ("<body " + "a='>' " * 30 + ">text", "budget-attributes"),
        ("<body title='" + "a " * 60 + "'>text", None),
        ("<script>if (a<b) { " + "a " * 60 + "}</script><body>text", None),
        ("<!-- <p " + "a " * 60 + "> --><body>text", None),
    ],
)
def test_budgets_drop_before_parsing(body: str, reason: str | None) -> None:
    tight = replace(OPTIONS, max_bytes=200, max_doctype=50, max_attributes=10)
    found = extract(body, tight)
    assert (found.outcome, found.reason) == (("dropped", reason) if reason else ("text", None))


@pytest.mark.parametrize(
    ("mime", "body", "expected", "outcome"),
    [
        ("text/html", b"<p>text", "text/html", "text"),
        ("Text/HTML; charset=x", b"<p>text", "text/html", "text"),
        ("application/xhtml+xml", b"<p>text", "application/xhtml+xml", "text"),
        (None, b"\n<!DOCTYPE html><p>text", "text/html", "text"),
        (None, b'<?xml version="1.0"?><html><body>text', "text/html", "text"),
        (None, "<html><body>text".encode("utf-16"), "text/html", "text"),
        ("nonsense", b"<html><body>text", "text/html", "text"),
        (None, b'<?xml version="1.0"?><rss>', "text/xml", "dropped"),
        (None, b"plain words", "text/plain", "text"),
        (None, b"\x00\x01\x02", "application/octet-stream", "dropped"),
        ("text/html", b"%PDF-1.4 ...", "application/pdf", "dropped"),
        ("application/pdf", b"%PDF-1.4 ...", "application/pdf", "dropped"),
        ("image/png", b"<html>", "image/png", "dropped"),
    ],
)
def test_media_types(mime: str | None, body: bytes, expected: str, outcome: str) -> None:
    found = extract_page(page(body, mime, None), OPTIONS)
    assert (found.mime, found.outcome) == (expected, outcome)
    reason = {"application/pdf": "pdf-broken", "text/xml": "no-text"}.get(expected, f"no-handler:{expected}")
    assert found.reason == (None if outcome == "text" else reason)
    declared = (mime or "").partition(";")[0].lower()
    assert ("sniffed-mime" in found.flags) == (declared != expected)
    assert {"text/html", "application/xhtml+xml", "text/plain", "application/pdf", "text/xml"} <= set(HANDLERS)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> A\n title </title><meta property='og:title' content='other'>", "A title"),
        ("<title> </title><meta property='og:title' content='Open &amp; graph'>", "Open & graph"),
        ("</head><body><svg><title>icon</title></svg><h1>Head<b>line</b></h1>", "Headline"),
        ("", None),
    ],
)
def test_titles(head: str, title: str | None) -> None:
    assert extract(f"<html><head>{head}<p>text").title == title
    assert extract(f"<html><head>{head}<p>text", replace(OPTIONS, titles=False)).title is None


def test_dates_are_asked_for_and_bounded_by_the_capture() -> None:
    body = f"<head><meta property='article:published_time' content='2023-02-01'></head>{FULL_PAGE}"
    dated = replace(OPTIONS, dates=True)
    assert extract(body).date is None
    assert extract(body, dated).date == "2023-02-01"
    later = extract(body.replace("2023-02-01", "2024-06-01"), dated).date
    assert later is None or later <= "2024-05-06"
    undated = extract_page(replace(page(body), capture_date=None), dated)
    assert (undated.date, undated.flags) == (None, ("no-capture-date",))


def test_charset_trouble_is_flagged() -> None:
    found = extract_page(
        page("<meta charset=shift_jis><p>日本語のページです</p>".encode("cp932"), charset="latin1"), OPTIONS
    )
    assert (found.text, found.charset, found.charset_by) == ("日本語のページです", "cp932", "meta")
    assert found.flags == ("charset-conflict",)
    assert extract("<p>日本語のページです".encode() + b"\xff</p>").flags == ("undecodable-bytes",)


def test_a_page_does_not_depend_on_those_before_it() -> None:
    alone = extract(FULL_PAGE)
    for _ in range(5):
        assert extract(FULL_PAGE) == alone
    assert extract(FULL_PAGE.replace("Origin", "Source")).text == alone.text.replace("Origin", "Source")


@given(st.text(alphabet="<>/\"'= abpdiv!-\n&#;x日\0", max_size=300))
def test_no_markup_is_too_broken(body: str) -> None:
    found = extract(body)
    assert (found.outcome == "text") == bool(found.text)
    assert found.text == found.text.rstrip()
    found.text.encode()


@pytest.mark.slow
def test_no_labelled_page_is_lost(shared_data: Path, bench: ModuleType) -> None:
    """Quick half of the promise on every page: parsed, within the budgets, with text in its blocks."""
    lost = []
    for pattern in ("docs/core-0?", "web/*"):
        for row in list(bench.rows(shared_data, pattern))[::12]:
            found = extract_page(bench.read_page(row), replace(OPTIONS, max_elements=0))
            if found.outcome != "text":
                lost.append((row["url"], found.reason))
    assert lost == []


@pytest.mark.slow
@pytest.mark.parametrize("name", json.loads(FLOORS.read_text(encoding="utf-8"))["floors"])
def test_quality_floor(name: str, shared_data: Path, bench: ModuleType) -> None:
    settings = json.loads(FLOORS.read_text(encoding="utf-8"))
    rows = bench.sample(shared_data, name, settings["pages"])
    assert len(rows) == settings["pages"]
    options = ExtractOptions(extractor="trafilatura", mode=settings["mode"])
    scores = [bench.score(row, extract_page(bench.read_page(row), options).text) for row in rows]
    assert sum(scores) / len(scores) >= settings["floors"][name]
