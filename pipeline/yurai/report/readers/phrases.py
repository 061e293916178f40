"""Hold the words that stand around figures, in every drawing of a report."""

from typing import Final

from yurai.report.readers.figures import Figure, Report
from yurai.report.readers.said import Said, say

PHRASES: Final[dict[str, Said]] = {
    "digest": say("Content digest"),
    "value": say("value"),
    "none": say("None."),
    "queries": say("How each number is made again"),
    "queries lead": say(
        "Every figure names its query and the digest of the run. In a tree OUT of that digest, DuckDB gives the same "
        "numbers: first the views, then the query. Times of the journal alone differ."
    ),
    "views": say("Views that the queries read"),
    "foot": say("Names of pages, hosts and licences remain those of their publishers. Nothing here is legal advice."),
}
FEW: Final = 12
"""Digits of the digest that stand beside each figure; the whole one stands first."""


def asked_of(figure: Figure, report: Report) -> Said:
    """Return what a figure was made by, and of which run."""
    return say("query {query}, run {digest}", query=figure.query.id, digest=report.digest[:FEW])
