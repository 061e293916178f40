"""Find the main text of a parsed page by the extractor that the settings name.

honbun is Yurai's own; judged lets trafilatura choose among the blocks of an article where honbun is unsure. By
trafilatura, a page without navigation is taken whole, and so is one of which it finds a twentieth or less. A page with
too many elements for an extractor that is not linear goes to one that is. Whatever any of them finds, a page that has
readable text keeps some.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from lxml import etree
from lxml.html import HtmlElement

from yurai.declare.versions import version_of
from yurai.extraction import honbun, mend
from yurai.extraction.blocks import block_text, is_surrounded, linked_characters, most_text
from yurai.extraction.main_text import main_text
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Span
from yurai.extraction.resiliparse import resiliparse_text
from yurai.extraction.tree import printable

# Mean score over the 18 sets of bench/extraction.py (60 pages each): .896 with these two, .873 without.
_WHOLE_PAGE_SHARE: Final = 0.25
_TOO_LITTLE: Final = 0.05
_MISSED: Final = 0.5
"""Share of what JSON-LD gives as the text of a page below which the text found is too little."""

_SHELL: Final = 250
"""Characters below which a page may be a shell that a script fills."""


@dataclass(frozen=True, slots=True)
class ToRead:
    """What an extractor is given: the parsed page, which it may change, its decoded markup and URL, and settings.

    `linear`: the page has more elements than an extractor may get that is not linear.
    """

    tree: HtmlElement
    markup: bytes
    url: str
    options: ExtractOptions
    linear: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Main text, who found it, and what honbun says of the type of the page and of its blocks."""

    text: str
    extractor: str
    page_type: str | None = None
    spans: tuple[Span, ...] | None = None
    flags: tuple[str, ...] = ()


Extractor: TypeAlias = Callable[[ToRead], Found]


def found_text(page: ToRead, extractor: str | None = None) -> Found:
    """Return the main text of a page by the extractor of its settings, or by another one."""
    find = EXTRACTORS[extractor or page.options.extractor]
    return _mended(page, find) if page.options.mend else find(page)


def _mended(page: ToRead, find: Extractor) -> Found:
    """Return what an extractor finds on a page with formulas in the text, written in one form."""
    mend.write_formulas(page.tree, page.markup)
    found = find(page)
    text, spans = mend.tidied(found.text, found.spans, lambda: mend.as_written(page.tree))
    return replace(found, text=text, spans=spans)


def _for_others(page: ToRead) -> HtmlElement:
    """Return the tree of a page as an extractor gets it that is not ours."""
    return mend.for_others(page.tree) if page.options.mend else page.tree


def _honbun(page: ToRead) -> Found:
    return _by_honbun(page, None)


def _judged(page: ToRead) -> Found:
    def by_trafilatura() -> str:
        tree = _for_others(page)
        text = main_text(tree, page.url, "recall")
        return text if _is_enough(text, tree) else ""

    return _by_honbun(page, None if page.linear else by_trafilatura)


def _by_honbun(page: ToRead, ask: Callable[[], str] | None) -> Found:
    result = honbun.main_text(page.tree, page.markup, page.options.format, ask, mend=page.options.mend)
    if result is None:
        return _from_scripts(page, Found("", "honbun"))
    written, kind = result.written, result.page_type
    if len(written.text) < _MISSED * len(result.told):
        # a script would have shown it
        return Found(printable(result.told), "json-ld", kind, flags=("text-from-json-ld",))
    found = Found(written.text, "honbun+trafilatura" if result.asked else "honbun", kind, written.spans)
    return _from_scripts(page, found) if len(found.text) < _SHELL else found


def _from_scripts(page: ToRead, found: Found) -> Found:
    """Return what the scripts of a page hold where it shows next to nothing, else what was found."""
    text = printable(honbun.script_json_text(page.tree)) if b"{" in page.markup else ""
    if len(text) < max(_SHELL, len(found.text) / _MISSED):
        return found
    return Found(text, "script-json", found.page_type, flags=("text-from-script-json",))


def _trafilatura(page: ToRead) -> Found:
    tree, options = _for_others(page), page.options
    if not page.linear and not _no_navigation(tree, options):
        text = main_text(tree, page.url, options.mode)
        if text if options.mode == "precision" else _is_enough(text, tree):
            return Found(printable(text), "trafilatura")
    return Found(printable(block_text(tree).text), "block-text")


def _resiliparse(page: ToRead) -> Found:
    tree = _for_others(page)
    markup = etree.tostring(tree, encoding="utf-8", method="html") if page.options.mend else page.markup
    text = printable(resiliparse_text(markup))
    return Found(text, "resiliparse") if text else Found(printable(block_text(tree).text), "block-text")


def extractor_version(extractor: str) -> str | None:
    """Return the version of what made a text: honbun's weights, or a library; None where Yurai's own is all there is.

    With honbun+trafilatura it is that of both, a plus between them.
    """
    versions = [
        honbun.version() if name == "honbun" else version_of(name)
        for name in extractor.split("+")
        if name in {"honbun", "trafilatura", "resiliparse"}
    ]
    return "+".join(versions) or None


EXTRACTORS: Final[dict[str, Extractor]] = {
    "judged": _judged,
    "honbun": _honbun,
    "trafilatura": _trafilatura,
    "resiliparse": _resiliparse,
}


def _no_navigation(tree: HtmlElement, options: ExtractOptions) -> bool:
    enough = options.whole_page_links
    if is_surrounded(tree):
        return False
    linked = linked_characters(tree, enough)
    return enough > 0 and linked <= enough and linked <= _WHOLE_PAGE_SHARE * block_text(tree).size


def _is_enough(text: str, tree: HtmlElement) -> bool:
    """Whether an extraction may stand for its page."""
    return len(text) > _TOO_LITTLE * most_text(tree) or len(text) > _TOO_LITTLE * len(block_text(tree).text)
