"""Handle PDF, by pdfium."""

from yurai.extraction.handler import handles
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page


@handles(
    "application/pdf",
    version=1,
    reasons=("budget-pages", "budget-text", "pdf-broken", "pdf-encrypted"),
    packages=("pypdfium2",),
)
def pdf(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Return the text of a PDF, page by page, see `yurai.extraction.pdf`."""
    from yurai.extraction.pdf import extract_pdf  # noqa: PLC0415 - 0.1 s that every command would pay

    return extract_pdf(page, mime, options)
