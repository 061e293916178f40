"""Find the date that a page states, with where it states it: never a month or a day that is not there.

Structured statements come first (JSON-LD, meta elements, microdata, `<time>`), then a short line of the page that holds
one date, Japanese forms and eras included. A guess of htmldate is kept as far as the page bears it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.extraction.honbun.blocks import blocks_of

_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９／．－：", "0123456789/.-:")  # noqa: RUF001 - forms that pages use
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "R": 2018, "H": 1988, "S": 1925}
"""The year before the first of each era."""
_MONTH_NAMES: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_FIRST_YEAR: Final = 1990
_ISO: Final = re.compile(r"(?<![\d-])((?:19|20)\d\d)-([01]?\d)(?:-([0-3]?\d))?(?![\d-])")
_PATTERNS: Final = (
    _ISO,
    re.compile(r"(?<![\d/.])((?:19|20)\d\d)\s?[/.]\s?([01]?\d)\s?[/.]\s?([0-3]?\d)(?![\d/]|\.\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)\s?年\s?([01]?\d)\s?月(?:\s?([0-3]?\d)\s?日)?"),
)
_ERA: Final = re.compile(
    r"(令和|平成|昭和|大正|明治|(?<![A-Za-z])[RHS](?=\d))\s?(元|\d{1,2})\s?[年.]\s?([01]?\d)\s?[月.]\s?([0-3]?\d)\s?日?"
)
_ENGLISH: Final = re.compile(r"\b([A-Z][a-z]{2,8})\.?\s+([0-3]?\d)(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b")
_ENGLISH_DAY_FIRST: Final = re.compile(r"\b([0-3]?\d)(?:st|nd|rd|th)?\s+([A-Z][a-z]{2,8})\.?,?\s+((?:19|20)\d\d)\b")
_JSON_LD: Final = re.compile(r'"(?:datePublished|dateCreated|uploadDate)"\s*:\s*"([^"]{4,40})"')
_NAMES: Final = (
    "article:published_time date dc.date dc.date.issued dcterms.created dcterms.date dcterms.issued pubdate "
    "publishdate publish-date publication_date citation_publication_date citation_date parsely-pub-date sailthru.date "
    "og:published_time"
)
_META: Final = frozenset(_NAMES.split())
_METAS: Final = etree.XPath("//meta[@content][@property or @name]", smart_strings=False)
_ITEMS: Final = etree.XPath("//*[@itemprop='datePublished' or @itemprop='dateCreated']", smart_strings=False)
_TIMES: Final = etree.XPath("//time", smart_strings=False)
_SCRIPTS: Final = etree.XPath("//script[@type='application/ld+json']/text()", smart_strings=False)
_SHORT: Final = 80
"""Characters of a line that states a date, at most: a longer one speaks of one."""
_BLOCKS: Final = 60
"""Blocks of a page that are looked at."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as far as a page states it: YYYY, YYYY-MM or YYYY-MM-DD; `by` says where."""

    date: str
    by: str

    @property
    def precision(self) -> str:
        """Say how far the date goes."""
        return {4: "year", 7: "month"}.get(len(self.date), "day")


def stated_date(tree: HtmlElement, markup: bytes, latest: str, guess: Callable[[], str | None]) -> StatedDate | None:
    """Return the date of first publication that a page states, never after `latest` (YYYY-MM-DD).

    `guess` is asked where the page states none in a form that is read here; of its answer (YYYY-MM-DD) what the markup
    does not show is left out.
    """
    for by, text in _statements(tree):
        for found in dates_in(text):
            if str(_FIRST_YEAR) <= found <= latest:
                return StatedDate(found, by)
    guessed = guess()
    shown = _shown(guessed, markup.decode("utf-8", "replace").translate(_FULL_WIDTH)) if guessed else None
    return StatedDate(shown, "guess") if shown else None


def _statements(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield where a date may be stated, and the text there, the surest first."""
    for script in _SCRIPTS(tree):
        yield from (("json-ld", text) for text in _JSON_LD.findall(script))
    for meta in _METAS(tree):
        if (meta.get("property") or meta.get("name") or "").lower() in _META:
            yield "meta", meta.get("content")
    for item in _ITEMS(tree):
        yield "microdata", item.get("datetime") or item.get("content") or "".join(item.itertext())[:_SHORT]
    for time in _TIMES(tree):
        yield "time", time.get("datetime") or "".join(time.itertext())[:_SHORT]
    for block in blocks_of(tree)[:_BLOCKS]:
        for line in block.text.split("\n"):
            if len(line) <= _SHORT and len(list(dates_in(line))) == 1:
                yield "text", line


def dates_in(text: str) -> list[str]:
    """Return the dates that a text states, each as far as it does, in the order of the forms that are known."""
    plain = text.translate(_FULL_WIDTH)
    found: dict[str, None] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            found[_written(int(match[1]), int(match[2]), match[3])] = None
    for match in _ERA.finditer(plain):
        year = _ERAS[match[1]] + (1 if match[2] == "元" else int(match[2]))
        found[_written(year, int(match[3]), match[4])] = None
    for match in _ENGLISH.finditer(plain):
        found[_written(int(match[3]), _MONTHS.get(match[1][:3].lower(), 0), match[2])] = None
    for match in _ENGLISH_DAY_FIRST.finditer(plain):
        found[_written(int(match[3]), _MONTHS.get(match[2][:3].lower(), 0), match[1])] = None
    return [one for one in found if one]


def _written(year: int, month: int, day: str | None) -> str:
    """Return YYYY-MM or YYYY-MM-DD; "" where there is no such day."""
    try:
        known = date(year, month, int(day) if day else 1)
    except ValueError:
        return ""
    return known.isoformat() if day else known.isoformat()[:7]


def _shown(guess: str, text: str) -> str | None:
    """Return as much of a date (YYYY-MM-DD) as a text shows in any order of its numbers, month names included."""
    year, month, day = guess.split("-")
    month_forms = rf"(?:0?{int(month)}|[^\W\d_]{{3,12}}\.?)"
    day_form = rf"(?<!\d)0?{int(day)}(?!\d)"
    gap = r"[^\w<>]{0,4}(?:de\s|年\s?|月\s?)?"
    orders = (
        rf"{year}{gap}{month_forms}{gap}{day_form}",
        rf"{day_form}(?:st|nd|rd|th)?{gap}{month_forms}{gap}{year}",
        rf"{month_forms}{gap}{day_form}(?:st|nd|rd|th)?{gap}{year}",
        rf"{year}{month}{day}(?!\d)",
    )
    if any(re.search(order, text) for order in orders):
        return guess
    if re.search(rf"{year}[^\w<>]{{0,2}}0?{int(month)}(?!\d)|{year}\s?年\s?0?{int(month)}\s?月", text):
        return f"{year}-{month}"
    return year if re.search(rf"(?<!\d){year}(?!\d)", text) else None
