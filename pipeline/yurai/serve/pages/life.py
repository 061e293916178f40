"""Draw the decisions of a life: each stage and rule, what it said, what it read and was set to."""

from __future__ import annotations

import json
from collections.abc import Mapping

from yurai.report.markup import Child, Markup, el
from yurai.report.numbers import number
from yurai.report.readers.said import Said, say
from yurai.report.safe_text import shown, visible
from yurai.serve.bounds import MARKS
from yurai.serve.cells import Decision, Life
from yurai.serve.pages.layout import chip, table
from yurai.serve.view import View

SAID: dict[str, Said] = {
    "kept": say("kept"),
    "dropped": say("dropped"),
    "failed": say("failed"),
    "edited": say("edited"),
    "unchanged": say("unchanged"),
    "not judged": say("not judged"),
}


def life_table(view: View, life: Life) -> Markup:
    """Return the decisions as a table; settings are those of the recipe, which may name paths of the house."""
    rows = [_row(view, one) for one in life["decisions"][:MARKS]]
    return table(view, (say("stage"), say("verdict"), say("what it read"), say("settings")), rows, say("Decisions"))


def _row(view: View, one: Decision) -> tuple[Child, ...]:
    name = f"{one['stage']}: {one['rule']}" if "rule" in one else str(one["stage"])
    verdict = str(one["verdict"])
    words = view.words(SAID[verdict]) if verdict in SAID else visible(verdict)
    reason = f" {view.reason(str(one['reason']))}" if one.get("reason") else ""
    return (
        el("code", visible(name)),
        el("span", chip(words, verdict.replace(" ", "-")), reason),
        _values(one.get("reads") or {}),
        None if view.tier == "public" or not one.get("settings") else _settings(view, one["settings"]),
    )


def _values(reads: Mapping[str, object]) -> Markup | None:
    given = {name: value for name, value in reads.items() if isinstance(value, int | float | str)}
    if not given:
        return None
    items = (el("li", el("code", visible(name)), " ", _value(value)) for name, value in given.items())
    return el("ul", *items, class_="reads")


def _value(value: object) -> str:
    return number(value) if isinstance(value, int | float) else shown(str(value))


def _settings(view: View, settings: Mapping[str, object]) -> Markup:
    words = json.dumps(settings, ensure_ascii=False, sort_keys=True, default=str)
    return el("details", el("summary", view.words(say("show"))), el("code", visible(words)))
