"""Read one page from its bytes: what it, its headers and its host's robots.txt say of rights, and a verdict on that.

What a pipeline does in many steps, for programs that have one page; `yurai.evidence` offers it (docs/evidence.md).
Neither Ray nor Arrow is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urljoin

from yurai.evidence import choose, declared, header_marks, html_marks, mark_row
from yurai.evidence.attribution import Attribution, attribution, attribution_row
from yurai.evidence.first_look import first_look
from yurai.evidence.robots import ABSENT, Captures, RobotsCapture, RobotsRow, RobotsView, read_robots, read_well_known
from yurai.extraction.charset import decode_page
from yurai.extraction.tree import parse, to_markup
from yurai.rights import Page, judge, load_policy, statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yurai.evidence import Mark
    from yurai.rights import Judgement, Policy

MAX_DEPTH = 512
"""Elements in each other that are kept apart, as browsers do."""


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """What was said of a page: all `marks`, the licence that they declare, and what robots.txt says of it.

    `declared_spdx`, `licence_scope` and `attribution` are as the columns of those names: whom the page asks to credit,
    as ccREL, JSON-LD (creditText, author), Dublin Core or its meta elements name them, e-mail addresses left out.
    `robots` is absent where none was given.
    """

    url: str
    date: str | None
    marks: tuple[Mark, ...]
    declared_spdx: str | None
    licence_scope: str | None
    robots: RobotsView
    attribution: Attribution | None = None

    @property
    def reserved(self) -> bool:
        """Whether the page, its headers or its robots.txt reserve use by AI."""
        return self.robots.reserves or any(mark.reserves for mark in self.marks)

    def rows(self, doc_id: str) -> list[dict[str, object]]:
        """Return the rows of evidence/ about document `doc_id`: all reservations and the three most telling others."""
        return [mark_row(doc_id, mark, self.date) for mark in choose(self.marks).marks]

    def judge(self, policy: str | Policy = "evidence-only") -> Judgement:
        """Return verdicts with their reasons under a policy that ships with Yurai, a file of one, or a loaded one."""
        page = Page(
            url=self.url,
            capture_date=self.date,
            declared_spdx=self.declared_spdx,
            statements=statements(self.rows("")),
            robots=None if self.robots == ABSENT else self.robots,
        )
        return judge(page, load_policy(policy) if isinstance(policy, str) else policy)


def page_evidence(
    body: bytes,
    headers: Iterable[tuple[str, str]] = (),
    *,
    url: str,
    date: str | None = None,
    robots: bytes | str | None = None,
    tdmrep: bytes | str | None = None,
) -> PageEvidence:
    """Find what an HTML page says of its rights.

    `body` is the page as served, without transfer or content coding; `headers` are its HTTP headers (name, value), in
    order, repeats included; `url` its address; `date` the day or time of capture, RFC 3339 in UTC; `robots` the
    robots.txt of its host as it was then, `tdmrep` its /.well-known/tdmrep.json. What cannot be parsed has no marks.
    """
    pairs = list(headers)
    kind = next((value for name, value in pairs if name.lower() == "content-type"), "")
    markup = to_markup(decode_page(body, _charset(kind)).text)
    tree, _ = parse(markup, MAX_DEPTH)
    looked = first_look(markup)
    marks = (*header_marks(pairs, url), *(html_marks(markup, tree, url, looked) if tree is not None else ()))
    credit = attribution_row(attribution(tree, url, looked)) if tree is not None else None
    told = Attribution(**credit) if credit else None
    return PageEvidence(url, date, marks, *declared(marks), _host(robots, tdmrep, url, date), told)


def _charset(content_type: str) -> str | None:
    """Return the charset that a Content-Type names."""
    parameters = (part.partition("=") for part in content_type.split(";")[1:])
    return next((value.strip().strip("\"'") for key, _, value in parameters if key.strip().lower() == "charset"), None)


def _host(robots: bytes | str | None, tdmrep: bytes | str | None, url: str, date: str | None) -> RobotsView:
    """Return what the files of the host say of the page."""
    captures = list[RobotsCapture | None]()
    try:
        if robots is not None:
            captures.append(read_robots(_bytes(robots), urljoin(url, "/robots.txt"), date))
        if tdmrep is not None:
            captures.append(read_well_known("tdmrep", _bytes(tdmrep), urljoin(url, "/.well-known/tdmrep.json"), date))
    except ValueError:
        return ABSENT  # the address of the page is none
    rows = [
        {**capture.columns(), "source": capture.url.rpartition("/")[2], "warc_offset": 0, "inner_offset": None}
        for capture in captures
        if capture is not None
    ]
    return Captures(cast("RobotsRow", row) for row in rows).asof(url, date) if rows else ABSENT


def _bytes(text: bytes | str) -> bytes:
    return text.encode("utf-8", "replace") if isinstance(text, str) else text
