"""Draw a report as one HTML page: self-contained, no script, and made to be printed."""

from __future__ import annotations

from yurai.report.charts import bar
from yurai.report.components import card, code, fold, none, section, table
from yurai.report.markup import Child, Markup, el, join
from yurai.report.numbers import share
from yurai.report.page import SYMBOLS, document
from yurai.report.readers.cells import is_number, spoken
from yurai.report.readers.figures import Cell, Figure, Name, Outcome, Query, Report, Section, Share
from yurai.report.readers.phrases import PHRASES, asked_of
from yurai.report.readers.queries import PRELUDE
from yurai.report.readers.said import Language, in_language, say

OPEN = 12
"""Rows of a figure that are shown; those behind them are folded on a screen, and printed."""
SHORT = 9
"""Letters of a label that stays on one line."""
QUERIES = "queries"


def as_html(report: Report, language: Language) -> str:
    """Return the report as one HTML text."""
    title = f"{report.name}: {in_language(report.title, language)}"
    sections = [_section(one, report, language) for one in report.sections]
    links = [(one.id, in_language(one.title, language)) for one in report.sections]
    links.append((QUERIES, in_language(PHRASES["queries"], language)))
    nav = el("nav", el("ul", *(el("li", el("a", words_of, href=f"#{key}")) for key, words_of in links)))
    return document(
        title,
        _masthead(report, language),
        el("div", nav, el("main", *sections, _queries(report, language)), class_="body"),
        el("footer", in_language(PHRASES["foot"], language)),
        language=language,
        kind="page reader",
    )


def _masthead(report: Report, language: Language) -> Markup:
    good, verdict = report.verdict
    kind = "good" if good else "bad"
    tiles = [
        el("div", el("b", spoken(one.value, language)), el("span", in_language(one.label, language)), class_="tile")
        for one in report.tiles
    ]
    return el(
        "header",
        el("p", in_language(report.title, language), class_="eyebrow"),
        el("h1", report.name),
        el("p", in_language(report.about, language), class_="about"),
        el(
            "div",
            el("span", f"{SYMBOLS[kind]} {in_language(verdict, language)}", class_=f"verdict {kind}"),
            el("span", in_language(report.tier_says, language)),
            class_="facts",
        ),
        _line(in_language(PHRASES["digest"], language), report.digest),
        _line("run.json", f"sha256:{report.run_sha256}"),
        el("div", *tiles, class_="tiles"),
        class_="masthead",
    )


def _line(name: str, value: str) -> Markup:
    return el("p", f"{name} ", el("span", value, class_="mono"), class_="caption digest")


def _section(one: Section, report: Report, language: Language) -> Markup:
    said = [el("li", *_coded(in_language(words_said, language))) for words_said in one.says]
    listed = card(el("ul", *said, class_="plain")) if said else None
    cards = [card(*_figure(figure, report, language)) for figure in one.figures]
    return section(
        one.id, in_language(one.title, language), join(*_coded(in_language(one.lead, language))), listed, *cards
    )


def _figure(figure: Figure, report: Report, language: Language) -> list[Markup]:
    asked = el("a", in_language(asked_of(figure, report), language), href=f"#{QUERIES}-{figure.query.id}")
    head = el("div", el("h3", in_language(figure.title, language)), el("span", asked), class_="heading")
    if not figure.rows:
        return [head, none(in_language(PHRASES["none"], language))]
    shown, rest = figure.rows[:OPEN], figure.rows[OPEN:]
    parts = [head, _placed(figure, shown, language)]
    if rest:
        folded = in_language(say("and {count} more", count=len(rest)), language)
        parts.append(fold(folded, _placed(figure, rest, language)))
    if figure.rest:
        more = say("{count} more are not shown: the query has them", count=figure.rest)
        parts.append(el("p", in_language(more, language), class_="caption"))
    if figure.note:
        parts.append(el("p", *_coded(in_language(figure.note, language)), class_="caption"))
    return parts


def _placed(figure: Figure, rows: list[tuple[Cell, ...]], language: Language) -> Markup:
    """Return a table; one of sentences has a class of its own, as its rows become blocks on a telephone."""
    made = _table(figure, rows, language)
    return el("div", made, class_="told") if any(isinstance(cell, Outcome) for cell in rows[0]) else made


def _table(figure: Figure, rows: list[tuple[Cell, ...]], language: Language) -> Markup:
    numeric = [any(map(is_number, column)) for column in zip(*figure.rows, strict=True)]
    heads = [
        f"{'#' if right else ''}{in_language(head, language)}"
        for head, right in zip(figure.heads, numeric, strict=True)
    ]
    drawn = [[*(_cell(cell, language) for cell in row), *_bar(figure, row)] for row in rows]
    if figure.bar is None:
        return table(heads, drawn, first=len(drawn))
    return table([*heads, ""], drawn, wide=len(heads), first=len(drawn))


def _bar(figure: Figure, row: tuple[Cell, ...]) -> list[Child]:
    if figure.bar is None:
        return []
    cell = row[figure.bar]
    part = share(cell.part, cell.whole) if isinstance(cell, Share) else 0.0
    return [bar([("kept", part)], "")]


def _cell(cell: Cell, language: Language) -> Child:
    said = spoken(cell, language)
    if cell is None:
        return el("span", said, class_="none")
    if isinstance(cell, Outcome):
        return el("span", said, class_=f"chip {cell}")
    if isinstance(cell, Name):
        return el("bdi", code(said))
    return said if is_number(cell) else el("span", *_coded(said), class_="short" if len(said) <= SHORT else "sentence")


def _coded(said: str) -> list[Child]:
    """Return a sentence with what stands between backticks as code."""
    return [el("code", part) if number % 2 else part for number, part in enumerate(said.split("`"))]


def _queries(report: Report, language: Language) -> Markup:
    asked = [_query(one) for one in report.queries]
    lead = in_language(PHRASES["queries lead"], language)
    views = fold(in_language(PHRASES["views"], language), el("pre", PRELUDE))
    return section(QUERIES, in_language(PHRASES["queries"], language), lead, card(views, *asked))


def _query(query: Query) -> Markup:
    return el("div", fold(query.id, el("pre", query.text)), id_=f"{QUERIES}-{query.id}")
