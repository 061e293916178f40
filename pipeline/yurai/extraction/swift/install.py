"""Put what is spared in its place, if the installed trafilatura is the release that it was checked against."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import trafilatura
from lxml.html import HtmlElement
from trafilatura import xpaths

from yurai.extraction.swift.expressions import PAGE, Expression
from yurai.extraction.swift.release import CHECKED
from yurai.extraction.swift.values import Values


def applies() -> bool:
    """Tell whether the installed trafilatura is the checked release; any other runs as it is."""
    return str(trafilatura.__version__) == CHECKED


@contextmanager
def page(tree: HtmlElement) -> Iterator[None]:
    """Spare what can be spared while trafilatura extracts one page, of which `tree` is parsed and not yet changed."""
    if not applies():
        yield
        return
    token = PAGE.set(_installed().of(tree))
    try:
        yield
    finally:
        PAGE.reset(token)


@functools.cache
def _installed() -> Values:
    """Put all in place, once; outside of `page` it hands everything on."""
    # another release may not have what it stands in for
    from yurai.extraction.swift.steps import PLACES  # noqa: PLC0415 - as said

    values = Values(list(_replaced()))
    for module, name, function in PLACES:
        setattr(module, name, function)
    return values


def _replaced() -> Iterator[Expression]:
    """Stand in for the expressions that test attributes by patterns, in the lists that trafilatura walks."""
    for expressions in (
        xpaths.REMOVE_COMMENTS_XPATH,
        xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
        xpaths.OVERALL_DISCARD_XPATH,
        xpaths.TEASER_DISCARD_XPATH,
        xpaths.DISCARD_IMAGE_ELEMENTS,
    ):
        for at in range(len(expressions)):
            yield _replace(expressions, at)
    for at in range(len(xpaths.RAW_TREE_PRUNE_XPATH)):
        yield _replace(xpaths.RAW_TREE_PRUNE_XPATH, at, whole=True)
    # the others of these two lists ask for no attribute, or for the start of one
    yield _replace(xpaths.PRECISION_DISCARD_XPATH, 1)
    for at in (0, 2, 3):
        yield _replace(xpaths.BODY_XPATH, at, first=True)


def _replace(expressions: list[Any], at: int, **how: bool) -> Expression:
    expression = expressions[at] = Expression(expressions[at], **how)
    return expression
