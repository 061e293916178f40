"""Handle RSS, Atom and other XML: entries of feeds, XHTML under another name, and documents that hold sentences."""

from yurai.extraction.handler import handles
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page


@handles(
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
    version=2,
    reasons=("budget-doctype", "budget-attributes", "xml-broken", "xml-data"),
    packages=("lxml", "charset-normalizer"),
)
def xml(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Return the text of an XML document, see `yurai.extraction.xml`."""
    from yurai.extraction.xml import extract_xml  # noqa: PLC0415 - a parser that every command would load

    return extract_xml(page, mime, options)
