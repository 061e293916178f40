"""Feeds and other XML: entries as text, documents as paragraphs, data as a reason, and nothing fetched or grown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yurai.extraction import ExtractOptions, Page, extract_page

if TYPE_CHECKING:
    from yurai.extraction import Extraction

SENTENCE = "The tide table on the harbour wall is read every morning."


def extract(body: str | bytes, mime: str | None = "application/rss+xml") -> Extraction:
    data = body.encode() if isinstance(body, str) else body
    return extract_page(Page("key", data, mime, None, "https://a.example/feed", None), ExtractOptions())


RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>潮の表</title><description>Notes of a harbour</description><link>https://a.example/</link>
<item><title>First &amp; last</title><description>short</description>
<content:encoded><![CDATA[<p>{SENTENCE}</p><p>Twice.</p>]]></content:encoded></item>
<item><title>Second</title><description>&lt;p&gt;{SENTENCE}&lt;/p&gt;</description></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title><entry><title>One</title><summary>s</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{SENTENCE}</p><p>Again.</p></div></content></entry></feed>"""


def test_a_feed_is_its_entries_with_the_fullest_text_of_each() -> None:
    found = extract(RSS)
    assert (found.outcome, found.extractor, found.title) == ("text", "xml", "潮の表")
    assert found.text.split("\n") == [
        *("潮の表", "Notes of a harbour", "First & last", SENTENCE, "Twice.", "Second", SENTENCE),
    ]


def test_atom_entries_may_hold_markup() -> None:
    assert extract(ATOM, "application/atom+xml").text.split("\n") == ["Harbour", "One", SENTENCE, "Again."]


def test_the_declared_charset_counts() -> None:
    body = RSS.replace("utf-8", "shift_jis").replace(SENTENCE, "港の壁に書かれた潮の表").encode("cp932")
    found = extract(body)
    assert found.charset == "cp932"
    assert "港の壁に書かれた潮の表" in found.text


def test_xml_of_another_kind_is_paragraphs() -> None:
    body = f"<tei><head>The harbour</head><p>{SENTENCE} <hi>Every</hi> morning.</p><p>{SENTENCE}</p></tei>"
    assert extract(body, "text/xml").text == f"The harbour\n{SENTENCE} Every morning.\n{SENTENCE}"


def test_xhtml_under_the_name_of_xml_is_read_as_a_page() -> None:
    body = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{SENTENCE}</p></body></html>'
    found = extract(body, "application/xml")
    assert (found.text, found.mime, found.extractor) == (SENTENCE, "application/xml", "honbun")


def test_cdata_of_xhtml_is_text() -> None:
    body = "<html><body><p>before <![CDATA[inside a & b < c]]> after</p></body></html>"
    assert extract(body, "application/xhtml+xml").text == "before inside a & b < c after"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<urlset><url><loc>https://a.example/1</loc><lastmod>2024</lastmod></url></urlset>", "xml-data"),
        ("<rss><channel></channel></rss>", "no-text"),
        ("not xml at all", "xml-broken"),
        ("<!DOCTYPE a " + "x" * 2_000 + "><a>text</a>", "budget-doctype"),
    ],
)
def test_what_is_no_text_has_a_reason(body: str, reason: str) -> None:
    found = extract(body, "text/xml")
    assert (found.outcome, found.reason) == ("dropped", reason)


def test_entities_neither_grow_nor_read_files() -> None:
    grow = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>]>"
    read = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    for head, name in ((grow, "c"), (read, "b")):
        found = extract(f"{head}<tei><p>{SENTENCE} {SENTENCE} &{name}; end of it</p></tei>", "text/xml")
        assert "root:" not in found.text
        assert "hahaha" not in found.text


def test_a_cut_feed_keeps_what_was_read() -> None:
    assert SENTENCE in extract(RSS[: RSS.index("Second")]).text


def test_markdown_stays_as_it_was_written() -> None:
    text = "# Head\n\n- one\n- two\n\n    code"
    found = extract(text + "\n", "text/markdown")
    assert (found.text, found.mime) == (text, "text/markdown")
