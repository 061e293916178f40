"""Ask captures of robots.txt what they say of a page: the nearest one in time, or all of them together.

    captures = Captures(rows)                                       # rows of robots/ for the hosts of a batch of pages
    captures.asof("https://example.org/a", "2024-05-06T07:08:09Z")  # what was in force when the page was fetched
    captures.strictest("https://example.org/a")                     # any denial by any capture of the host

Both answer from the stored rows alone: no archive is opened. Redirects are followed within the rows (RFC 9309,
2.3.1.2).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypedDict

from yurai.evidence.agents import AI_AGENTS
from yurai.evidence.robots.groups import EVERYONE
from yurai.evidence.robots.origin import ROBOTS_PATH, Origin, Place, place_of, target_of
from yurai.evidence.robots.preferences import combined
from yurai.evidence.robots.rules import RobotsFile
from yurai.evidence.robots.views import ABSENT, RobotsView, Said, restricts, together
from yurai.evidence.robots.well_known import FORMS, said_by

HOPS: Final = 5
"""Redirects in a row that are followed (RFC 9309, 2.3.1.2)."""
_FILES_KEPT: Final = 64


class RobotsRow(TypedDict):
    """The columns of a row of robots/ that verdicts rest on (ROBOTS of yurai_manifests.schema)."""

    source: str
    warc_offset: int
    inner_offset: int | None
    url: str
    host: str
    capture_date: str | None
    outcome: str
    location: str | None
    content_truncated: bool
    agents_named: list[str]
    agents_denied: list[str]
    content_usage: str | None
    content_signal: str | None
    licences: list[str]
    notices: list[str]
    malformed: list[str]
    rules: str


COLUMNS: Final = tuple(RobotsRow.__annotations__)
"""What to read of robots/ for `Captures`."""


class Captures:
    """The captures of some hosts, from rows of robots/; memory holds the rules of each, at most 512 KiB."""

    def __init__(self, rows: Iterable[RobotsRow]) -> None:
        self._at: dict[Place, list[RobotsRow]] = {}
        self._hosts: dict[str, list[RobotsRow]] = {}
        self._beside: dict[str, list[RobotsRow]] = {}
        for row in sorted(rows, key=_order):
            place = place_of(row["url"])
            if place is None:
                continue
            if row["outcome"] in FORMS:
                self._beside.setdefault(place.origin.host, []).append(row)
            if row["outcome"] in FORMS and not place.is_robots:
                continue
            if place.is_robots:
                self._hosts.setdefault(place.origin.host, []).append(row)
                place = Place(place.origin, ROBOTS_PATH)
            self._at.setdefault(place, []).append(row)

    def asof(self, url: str | None, date: str | None, agents: Sequence[str] = AI_AGENTS) -> RobotsView:
        """Return what the capture of the page's scheme, host and port says that is nearest to `date` in time.

        A capture that says nothing (the server failed, a redirect leads away) decides only where no other does; of two
        as near, the earlier one, which was in force. A page without a date has all captures of its origin against it.
        """
        page = place_of(url)
        if page is None:
            return ABSENT
        beside = self._said(page, self._nearest(page, date))
        return replace(self._asof(page, date, agents), beside=beside) if beside else self._asof(page, date, agents)

    def _asof(self, page: Place, date: str | None, agents: Sequence[str]) -> RobotsView:
        captured = self._at.get(Place(page.origin, ROBOTS_PATH), [])
        views = (self._view(row, page, agents, date) for row in _nearest_first(captured, date))
        if _seconds(date) is None:
            return together(list(views), agents)
        undecided = ABSENT
        for view in views:
            if view.status != "unknown":
                return view
            undecided = view if undecided is ABSENT else undecided
        return undecided

    def strictest(self, url: str | None, agents: Sequence[str] = AI_AGENTS) -> RobotsView:
        """Return what all captures of the page's host say together, of any date, scheme and port: any denial counts."""
        page = place_of(url)
        if page is None:
            return ABSENT
        captured = self._hosts.get(page.origin.host, [])
        view = together([self._view(row, page, agents, None) for row in captured], agents)
        beside = self._said(page, self._beside.get(page.origin.host, []))
        return replace(view, beside=beside) if beside else view

    def _nearest(self, page: Place, date: str | None) -> list[RobotsRow]:
        """Rows beside robots.txt of the page's origin: of each form the nearest in time, all where no date tells."""
        own = [row for row in self._beside.get(page.origin.host, []) if _origin(row) == page.origin]
        if _seconds(date) is None:
            return own
        return [
            row
            for form in FORMS
            for row in list(_nearest_first([one for one in own if one["outcome"] == form], date))[:1]
        ]

    def _said(self, page: Place, rows: Iterable[RobotsRow]) -> tuple[Said, ...]:
        """What these rows say of a page, each once, as the first of them says it."""
        said: dict[tuple[str, str], Said] = {}
        for row in rows:
            for channel, norm in said_by(row["outcome"], row["rules"], row["malformed"], page.path):
                said.setdefault((channel, norm), (channel, norm, _ref(row)))
        return tuple(said.values())

    def unresolved(self) -> set[str]:
        """Return the hosts that redirects lead to of which no row is here: load their rows too, and ask again."""
        hosts = {place.origin.host for place in self._at}
        targets = (place_of(target_of(row["url"], row["location"])) for rows in self._at.values() for row in rows)
        return {place.origin.host for place in targets if place and place.origin.host not in hosts}

    def _view(self, row: RobotsRow, page: Place, agents: Sequence[str], date: str | None) -> RobotsView:
        final = self._final(row)
        if final is None or final["outcome"] not in ("rules", "none", "not-robots", "payment-required"):
            return RobotsView(_ref(row), (), None, None, "unknown", age_seconds=_age(row, date))
        file = _file(final["rules"]) if final["outcome"] == "rules" else _file("")
        denied = file.denied(page.path, agents)
        usage, signal = file.preferences(page.path, agents)
        if final["content_truncated"]:  # what lies behind the stored rules, as far as it closes the whole host
            denied |= {agent for agent in agents if _closed(final, agent)}
            usage, signal = combined(usage, final["content_usage"]), combined(signal, final["content_signal"])
        ref = _ref(final)
        view = RobotsView(
            ref,
            tuple(agent for agent in agents if agent in denied),
            usage,
            signal,
            "rules" if final["outcome"] == "rules" else "none",
            tuple(final["licences"]),
            tuple(final["notices"]),
            tuple(final["malformed"]),
            _age(row, date),
        )
        return replace(view, refs=(ref,)) if restricts(view) else view

    def _final(self, row: RobotsRow) -> RobotsRow | None:
        """Return the capture that redirects from `row` end at; None where they end at none that is here."""
        seen: list[Place | None] = []
        while row["outcome"] == "redirect":
            place = place_of(target_of(row["url"], row["location"]))
            if place is None or place in seen or len(seen) == HOPS:
                return None
            seen.append(place)
            place = Place(place.origin, ROBOTS_PATH) if place.is_robots else place
            row_there = next(_nearest_first(self._at.get(place, []), row["capture_date"]), None)
            if row_there is None:
                return None
            row = row_there
        return row


def _origin(row: RobotsRow) -> Origin | None:
    place = place_of(row["url"])
    return place and place.origin


def _closed(row: RobotsRow, agent: str) -> bool:
    names = {name.lower() for name in row["agents_named"]}
    return (agent.lower() if agent.lower() in names else EVERYONE) in {name.lower() for name in row["agents_denied"]}


@lru_cache(_FILES_KEPT)
def _file(rules: str) -> RobotsFile:
    return RobotsFile(rules)


def _order(row: RobotsRow) -> tuple[str, str, int, int]:
    return row["capture_date"] or "~", row["source"], row["warc_offset"], row["inner_offset"] or 0


def _nearest_first(rows: Sequence[RobotsRow], date: str | None) -> Iterator[RobotsRow]:
    """Yield rows by their distance from `date`, the earlier first of two; those without a date last."""
    at = _seconds(date)
    if at is None:
        yield from rows
        return
    far = float("inf")

    def distance(row: RobotsRow) -> float:
        seconds = _seconds(row["capture_date"])
        return far if seconds is None else abs(seconds - at)

    yield from sorted(rows, key=distance)


def _seconds(date: str | None) -> float | None:
    try:
        at = datetime.fromisoformat(date or "")
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _age(row: RobotsRow, date: str | None) -> int | None:
    page, robots = _seconds(date), _seconds(row["capture_date"])
    return None if page is None or robots is None else int(page - robots)


def _ref(row: RobotsRow) -> str:
    inner = "" if row["inner_offset"] is None else f"+{row['inner_offset']}"
    return f"{row['source']}@{row['warc_offset']}{inner}"
