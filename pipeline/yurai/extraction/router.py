"""Extract one page by the handler of its media type: the pure function that the child process runs."""

from dataclasses import replace

import yurai.extraction.handlers  # noqa: F401 - importing declares them
from yurai.extraction.handler import HANDLERS
from yurai.extraction.mime import media_type
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page
from yurai_manifests.names import crawled

REASONS = ("budget-bytes", "no-text", "no-handler:*")
"""Reasons for which a page of any media type is dropped."""


def extract_page(page: Page, options: ExtractOptions) -> Extraction:
    """Title, text and date of one page.

    Raises what a library raises on it: the sandbox turns that into a failed page, see `yurai.extraction.child`.
    """
    mime, sniffed = media_type(page.mime, page.body)
    result = _handled(page, mime, options)
    return replace(result, flags=tuple(sorted({*result.flags, "sniffed-mime"}))) if sniffed else result


def _handled(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    if mime not in HANDLERS:
        return Extraction("dropped", mime, f"no-handler:{crawled(mime)}")
    if len(page.body) > options.max_bytes:
        return Extraction("dropped", mime, "budget-bytes")
    return HANDLERS[mime].function(page, mime, options)
