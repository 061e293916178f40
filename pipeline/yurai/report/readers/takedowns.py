"""Tell what was taken down: for each case whom it concerns, when and how much, as far as the tier lets it out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yurai.report.query.cases import PENDING, Case, cases
from yurai.report.readers.figures import Cell, Name, Section
from yurai.report.readers.said import Said, say
from yurai.report.readers.shared import HEADS, day
from yurai.report.readers.tree import Asked, figure
from yurai.report.safe_text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

VERDICTS = ("selected", "exact", "mirrored", "near", "quoted")


def dates(asked: Asked) -> Section | None:
    """Return the cases by their days and counts, as a lawyer reads them; None where nothing was taken down."""
    found = list(cases(asked.store, asked.run))
    return _section(asked, _names(), [_dated(one) for one in found], found) if found else None


def whole(asked: Asked) -> Section | None:
    """Return the cases with id, basis and counts by verdict, as an auditor reads them."""
    found = list(cases(asked.store, asked.run))
    verdicts = (say("selected"), say("equal"), say("mirrored"), say("near"), say("quoting"))
    names = (say("case"), say("basis"), *_names(), *verdicts)
    return _section(asked, names, [_whole(one) for one in found], found) if found else None


def _names() -> tuple[Said, ...]:
    return (HEADS["state"], say("received"), say("decided"), say("documents"), HEADS["tokens"])


def _section(asked: Asked, names: Sequence[Said], rows: list[tuple[Cell, ...]], found: list[Case]) -> Section:
    """Return the table; in public the sums alone, since a case and its day may tell who asked."""
    title = say("Takedown cases")
    if asked.tier == "public":
        documents = sum(len(one["documents"]) for _, one, _ in found)
        tokens = sum(one["tokens"] for _, one, _ in found)
        names, rows = (say("cases"), say("documents"), HEADS["tokens"]), [(len(found), documents, tokens)]
    lead = say(
        "What was taken out of the corpus after its run. Days are those that its operator stated; tombstones have the "
        "rest, and no URL or text."
    )
    return Section("takedowns", title, lead, [figure("takedowns", title, names, rows, most=len(rows))])


def _dated(case: Case) -> tuple[Cell, ...]:
    state, one, _ = case
    words = say("pending") if state == PENDING else say("done")
    return (words, day(one["received"]), day(one["decided"]), len(one["documents"]), one["tokens"])


def _whole(case: Case) -> tuple[Cell, ...]:
    _, one, _ = case
    counts = Counter(document["verdict"] for document in one["documents"])
    named = (Name(shown(one["case"])), Name(shown(one["basis"])))
    return (*named, *_dated(case), *(counts[verdict] for verdict in VERDICTS))
