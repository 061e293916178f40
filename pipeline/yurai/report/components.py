"""Make the pieces that several sections are made of: sections, tables, one page of the crawl."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypedDict

from yurai.report.markup import Child, Markup, el

LANGUAGE = re.compile(r"[a-z]{2,3}")


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


def table(heads: Sequence[str], rows: Iterable[Sequence[Child]], *, wide: int | None = None) -> Markup:
    """Return a table; a head that begins with `#` is of a column of numbers, `wide` is the column of bars."""
    kinds = ["n" if head.startswith("#") else "w" if index == wide else None for index, head in enumerate(heads)]
    head = [el("th", text.removeprefix("#"), class_=kind, scope="col") for text, kind in zip(heads, kinds, strict=True)]
    body = [el("tr", *(el("td", cell, class_=kind) for cell, kind in zip(row, kinds, strict=True))) for row in rows]
    whole = el("table", el("thead", el("tr", *head)), el("tbody", *body))
    return el("div", whole, class_="scroll")


def key(*names: tuple[str, str]) -> Markup:
    """Return what the colours mean: (class, words)."""
    return el("div", *(el("span", words, class_=name) for name, words in names), class_="key")


def none(words: str) -> Markup:
    """Say that there is nothing, in its place."""
    return el("p", words, class_="none")


def crawled(page: Crawled, *, goes: bool, score: str) -> Markup:
    """Return one page of the crawl, with what it scored.

    Each text is isolated, so that one written from right to left reorders nothing beside it.
    """
    lang = page["lang"] if LANGUAGE.fullmatch(page["lang"] or "") else None
    top = el("b", el("bdi", page["title"] or "(no title)", lang=lang))
    return el(
        "div",
        el("div", top, el("span", score, class_="score"), class_="top"),
        el("bdi", page["url"] or "(no URL)", class_="url"),
        el("p", el("bdi", page["excerpt"], lang=lang), class_="text"),
        class_="sample goes" if goes else "sample",
    )
