"""Make the section on sources: each by name, with its own funnel, the largest first."""

from __future__ import annotations

from yurai.report.charts import bar
from yurai.report.components import card, key, none, section, table, words
from yurai.report.markup import Child, Markup, el
from yurai.report.merge import Facts
from yurai.report.numbers import number, percent, share, size
from yurai.report.safe_text import shown
from yurai.report.sums import Entry
from yurai.report.told import OUTCOMES, counted, heads, outcome, told


def sources(facts: Facts) -> Markup:
    """Return the candidates of each source, those that are kept and failed, and the tokens that they became."""
    lead = told(
        "Pages by the [[source]] table, or else the file, that they come from, the largest first. A bar is all "
        "candidates of its source."
    )
    found = facts.sources
    if not found.top:
        return section("sources", told("Sources"), lead, none(told("There is no candidate.")))
    tokens = any(one.tokens for one in (*found.top, found.rest))
    rows = [_row(one, found.failed[one.name], el("bdi", words(shown(one.name))), tokens) for one in found.top]
    if others := found.count - len(found.top):
        name = el("span", counted(others, "other source"), class_="none")
        rows.append(_row(found.rest, found.rest_failed, name, tokens))
    columns = heads("source", "#candidates", "#kept", "#failed", "#tokens" if tokens else "#text kept", "")
    names = key(*((name, told(words_of)) for name, words_of in OUTCOMES.items()))
    return section("sources", told("Sources"), lead, names, card(table(columns, rows, wide=5, of="source")))


def _row(one: Entry, failed: int, name: Markup, tokens: bool) -> list[Child]:
    dropped = one.rows - one.documents - failed
    parts = [("kept", one.documents), ("dropped", dropped), ("failed", failed)]
    label = ", ".join(f"{outcome(rows, what)} ({percent(share(rows, one.rows))})" for what, rows in parts)
    drawn = bar([(what, share(rows, one.rows)) for what, rows in parts], label)
    last = number(one.tokens) if tokens else size(one.size)
    return [name, number(one.rows), number(one.documents), number(failed) if failed else "", last, drawn]
