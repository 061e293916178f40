"""Say which parts of a tree are not verified: they hold times, hosts and attempts, or are drawn from the rest."""

from typing import Final

from yurai_manifests.card import CARD

OUTSIDE: Final = {
    "journal/": "times, hosts and attempts",
    "ledger/": "verdicts of limits, which later runs repeat",
    "report/": "drawn from the run",
    CARD: "the dataset card, drawn from the run; its publisher may edit it",
    ".work/lease/": "who writes to the tree",
    ".work/spool/": "attempts that have not ended",
    ".work/probe": "trials of the storage",
    "stages/report.": "steps of the report",
    ".work/report.": "their work",
    "stages/00-extract.cut/": "where large inputs were cut; tasks hold each range against its digest",
}
"""Beginnings of names, and what lies there; the card is a whole name."""


def is_outside(name: str) -> bool:
    """Whether a file of a tree is declared outside."""
    return name == CARD or name.startswith(tuple(one for one in OUTSIDE if one != CARD))
