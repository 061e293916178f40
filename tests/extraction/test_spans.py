"""Spans of blocks as honbun writes them, in text and in Markdown, and the choice that another extractor makes."""

from __future__ import annotations

import importlib
import json
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.extraction import Extraction, ExtractOptions, Page, extract_page
from yurai.extraction.honbun.blocks import blocks_of
from yurai.extraction.honbun.choice import chosen_by
from yurai.extraction.tree import parse

SENTENCE = "This is a sentence of the page, and it is long enough to be one. "
BODY = """<h2>Lists, 表とコード</h2><p>A line.</p><ul><li>one<li>two<ul><li>inner</ul><li><p>three</p><p>more</p></ul>
<pre>def f():
    return 1</pre><blockquote><p>said</p><p>twice</p></blockquote><dl><dt>word<dd>meaning</dl>
<figure><figcaption>A caption</figcaption></figure><table><tr><th>a<th>b<tr><td>1<td>é<tr><td>2<td>z</table><p>End.</p>"""


def extract(body: str, extractor: Any = "judged", **settings: Any) -> Extraction:
    page = Page("key", f"<html><body>{body}</body></html>".encode(), "text/html", "utf-8", "https://a.example/", None)
    return extract_page(page, ExtractOptions(extractor=extractor, **settings))


def parts(found: Extraction) -> list[tuple[str, str]]:
    assert found.spans is not None
    data = found.text.encode()
    return [(kind, data[start:end].decode()) for kind, start, end in found.spans]


@pytest.mark.parametrize("extractor", ["judged", "honbun"])
def test_spans_of_a_text(extractor: str) -> None:
    assert parts(extract(BODY, extractor)) == [
        ("h2", "Lists, 表とコード"),
        ("li", "one"),
        ("li", "two"),
        ("li", "inner"),
        ("li", "three\nmore"),
        ("pre", "def f():\n    return 1"),
        ("blockquote", "said\ntwice"),
        ("dt", "word"),
        ("dd", "meaning"),
        ("figcaption", "A caption"),
        ("table", "a\tb\n1\té\n2\tz"),
    ]


@pytest.mark.parametrize("extractor", ["judged", "honbun"])
def test_spans_of_markdown(extractor: str) -> None:
    found = parts(extract(BODY, extractor, format="markdown"))
    assert found[0] == ("h2", "## Lists, 表とコード")
    assert ("pre", "```\ndef f():\n    return 1\n```") in found
    assert ("blockquote", "> said\n\n> twice") in found
    assert ("table", "| a | b |\n| --- | --- |\n| 1 | é |\n| 2 | z |") in found


@pytest.mark.parametrize("extractor", ["trafilatura", "resiliparse"])
def test_extractors_that_tell_no_blocks(extractor: str) -> None:
    assert extract(BODY, extractor).spans is None


WORDS = st.text("ab猫 é<&", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.lists(st.tuples(st.sampled_from(["p", "h1", "h3", "pre", "blockquote", "li", "div"]), WORDS), min_size=1))
def test_every_block_has_its_type(blocks: list[tuple[str, str]]) -> None:
    def markup(tag: str, text: str) -> str:
        one = f"<{tag}>{escape(text)}</{tag}>"
        return f"<ul>{one}</ul>" if tag == "li" else one

    found = extract("".join(markup(tag, text) for tag, text in blocks), "honbun")
    assert found.text == "\n".join(text for _, text in blocks)
    assert parts(found) == [(tag, text) for tag, text in blocks if tag not in {"p", "div"}]


def test_control_characters_move_no_span() -> None:
    assert parts(extract("<h1>a&#1;b</h1><h2>&#1;&#2;</h2><p>x&#3;</p><h3>c</h3>", "honbun")) == [
        ("h1", "ab"),
        ("h3", "c"),
    ]


# --- the choice of another extractor ---------------------------------------------------------------------------------


def chosen(body: str, text: str) -> list[str]:
    blocks = blocks_of(parse(f"<html><body>{body}</body></html>".encode(), 512)[0])  # type: ignore[arg-type]
    return [block.text for block, taken in zip(blocks, chosen_by(blocks, text), strict=True) if taken]


def test_blocks_are_chosen_by_the_text_that_another_extractor_gave() -> None:
    body = f"<p>Menu</p><h1>Title</h1><p>{SENTENCE}on <time>5 May</time> it was.</p><p>{SENTENCE.upper()}</p><p>猫</p>"
    assert chosen(body, f"Title\n{SENTENCE}on it was.\n猫") == ["Title", f"{SENTENCE}on 5 May it was.", "猫"]


def test_a_short_block_inside_a_word_is_not_chosen() -> None:
    assert chosen("<p>cat</p><p>concatenate these words</p>", "concatenate these words") == ["concatenate these words"]


def test_judged_writes_what_trafilatura_chose_with_its_own_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """An article by its metadata, of which honbun is made to be unsure."""
    monkeypatch.setattr(importlib.import_module("yurai.extraction.honbun.main_text"), "_UNSURE", 2.0)
    told = json.dumps({"@type": "NewsArticle", "headline": "Title"})
    menu = "".join(f"<li><a href='/{number}'>Section {number}</a></li>" for number in range(30))
    body = (
        f'<script type="application/ld+json">{told}</script><nav><ul>{menu}</ul></nav><article><h2>Title</h2>'
        f"<p>{SENTENCE * 3}<time>5 May</time> it was.</p>{f'<p>{SENTENCE * 4}</p>' * 6}</article><aside>{SENTENCE}</aside>"
    )
    found = extract(body)
    assert found.extractor == "honbun+trafilatura"
    assert f"{SENTENCE}5 May it was." in found.text
    assert parts(found) == [("h2", "Title")]
    assert extract(body, format="markdown").text.startswith("## Title\n\nThis is")
