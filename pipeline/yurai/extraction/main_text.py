"""Extract main text and date of a parsed page by trafilatura: the only module that knows it, beside what speeds it up.

It gets trees alone, as it inflates bytes by their magic number without a bound; `deduplicate` stays off, because its
memory is global to the process and would make a page depend on those before it; dates are bounded by the capture, or
they would depend on today.
"""

from __future__ import annotations

import functools
import logging
from copy import copy, deepcopy
from typing import TYPE_CHECKING, Any

from lxml.html import HtmlElement

if TYPE_CHECKING:
    from yurai.extraction.options import ExtractOptions, Mode

_ASKED_BY = frozenset(("trafilatura", "judged"))
"""Extractors that ask trafilatura."""

# a line per discarded page; the discarded page itself is counted with its reason
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def load(options: ExtractOptions) -> None:
    """Load the libraries that these settings may ask for; others, and a sixth of a second, are spared."""
    if _ASKED_BY & {options.extractor, options.retry_with}:
        import yurai.extraction.swift.install  # noqa: F401, PLC0415 - as said
    if options.dates:
        import htmldate  # noqa: F401, PLC0415 - as said


def main_text(tree: HtmlElement, url: str, mode: Mode) -> str:
    """Main text of a page, one block a line, tables in, comments out; empty where trafilatura finds none."""
    from trafilatura import bare_extraction  # noqa: PLC0415 - honbun has no use for it

    from yurai.extraction.swift.install import page  # noqa: PLC0415 - as above

    options = copy(_options(mode))
    options.url = url
    with page(tree):
        document = bare_extraction(tree, options=options)
    assert not isinstance(document, dict)  # as_dict is off
    return "" if document is None else document.text or ""


@functools.cache
def _options(mode: Mode) -> Any:  # noqa: ANN401 - of a library that is not loaded here
    """Return what trafilatura is told, once for all pages: it reads its own settings file for each."""
    from trafilatura.settings import Extractor  # noqa: PLC0415 - as above

    return Extractor(
        output_format="python",
        comments=False,
        tables=True,
        formatting=False,
        dedup=False,
        with_metadata=False,
        fast=mode == "fast",
        precision=mode == "precision",
        recall=mode == "recall",
    )


def date_of(tree: HtmlElement, url: str, capture_date: str) -> str | None:
    """Date of first publication (YYYY-MM-DD), never after the day of capture."""
    from htmldate import find_date  # noqa: PLC0415 - dates are not asked for unless said

    date = find_date(deepcopy(tree), original_date=True, url=url, max_date=capture_date[:10])
    return str(date) if date else None
