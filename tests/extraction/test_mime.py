"""Media types that servers send without knowing, and what the first bytes say then."""

from __future__ import annotations

from functools import partial

import pytest

from cost import grows_linearly
from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.extraction.mime import media_type

HTML = b"<!DOCTYPE html><html><head><title>T</title></head><body><p>The ferry leaves at nine.</p></body></html>"
XHTML = b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b'><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>"
DOWNLOADS = (
    "application/octet-stream",
    "binary/octet-stream",
    "application/octetstream",
    "application/x-octet-stream",
    "application/download",
    "application/x-download",
    "application/force-download",
    "application/x-force-download",
    "application/binary",
)
UNKNOWN = (None, "", "*/*", "unknown/unknown", "application/unknown", "text/unknown", "nonsense")
BEGINNINGS = (
    HTML,
    b"\xef\xbb\xbf" + HTML,
    b"\r\n\t " + HTML,
    b"<!-- made by hand -->\n" + HTML,
    b"<!-- a --><!-- b -->" + HTML,
    b"<html lang=ja>",
    b"<HTML>",
    b"<head>",
    b"<script src=a.js>",
    b"<body bgcolor=white>",
    b"<title>T</title>",
    b"<?xml version='1.0'?><!-- c --><html><body>x",
    HTML.decode().encode("utf-16"),
)


@pytest.mark.parametrize("declared", [*DOWNLOADS, *UNKNOWN])
@pytest.mark.parametrize("body", BEGINNINGS)
def test_markup_is_known_by_its_beginning(declared: str | None, body: bytes) -> None:
    assert media_type(declared, body) == ("text/html", True)


@pytest.mark.parametrize("declared", [*DOWNLOADS, *UNKNOWN])
def test_other_beginnings_of_pages(declared: str | None) -> None:
    assert media_type(declared, XHTML) == ("application/xhtml+xml", True)
    assert media_type(declared, b"<?xml version='1.0'?><rss version='2.0'>") == ("text/xml", True)
    assert media_type(declared, b"%PDF-1.7\n") == ("application/pdf", True)


@pytest.mark.parametrize("declared", DOWNLOADS)
@pytest.mark.parametrize("body", [b"name;value\n1;2\n", b"\x00\x01\x02", b"a text of <html> and <body>", b"<apple>"])
def test_downloads_of_data_stay_what_they_are(declared: str, body: bytes) -> None:
    assert media_type(declared, body) == (declared, False)


@pytest.mark.parametrize("declared", UNKNOWN)
def test_unknown_types_are_text_or_binary(declared: str | None) -> None:
    assert media_type(declared, b"plain words")[0] == "text/plain"
    assert media_type(declared, b"Rar! is a word, and so are GIF89a, ID3 and RIFF")[0] == "text/plain"
    assert media_type(declared, b"GIF89a\x01\x00\x01\x00")[0] == "image/gif"
    assert media_type(declared, b"\xff\xd8\xff\xe0JFIF")[0] == "image/jpeg"
    assert media_type(declared, b"\x00\x01\x02")[0] == "application/octet-stream"


@pytest.mark.parametrize(
    "declared", ["text/htm", "text/xhtml", "application/html", "text/x-html", "application/xhtml", "text/shtml"]
)
def test_made_up_names_of_html(declared: str) -> None:
    assert media_type(declared, HTML) == ("text/html", True)
    assert media_type(declared, XHTML) == ("application/xhtml+xml", True)
    assert media_type(declared, b"%PDF-1.4") == ("application/pdf", True)


@pytest.mark.parametrize(
    "declared", ["text/css", "application/json", "image/svg+xml", "image/png", "text/javascript", "text/markdown"]
)
def test_types_that_say_something_stand(declared: str) -> None:
    assert media_type(declared, HTML) == (declared, False)


@pytest.mark.parametrize("declared", ["text/html", "text/plain"])
def test_texts_that_begin_like_files_stay_texts(declared: str) -> None:
    assert media_type(declared, b"GIF89a was a format of images.") == (declared, False)
    assert media_type(declared, b"GIF89a\x00\x01") == ("image/gif", True)


@pytest.mark.parametrize("part", [b"<!---->", b"<!--", b"<?xml>", b" ", b"-->"])
def test_no_beginning_costs_more_than_its_bytes(part: bytes) -> None:
    assert grows_linearly(lambda n: partial(media_type, None, b"<!--" + part * n), 100)


@pytest.mark.parametrize("declared", ["application/xhtml+xml", "application/xml", "text/xml", "text/xhtml"])
def test_sections_of_xhtml_are_text_under_each_of_its_types(declared: str) -> None:
    body = XHTML.replace(
        b"<body/>", b"<body><p>Before <![CDATA[a & b < c]]> behind, so that there is a line.</p></body>"
    )
    page = Page("0", body, declared, None, "https://example.jp/", "2024-01-01T00:00:00Z")
    assert "Before a & b < c behind" in extract_page(page, ExtractOptions()).text
