"""Make the pieces that several sections are made of: sections, tables, one page of the crawl."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape
from typing import TypedDict

from yurai.report.markup import Child, Markup, el, join
from yurai.report.told import more, told

LANGUAGE = re.compile(r"[a-z]{2,3}")
CHARACTER, GAP, BAR = 7.7, 14, 84
"""Pixels of a character, between columns, and of a bar that can be read."""
ROOM = (("small", 360), ("medium", 450), ("plain", 540))
"""Places in which a bar still stands beside its row: classes of style.css, and their pixels; above, `large`."""
TAG = re.compile(r"<[^>]*>")
FOLD = 10
"""Rows of a table that are shown; those behind them are folded."""
MARKS = r"/_:=&?#@+|.,-"
PARTS = re.compile(rf"(?<=[{MARKS}])(?<!\d.)(?=[^\s{MARKS}])|(?<=\d[{MARKS}])(?=[^\s\d{MARKS}])")
"""Where a name may break: behind a mark within it, never between the digits of a number."""
LONGEST = 20
"""Characters of a part, without a place to break, that fit a column on a telephone; a longer one may break anywhere."""


class Crawled(TypedDict):
    """What is shown of one page of the crawl; its texts went through `yurai.report.safe_text` before."""

    title: str
    url: str
    lang: str | None
    excerpt: str


def section(name: str, title: str, lead: str, *children: Child) -> Markup:
    """Return a section with its heading and a sentence that says what is shown."""
    return el("section", el("h2", title), el("p", lead, class_="lead"), *children, id_=name)


def title(name: str, note: str) -> Markup:
    """Return the heading of a card, with a few words beside it."""
    return el("div", el("h3", name), el("span", note), class_="heading")


def card(*children: Child) -> Markup:
    """Return a framed part of a section."""
    return el("div", *children, class_="card")


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Child]],
    *,
    wide: int | None = None,
    of: str = "row",
    first: int = FOLD,
) -> Markup:
    """Return a table; a head that begins with `#` is of a column of numbers, `wide` is the column of bars.

    Rows behind the `first` are folded into a table below, which opens; `of` names what a row is about.
    """
    every = list(rows)
    shown, rest = every[:first], every[first:]
    if not rest:
        return _table(heads, shown, wide)
    folded = fold(more(len(rest), of), _table(heads, rest, wide))
    return el("div", _table(heads, shown, wide), folded)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Child]], wide: int | None) -> Markup:
    kinds = ["n" if head.startswith("#") else "w" if index == wide else None for index, head in enumerate(heads)]
    head = [_head(text.removeprefix("#"), kind) for text, kind in zip(heads, kinds, strict=True)]
    body = [el("tr", *(_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True))) for row in rows]
    whole = el(
        "table",
        el("thead", el("tr", *head)),
        el("tbody", *body),
        class_=_room(heads, rows, kinds) if wide is not None else None,
    )
    return el("div", whole, class_="scroll")


def _room(heads: Sequence[str], rows: Sequence[Sequence[Child]], kinds: Sequence[str | None]) -> str:
    """Return the class of a table with bars that says in how narrow a place they stand beside their rows."""
    columns = [place for place, kind in enumerate(kinds) if kind != "w"]
    widest = (max([_longest(heads[at]), *(_widest(row[at], kinds[at]) for row in rows)]) for at in columns)
    need = sum(widest) * CHARACTER + len(columns) * GAP + BAR
    return next((name for name, width in ROOM if need <= width), "large")


def _longest(head: str) -> int:
    return max(map(len, head.removeprefix("#").split()), default=0)


def _widest(cell: Child, kind: str | None) -> int:
    """Return the characters of a cell that should stay on one line: all of a number, of a name up to LONGEST."""
    text = unescape(TAG.sub("", str(cell or "")))
    return len(text) if kind == "n" else min(len(text), LONGEST)


def _head(text: str, kind: str | None) -> Markup:
    return el("th", text, class_=kind, scope="col", aria_label=None if text else told("drawn"))


def _cell(cell: Child, kind: str | None) -> Markup:
    plain = isinstance(cell, str) and not isinstance(cell, Markup) and kind is None
    return el("td", words(str(cell)) if plain else cell, class_=kind)


def fold(summary: str, *children: Child, opened: bool = False) -> Markup:
    """Return what is hidden until somebody opens it; printed, it is open."""
    return el("details", el("summary", summary), *children, open="" if opened else None)


def words(text: str) -> Markup:
    """Return a name that breaks behind the marks within it, and elsewhere only where a part is longer than a column."""
    pieces = PARTS.split(text)
    shown = [el("span", piece, class_="long") if len(piece) > LONGEST else piece for piece in pieces]
    return join(shown[0], *(part for one in shown[1:] for part in (el("wbr"), one)))


def code(text: str) -> Markup:
    """Return a name that a program gave: a reason, a step, a mark."""
    return el("code", words(text))


def key(*names: tuple[str, str]) -> Markup:
    """Return what the colours mean: (class, words)."""
    return el("div", *(el("span", words, class_=name) for name, words in names), class_="key")


def none(words: str) -> Markup:
    """Say that there is nothing, in its place."""
    return el("p", words, class_="none")


def crawled(page: Crawled, *instead: Child, goes: bool, score: str) -> Markup:
    """Return one page of the crawl, with what it scored; `instead` stands in the place of its excerpt.

    Each text is isolated, so that one written from right to left reorders nothing beside it.
    """
    lang = page["lang"] if LANGUAGE.fullmatch(page["lang"] or "") else None
    top = el("b", el("bdi", page["title"] or told("(no title)"), lang=lang))
    return el(
        "div",
        el("div", top, el("span", score, class_="score"), class_="top"),
        el("bdi", page["url"] or told("(no URL)"), class_="url"),
        *(instead or [el("p", el("bdi", page["excerpt"], lang=lang), class_="text")]),
        class_="sample goes" if goes else "sample",
    )
