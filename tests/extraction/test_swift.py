"""trafilatura sped up: the same bytes as trafilatura as it is, on real pages and on markup made to trip it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction, external, main_extractor, xpaths
from trafilatura.settings import Extractor

from cost import grows_linearly
from yurai.extraction.charset import decode_page
from yurai.extraction.main_text import main_text
from yurai.extraction.swift import install, readability, release
from yurai.extraction.swift.expressions import PAGE, Expression
from yurai.extraction.swift.values import Values
from yurai.extraction.tree import parse, to_markup
from yurai.sources.warc import Record, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from yurai.extraction.options import Mode

ROOT = Path(__file__).resolve().parents[2]
URL = "https://example.org/page"
MODES: tuple[Mode, ...] = ("recall", "precision", "balanced", "fast")
pytestmark = pytest.mark.skipif(not install.applies(), reason="another trafilatura than the one that is sped up")


def stock(tree: HtmlElement, url: str, mode: Mode) -> str:
    """The text of trafilatura as it is: outside of `page` everything is handed on."""
    document: Any = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        include_formatting=False,
        fast=mode == "fast",
        favor_precision=mode == "precision",
        favor_recall=mode == "recall",
    )
    return "" if document is None else document.text or ""


def same(markup: bytes, url: str, modes: tuple[Mode, ...] = MODES) -> None:
    tree, _ = parse(markup, 512)
    if tree is None:
        return
    before = etree.tostring(tree)
    for mode in modes:
        swift = main_text(tree, url, mode)
        assert etree.tostring(tree) == before
        assert PAGE.get() is None
        assert swift == stock(tree, url, mode), (url, mode)


def of_sample() -> Iterator[tuple[str, bytes]]:
    for path in sorted((ROOT / "examples" / "sample").iterdir()):
        if path.suffix == ".jsonl":
            continue
        for one in read_file(path):
            if isinstance(one, Record) and b"<" in one.body[:2000]:
                yield one.url or URL, to_markup(decode_page(one.body, one.http_charset).text)


def test_sample_pages_have_the_same_text() -> None:
    pages = list(of_sample())
    assert len(pages) > 20
    for url, markup in pages:
        same(markup, url)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "step"),
    [
        ("web/aeb", 2),
        ("web/trafilatura", 15),
        ("web/waddle-daniel", 30),
        ("web/readability", 4),
        ("web/postlight", 8),
        ("web/udhr", 8),
        ("docs/core-00", 60),
        ("docs/core-01", 60),
        ("types/wcxb-dev", 20),
    ],
)
def test_real_pages_have_the_same_text(folder: str, step: int, shared_data: Path, bench: ModuleType) -> None:
    rows = sorted(bench.rows(shared_data, folder), key=lambda row: row["offset"])[::step]
    assert len(rows) > 30
    for row in rows:
        page = bench.read_page(row)
        same(to_markup(decode_page(page.body, page.http_charset).text), page.url, ("recall", "precision"))


# what the expressions look for, what is nearly that, and what XML cannot hold
WORDS = """comment comments commentary Comments-list comol disqus_thread post-comments share social cookie sidebar nav Nav
navbar menu footer Footer related author tags hidden noprint hide -hide- entry article content main-content caption
Page-Content post-body story teaser Teaser bottom bottom-0 link permalink border mvp-post-add-box infinite-scroll
elementor-share-buttons reply-1 akismet display:none FULLTEXT ad -ad- widget n i N a x é"""
values = st.lists(
    st.sampled_from([*WORDS.split(), "\xa0bottom", "\u2003link", "&#1;", "\ue000", "\n"]), max_size=3
).map(" ".join)
attributes = st.dictionaries(
    st.sampled_from(
        ("class", "id", "style", "role", "itemprop", "aria-hidden", "data-component", "data-lp-replacement-content")
    ),
    values,
    max_size=3,
)
texts = st.sampled_from(
    (
        "",
        "Word. ",
        "A sentence, with a comma, that is long enough to be a paragraph of a page. " * 2,
        "{x}",
        "&lt;b&gt; ",
    )
)
NAMES = """div p section article span ul ol li main h1 h2 a list item details table tr td blockquote pre aside form
header footer nav iframe textarea noscript xmp q em br img script style svg title"""
names = st.sampled_from(NAMES.split())


def written(name: str, pairs: dict[str, str], inside: str, tail: str) -> str:
    named = "".join(f' {key}="{value}"' for key, value in pairs.items())
    return f"<{name}{named}>{inside}</{name}>{tail}"


elements = st.recursive(
    texts,
    lambda inner: st.builds(written, names, attributes, st.lists(inner, max_size=4).map("".join), texts),
    max_leaves=25,
)
markups = st.lists(elements, min_size=1, max_size=6).map(lambda parts: f"<html><body>{''.join(parts)}</body></html>")


@given(markups)
@example('<body><div class="&#1;comment">x</div><div class="comment">y</div>')
@example('<body><div id="comment" class="&#1;">x</div>')
def test_generated_pages_have_the_same_text(markup: str) -> None:
    same(to_markup(markup), URL)


@functools.cache
def expressions() -> list[Expression]:
    with install.page(HtmlElement()):
        pass
    lists = [value for value in vars(xpaths).values() if isinstance(value, list)]
    return [one for expressions in lists for one in expressions if isinstance(one, Expression)]


def test_each_expression_that_takes_time_has_a_stand_in() -> None:
    assert len(expressions()) == 12


@given(markups)
def test_each_expression_finds_what_it_found(markup: str) -> None:
    tree, _ = parse(to_markup(markup), 512)
    assert tree is not None
    found = [one.stock(tree) for one in expressions()]
    with install.page(tree):
        for one, before in zip(expressions(), found, strict=True):
            after = one(tree)
            assert after == (before[:1] if len(after) < len(before) else before)
            assert len(after) == len(before) or one in xpaths.BODY_XPATH


@given(markups, st.sampled_from(("recall", "precision", "balanced")), texts, st.booleans())
def test_readability_is_left_out_only_where_it_is_not_preferred(
    markup: str, focus: str, text: str, headed: bool
) -> None:
    tree, _ = parse(to_markup(markup), 512)
    assert tree is not None
    options = Extractor(recall=focus == "recall", precision=focus == "precision")
    body = etree.fromstring("<body>" + "<head>h</head>" * headed + "<p>x</p></body>")
    if not readability.cannot_win(tree, body, text.strip(), options):
        return
    theirs = external.try_readability(copy(tree))
    told = external.trim(etree.tostring(theirs, method="text", encoding="unicode"))
    assert not external._prefer_readability(body, theirs, told, len(text.strip()), len(told), options)


def test_an_expression_in_an_unknown_form_is_refused() -> None:
    for path in ("descendant::*[re:test(@id, '[^a]')]", 'descendant::*[@id="a"]'):
        expression = etree.XPath(path, namespaces={"re": xpaths.REGEXP_NS})
        with pytest.raises(ValueError, match="not known"):
            Values([Expression(expression)])


def test_another_release_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, _ = parse(b"<body><p>" + b"A text. " * 50, 512)
    assert tree is not None
    monkeypatch.setattr(install, "CHECKED", "0.0")
    with install.page(tree):
        assert PAGE.get() is None
    assert main_text(tree, URL, "recall") == stock(tree, URL, "recall") != ""
    assert release.note("0.0") == f"runs as it is: {release.CHECKED} is what is sped up"
    assert release.note(release.CHECKED) == "sped up"


def test_a_pass_that_changed_nothing_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.extraction.swift import steps

    made: list[str] = []
    by_links = steps._by_links

    def noted(tree: Any, tag: str, **how: Any) -> Any:
        made.append(tag)
        return by_links(tree, tag, **how)

    monkeypatch.setattr(steps, "_by_links", noted)
    tree, _ = parse(b"<body><article>" + b"<p>A text without a link. </p>" * 50, 512)
    assert tree is not None
    main_text(tree, URL, "recall")
    assert made == ["div", "list", "p"]
    assert main_extractor.delete_by_link_density is steps.delete_by_link_density


def test_pages_of_different_values_take_linear_time() -> None:
    def work(count: int) -> Callable[[], None]:
        body = "".join(
            f'<div class="sidebar-{n}" style="hidden{n}" id="nav{n}"><p>Text.</p></div>' for n in range(count)
        )
        tree, _ = parse(f"<body>{body}".encode(), 512)
        assert tree is not None

        def ask_all() -> None:
            with install.page(tree):
                for one in expressions():
                    one(tree)

        return ask_all

    assert grows_linearly(work, 2_000, times=4)
