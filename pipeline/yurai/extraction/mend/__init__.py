"""Mend what extractors break: the tree before they see it, the text after they wrote it.

trafilatura and resiliparse read a page by the names of its elements; what a reader sees is told by boxes and lines.
`boxes` builds the page anew for them, so that each run of text has an element of its own under a name that they know.
`formulas` changes the parsed page itself, for honbun too, which leaves `widgets` and `tables` of layout out on its own
way; `text` writes what any of them found in one form.
"""

from lxml.html import HtmlElement

from yurai.extraction.mend.boxes import with_boxes
from yurai.extraction.mend.formulas import write_formulas
from yurai.extraction.mend.tables import free_presentation
from yurai.extraction.mend.text import as_written, one_form, tidied
from yurai.extraction.mend.widgets import remove_widgets

__all__ = ["as_written", "for_others", "one_form", "tidied", "with_boxes", "write_formulas"]


def for_others(tree: HtmlElement) -> HtmlElement:
    """Return a page as extractors read it right that are not ours: no widgets, layout tables as boxes; changes it."""
    remove_widgets(tree)
    free_presentation(tree)
    return with_boxes(tree)
