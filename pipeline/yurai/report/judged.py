"""Make the second half of the page: each rule with its limits, what it judges, and the pages at the edge."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from yurai.report.axis import axis_for
from yurai.report.bins import edges_for
from yurai.report.charts import Mark, histogram, kept_curve
from yurai.report.components import card, code, crawled, fold, key, none, section, table, title
from yurai.report.markup import Child, Markup, el
from yurai.report.merge import Facts
from yurai.report.numbers import number, percent, share
from yurai.report.readers.said import say
from yurai.report.rules import LimitCounts, RuleCounts
from yurai.report.told import counted, heads, told
from yurai_manifests.counts import StageCounts

READING = say(
    "Histograms: area is pages, a column cut through is higher, the ends hold what lies beyond. Curves: share kept if "
    "that limit alone stood elsewhere on the same scale."
)


def rules(facts: Facts, stages: Sequence[StageCounts]) -> Markup:
    """Return a part for each filter of the recipe."""
    lead = told(
        "Each rule judged alone, over all extracted pages that it can judge, also those that a rule before it dropped; "
        "text and measures are as the editors before it left them. So a rule may drop more here than in the funnel."
    )
    if not facts.rules:
        return section("rules", told("Rules"), lead, none(told("The recipe has no filter.")))
    first = dict(itertools.chain.from_iterable(_dropped(counts) for counts in stages))
    names = key(("stays", told("stays")), ("goes", told("goes")))
    parts = [_rule(one, first, index) for index, one in enumerate(facts.rules)]
    reading = el("p", told(READING), class_="caption")
    return section("rules", told("Rules"), lead, names, reading, el("div", *parts, class_="rules"))


def anchor(index: int) -> str:
    """Return the id of the part of rule number `place`."""
    return f"rule-{index}"


def _dropped(counts: StageCounts) -> Iterator[tuple[tuple[str, str], int]]:
    return (((counts.stage, reason), rows) for reason, rows in counts.dropped.items())


def _rule(value: RuleCounts, first: Mapping[tuple[str, str], int], index: int) -> Markup:
    judged = value["judged"]
    counts = told("{judged} pages judged, {passed} not judged", judged=judged, passed=value["not_judged"])
    rows: list[list[Child]] = [
        [
            code(reason),
            number(alone),
            percent(share(alone, judged)),
            number(first.get((value["stage"], f"{value['rule']}:{reason}"), 0)),
        ]
        for reason, alone in sorted(value["reasons"].items(), key=lambda item: (-item[1], item[0]))
    ]
    columns = heads("reason", "#drops alone", "#of judged", "#dropped in the run")
    shown = table(columns, rows, of="reason") if rows else none(told("It drops none of these pages."))
    measures = [_measure(limits) for limits in _by_measure(value["limits"])]
    words = told(
        "{measures}: how their values lie, the limits, and the pages nearest to each limit",
        measures=counted(len(measures), "measure"),
    )
    drawn = fold(words, el("div", *measures, class_="measures")) if measures else None
    block = card(title(value["rule"], counts), shown, drawn)
    return el("div", block, id_=anchor(index))


def _by_measure(limits: list[LimitCounts]) -> list[list[LimitCounts]]:
    """Group the limits by what they compare; a value that a rule works out itself stands alone."""
    groups: dict[str, list[LimitCounts]] = {}
    for index, limit in enumerate(limits):
        if any(limit == other for other in limits[:index]):
            continue
        groups.setdefault(limit["column"] or f"{index}", []).append(limit)
    return list(groups.values())


def _measure(limits: list[LimitCounts]) -> Markup:
    name = limits[0]["column"] or told("value behind {limit}", limit=_name(limits[0]))
    bins = {int(bin_number): rows for bin_number, rows in limits[0]["bins"].items()}
    if not bins:
        return el("div", el("h4", code(name)), none(told("No page has a value to compare.")), class_="measure")
    edges = edges_for((limit["side"], limit["value"]) for limit in limits)
    marks = [Mark(_name(limit), limit["side"], limit["value"]) for limit in limits]
    axis = axis_for(edges, bins, [limit["value"] for limit in limits])
    total = sum(bins.values())
    sentences = [_sentence(limit, total) for limit in limits]
    items = [el("li", text, class_=("first", "second")[bin_number % 2]) for bin_number, text in enumerate(sentences)]
    scale = told("logarithmic scale") if axis.log else told("linear scale")
    return el(
        "div",
        el("h4", code(name)),
        el("ul", *items, class_="limits"),
        histogram(edges, bins, axis, marks, told("Histogram of {measure}.", measure=name) + " " + " ".join(sentences)),
        kept_curve(edges, bins, axis, marks, told("Share kept as the limits of {measure} move", measure=name)),
        el("p", f"{counted(total, 'page')}, {scale}", class_="caption"),
        *(_edge(limit, name) for limit in limits),
        class_="measure",
    )


def _name(limit: LimitCounts) -> str:
    return str(limit["setting"] or (told("minimum") if limit["side"] == "below" else told("maximum")))


def _sentence(limit: LimitCounts, total: int) -> str:
    word = told("less") if limit["side"] == "below" else told("more")
    part = percent(share(limit["goes"], total))
    goes = told(
        "{count} of {pages} pages have {word} ({share})", count=limit["goes"], pages=total, word=word, share=part
    )
    return f"{_name(limit)} = {number(limit['value'])}: {goes}"


def _edge(limit: LimitCounts, name: str) -> Markup | None:
    if not limit["staying"] and not limit["leaving"]:
        return None
    sides = [
        el(
            "div",
            el("h4", words),
            *(
                [crawled(page, goes=goes, score=f"{name} {number(page['value'])}") for page in pages]
                or [none(told("none"))]
            ),
        )
        for words, pages, goes in (
            (told("Just stay"), limit["staying"], False),
            (told("Just go"), limit["leaving"], True),
        )
    ]
    words = told("Pages nearest to {limit}", limit=f"{_name(limit)} = {number(limit['value'])}")
    return fold(words, el("div", *sides, class_="pages"))
