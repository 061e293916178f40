"""Whom a page asks to credit: sources, their order, and what is no name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.evidence import html_marks
from yurai.evidence.attribution import MAX_AUTHORS, MAX_LENGTH, Attribution, attribution, attribution_row
from yurai.evidence.first_look import first_look
from yurai.extraction import ExtractOptions, Page
from yurai.extraction.html import extract_html
from yurai.extraction.tree import parse, to_markup
from yurai.stages.extract.candidates import Candidate, decide
from yurai_manifests.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://site.example/a/page"


def credited(page: str) -> Attribution | None:
    markup = to_markup(page)
    tree, _ = parse(markup, 512)
    return attribution(tree, URL, first_look(markup))


def head(*inner: str, body: str = "text") -> str:
    return f"<html><head><title>t</title>{''.join(inner)}</head><body>{body}</body></html>"


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def ld(*nodes: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(nodes if len(nodes) > 1 else nodes[0])}</script>'


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Tides",
    "author": {"@type": "Person", "name": "A. Tern", "url": "/tern"},
}
CC_REL = (
    '<div><span property="dct:title">Tide tables</span> by <a rel="cc:attributionURL" property="cc:attributionName"'
    ' href="https://tern.example/">Anna Tern</a></div>'
)
SOURCES = {
    "ccREL": (head(body=CC_REL), Attribution("Anna Tern", "https://tern.example/", "Tide tables")),
    "ccREL name alone": (head(body='<b property="cc:attributionName">Anna Tern</b>'), Attribution("Anna Tern")),
    "ccREL in content": (head(body='<b property="cc:attributionName" content="Anna">x</b>'), Attribution("Anna")),
    "citation_author": (
        head(meta("citation_author", "Tern, A."), meta("citation_author", "Gull, J."), meta("citation_title", "Tides")),
        Attribution("Tern, A.; Gull, J.", None, "Tides"),
    ),
    "citation_authors": (head(meta("citation_authors", "Tern, A.; Gull, J.")), Attribution("Tern, A.; Gull, J.")),
    "DC.creator": (head(meta("DC.creator", "Anna Tern"), meta("DC.title", "Tides")), Attribution("Anna Tern", None, "Tides")),
    "dcterms.creator": (head(meta("DCTERMS.creator", "Harbour office")), Attribution("Harbour office")),
    "property": (head('<meta property="dc:creator" content="Anna Tern">'), Attribution("Anna Tern")),
    "JSON-LD person": (head(ld(ARTICLE)), Attribution("A. Tern", "https://site.example/tern", "Tides")),
    "JSON-LD string": (head(ld({"@type": "Article", "author": "A. Tern"})), Attribution("A. Tern")),
    "JSON-LD list": (
        head(ld({"@type": "Article", "author": [{"name": "A. Tern"}, "J. Gull", {"name": ["K. Auk"]}]})),
        Attribution("A. Tern; J. Gull; K. Auk"),
    ),
    "JSON-LD by @id": (
        head(ld({"@graph": [{"@type": "WebPage", "author": {"@id": "#p"}}, {"@type": "Person", "@id": "#p", "name": "A. Tern"}]})),
        Attribution("A. Tern"),
    ),
    "JSON-LD creator": (head(ld({"@type": "WebPage", "creator": {"name": "Harbour office"}})), Attribution("Harbour office")),
    "JSON-LD creditText": (
        head(ld({"@type": "Article", "creditText": "Salt Harbour Notes", "author": "A. Tern"})),
        Attribution("Salt Harbour Notes"),
    ),
    "JSON-LD holder": (
        head(ld({"@type": "Article", "copyrightHolder": {"@type": "Organization", "name": "Harbour office"}})),
        Attribution("Harbour office"),
    ),
    "meta author": (head(meta("author", "Anna Tern")), Attribution("Anna Tern")),
    "meta in capitals": (head(meta("AUTHOR", "  Anna\n Tern ")), Attribution("Anna Tern")),
    "by": (head(meta("author", "By Anna Tern")), Attribution("Anna Tern")),
    "Japanese": (head(meta("author", "潮見 太郎")), Attribution("潮見 太郎")),
    "an address beside it": (head(meta("author", "Anna Tern, https://tern.example/")), Attribution("Anna Tern")),
    "著者": (head(meta("author", "著者：潮見太郎")), Attribution("潮見太郎")),  # noqa: RUF001 - full width
    "rel=author": (head(body='<a rel="author" href="/tern">Anna Tern</a>'), Attribution("Anna Tern", "https://site.example/tern")),
    "itemprop": (
        head(body='<p itemprop="author" itemscope><a itemprop="url" href="/t"><b itemprop="name">A. Tern</b></a>, editor</p>'),
        Attribution("A. Tern", "https://site.example/t"),
    ),
    "entities": (head(ld({"@type": "Article", "author": "Tern &amp; Gull"})), Attribution("Tern & Gull")),
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_sources(source: str) -> None:
    page, expected = SOURCES[source]
    assert credited(page) == expected


def test_the_first_source_in_order_wins() -> None:
    order = [
        ("CC", "", CC_REL.replace("Anna Tern", "CC")),
        ("cited", meta("citation_author", "cited"), ""),
        ("creator", meta("DC.creator", "creator"), ""),
        ("node", ld({"@type": "Article", "author": "node"}), ""),
        ("metatag", meta("author", "metatag"), ""),
        ("link", "", '<a rel="author" href="/x">link</a>'),
        ("holder", ld({"@type": "Article", "copyrightHolder": {"name": "holder"}}), ""),
    ]
    for start, (name, _, _) in enumerate(order):
        rest = order[start:]
        found = credited(head(*(top for _, top, _ in reversed(rest)), body="".join(inner for _, _, inner in rest)))
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize(
    "page",
    [
        head(),
        head(meta("author", "")),
        head(meta("author", "admin")),
        head(meta("author", "Webmaster")),
        head(meta("author", "{{ page.author }}")),
        head(meta("author", "https://social.example/tern")),
        head(meta("author", "12345")),
        head(meta("author", "—")),
        head(meta("generator", "Anna Tern")),
        head(meta("DC.title", "Tides")),
        head(ld({"@type": "ImageObject", "author": "J. Gull", "creditText": "J. Gull"})),
        head(ld({"@type": "Article", "image": {"@type": "ImageObject", "author": "J. Gull"}})),
        head(ld({"@type": "Article", "comment": {"@type": "Comment", "author": "J. Gull"}})),
        head(ld({"@type": "Article", "publisher": {"@type": "WebPage", "author": "J. Gull"}})),
        head(ld({"@type": "ItemList", "itemListElement": [{"@type": "Article", "author": "J. Gull"}]})),
        head(ld({"@type": "Article", "author": {"@id": "#nobody"}})),
        head(ld({"@type": "Article", "author": [[[]], None, 4, {}]})),
        head(body='<a rel="author" href="/tern">View my complete profile</a>'),
        head(body='<a rel="nofollow" href="/tern">Anna Tern</a>'),
        '<script type="application/ld+json">{"author": "A. Tern"</script>',
    ],
)
def test_nobody_is_named(page: str) -> None:
    assert credited(page) is None


def test_a_bad_name_leaves_the_place_to_the_next_source() -> None:
    found = credited(head(meta("DC.creator", "admin"), meta("author", "Anna Tern")))
    assert found == Attribution("Anna Tern")


def test_addresses_are_of_the_web() -> None:
    for link, expected in (
        ("/tern", "https://site.example/tern"),
        ("//tern.example/x", "https://tern.example/x"),
        ("javascript:alert(1)", None),
        ("mailto:tern@site.example", None),
        ("http://[", None),
        ("https://x.example/" + "a" * 2_000, None),
        ("", None),
    ):
        found = credited(head(body=f'<a rel="author" href="{link}">Anna Tern</a>'))
        assert found == Attribution("Anna Tern", expected), link


def test_lengths_and_counts_are_bounded() -> None:
    many = credited(head(*(meta("citation_author", f"Author {number:04}") for number in range(500))))
    assert many is not None
    assert many.name is not None
    assert many.name.split("; ") == [f"Author {number:04}" for number in range(MAX_AUTHORS)]
    long = credited(head(meta("author", "A" * 5_000), meta("DC.title", "T" * 5_000)))
    assert long is not None
    assert (len(long.name or ""), len(long.title or "")) == (MAX_LENGTH, MAX_LENGTH)
    wide = credited(head(*(meta("citation_author", f"{number}" + "n" * 100) for number in range(9))))
    assert wide is not None
    assert wide.name == "; ".join(f"{number}" + "n" * 100 for number in range(2))


def test_mail_is_redacted_and_a_name_stays() -> None:
    for name, expected in (
        ("Anna Tern (tern@harbour-office.com)", "Anna Tern"),
        ("Anna Tern <tern@harbour-office.com>", "Anna Tern"),
        ("tern@harbour-office.com (Anna Tern)", "Anna Tern"),
        ("tern@harbour-office.com", None),
        ("Anna Tern", "Anna Tern"),
    ):
        row = attribution_row(
            Attribution(name, "https://h.example/?m=tern@harbour-office.com", "Mail tern@harbour-office.com")
        )
        assert (row and row["name"]) == expected
        assert "tern@" not in str(row)
    assert attribution_row(None) is None


def test_a_copyright_notice_in_json_ld_is_a_notice() -> None:
    markup = to_markup(head(ld({"@type": "Article", "copyrightNotice": "© 2020 A. Tern. All rights reserved."})))
    tree, _ = parse(markup, 512)
    found = [(mark.kind, mark.channel, mark.norm, mark.scope) for mark in html_marks(markup, tree, URL)]
    assert ("notice", "json-ld", "all-rights-reserved", "page") in found


@given(st.text(max_size=400))
def test_no_letter_acts_or_hides(name: str) -> None:
    page = head(ld({"@type": "Article", "author": name, "headline": name}))
    found = credited(page)
    row = attribution_row(found)
    for value in (row or {}).values():
        assert value is None or escaped(value) == value
        assert value is None or 0 < len(value) <= 2 * MAX_LENGTH


@pytest.mark.parametrize(
    "piece",
    [
        meta("citation_author", "Anna Tern"),
        '<a rel="author" href="/x">Anna Tern</a>',
        '<b property="cc:attributionName">Anna Tern</b>',
        '<p itemprop="author" itemscope><b itemprop="name">A</b></p>',
        '<span itemprop="author" itemscope>',
        ld({"@type": "Article", "author": ["A. Tern", {"name": "J. Gull"}]}),
    ],
)
def test_the_cost_grows_with_the_page(piece: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        markup = to_markup(head(body=piece * size))
        tree, _ = parse(markup, 512)
        looked = first_look(markup)
        return lambda: attribution(tree, URL, looked)

    assert grows_linearly(prepare, 1_000)


def test_a_page_carries_it_to_its_row() -> None:
    page = head(
        meta("author", "Anna Tern (tern@harbour-office.com)"), body="<p>" + "Tides rise and fall twice a day. " * 20
    )
    found = extract_html(Page("k", page.encode(), "text/html", "utf-8", URL, None), "text/html", ExtractOptions())
    assert found.attribution == Attribution("Anna Tern (tern@harbour-office.com)")
    row: dict[str, object] = {"warc_type": "response", "flags": [], "url": URL, "http_headers": [], "doc_id": "0" * 32}
    row["capture_date"] = None
    decided = decide(Candidate(row, None), found)
    assert decided.row["attribution"] == {"name": "Anna Tern", "url": None, "title": None}
