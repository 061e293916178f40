"""Find rights evidence: what a page, its HTTP headers or a source table say of licences and of use for training.

A mark is what was said, where, and of what; nothing here decides what it means for the corpus. `html_marks` and
`header_marks` find marks, `choose` picks the rows of a page, `evidence_row` writes one.
"""

from yurai.evidence.headers import header_marks
from yurai.evidence.html import html_marks
from yurai.evidence.marks import (
    DETECTOR,
    DETECTOR_VERSION,
    MAX_ROWS,
    Chosen,
    Mark,
    choose,
    declared,
    evidence_row,
    mark_row,
)
from yurai.evidence.normalise import cc_id, licence_id

__all__ = [
    "DETECTOR",
    "DETECTOR_VERSION",
    "MAX_ROWS",
    "Chosen",
    "Mark",
    "cc_id",
    "choose",
    "declared",
    "evidence_row",
    "header_marks",
    "html_marks",
    "licence_id",
    "mark_row",
]
