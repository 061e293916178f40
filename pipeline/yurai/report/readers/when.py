"""Show when pages are from, and how much of the corpus has signs of tampering: counts of named queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yurai.report.query import ask_named, load_query
from yurai.report.readers.figures import Cell, Name, Section
from yurai.report.readers.said import Said, say
from yurai.report.readers.shared import HEADS
from yurai.report.readers.tree import Asked, figure

if TYPE_CHECKING:
    from yurai.report.readers.figures import Figure

SIGNALS: Final[dict[str, Said]] = {
    "young-bursts": say("equal texts on many domains that are young in this tree"),
    "changed-late": say("pages that changed shortly before their last capture, to a text that others have too"),
    "flipped-domains": say("domains whose main language or licence changed between two months"),
    "new-claims": say("pages that declare another licence than they did in an earlier capture"),
}
"""Named queries, and what a row of each is."""
YEARS: Final = 40


def time_and_tampering(asked: Asked) -> Section:
    """Return the section for those who check a corpus."""
    rows: list[tuple[Cell, ...]] = [
        (about, _count(asked, name), Name(_settings(name)), Name(name)) for name, about in SIGNALS.items()
    ]
    names = (say("signal"), say("found"), say("thresholds"), say("query"))
    note = say("A row is something to look at, no verdict: nothing is dropped for it.")
    signs = figure("tampering", say("Signs of tampering"), names, rows, of="tampering", note=note)
    return Section("time", say("Time and tampering"), _lead(), [years(asked), signs])


def time(asked: Asked) -> Section:
    """Return the section without signals."""
    return Section("time", say("Time"), _lead(), [years(asked)])


def years(asked: Asked) -> Figure:
    """Return documents by the year of their capture, and by the year that they state; unknown years first."""
    with ask_named(asked.store, "years") as answer:
        found = answer.table().to_pylist()
    kinds = {"captured": say("captured"), "stated": say("stated by the page")}
    rows: list[tuple[Cell, ...]] = [
        (
            kinds[row["of"]],
            Name(row["year"]) if row["year"] else None,
            row["documents"],
            asked.of_kept(row["documents"]),
            asked.token_count(row["tokens"]),
        )
        for row in found
    ]
    heads = (HEADS["what"], say("year"), HEADS["documents"], HEADS["share"], HEADS["tokens"])
    return figure("years", say("Documents by year"), heads, rows, of="years", bar=3, most=YEARS)


def _lead() -> Said:
    return say("When pages were captured, and from when they say they are. A page may state a wrong year, or none.")


def _count(asked: Asked, name: str) -> int:
    with ask_named(asked.store, name) as answer:
        return sum(1 for _ in answer.rows)


def _settings(name: str) -> str:
    return ", ".join(f"{one.name} {one.default}" for one in load_query(name).parameters)
