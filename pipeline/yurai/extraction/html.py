"""Extract the main text of an HTML page: charset, budgets of its markup, parse, marks of rights, title, date, text."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import Final

from yurai.evidence.attribution import attribution
from yurai.evidence.first_look import first_look
from yurai.evidence.html import html_marks
from yurai.extraction.budgets import has_more_elements, over_budget
from yurai.extraction.charset import decode_page
from yurai.extraction.dates import stated_date
from yurai.extraction.declared_language import declared_language
from yurai.extraction.extractors import ToRead, extractor_version, found_text
from yurai.extraction.gate import Gate
from yurai.extraction.link_share import link_share
from yurai.extraction.main_text import date_of
from yurai.extraction.mend import one_form
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page
from yurai.extraction.tree import parse, title_of, to_markup

XHTML: Final = "application/xhtml+xml"
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def extract_html(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """HTML and XHTML; drops for "gate:language", "budget-doctype", "budget-attributes" and "no-text"."""
    decoded = decode_page(page.body, page.http_charset)
    markup = to_markup(_as_html(decoded.text) if mime == XHTML else decoded.text)
    blank = Extraction("dropped", mime, "no-text", charset=decoded.charset, charset_by=decoded.by, flags=decoded.flags)
    gate = Gate(options)
    if stopped := gate.at_markup(blank, markup):
        return stopped
    reason = over_budget(markup, options)
    if reason is not None:
        return replace(blank, reason=reason)
    tree, flattened = parse(markup, options.max_depth)
    if tree is None:
        return blank
    if stopped := gate.at_tree(blank, tree):
        return stopped
    too_many = has_more_elements(markup, options.max_elements)
    flags = {"depth-capped": flattened, "element-budget": too_many}
    noted = replace(
        blank,
        html_lang=declared_language(tree),
        flags=(*blank.flags, *(flag for flag, applies in flags.items() if applies)),
    )
    # before the extractor, which changes the tree
    if options.evidence:
        looked = first_look(markup)
        marks = html_marks(markup, tree, page.url, looked)
        noted = replace(noted, marks=marks, attribution=attribution(tree, page.url, looked))
    if options.link_share:
        noted = replace(noted, link_share=link_share(tree))
    return _from_tree(page, ToRead(tree, markup, page.url, options, too_many), noted)


def _as_html(xhtml: str) -> str:
    """Return XHTML with its CDATA sections as the text that they are: in HTML they would be comments."""
    return _CDATA.sub(lambda match: escape(match[1], quote=False), xhtml) if "<![CDATA[" in xhtml else xhtml


def _from_tree(page: Page, to_read: ToRead, blank: Extraction) -> Extraction:
    tree, options = to_read.tree, to_read.options
    title = title_of(tree) if options.titles else None
    if title and options.mend:
        title = one_form(title)
    stated, flags = None, blank.flags
    if options.dates and page.capture_date is None:
        flags = (*flags, "no-capture-date")
    elif options.dates and page.capture_date is not None:
        latest = page.capture_date[:10]
        stated = stated_date(tree, to_read.markup, latest, lambda: date_of(tree, page.url, latest))
    found = found_text(to_read)
    noted = replace(blank, title=title, flags=tuple(sorted({*flags, *found.flags})))
    if stated:
        noted = replace(noted, date=stated.date, date_by=stated.by, date_precision=stated.precision)
    if not found.text:
        return noted
    written = replace(noted, text=found.text, extractor=found.extractor, page_type=found.page_type, spans=found.spans)
    made = replace(written, outcome="text", reason=None, extractor_version=extractor_version(found.extractor))
    return _with_other_text(to_read, made)


def _with_other_text(to_read: ToRead, found: Extraction) -> Extraction:
    """Add the text of the extractor `retry_with`, where one of `retry_rules` would drop what was found."""
    options = to_read.options
    if options.retry_with == "off":
        return found
    from yurai.extraction.retry import dropped_by  # noqa: PLC0415 - rules, which most recipes do not ask here

    if dropped_by(found.text, options.retry_rules) is None:
        return found
    tree, _ = parse(to_read.markup, options.max_depth)  # the first extractor may have changed the one it got
    assert tree is not None  # it had text
    other = found_text(replace(to_read, tree=tree), options.retry_with)
    if not other.text or other.text == found.text:
        return found
    return replace(
        found,
        other_text=other.text,
        other_extractor=other.extractor,
        other_extractor_version=extractor_version(other.extractor),
    )
