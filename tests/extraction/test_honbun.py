"""honbun: blocks as a browser shows them, trees that add up, the best set of blocks, and who is asked when it is unsure."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import yurai.stages  # noqa: F401 - importing declares them
from yurai.declare.stage import STAGES
from yurai.extraction import Extraction, ExtractOptions, Page, extract_page
from yurai.extraction.honbun.blocks import blocks_of, collapsed
from yurai.extraction.honbun.context import context
from yurai.extraction.honbun.features import features
from yurai.extraction.honbun.forest import UNIT, Forest
from yurai.extraction.honbun.layout import Layout
from yurai.extraction.honbun.metadata import metadata
from yurai.extraction.honbun.model import load, version
from yurai.extraction.honbun.page_type import page_row
from yurai.extraction.honbun.selection import likelihood, select
from yurai.extraction.honbun.siblings import with_siblings
from yurai.extraction.tree import parse

SENTENCE = "This is a sentence of the page, and it is long enough to be one. "
ARTICLE = (
    f"<article><h1>The title of it</h1>{''.join(f'<p>{number}. {SENTENCE * 4}</p>' for number in range(9))}</article>"
)
MENU = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(30))
AROUND = f"<nav><ul>{MENU}</ul></nav>{{}}<footer><a href='/terms'>Terms</a> Copyright 2024</footer>"
OWN = ["honbun", "judged"]


def extract(body: str, extractor: Any = "honbun", **settings: Any) -> Extraction:
    page = Page("key", f"<html><body>{body}</body></html>".encode(), "text/html", "utf-8", "https://a.example/", None)
    return extract_page(page, ExtractOptions(extractor=extractor, **settings))


def blocks(body: str) -> list[str]:
    tree, _ = parse(f"<html><body>{body}</body></html>".encode(), 512)
    return [block.text for block in blocks_of(tree)]


# --- blocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<div>Alpha <b>bold</b> end</div><p>Beta</p>", ["Alpha bold end", "Beta"]),
        ("<p>One</p>between<p>two</p>", ["One", "between", "two"]),
        ("<div>first<br>second</div>", ["first\nsecond"]),
        ("<div>first<br><br>second<br> <br>third</div>", ["first", "second", "third"]),
        ("<center>In the middle</center>", ["In the middle"]),
        ("<p><a href=/>Careers</a><a href=/>Press</a>", ["Careers Press"]),
        ("<p>See <a href=/>one</a> or<a href=/>two</a>, <a href=/>half<b>way</b></a>s", ["See one ortwo, halfways"]),
        ("<div><button>Yes</button><button>No</button></div>", ["Yes No"]),
        ("<p><a href=/></a><a href=/>Only</a></p>", ["Only"]),
        ("<figure><img src=a><figcaption>A caption</figcaption></figure>", ["A caption"]),
        ("<p>met on <time>5 May 2020</time> and then</p>", ["met on 5 May 2020 and then"]),
        ("<p>Press the <label>Save</label> control</p>", ["Press the Save control"]),
        ("<p>Click <button>Send</button> to send</p>", ["Click Send to send"]),
        ("<p>by <span class='share author rating'>Ann</span> alone</p>", ["by Ann alone"]),
        ("<p>A <x-tip>word</x-tip> of it</p>", ["A word of it"]),
        ("<x-page><p>One</p><p>two</p></x-page>", ["One", "two"]),
        ("<div>Alpha</div><div>Beta</div><section>Gamma</section>", ["Alpha", "Beta", "Gamma"]),
        ("<ul><li>outer<ul><li>inner</ul>tail</ul>", ["outer", "inner", "tail"]),
        ("<div>a@mail.example</div><div>b@mail.example</div>", ["a@mail.example", "b@mail.example"]),
        ("<p><ruby>猫<rp>(</rp><rt>ねこ</rt><rp>)</rp></ruby>がいる</p>", ["猫がいる"]),
        ("<p>東京\n都と\n  大阪</p>", ["東京都と大阪"]),
        ("<p>서울\n부산 and\nmore</p>", ["서울 부산 and more"]),
        ("<p>東京<span>\n</span>都</p>", ["東京都"]),
        ("<pre>def f():\n    return 1\n</pre>", ["def f():\n    return 1"]),
        ("<p>If <math><mi>a</mi><mo>&gt;</mo><mn>0</mn></math> then</p>", ["If a>0 then"]),
        (
            "<p>so <math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></semantics></math>.</p>",
            ["so $x^2$."],
        ),
        ("<p>see <script type='math/tex'>\\frac12</script> there</p>", ["see $\\frac12$ there"]),
        ("<select><option>Not text</select><p>text</p>", ["text"]),
        ("<table><tr><td>One<td>two</table>", ["One", "two"]),
    ],
)
def test_blocks_are_what_a_browser_sets_apart(body: str, expected: list[str]) -> None:
    assert blocks(body) == expected


@given(st.text(alphabet="aあ한 \t\n.", max_size=30))
def test_collapsed_text_has_no_second_space_and_stays_collapsed(text: str) -> None:
    once = collapsed(text)
    assert "  " not in once
    assert "\n" not in once
    assert collapsed(once) == once
    assert "".join(once.split()) == "".join(text.split())


def test_many_spans_cost_no_more_than_their_number() -> None:
    """29,000 inline elements in one paragraph ended in the CPU limit."""
    assert extract(f"<p>{'<span>word</span> ' * 29_000}</p>").text == ("word " * 29_000).strip()


# --- scores ----------------------------------------------------------------------------------------------------------


@given(st.data())
def test_a_forest_gives_what_its_questions_say(data: st.DataObject) -> None:
    trees, depth, width, outputs = (data.draw(st.integers(1, most)) for most in (4, 3, 3, 2))
    numbers = st.integers(-5, 5)
    columns = np.array([[data.draw(st.integers(0, width - 1)) for _ in range(trees)] for _ in range(depth)], np.int16)
    borders = np.array([[data.draw(numbers) + 0.5 for _ in range(trees)] for _ in range(depth)], np.float32)
    leaves = np.array([[[data.draw(numbers)] * outputs for _ in range(1 << depth)] for _ in range(trees)], np.int32)
    rows = np.array([[data.draw(numbers) for _ in range(width)] for _ in range(3)], np.float32)
    forest = Forest(columns, borders, leaves, np.full(outputs, 7, np.int64))
    for row, margins in zip(rows, forest.margins(rows), strict=True):
        expected = 7
        for tree in range(trees):
            answers = [row[columns[level, tree]] > borders[level, tree] for level in range(depth)]
            expected += leaves[tree, sum(answer << level for level, answer in enumerate(answers)), 0]
        assert margins.tolist() == [expected] * outputs


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 50)), min_size=1, max_size=7))
def test_no_set_of_blocks_has_a_higher_expected_f1(pairs: list[tuple[int, int]]) -> None:
    margins = np.array([margin * UNIT for margin, _ in pairs], np.int64)
    sizes = np.array([size for _, size in pairs], np.int64)
    likely = likelihood(margins) / 1e6

    def expected(chosen: tuple[bool, ...]) -> float:
        taken = np.array(chosen)
        return float(2 * (likely * sizes)[taken].sum() / (sizes[taken].sum() + (likely * sizes).sum()))

    best = max(expected(one) for one in itertools.product([False, True], repeat=len(pairs)) if any(one))
    chosen = select(margins, sizes)
    assert chosen.chosen.any()
    assert chosen.expected == pytest.approx(best)
    assert expected(tuple(chosen.chosen)) == pytest.approx(best)


@given(
    st.lists(st.sampled_from(["<p>Text</p>", "<li><a>x</a>", "<h2>Head</h2>", "<td>1", "<div>", "</div>"]), min_size=1)
)
def test_features_are_finite_and_as_many_as_the_weights_ask_for(parts: list[str]) -> None:
    tree, _ = parse(f"<body>{''.join(parts)}end</body>".encode(), 512)
    found = blocks_of(tree)
    rows = features(Layout.of(found), metadata(tree, b"").bits)
    both = np.concatenate([rows, context(Layout.of(found), np.zeros(len(found), np.int64))], axis=1)
    assert np.isfinite(both).all()
    assert load().first.columns.max() < rows.shape[1]
    assert load().second.columns.max() < both.shape[1]
    assert load().kinds.columns.max() < page_row(rows).shape[1]


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extractor", OWN)
def test_the_article_is_taken_and_what_is_around_it_is_not(extractor: str) -> None:
    told = json.dumps({"@type": "NewsArticle", "headline": "The title of it"})
    found = extract(f'<script type="application/ld+json">{told}</script>{AROUND.format(ARTICLE)}', extractor)
    assert (found.extractor, found.page_type) == ("honbun", "article")
    assert found.text.startswith("The title of it\n0. This is")
    assert "Section 3" not in found.text
    assert "Copyright" not in found.text


def test_a_table_of_data_is_rows_and_a_table_of_layout_is_paragraphs() -> None:
    cells = "".join(f"<tr><td>Name {number}</td><td>{number * 7}</td></tr>" for number in range(6))
    found = extract(f"{ARTICLE}<p>{SENTENCE}</p><table>{cells}</table><p>{SENTENCE}</p>").text
    assert "\nName 3\t21\n" in found
    layout = f"<table><tr><td>{ARTICLE}</td><td><ul>{MENU}</ul></td></tr></table>"
    assert "\t" not in extract(layout).text


def test_what_stands_in_the_middle_of_a_text_stays() -> None:
    middle = f"<p>Alpha</p><div>Beta</div><p>Gamma</p><p>{SENTENCE * 4} End.</p></article>"
    text = extract(AROUND.format(ARTICLE.replace("</article>", middle))).text
    assert "\nAlpha\nBeta\nGamma\n" in text


def test_a_page_with_nothing_around_its_text_is_taken_whole() -> None:
    body = "<h4>Notice</h4><div>Alpha</div><section>Beta</section><p>Gamma</p><ul><li>one<li>two</ul>"
    assert extract(body).text == "Notice\nAlpha\nBeta\nGamma\none\ntwo"


def test_a_heading_over_what_was_left_out_is_left_out() -> None:
    more = "<h3>You may also like</h3><ul><li><a href=/1>Wedging without tears</a></li><li><a href=/2>A crack</a></li></ul>"
    assert "You may also like" not in extract(AROUND.format(ARTICLE + more)).text


def test_a_text_that_only_json_ld_holds_is_rescued_and_flagged() -> None:
    text = SENTENCE * 12
    data = json.dumps(
        {"@context": "https://schema.org", "@graph": [{"@type": "Article", "articleBody": f"<p>{text}</p>"}]}
    )
    script = f'<script type="application/ld+json">{data}</script>'
    found = extract(f"{script}<div>Please enable scripts.</div>")
    assert (found.text, found.extractor, found.flags) == (text.strip(), "json-ld", ("text-from-json-ld",))
    shown = extract(f"{script}<p>{text}</p>")
    assert (shown.extractor, shown.flags) == ("honbun", ())


@pytest.mark.parametrize("script", ["{", '{"articleBody": 3}', "[" * 100_000, '{"articleBody": "short"}'])
def test_json_ld_that_helps_nobody_changes_nothing(script: str) -> None:
    found = extract(f'<script type="application/ld+json">{script}</script>{ARTICLE}')
    assert (found.extractor, found.flags) == ("honbun", ())


@pytest.mark.parametrize("extractor", ["honbun", "judged", "trafilatura", "resiliparse"])
def test_every_extractor_finds_the_article(extractor: str) -> None:
    found = extract(AROUND.format(ARTICLE), extractor)
    assert found.outcome == "text"
    assert SENTENCE.strip() in found.text


@pytest.mark.parametrize("extractor", OWN)
def test_a_page_with_text_keeps_some(extractor: str) -> None:
    for body in (f"<ul>{MENU}</ul>", "<a href=/>One link</a>", "<footer>Only a footer</footer>", "<p>x</p>"):
        assert extract(body, extractor).outcome == "text", body


def test_over_the_element_budget_trafilatura_is_not_asked() -> None:
    found = extract(f"{MENU}{SENTENCE}", "judged", max_elements=1)
    assert (found.extractor, found.flags) == ("honbun", ("element-budget",))


MARKED = """<h2>Lists and code</h2><p>A line.</p><ul><li>one<li>two<ul><li>inner</ul><li><p>three</p><p>more</p></ul>
<ol><li>first<li>second</ol><pre>def f():
    return 1</pre><blockquote>said<br>twice</blockquote><dl><dt>word<dd>meaning</dl>
<table><tr><th>a<th>b<tr><td>1<td>x|y<tr><td>2<td>z</table><p>End.</p>"""
MARKDOWN = """## Lists and code

A line.

- one
- two
  - inner
- three

  more

1. first
2. second

```
def f():
    return 1
```

> said
> twice

word
: meaning

| a | b |
| --- | --- |
| 1 | x\\|y |
| 2 | z |

End."""


def test_markdown_keeps_the_form_of_what_it_takes() -> None:
    for extractor in OWN:
        assert extract(MARKED, extractor, format="markdown").text == MARKDOWN


def test_markdown_of_code_with_fences_has_a_longer_fence() -> None:
    assert extract("<pre>```\ncode\n```</pre>", format="markdown").text == "````\n```\ncode\n```\n````"


@pytest.mark.parametrize("extractor", ["trafilatura", "resiliparse"])
def test_markdown_is_refused_of_extractors_that_do_not_write_it(extractor: Any) -> None:
    with pytest.raises(ValueError, match="written by extractor"):
        ExtractOptions(extractor=extractor, format="markdown")


# --- identity --------------------------------------------------------------------------------------------------------


def test_the_weights_are_part_of_the_fingerprint_where_they_are_asked() -> None:
    stage = STAGES["extract"]
    by = {name: stage.identity(ExtractOptions(extractor=name), "")["packages"] for name in ("judged", "trafilatura")}
    assert by["judged"]["honbun weights"] == version()
    assert "honbun weights" not in by["trafilatura"]


def test_a_page_has_the_same_text_whatever_came_before_it() -> None:
    page = AROUND.format(ARTICLE)
    first = extract(page)
    for other in ("<p>Another page</p>", f"<ul>{MENU}</ul>"):
        extract(other)
    assert extract(page) == first
    assert replace(first, text="") != first


# --- text that scripts would show ------------------------------------------------------------------------------------

STATE = json.dumps(
    {"page": {"title": "T", "blocks": [{"t": "p", "x": SENTENCE * 3 + str(n)} for n in range(4)], "menu": ["a"]}}
)
SHOWN = "\n".join(f"{SENTENCE * 3}{number}" for number in range(4))


@pytest.mark.parametrize(
    "script",
    [
        f'<script id="__NEXT_DATA__" type="application/json">{STATE}</script>',
        f"<script>var a = 1; window.__INITIAL_STATE__ = {STATE};\nrender()</script>",
        f'<script type="application/json">\n {json.dumps({"html": "".join(f"<p>{line}</p>" for line in SHOWN.splitlines())})}</script>',
    ],
)
@pytest.mark.parametrize("shell", ["<div id=root></div>", "<div id=root>Loading ...</div>"])
def test_a_shell_that_a_script_fills_has_the_text_of_the_script(shell: str, script: str) -> None:
    for extractor in OWN:
        found = extract(shell + script, extractor)
        assert (found.text, found.extractor, found.flags) == (SHOWN, "script-json", ("text-from-script-json",))


def test_a_page_that_shows_its_text_is_not_a_shell() -> None:
    found = extract(f"{ARTICLE}<script type='application/json'>{STATE}</script>")
    assert found.extractor == "honbun"


@pytest.mark.parametrize("source", ["{", '{"a": ' * 100_000, '{"a": "' + "x" * 5_000 + '"}', "[1, 2]", ""])
def test_scripts_without_prose_change_nothing(source: str) -> None:
    assert extract(f"<p>Short</p><script type='application/json'>{source}</script>").text == "Short"


def test_siblings_of_most_of_a_container_are_taken() -> None:
    tree, _ = parse(
        f"<html><body><div>{'<p>A block of body text of some length.</p>' * 9}</div><p>x</p></body></html>".encode(),
        512,
    )
    layout = Layout.of(blocks_of(tree))  # type: ignore[arg-type]
    chosen = np.array([True, True, True, False, False, False, False, True, True, False])

    def taken(likely: int) -> list[bool]:
        return with_siblings(layout, chosen, np.full(10, likely)).tolist()

    assert taken(150_000) == [True] * 3 + [False] * 4 + [True] * 2 + [False], "they hold too little of it"
    chosen = np.array([True, True, True, False, True, True, True, True, False, False])
    assert taken(150_000) == [True] * 8 + [False] * 2
    assert taken(250_000) == [True] * 9 + [False]
    assert taken(50_000) == chosen.tolist()
