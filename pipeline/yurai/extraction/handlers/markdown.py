"""Handle Markdown: it is kept as its author wrote it, since marks of structure are what a model may learn from."""

from yurai.extraction.handler import handles
from yurai.extraction.handlers.plain import plain
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page


@handles("text/markdown", "text/x-markdown", version=2, reasons=("binary-bytes",), packages=("charset-normalizer",))
def markdown(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Return the text as it stands."""
    return plain(page, mime, options)
