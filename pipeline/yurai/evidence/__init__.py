"""Find rights evidence: what a page, its HTTP headers or a source table say of licences and of use for training.

A mark is what was said, where, and of what; nothing here decides what it means for the corpus. `html_marks` and
`header_marks` find marks, `choose` picks the rows of a page, `evidence_row` writes one. `page_evidence` does all of it
for one page, from bytes to a verdict (docs/evidence.md).
"""

import importlib
from typing import Any

from yurai.evidence.choose import MAX_ROWS, Chosen, choose, declared
from yurai.evidence.headers import header_marks
from yurai.evidence.html import html_marks
from yurai.evidence.marks import DETECTOR, DETECTOR_VERSION, Mark, evidence_row, mark_row
from yurai.evidence.normalise import cc_id, licence_id

__all__ = [
    "DETECTOR",
    "DETECTOR_VERSION",
    "MAX_ROWS",
    "Chosen",
    "Mark",
    "PageEvidence",
    "cc_id",
    "choose",
    "declared",
    "evidence_row",
    "header_marks",
    "html_marks",
    "licence_id",
    "mark_row",
    "page_evidence",
]

_OF_ONE_PAGE = frozenset(("PageEvidence", "page_evidence"))


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or a function
    """Return what reads one page: it parses and judges, and lies above (https://peps.python.org/pep-0562/)."""
    if name not in _OF_ONE_PAGE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("yurai.extraction.one_page"), name)
