"""Spare trafilatura copies of the page that nobody reads, and passes over it that change nothing.

Each function stands in the place of one of trafilatura's, and calls that one or does what it does without what is
spared. Outside of a page that `install.page` prepared they hand everything to the original.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from copy import copy
from functools import partial
from typing import Any, Final, TypeAlias

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import core, external, htmlprocessing, main_extractor
from trafilatura.settings import Extractor

from yurai.extraction.swift.expressions import PAGE
from yurai.extraction.swift.readability import cannot_win

Backup: TypeAlias = HtmlElement | Callable[[], HtmlElement]
"""The page before conversion, or what makes it."""
_COUNT: Final = etree.XPath("count(descendant::*)")
_ENOUGH: Final = 10  # trafilatura's own factor, from which on it does not compare in recall mode

_prepare = core._prepare_tree  # noqa: SLF001 - the functions that are stood in for have no public name
_extract_and_compare = core._extract_and_compare  # noqa: SLF001 - as above
_read = external.try_readability
_rescue = external.justext_rescue
_prune = main_extractor.prune_unwanted_sections
_by_links = htmlprocessing.delete_by_link_density

_LOST: ContextVar[Callable[[HtmlElement], bool] | None] = ContextVar("_LOST", default=None)
"""Tells of a tree, while texts are compared, whether readability cannot win with it."""
_SETTLED: ContextVar[set[tuple[object, ...]] | None] = ContextVar("_SETTLED", default=None)
"""Passes by link density that are known to change nothing on the tree in work."""


def prepare_tree(tree: HtmlElement, options: Extractor, url: str | None) -> tuple[HtmlElement, Backup]:
    """Clean and convert a tree; the copy from before conversion is made when it is read, from what it is a copy of."""
    if PAGE.get() is None or options.comments:
        both: tuple[HtmlElement, Backup] = _prepare(tree, options, url)
        return both

    def cleaned() -> HtmlElement:
        return htmlprocessing.tree_cleaning(copy(tree), options)

    return htmlprocessing.convert_tags(cleaned(), options, url), cleaned


def justext_rescue(tree: Backup, options: Extractor) -> tuple[HtmlElement, str]:
    """Ask justext about a tree, or about one that `prepare_tree` left to be made."""
    found: tuple[HtmlElement, str] = _rescue(tree() if callable(tree) else tree, options)
    return found


def extract_and_compare(
    cleaned: HtmlElement, backup: Backup, tree: HtmlElement, options: Extractor
) -> tuple[HtmlElement, str]:
    """Extract, and compare with readability, for which the page is copied only where it can win."""
    if PAGE.get() is None:
        both: tuple[HtmlElement, str] = _extract_and_compare(cleaned, backup, tree, options)
        return both
    body, text = main_extractor.extract_content(cleaned, options)
    if options.fast or (options.focus == "recall" and len(text) > _ENOUGH * options.min_extracted_size):
        return body, text
    lost = cannot_win(tree, body, text, options)
    # an empty page stands for one whose result could not be taken
    raw = HtmlElement() if lost else copy(tree)
    token = _LOST.set(_always if lost else partial(cannot_win, body=body, text=text, options=options))
    try:
        compared: tuple[HtmlElement, str] = external.compare_extraction(backup, raw, body, text, options)
    finally:
        _LOST.reset(token)
    return compared


def try_readability(tree: HtmlElement) -> HtmlElement:
    """Return what readability finds, or the empty element that stands for nothing where it cannot be taken."""
    is_lost = _LOST.get()
    return HtmlElement() if is_lost is not None and is_lost(tree) else _read(tree)


def _always(_: HtmlElement) -> bool:
    return True


def prune_unwanted_sections(*given: Any, **named: Any) -> HtmlElement:  # noqa: ANN401 - as trafilatura calls it
    """Prune as trafilatura does, with `delete_by_link_density` told which passes it need not make twice."""
    token = _SETTLED.set(set() if PAGE.get() is not None else None)
    try:
        return _prune(*given, **named)
    finally:
        _SETTLED.reset(token)


def delete_by_link_density(tree: HtmlElement, tag: str, **how: bool) -> HtmlElement:
    """Delete what is mostly links; a pass that changed nothing is not made again before another one does."""
    settled = _SETTLED.get()
    if settled is None:
        return _by_links(tree, tag, **how)
    this = (tag, *sorted(how.items()))
    if this in settled:
        return tree
    before = _COUNT(tree)
    _by_links(tree, tag, **how)
    if _COUNT(tree) == before:
        settled.add(this)
    else:
        settled.clear()
    return tree


PLACES: Final[tuple[tuple[Any, str, Callable[..., Any]], ...]] = (
    (core, "_prepare_tree", prepare_tree),
    (core, "_extract_and_compare", extract_and_compare),
    (core, "justext_rescue", justext_rescue),
    (external, "justext_rescue", justext_rescue),
    (external, "try_readability", try_readability),
    (main_extractor, "prune_unwanted_sections", prune_unwanted_sections),
    (main_extractor, "delete_by_link_density", delete_by_link_density),
)
"""Module, name of a function, and what stands in its place."""
