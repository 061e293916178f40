"""Mend what extractors break: the tree before they see it, the text after they wrote it.

trafilatura and resiliparse read a page by the names of its elements; what a reader sees is told by boxes and lines.
`boxes` builds the page anew for them, so that each run of text has an element of its own under a name that they know.
`widgets`, `formulas` and `tables` change the parsed page itself, for honbun too; `text` writes what any of them found
in one form.
"""

from lxml.html import HtmlElement

from yurai.extraction.mend.boxes import with_boxes
from yurai.extraction.mend.formulas import write_formulas
from yurai.extraction.mend.tables import free_presentation
from yurai.extraction.mend.text import as_written, one_form, tidied
from yurai.extraction.mend.widgets import remove_widgets

__all__ = ["as_written", "one_form", "prepare", "tidied", "with_boxes"]


def prepare(tree: HtmlElement, markup: bytes) -> None:
    """Mend the parsed page itself, told its markup: no widgets, formulas in the text, layout tables as boxes."""
    remove_widgets(tree)
    write_formulas(tree, markup)
    if b"presentation" in markup or b"none" in markup:
        free_presentation(tree)
