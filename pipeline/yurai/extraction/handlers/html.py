"""Handle HTML and XHTML: charset, parse, and the main-text extractor."""

from yurai.extraction.handler import handles
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page


@handles(
    "text/html",
    "application/xhtml+xml",
    version=3,
    reasons=("gate:language", "budget-doctype", "budget-attributes"),
    packages=("trafilatura", "resiliparse", "lxml", "charset-normalizer"),
)
def html(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Return the main text of a page, see `yurai.extraction.html`."""
    from yurai.extraction.html import extract_html  # noqa: PLC0415 - half a second that every command would pay

    return extract_html(page, mime, options)
