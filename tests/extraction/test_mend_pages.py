"""Mending of pages that nobody wrote by hand: control characters, odd names, many links; and spans of a tidied text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.extraction import Extraction, ExtractOptions, Page, extract_page
from yurai.extraction.mend import tidied

PATHS = ("judged", "honbun", "trafilatura", "resiliparse")
SAID = "The tide table on the harbour wall is read every morning before the boats go out, and it was never wrong. " * 2


def extract(body: str, extractor: Any, **settings: Any) -> Extraction:
    page = f"<html><body><article><h1>Tides</h1><p>{SAID}</p>{body}<p>{SAID} So it is.</p></article></body></html>"
    options = ExtractOptions(extractor=extractor, whole_page_links=0, **settings)
    return extract_page(Page("key", page.encode(), "text/html", "utf-8", "https://a.example/", None), options)


# --- what a parser takes and a tree does not ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "odd",
    [
        "<p>Odd&#1; words&#30; of &#31;it&#12; stand here.</p>",
        "<p>Odd words of <math><mi>&#1;it</mi></math>&#30; stand here.</p>",
        "<p>Odd words of <a:b x:y=1 '>it</a:b> stand here.</p>",
        "<div class='x&#1;' \"q\"=1>Odd words of it stand here.</div>",
        "<div id=onetrust-banner-sdk>consent</div>&#1;<p>Odd words of it stand here.</p>",
        "<script type='application/ld+json'>&#1;\x02</script><p>Odd words of it stand here.</p>",
    ],
)
def test_what_a_tree_refuses_is_no_error(path: str, odd: str) -> None:
    found = extract(odd, path)
    assert found.outcome == "text"
    assert "Odd words of it stand here." in " ".join(found.text.split())


# --- items of lists ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["judged", "honbun", "trafilatura"])
@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("Alpha<div>Beta</div>Gamma", ["Alpha", "Beta", "Gamma"]),
        ("<div>Delta</div><div>Epsilon</div>", ["Delta", "Epsilon"]),
        ("<div>alice@mail.example</div><div>bob@mail.example</div>", ["alice@mail.example", "bob@mail.example"]),
        ("<a href=/z>Zeta</a><p>Eta</p>", ["Zeta", "Eta"]),
        ("<p>Theta</p><a href=/i>Iota</a>", ["Theta", "Iota"]),
    ],
)
def test_boxes_of_an_item_are_parted_and_none_is_lost(path: str, item: str, words: list[str]) -> None:
    text = extract(f"<ul><li>{item}</li><li>{SAID}</li></ul>", path).text
    assert [word for word in text.replace("- ", " ").split() if word in words] == words


@pytest.mark.parametrize("path", PATHS)
def test_quotations_in_each_other_are_parted(path: str) -> None:
    words = extract("<blockquote>outer<blockquote>inner</blockquote>tail</blockquote>", path).text.split()
    assert [word for word in words if word in {"outer", "inner", "tail"}] == ["outer", "inner", "tail"]


# --- cost --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", ["<span>w{}</span> ", "<span class=w>w{}</span> ", "<a href=/{0}>w{0}</a> ", "w{}<br>"])
def test_inline_elements_cost_no_more_than_their_number(one: str) -> None:
    def page(count: int) -> Callable[[], object]:
        body = f"<p>{''.join(map(one.format, range(count)))}</p>"
        assert extract(body, "trafilatura").outcome == "text"
        return lambda: extract(body, "trafilatura")

    assert grows_linearly(page, 6_000)


# --- spans of a tidied text --------------------------------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from(["text", "(", ")", "|", "猫\u3000犬", "\u3000indented", "two  spaces", "", "."]), max_size=9
)


@given(LINES, st.lists(st.booleans(), min_size=9, max_size=9))
def test_spans_of_a_tidied_text_are_whole_lines_in_order(lines: list[str], marked: list[bool]) -> None:
    spans, at = [], 0
    for line, is_marked in zip(lines, marked, strict=False):
        end = at + len(line.encode())
        if is_marked and line:
            spans.append(("li", at, end))
        at = end + 1
    text, moved = tidied("\n".join(lines), spans, frozenset)
    data, behind = text.encode(), -1
    assert moved is not None
    for _, start, end in moved:
        assert behind < start < end
        assert data[start - 1 : start] in {b"", b"\n"}
        assert data[end : end + 1] in {b"", b"\n"}
        behind = end
    assert tidied(text, moved, frozenset)[0] == text


def test_a_span_follows_its_line_and_takes_what_joins_it() -> None:
    text = "Tides\n(\nfirst item\n)\nlast"
    tidy, spans = tidied(text, [("h2", 0, 5), ("li", 8, 18)], frozenset)
    assert tidy == "Tides\n(first item)\nlast"
    assert spans == (("h2", 0, 5), ("li", 6, 18))


def test_lines_of_code_stay_as_they_are() -> None:
    text = "f(\n    a,  b\n)\n{\n}"
    code = frozenset(line.strip() for line in text.split("\n"))
    assert tidied(text, None, lambda: code) == (text, None)
    assert extract(f"<pre>{text}</pre>", "honbun").text.count(text) == 1


@pytest.mark.parametrize("path", PATHS)
def test_lone_lines_of_code_stay_lines(path: str) -> None:
    code = "if (wet) {\n    wait();\n}\npaint();"
    lines = [line.rstrip() for line in extract(f"<pre><code>{code}</code></pre>", path).text.split("\n")]
    assert lines[lines.index("if (wet) {") :][:4] == code.split("\n")
