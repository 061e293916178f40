"""Extract the main text of an HTML page.

Order: byte budget, charset, markup budgets, parse, then the main-text extractor, unless the page has no
navigation (its readable text is taken whole) or too many elements for an extractor that is not linear. A page that has
any readable text keeps it: where the extractor gives a twentieth of the page or less, the whole is taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lxml.html import HtmlElement

from yurai.evidence.html import html_marks
from yurai.extraction.blocks import block_text, is_surrounded, linked_characters, most_text
from yurai.extraction.budgets import elements, over_budget
from yurai.extraction.charset import decode_page
from yurai.extraction.main_text import date_of, main_text
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page
from yurai.extraction.tree import parse, printable, title_of, to_markup

# Mean score over the 18 sets of bench/extraction.py (60 pages each): .896 with these two, .873 without.
_WHOLE_PAGE_SHARE: Final = 0.25
_TOO_LITTLE: Final = 0.05


def extract_html(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """HTML and XHTML; drops for "budget-doctype", "budget-attributes" and "no-text"."""
    decoded = decode_page(page.body, page.http_charset)
    markup = to_markup(decoded.text)
    blank = Extraction("dropped", mime, "no-text", charset=decoded.charset, charset_by=decoded.by, flags=decoded.flags)
    reason = over_budget(markup, options)
    if reason is not None:
        return replace(blank, reason=reason)
    tree, flattened = parse(markup, options.max_depth)
    if tree is None:
        return blank
    too_many = elements(markup) > options.max_elements
    flags = {"depth-capped": flattened, "element-budget": too_many}
    noted = replace(blank, flags=(*blank.flags, *(flag for flag, applies in flags.items() if applies)))
    # before the extractor, which changes the tree
    marks = html_marks(markup, tree, page.url) if options.evidence else ()
    return _from_tree(page, tree, replace(noted, marks=marks), options)


def _from_tree(page: Page, tree: HtmlElement, blank: Extraction, options: ExtractOptions) -> Extraction:
    title = title_of(tree) if options.titles else None
    date, flags = None, blank.flags
    if options.dates and page.capture_date is None:
        flags = (*flags, "no-capture-date")
    elif options.dates and page.capture_date is not None:
        date = date_of(tree, page.url, page.capture_date)
    text, extractor = _text(page, tree, options, linear="element-budget" in flags)
    noted = replace(blank, title=title, date=date, flags=tuple(sorted(flags)))
    return replace(noted, outcome="text", reason=None, text=text, extractor=extractor) if text else noted


def _text(page: Page, tree: HtmlElement, options: ExtractOptions, *, linear: bool) -> tuple[str, str]:
    """Text of a page and who found it, by the rules at the head of this module."""
    if not linear and not _no_navigation(tree, options):
        text = main_text(tree, page.url, options.mode)
        if _is_enough(text, tree, options):
            return printable(text), "trafilatura"
    return printable(block_text(tree).text), "block-text"


def _no_navigation(tree: HtmlElement, options: ExtractOptions) -> bool:
    enough = options.whole_page_links
    if is_surrounded(tree):
        return False
    linked = linked_characters(tree, enough)
    return enough > 0 and linked <= enough and linked <= _WHOLE_PAGE_SHARE * block_text(tree).size


def _is_enough(text: str, tree: HtmlElement, options: ExtractOptions) -> bool:
    """Whether an extraction may stand for its page; in precision mode anything may that is not empty."""
    if options.mode == "precision":
        return bool(text)
    return len(text) > _TOO_LITTLE * most_text(tree) or len(text) > _TOO_LITTLE * len(block_text(tree).text)
