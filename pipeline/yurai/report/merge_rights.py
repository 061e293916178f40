"""Gather what `yurai.report.count_rights` counted, once it is added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yurai.report.sums import Entry, count, top, total

if TYPE_CHECKING:
    import duckdb

KINDS = ("licence_claim", "optout_signal", "search_signal", "notice")
SHOWN = 30
MANY = 1000
"""Names of which there are few: uses, verdicts and policies; outcomes."""


@dataclass(slots=True)
class Robots:
    """Captures of robots.txt: by outcome and by agent; hosts, those that shut out an AI agent, and values of lines."""

    outcomes: list[Entry] = field(default_factory=list)
    hosts: int = 0
    with_rules: int = 0
    shut: int = 0
    agents: list[Entry] = field(default_factory=list)
    usage: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Rights:
    """What pages, hosts and archives say of rights, and what a policy concluded; names have parts (`tallies`)."""

    marks: dict[str, list[Entry]] = field(default_factory=dict)
    """The most frequent marks of each kind that was found."""
    mark_count: dict[str, int] = field(default_factory=dict)
    verdicts: list[Entry] = field(default_factory=list)
    reasons: list[Entry] = field(default_factory=list)
    reason_count: int = 0
    concluded: list[Entry] = field(default_factory=list)
    concluded_count: int = 0
    credits: dict[str, int] = field(default_factory=dict)
    robots: Robots = field(default_factory=Robots)
    crawlers: list[Entry] = field(default_factory=list)
    crawler_count: int = 0
    archives: int = 0
    """warcinfo records."""
    days: tuple[str, str] | None = None
    """First and last day of these."""


def rights_of(database: duckdb.DuckDBPyConnection) -> Rights:
    """Return what was counted."""
    kinds = {kind: count(database, "mark", f"{kind}\t") for kind in KINDS}
    return Rights(
        marks={kind: top(database, "mark", "documents", SHOWN, f"{kind}\t") for kind, names in kinds.items() if names},
        mark_count=kinds,
        verdicts=sorted(top(database, "verdict", "rows", MANY)),
        reasons=top(database, "reason", "rows", SHOWN),
        reason_count=count(database, "reason"),
        concluded=top(database, "concluded", "rows", SHOWN),
        concluded_count=count(database, "concluded"),
        credits={one.name: one.rows for one in top(database, "credit", "rows")},
        robots=_robots(database),
        crawlers=top(database, "crawler", "rows"),
        crawler_count=count(database, "crawler"),
        archives=total(database, "crawler").rows,
        days=_days(database),
    )


def _robots(database: duckdb.DuckDBPyConnection) -> Robots:
    return Robots(
        outcomes=top(database, "capture", "rows"),
        hosts=count(database, "host"),
        with_rules=count(database, "host", above_0="documents"),
        shut=count(database, "host", above_0="size"),
        agents=top(database, "agent", "rows", SHOWN),
        usage=top(database, "usage", "rows"),
    )


def _days(database: duckdb.DuckDBPyConnection) -> tuple[str, str] | None:
    query = "SELECT min(name), max(name) FROM sums WHERE what = 'crawled'"
    first, last = database.execute(query).fetchall()[0]
    return (str(first), str(last)) if first else None
