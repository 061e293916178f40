"""Faults of whole kinds in every extractor path: pages written for the purpose, each with the line that has to come out."""

# ruff: noqa: RUF001 - marks of all scripts are meant
from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.extraction import Extraction, ExtractOptions, Page, extract_page

PATHS = ("judged", "honbun", "trafilatura", "resiliparse")
OWN = ("judged", "honbun")
FILL = (
    "The harbour wall was painted after the storm, as it is each year, and the men who did it went home before dark. "
    "Nobody in the village asked who would pay, since the harbour master had said that he would."
)
WIDE = "港の壁は嵐のあとに塗り直され、仕事を終えた人々は暗くなる前に家へ帰りました。村では誰が払うのかを誰も尋ねませんでした。"


def page_of(body: str, charset: str = "utf-8", fill: str = FILL) -> bytes:
    markup = (
        f"<html><head><meta charset={charset}><title>Page</title></head><body><nav><ul><li><a href=/a>Home</a>"
        f"<li><a href=/b>News</a></ul></nav><article><h1>Painting the wall</h1><p>{fill}</p>{body}<p>{fill} So it was.</p>"
        "</article><footer><a href=/c>Contact</a></footer></body></html>"
    )
    return markup.encode(charset)


def extract(page: bytes, extractor: Any, **settings: Any) -> Extraction:
    options = ExtractOptions(extractor=extractor, whole_page_links=0, **settings)
    return extract_page(Page("key", page, "text/html", None, "https://a.example/", None), options)


def lines(body: str, extractor: str, fill: str = FILL) -> list[str]:
    return extract(page_of(body, fill=fill), extractor).text.split("\n")


def every(pages: list[tuple[str, str]]) -> Any:
    return pytest.mark.parametrize(("body", "line"), pages)


# --- ruby: readings never enter the text ------------------------------------------------------------------------------

_READINGS = [("猫", "ねこ"), ("由来", "ゆらい"), ("東京", "とうきょう"), ("塗装", "とそう"), ("汉字", "hànzì")]
_RUBY = [
    "<ruby>{0}<rt>{1}</rt></ruby>",
    "<ruby>{0}<rp>(</rp><rt>{1}</rt><rp>)</rp></ruby>",
    "<ruby><rb>{0}</rb><rp>（</rp><rt>{1}</rt><rp>）</rp></ruby>",
    "<ruby><rb>{0}</rb><rtc><rt>{1}</rt></rtc></ruby>",
    "<ruby>{0}<rt>{1}",
]
RUBY = [
    (
        f"<p>昨日、{form.format(*one)}を見ましたが、とても静かでした。</p>",
        f"昨日、{one[0]}を見ましたが、とても静かでした。",
    )
    for form, one in itertools.product(_RUBY, _READINGS)
    if not form.endswith("{1}")
] + [(f"<p>それは<ruby>{one[0]}<rt>{one[1]}</rt></ruby></p>", f"それは{one[0]}") for one in _READINGS]


@every(RUBY)
@pytest.mark.parametrize("path", PATHS)
def test_ruby(path: str, body: str, line: str) -> None:
    assert line in lines(body, path, WIDE)


# --- inline elements stay in their sentence ---------------------------------------------------------------------------

_CLASSES = (
    "menu",
    "button",
    "share",
    "author",
    "related",
    "rating",
    "byline",
    "social",
    "nav-item",
    "comment",
    "tag-date",
)
INLINE = [
    *((f"<p>They met <span class='{name}'>at the old pier</span> and then went home.</p>", "They met at the old pier and then went home.") for name in _CLASSES),
    *((f"<p>Ask <a class='{name}' href=/x>the harbour master</a> for the key of it.</p>", "Ask the harbour master for the key of it.") for name in _CLASSES),
    ("<p>The council met on <time datetime=2020-05-05>5 May 2020</time> and decided it.</p>", "The council met on 5 May 2020 and decided it."),
    ("<p>Press the <label>Save</label> control, and then <output>42</output> is shown.</p>", "Press the Save control, and then 42 is shown."),
    ("<p>Click <button>Send</button> to send the form to them.</p>", "Click Send to send the form to them."),
    ("<p>If <math><mi>a</mi><mo>></mo><mn>0</mn></math> then the wall is dry again.</p>", "If a>0 then the wall is dry again."),
    ("<p>It is <math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x^2</annotation></semantics></math> metres.</p>", "It is $x^2$ metres."),
    ("<p>It is <script type='math/tex'>\\frac{1}{2}</script> of the whole wall.</p>", "It is $\\frac{1}{2}$ of the whole wall."),
    ("<p>They <u>never</u>, <s>ever</s> and <mark>not at all</mark> <abbr title=x>did</abbr> it.</p>", "They never, ever and not at all did it."),
    ("<p>H<sub>2</sub>O and 10<sup>3</sup> bottles of it were there.</p>", "H2O and 103 bottles of it were there."),
    ("<div>Text in a <em>div</em> with <a href=/x>inline</a> children is a paragraph too.</div>", "Text in a div with inline children is a paragraph too."),
    ("<center>What stands in the middle of the page is a paragraph as well.</center>", "What stands in the middle of the page is a paragraph as well."),
    ("<x-note>An element of its own may hold a paragraph, and often does so.</x-note>", "An element of its own may hold a paragraph, and often does so."),
    ("<figure><img src=a.png><figcaption>The wall in 1923, as it was painted after the storm.</figcaption></figure>", "The wall in 1923, as it was painted after the storm."),
]  # fmt: skip


@every(INLINE)
@pytest.mark.parametrize("path", PATHS)
def test_inline_elements(path: str, body: str, line: str) -> None:
    assert line in lines(body, path)


@pytest.mark.parametrize("path", PATHS)
def test_text_before_and_between_breaks(path: str) -> None:
    found = lines(
        "<div>Before the first break of the line it stood.<br>Then the second one.<br><br>And a third.</div>", path
    )
    for line in ("Before the first break of the line it stood.", "Then the second one.", "And a third."):
        assert line in found


# --- blocks are parted, letters are not -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        "<div>Alpha of the wall<div>Beta of the wall</div>Gamma of the wall</div>",
        "<div><span>Alpha of the wall</span><p>Beta of the wall</p><b>Gamma of the wall</b></div>",
        "<section>Alpha of the wall<section>Beta of the wall</section></section><div>Gamma of the wall</div>",
        "<ul><li>Alpha of the wall<li>Beta of the wall</ul>Gamma of the wall",
        "<blockquote>Alpha of the wall<p>Beta of the wall</p></blockquote><address>Gamma of the wall</address>",
        "<dl><dt>Alpha of the wall<dd>Beta of the wall<dt>Gamma of the wall</dl>",
    ],
)
def test_no_words_are_glued(path: str, body: str) -> None:
    found = " ".join(lines(body, path))
    assert "wallBeta" not in found
    assert "wallGamma" not in found
    if path != "resiliparse":  # which takes some lists for navigation
        assert [word for word in found.split() if word in {"Alpha", "Beta", "Gamma"}] == ["Alpha", "Beta", "Gamma"]


@pytest.mark.parametrize("path", PATHS)
def test_addresses_are_parted_so_that_they_can_be_found(path: str) -> None:
    found = lines("<div>alice@mail.example.org<div>bob@mail.example.org</div></div>", path)
    assert {"alice@mail.example.org", "bob@mail.example.org"} <= {
        word.strip("- ") for line in found for word in line.split()
    }


@pytest.mark.parametrize("path", PATHS)
def test_a_line_break_between_wide_letters_is_no_space(path: str) -> None:
    found = lines("<p>港の壁は\n  嵐のあとに、\nABC\nDEF 社が塗りました。\n한국어는\n띄어 쓴다.</p>", path, WIDE)
    assert any("港の壁は嵐のあとに、" in line for line in found)
    assert any("ABC DEF 社が塗りました。" in line for line in found)
    assert any("한국어는 띄어 쓴다." in line for line in found)


# --- tables -----------------------------------------------------------------------------------------------------------

_ROWS = [["Year", "Litres"], ["1923", "40"], ["1924", "55"]]
_TABLES = [
    "<table>{}</table>",
    "<table><tbody>{}</tbody></table>",
    "<table><caption>Paint</caption>{}</table>",
    "<table><thead>{}</thead></table>",
    "<div><table class=data border=1>{}</table></div>",
]
_ROW = ["<tr>{}</tr>", "<tr>{}", "<tr class=row>{}</tr>"]
_CELL = ["<td>{}</td>", "<th>{}</th>"]
DATA = [
    table.format("".join(row.format("".join(cell.format(value) for value in values)) for values in _ROWS))
    for table, row, cell in itertools.product(_TABLES, _ROW, _CELL)
]
LAYOUT = [
    f"<table><tr><td>{FILL} One.</td><td>{FILL} Two.</td></tr></table>",
    f"<table role=presentation><tr><td>{FILL} One.<td>{FILL} Two.<tr><td>{FILL} Three.<td>{FILL} Four.</table>",
    f"<table><tr><td><p>{FILL} One.</p><p>{FILL} Two.</p></td></tr></table>",
    f"<table><tr><td><ul><li>{FILL} One.</ul></td><td><p>{FILL} Two.</p></td></tr></table>",
]


@pytest.mark.parametrize("body", DATA)
@pytest.mark.parametrize("path", PATHS)
def test_tables_of_data_keep_their_rows(path: str, body: str) -> None:
    found = extract(page_of(body), path).text
    rows = [list(line.replace("|", " ").replace("\t", " ").split()) for line in found.split("\n")]
    for values in _ROWS:
        assert values in rows


@pytest.mark.parametrize("body", LAYOUT)
@pytest.mark.parametrize("path", PATHS)
def test_tables_of_layout_are_paragraphs(path: str, body: str) -> None:
    found = lines(body, path)
    assert f"{FILL} One." in [line.lstrip("-•* ") for line in found]
    assert f"{FILL} Two." in found
    assert not [line for line in found if "|" in line]


# --- forums: what people say is the content ---------------------------------------------------------------------------

_POST = ("div class=post", "div class='message-body'", "article class=comment", "li class=reply", "div id=answer")
_FRAME = ("div id=posts", "section class=thread", "ol class=commentlist", "main")
FORUMS = list(itertools.product(_POST, _FRAME))


@pytest.mark.parametrize(("post", "frame"), FORUMS)
@pytest.mark.parametrize("path", OWN)
def test_forums(path: str, post: str, frame: str) -> None:
    said = [f"Reply {number}: {FILL} I saw it with my own eyes, number {number}." for number in range(6)]
    posts = "".join(
        f"<{post}><div class=user><a href=/u/{n}>member{n}</a></div><p>{text}</p></{post.split(maxsplit=1)[0]}>"
        for n, text in enumerate(said)
    )
    markup = (
        f"<html><head><title>A question - forum</title></head><body><nav><a href=/>Forum</a> <a href=/new>New posts</a></nav>"
        f"<h1>Who painted the wall?</h1><{frame}>{posts}</{frame.split(maxsplit=1)[0]}><footer><a href=/c>Contact</a></footer></body></html>"
    )
    found = extract(markup.encode(), path).text.split("\n")
    assert [line for line in found if line.startswith("Reply")] == said


# --- code -------------------------------------------------------------------------------------------------------------

CODES = [
    "def paint(wall):\n    if wall.dry:\n        return True\n\n    return False",
    "for (int i = 0; i < 3; i++) {\n\tpaint(i);\n}",
    "SELECT *\nFROM walls\n  WHERE year = 1923;",
    "  indented first line\nand a second",
]
_WRAPS = [
    "<pre>{}</pre>",
    "<pre><code>{}</code></pre>",
    "<pre class='highlight'><code class='language-x'>{}</code></pre>",
    "<div class=highlight><pre><span></span>{}</pre></div>",
    "<figure class=code><pre>{}</pre></figure>",
]
PAGES_OF_CODE = list(itertools.product(CODES, _WRAPS))


@pytest.mark.parametrize(("code", "wrap"), PAGES_OF_CODE)
@pytest.mark.parametrize("path", PATHS)
def test_code_keeps_lines_and_indentation(path: str, code: str, wrap: str) -> None:
    found = extract(page_of(wrap.format(code.replace("<", "&lt;"))), path)
    if path in OWN:
        assert f"\n{code}\n" in found.text
        start, end = next((start, end) for kind, start, end in found.spans or () if kind == "pre")
        assert found.text.encode()[start:end].decode() == code
    for word in code.split():
        assert word in found.text, "of other extractors nothing is lost"


# --- one form, whatever the charset -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
def test_one_form_of_spaces_and_wave_dash(path: str) -> None:
    body = "<p>\u3000一月\u301c三月、\u3000東京〜大阪の間を歩きました。</p>"
    texts = {
        charset: extract(
            page_of(body if charset != "cp932" else body.replace("\u301c", "\uff5e"), charset, WIDE), path
        ).text
        for charset in ("utf-8", "euc-jp", "cp932", "iso-2022-jp")
    }
    assert len(set(texts.values())) == 1
    assert "一月\uff5e三月、 東京\uff5e大阪の間を歩きました。" in texts["utf-8"].split("\n")


@pytest.mark.parametrize("path", PATHS)
def test_runs_of_spaces_and_lone_marks(path: str) -> None:
    found = lines(
        "<p>One&nbsp;&nbsp; two\u2003three of the wall.</p><div>Painted again <div>)</div></div><p>(</p><p>in May)</p>",
        path,
    )
    assert "One two three of the wall." in found
    assert not [line for line in found if line.strip() in {"(", ")"}]


_WIDGETS = [
    "<div id=onetrust-banner-sdk><p>We and our partners store cookies on your device, and ask you to agree.</p></div>",
    "<div class='cookie-banner'><p>This site uses cookies so that you get the best of it. <a href=/p>More</a></p></div>",
    "<div id=google_translate_element><span>Select Language</span><a href=/x>Powered by Translate</a></div>",
    "<ul class='lang-switcher'><li><a href=/de>Deutsch</a><li><a href=/fr>Français</a></ul>",
    "<div id='CybotCookiebotDialog'><p>This website uses cookies to personalise content and ads.</p></div>",
]


@pytest.mark.parametrize("widget", _WIDGETS)
@pytest.mark.parametrize("path", PATHS)
def test_widgets_are_no_text(path: str, widget: str) -> None:
    found = extract(page_of(widget), path).text
    assert "Painting the wall" in found or FILL in found
    for word in ("cookies", "Language", "Deutsch", "Translate"):
        assert word not in found


@pytest.mark.parametrize("path", PATHS[:3])
def test_a_page_about_cookies_is_a_page(path: str) -> None:
    about = f"<div class=cookie-notice><p>{FILL} Cookies are baked for it.</p><p>{FILL} Twice.</p></div>"
    assert (
        "Cookies are baked for it." in extract(f"<html><body><h1>Cookies</h1>{about}</body></html>".encode(), path).text
    )


# --- what mending is not ----------------------------------------------------------------------------------------------


def test_off_is_what_the_extractor_gives() -> None:
    body = "<p>The council met on <time>5 May 2020</time> and decided it.</p>"
    assert "met on and decided" in extract(page_of(body), "trafilatura", mend=False).text
    assert "met on 5 May 2020 and decided" in extract(page_of(body), "trafilatura").text


def test_many_spans_cost_what_their_number_says() -> None:
    def work(count: int) -> Callable[[], object]:
        page = page_of("<p>" + "<span>word</span> " * count + "</p>")
        assert extract(page, "trafilatura", max_elements=10**6).text.count("word") >= count
        return lambda: extract(page, "trafilatura", max_elements=10**6)

    assert grows_linearly(work, 4_000, times=4)


@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<div>", "</div>", "<br>", "text ", "猫", "<b>", "</b>", "<table><tr><td>", "<pre>"]
        ),
        max_size=25,
    )
)
def test_no_letter_is_lost_in_mending(pieces: list[str]) -> None:
    """What is shown of any page without names and hiding comes through the trees that other extractors get."""
    from lxml import html

    from yurai.extraction.mend import with_boxes
    from yurai.extraction.tree import parse

    tree, _ = parse(f"<html><body>{''.join(pieces)}</body></html>".encode(), 512)
    assert tree is not None
    before = "".join(html.tostring(tree, method="text", encoding="unicode").split())
    after = "".join(html.tostring(with_boxes(tree), method="text", encoding="unicode").split())
    assert after == before
