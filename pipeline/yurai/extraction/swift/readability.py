"""Tell where readability cannot win, so that it need not run.

trafilatura compares its own text with that of readability and takes the other where it is longer by a factor, or where
its own holds no paragraph. Readability only takes elements away: what it gives, white space folded, is never longer
than the text of its tree. So where the whole tree is too short to win, its result is not needed. Readability still runs
on pages whose result, written out and parsed again, may be longer than it was: with elements whose content is not
markup, frames (which get a word of their own) or characters that XML writes as references.
"""

from __future__ import annotations

from typing import Final

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

from yurai.extraction.characters import CONTROLS

# content of these is read as it stands, markup or not; script and style are gone before readability writes its result
_RAW: Final = etree.XPath(
    "boolean(descendant::iframe|descendant::noembed|descendant::noframes|descendant::noscript|descendant::plaintext"
    "|descendant::textarea|descendant::title[not(ancestor::head)]|descendant::xmp)"
)
_TEXT: Final = etree.XPath(
    "descendant::text()[not(ancestor::script or ancestor::style or ancestor::fencedframe)]", smart_strings=False
)
_PARAGRAPH_TEXT: Final = etree.XPath("boolean(descendant::p//text())")


def cannot_win(tree: HtmlElement, body: HtmlElement, text: str, options: Extractor) -> bool:
    """Tell whether nothing that readability may find in `tree` would be taken instead of `body` and its `text`."""
    if not text:
        return False
    limit = _limit(body, len(text), options)
    if not _within(limit, tree):
        return False
    return not _RAW(tree) and _has_paragraphs(body)


def _limit(body: HtmlElement, size: int, options: Extractor) -> float:
    """Return how many characters a text may have that is not taken for its length."""
    if options.focus != "recall":
        return 2.0 * size
    # a text with headings is taken if it is longer at all, where ours has none
    return 1.5 * size if next(body.iter("head"), None) is not None else 1.0 * size


def _within(limit: float, tree: HtmlElement) -> bool:
    """Tell whether no text of a page is longer than a limit, and it reads back as it is."""
    whole = str(etree.tostring(tree, method="text", encoding="unicode", with_tail=False))
    over = len(" ".join(whole.split())) - limit
    if over > 0:
        # nothing that readability drops at once makes up for what is too much
        if sum(len("".join(element.itertext())) + 1 for element in tree.iter("script", "style", "fencedframe")) < over:
            return False
        whole = "".join(_TEXT(tree))
        if len(" ".join(whole.split())) > limit:
            return False
    return CONTROLS.search(whole) is None


def _has_paragraphs(body: HtmlElement) -> bool:
    """Tell whether a text is whole in trafilatura's eyes: it has text in paragraphs, and no more tables than these."""
    return bool(_PARAGRAPH_TEXT(body)) and len(body.findall(".//table")) <= len(body.findall(".//p"))
