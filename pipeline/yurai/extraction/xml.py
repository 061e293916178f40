"""Extract the text of an XML document: the entries of a feed, or the paragraphs of a document that holds sentences.

A feed gives its title and, for each entry, title and text; markup inside of an entry is read as HTML. Nothing outside
of the bytes is read: no DTD, no external entity, no entity that grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lxml import etree
from lxml.html import fromstring

from yurai.extraction.budgets import over_budget
from yurai.extraction.charset import decode_page
from yurai.extraction.honbun.blocks import blocks_of, collapsed
from yurai.extraction.html import XHTML, extract_html
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page
from yurai.extraction.tree import printable, to_markup

_DECLARATION: Final = re.compile(rb"\A\s*<\?xml[^>]*\?>")
_TAG: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_ENTRIES: Final = frozenset(("item", "entry"))
_TEXTS: Final = ("encoded", "content", "description", "summary", "subtitle")
"""Elements that hold the text of a feed or an entry, the fullest first."""
_FEEDS: Final = frozenset(("rss", "feed", "RDF"))
_SENTENCE: Final = 40
"""Characters that the pieces of a document have on average; shorter ones are fields of data."""


def extract_xml(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Return the text of a feed or document.

    Drops for "budget-doctype", "budget-attributes", "xml-broken" (not well-formed, and no text before the fault),
    "xml-data" (sitemaps, settings: fields instead of sentences) and "no-text".
    """
    decoded = decode_page(page.body, page.http_charset)
    markup = to_markup(decoded.text)
    blank = Extraction("dropped", mime, "no-text", charset=decoded.charset, charset_by=decoded.by, flags=decoded.flags)
    if reason := over_budget(markup, options):
        return replace(blank, reason=reason)
    root = _parsed(markup)
    if root is None:
        return replace(blank, reason="xml-broken")
    name = _name(root)
    if name == "html":
        return replace(extract_html(page, XHTML, options), mime=mime)
    pieces = list(_feed(root) if name in _FEEDS else _document(root))
    if pieces and name not in _FEEDS and sum(map(len, pieces)) < _SENTENCE * len(pieces):
        return replace(blank, reason="xml-data")
    text = printable("\n".join(pieces))
    title = next(_titles(root), None) if name in _FEEDS and options.titles else None
    found = replace(blank, outcome="text", reason=None, text=text, title=title, extractor="xml")
    return found if text else blank


def _parsed(markup: bytes) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(_DECLARATION.sub(b"", markup).strip() or b"<none/>", parser)
    except etree.XMLSyntaxError:
        return None
    if root is not None:
        etree.strip_elements(root, etree.Entity, with_tail=False)  # what is declared elsewhere is not fetched
    return root


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _feed(root: etree._Element) -> Iterator[str]:
    """Yield the title and text of a feed, then of each of its entries."""
    yield from _entry(next((child for child in root if _name(child) == "channel"), root))
    for element in root.iter():
        if _name(element) in _ENTRIES:
            yield from _entry(element)


def _entry(element: etree._Element) -> Iterator[str]:
    children = {_name(child): child for child in reversed(element)}
    for name in ("title", next((name for name in _TEXTS if name in children), "")):
        if name in children:
            yield from _read(children[name])


def _titles(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if _name(element) == "title":
            yield from _read(element)


def _read(element: etree._Element) -> Iterator[str]:
    """Yield the text of an element, block by block where it is markup, escaped or not."""
    text = "".join(element.itertext())
    if len(element) or _TAG.search(text):
        inner = etree.tostring(element, encoding="unicode", method="html") if len(element) else text
        yield from (block.text for block in blocks_of(fromstring(f"<div>{inner}</div>")))
    elif plain := collapsed(text):
        yield plain


def _document(root: etree._Element) -> Iterator[str]:
    """Yield each element's text where it has some of its own; what runs on inside of a sentence is part of it."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        own = (element.text or "").strip() or any((child.tail or "").strip() for child in element)
        if own and (text := collapsed("".join(element.itertext()))):
            yield text
            walk.skip_subtree()
