"""Extract the text of a PDF, page by page, by pdfium: the only module that knows it.

Lines are as they stand on the page; a word that was broken at the end of a line is joined, as pdfium tells such a
hyphen from others. Pages are parted by form feeds, see docs/decisions/0013-pages-are-form-feeds.md.

What is not read: forms, annotations, attachments, and pictures of text (scans are dropped as "no-text").
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import pypdfium2
from pypdfium2 import raw

from yurai.extraction.characters import PAGE_BREAK, join_pages, without_controls
from yurai.extraction.options import ExtractOptions
from yurai.extraction.records import Extraction, Page

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCKED: Final = (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
# ISO 32000-1 table 22: bit 5, copy or otherwise extract text and graphics
_COPY: Final = 1 << 4


class _TooLongError(Exception):
    """The pages so far gave more text than a document may have."""


def extract_pdf(page: Page, mime: str, options: ExtractOptions) -> Extraction:
    """Text and title of a PDF.

    Drops for "budget-pages", "budget-text" (more text than `max_bytes`), "pdf-encrypted" (it wants a
    password), "pdf-broken" and "no-text". Flags: "pdf-copy-denied" where its owner forbids to extract text, and
    "pdf-page-broken" where a page could not be read; such a page is empty.
    """
    try:
        document = pypdfium2.PdfDocument(page.body)
    except pypdfium2.PdfiumError as error:
        return Extraction("dropped", mime, "pdf-encrypted" if error.err_code in _LOCKED else "pdf-broken")
    with closing(document):
        if len(document) > options.max_pages:
            return Extraction("dropped", mime, "budget-pages")
        return _from_document(document, mime, options)


def _from_document(document: pypdfium2.PdfDocument, mime: str, options: ExtractOptions) -> Extraction:
    flags = [] if raw.FPDF_GetDocUserPermissions(document) & _COPY else ["pdf-copy-denied"]
    try:
        pages = list(_pages(document, options.max_bytes))
    except _TooLongError:
        return Extraction("dropped", mime, "budget-text", flags=tuple(flags))
    flags += ["pdf-page-broken"] * (None in pages)
    text = join_pages(page_text or "" for page_text in pages)
    title = _title(document) if options.titles else None
    if not text.strip():
        reason = "pdf-broken" if None in pages else "no-text"
        return Extraction("dropped", mime, reason, title=title, flags=tuple(flags))
    return Extraction("text", mime, title=title, text=text, extractor="pdfium", flags=tuple(flags))


def _pages(document: pypdfium2.PdfDocument, most: int) -> Iterator[str | None]:
    """Text of each page, None where one cannot be read; raises _TooLongError past `most` characters in all."""
    for number in range(len(document)):
        text = _page_text(document, number, most)
        most -= len(text or "")
        if most < 0:
            raise _TooLongError
        yield text


def _page_text(document: pypdfium2.PdfDocument, number: int, most: int) -> str | None:
    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as text_page:
            if text_page.count_chars() > most:
                raise _TooLongError
            text: str = text_page.get_text_bounded()
    except pypdfium2.PdfiumError:
        return None
    # old fonts that do not say what they mean give bare codes, among them the one of a form feed
    lines = text.replace("\r\n", "\n").replace(PAGE_BREAK, "").split("\n")
    return without_controls("\n".join(line.rstrip(" \t") for line in lines))


def _title(document: pypdfium2.PdfDocument) -> str | None:
    return " ".join(without_controls(document.get_metadata_value("Title")).split()) or None
