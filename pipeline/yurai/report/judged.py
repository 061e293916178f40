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
from yurai.report.numbers import number, percent, plural, share
from yurai.report.rules import LimitCounts, RuleCounts
from yurai_manifests.counts import StageCounts

READING = (
    "Histograms: area is pages, a column cut through is higher, the ends hold what lies beyond. Curves: share kept if "
    "that limit alone stood elsewhere on the same scale."
)


def rules(facts: Facts, stages: Sequence[StageCounts]) -> Markup:
    """Return a part for each filter of the recipe."""
    lead = (
        "Each rule judged alone, over all extracted pages that it can judge, also those that a rule before it dropped; "
        "text and measures are as the editors before it left them. So a rule may drop more here than in the funnel."
    )
    if not facts.rules:
        return section("rules", "Rules", lead, none("The recipe has no filter."))
    first = dict(itertools.chain.from_iterable(_dropped(counts) for counts in stages))
    names = key(("stays", "stays"), ("goes", "goes"))
    parts = [_rule(one, first, index) for index, one in enumerate(facts.rules)]
    return section("rules", "Rules", lead, names, el("p", READING, class_="caption"), el("div", *parts, class_="rules"))


def anchor(index: int) -> str:
    """Return the id of the part of rule number `place`."""
    return f"rule-{index}"


def _dropped(counts: StageCounts) -> Iterator[tuple[tuple[str, str], int]]:
    return (((counts.stage, reason), rows) for reason, rows in counts.dropped.items())


def _rule(value: RuleCounts, first: Mapping[tuple[str, str], int], index: int) -> Markup:
    judged = value["judged"]
    counts = f"{number(judged)} pages judged, {number(value['not_judged'])} not judged"
    rows: list[list[Child]] = [
        [
            code(reason),
            number(alone),
            percent(share(alone, judged)),
            number(first.get((value["stage"], f"{value['rule']}:{reason}"), 0)),
        ]
        for reason, alone in sorted(value["reasons"].items(), key=lambda item: (-item[1], item[0]))
    ]
    heads = ["reason", "#drops alone", "#of judged", "#dropped in the run"]
    shown = table(heads, rows, of="reason") if rows else none("It drops none of these pages.")
    measures = [_measure(limits) for limits in _by_measure(value["limits"])]
    words = f"{plural(len(measures), 'measure')}: how their values lie, the limits, and the pages nearest to each limit"
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
    name = limits[0]["column"] or f"value behind {_name(limits[0])}"
    bins = {int(bin_number): rows for bin_number, rows in limits[0]["bins"].items()}
    if not bins:
        return el("div", el("h4", code(name)), none("No page has a value to compare."), class_="measure")
    edges = edges_for((limit["side"], limit["value"]) for limit in limits)
    marks = [Mark(_name(limit), limit["side"], limit["value"]) for limit in limits]
    axis = axis_for(edges, bins, [limit["value"] for limit in limits])
    total = sum(bins.values())
    sentences = [_sentence(limit, total) for limit in limits]
    items = [el("li", text, class_=("first", "second")[bin_number % 2]) for bin_number, text in enumerate(sentences)]
    scale = "logarithmic" if axis.log else "linear"
    return el(
        "div",
        el("h4", code(name)),
        el("ul", *items, class_="limits"),
        histogram(edges, bins, axis, marks, f"Histogram of {name}. " + " ".join(sentences)),
        kept_curve(edges, bins, axis, marks, f"Share kept as the limits of {name} move"),
        el("p", f"{plural(total, 'page')}, {scale} scale", class_="caption"),
        *(_edge(limit, name) for limit in limits),
        class_="measure",
    )


def _name(limit: LimitCounts) -> str:
    return str(limit["setting"] or ("minimum" if limit["side"] == "below" else "maximum"))


def _sentence(limit: LimitCounts, total: int) -> str:
    word = "less" if limit["side"] == "below" else "more"
    goes = f"{number(limit['goes'])} of {number(total)} pages have {word} ({percent(share(limit['goes'], total))})"
    return f"{_name(limit)} = {number(limit['value'])}: {goes}"


def _edge(limit: LimitCounts, name: str) -> Markup | None:
    if not limit["staying"] and not limit["leaving"]:
        return None
    sides = [
        el(
            "div",
            el("h4", words),
            *([crawled(page, goes=goes, score=f"{name} {number(page['value'])}") for page in pages] or [none("none")]),
        )
        for words, pages, goes in (("Just stay", limit["staying"], False), ("Just go", limit["leaving"], True))
    ]
    words = f"Pages nearest to {_name(limit)} = {number(limit['value'])}"
    return fold(words, el("div", *sides, class_="pages"))
