"""Judge kept documents by each policy that comes with Yurai: what is said of them is stored, so nothing is read again.

Documents of which the same is said have the same verdicts, so each different set of statements is judged once. What a
robots.txt says depends on the path: of documents whose host was captured, at most MOST are judged, those with the
lowest doc_ids (beginnings of a sha256, so drawn evenly); they stand for the others, with an interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from yurai.evidence.robots import COLUMNS, Captures, RobotsRow, RobotsView
from yurai.report.intervals import wilson
from yurai.report.readers.figures import Cell, Name, Share
from yurai.report.readers.queries import HOST
from yurai.report.readers.tree import Asked, Row
from yurai.report.readers.wording import USES, VERDICTS
from yurai.rights import Page, Policy, Use, Verdict, judge, load_policy, published, shipped, statements
from yurai.rights.page import NOT_AVAILABLE

MOST: Final = 5_000
_SAID: Final = f"""WITH marks AS (SELECT doc_id, list_sort(list({{'kind': kind, 'channel': channel, 'norm': norm,
        'subject_scope': subject_scope}})) AS said FROM evidence GROUP BY 1),
said AS (SELECT m.said, k.declared_spdx AS declared, k.truncated IS NOT NULL AS cut,
        coalesce(list_contains(k.flags, '{NOT_AVAILABLE}'), false) AS gone, k.warc_type = 'row' AS plain,
        k.doc_id, k.url, k.capture_date, k.tokens, {HOST} IN (SELECT host FROM robots) AS captured
    FROM kept k LEFT JOIN marks m USING (doc_id))
"""  # noqa: S608 - words of this package
_ALIKE: Final = """SELECT said, declared, cut, gone, plain, captured, count(*), sum(tokens) FROM said
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"""
_DRAWN: Final = f"""SELECT said, declared, cut, gone, plain, url, capture_date, tokens FROM said
WHERE captured ORDER BY doc_id LIMIT {MOST}"""  # noqa: S608 - likewise
_CAPTURES: Final = f"""SELECT {", ".join(COLUMNS)} FROM robots WHERE host IN (
    SELECT {HOST} FROM said WHERE captured ORDER BY doc_id LIMIT {MOST}) ORDER BY doc_id"""  # noqa: S608 - likewise


@dataclass(slots=True)
class _Sums:
    """Documents and tokens by use and verdict."""

    documents: Counter[tuple[str, str]] = field(default_factory=Counter)
    tokens: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, verdicts: Mapping[Use, Verdict], documents: int, tokens: int | None) -> None:
        for use, verdict in verdicts.items():
            self.documents[use, verdict] += documents
            self.tokens[use, verdict] += tokens or 0


def presets(asked: Asked) -> Iterator[tuple[Cell, ...]]:
    """Yield policy, use, share of documents with each verdict, and share of tokens that are allowed."""
    for name in shipped():
        policy = load_policy(name)
        sure, count = _without_robots(asked, policy)
        drawn, of = _by_robots(asked, policy) if count < asked.kept else (_Sums(), 0)
        for use in USES:
            shares = [_share(asked, sure.documents[use, one], drawn.documents[use, one], of, count) for one in VERDICTS]
            allowed = sure.tokens[use, "allow"] + drawn.tokens[use, "allow"]
            whole = of == asked.kept - count
            yield Name(policy.id), USES[use], *shares, asked.of_tokens(allowed) if whole else None


def _share(asked: Asked, sure: int, part: int, of: int, count: int) -> Share:
    """Return a share of kept documents: those that are sure, and what the drawn ones say of the captured."""
    captured = asked.kept - count
    if of == captured:
        return Share(sure + part, asked.kept, counted=True)
    low, high = ((sure + bound * captured) / asked.kept for bound in wilson(part, of))
    return Share(sure + round(part / of * captured), asked.kept, (low, high), counted=True)


def _without_robots(asked: Asked, policy: Policy) -> tuple[_Sums, int]:
    """Judge the documents of which no robots.txt has to be asked; return how many they are too."""
    sums, count = _Sums(), 0
    for *said, captured, documents, tokens in asked.rows("said-alike", _SAID + _ALIKE):
        if policy.robots == "off" or not captured:
            sums.add(judge(_page(asked, Row(said)), policy, calibration=published()).verdicts, documents, tokens)
            count += documents
    return sums, count


def _by_robots(asked: Asked, policy: Policy) -> tuple[_Sums, int]:
    rows = asked.rows("said-captures", _SAID + _CAPTURES)
    captures = Captures([cast("RobotsRow", dict(zip(COLUMNS, row, strict=True))) for row in rows])
    sums, drawn = _Sums(), asked.rows("said-drawn", _SAID + _DRAWN)
    for *said, url, date, tokens in drawn:
        view = captures.asof(url, date) if policy.robots == "asof" else captures.strictest(url)
        page = _page(asked, Row(said), url, date, view)
        sums.add(judge(page, policy, calibration=published()).verdicts, 1, tokens)
    return sums, len(drawn)


def _page(
    asked: Asked,
    said: Row,
    url: str | None = None,
    date: str | None = None,
    view: RobotsView | None = None,
) -> Page:
    marks, declared, cut, gone, plain = said
    looked = asked.uses.get("extract", {}).get("evidence") is not False and not plain
    flags = (NOT_AVAILABLE,) if gone else ()
    stated = statements(marks or [])
    return Page(url, date, declared, flags, cut, statements=stated, robots=view, looked=looked)
