"""Make the section on duplicates: what was removed, the largest clusters, and how far to trust the decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from yurai.declare.stage import restored_use
from yurai.engine.use import AnyUse
from yurai.report.charts import bar
from yurai.report.components import card, crawled, fold, key, none, section, table, words
from yurai.report.copies import NO_SIMILARITY, Cluster, Copies, Copy, Groups, Page
from yurai.report.copies_charts import similarities
from yurai.report.copies_tasks import LENGTH
from yurai.report.losses_page import losses, side_by_side
from yurai.report.markup import Child, Markup, el, join
from yurai.report.near_page import Searched, errors, found_by_bands, left_out
from yurai.report.numbers import number, percent, share
from yurai.report.readers.said import say
from yurai.report.safe_text import shown
from yurai.report.told import counted, heads, told
from yurai.stages.near_dedup.settings import NearDedup
from yurai_manifests.run import RunRecord

SHOWN = 200
"""Characters of the kept page of a cluster."""
SIDE = 5
"""Rows of a group that are not folded: four groups stand beside each other."""
HEADS: Final = {
    "source": say("source"),
    "domain": say("domain"),
    "lang": say("language"),
    "licence": say("declared licence"),
}
BY: Final = {
    "source": say("By source"),
    "domain": say("By domain"),
    "lang": say("By language"),
    "licence": say("By declared licence"),
}
KNOWN: Final = {
    "equal": say("the whole text is equal"),
    "exact": say("shingles compared"),
    "estimate": say("estimated by signature"),
    "marked": say("marked, not removed"),
}


def duplicates(run: RunRecord, copies: Copies, uses: list[AnyUse]) -> Markup:
    """Return the section; `uses` are the stages that looked for duplicates."""
    searched = list(near_searches(run))
    named = told(" and ").join(use.name for use in uses)
    lead = told(
        "What {stages} removed, because it stands in the corpus another time. Shares are of the pages that no other "
        "stage dropped; language and licence are those of the extracted page.",
        stages=named,
    )
    shows = [_removed(copies), _clusters(copies, searched), _similar(copies, searched), losses(copies)]
    return section("duplicates", told("Duplicates"), lead, *shows, *(_searched(one) for one in searched))


def near_searches(run: RunRecord) -> Iterator[Searched]:
    """Yield each near-dedup of a run, with what it counted beside documents; steps are numbered by stage."""
    stages = run.recipe_stages
    for step, facts in sorted(run.value.get("facts", {}).items()):
        use = restored_use(stages[int(step.partition("-")[0])])
        if isinstance(use.settings, NearDedup):
            yield Searched(use.settings, facts)


def _searched(one: Searched) -> Markup:
    cards = [card(*part(one)) for part in (errors, left_out, found_by_bands)]
    summary = told("How far to trust near-dedup: errors of its estimate, bounds that bit, and what its bands find")
    return fold(summary, el("div", *cards, class_="packed trust"))


def _removed(copies: Copies) -> Markup:
    if not copies.removed and not copies.marked:
        return card(none(told("No page was removed as a duplicate.")))
    parts = [told("{pages} removed", pages=counted(copies.removed, "page"))]
    if copies.marked:
        parts.append(told("{pages} marked as copies and kept", pages=counted(copies.marked, "page")))
    if copies.lost:
        lost = counted(copies.lost, "removed page")
        parts.append(told("{pages} not among the extracted ones, so in no table", pages=lost))
    cards = [card(*_group(group_by, groups, marks=bool(copies.marked))) for group_by, groups in copies.groups.items()]
    names = key(("dropped", told("removed")), ("kept", told("kept")))
    return join(el("p", told("{parts}.", parts="; ".join(parts))), names, el("div", *cards, class_="packed"))


def _group(group_by: str, groups: Groups, *, marks: bool) -> list[Markup]:
    rows = [
        list[Child]([_name(one.name), *_numbers(one.kept, one.marked, one.removed, mark=marks)]) for one in groups.top
    ]
    rest, others = groups.rest, groups.count - len(groups.top)
    if others:
        rows.append(
            [
                el("span", told("{count} more", count=others), class_="none"),
                *_numbers(rest.kept, rest.marked, rest.removed, mark=marks),
            ]
        )
    counts = heads("#removed", *(["#marked"] if marks else []), "#kept", "#share removed", "")
    columns = [told(HEADS[group_by]), *counts]
    return [
        el("h3", told(BY[group_by])),
        table(columns, rows, wide=len(columns) - 1, first=SIDE),
        el("p", _loss(groups), class_="caption"),
    ]


def _name(name: str) -> Markup:
    return el("bdi", words(shown(name)))


def _numbers(kept: int, marks: int, removed: int, mark: bool) -> list[Child]:
    part = share(removed, kept + removed)
    drawn = bar([("dropped", part), ("kept", 1 - part)], told("{share} removed", share=percent(part)))
    return [number(removed), *([number(marks)] if mark else []), number(kept), percent(part), drawn]


def _loss(groups: Groups) -> str:
    """Say whether whole groups went: a chain of copies that eats a source shows here."""
    return told(
        "Of {count} in all, {most} lost more than half, {whole} all.",
        count=groups.count,
        most=groups.most,
        whole=groups.whole,
    )


def _clusters(copies: Copies, searched: list[Searched]) -> Markup:
    clusters = [one for one in copies.clusters if one.doc_id in copies.pages]
    shows = [_cluster(one, copies, opened=index == 0) for index, one in enumerate(clusters)]
    lead = told(
        "The largest clusters whose first page stays: that page, the copies least like it, and where each differs from "
        "it most, redacted, in the first {count} characters. Marked is what the other lacks in that place.",
        count=LENGTH,
    )
    older = told("Clusters whose kept page lies in an earlier run are not among them.")
    text = lead + (f" {older}" if any(one.near.against for one in searched) else "")
    head = el("h3", told("Largest clusters"))
    return card(head, el("p", text, class_="caption"), *(shows or [none(told("There is none."))]))


def _cluster(cluster: Cluster, all_copies: Copies, *, opened: bool) -> Markup:
    kept = all_copies.pages[cluster.doc_id]
    copies = [(one, all_copies.pages[one["doc_id"]]) for one in cluster.copies if one["doc_id"] in all_copies.pages]
    beginning = el("p", el("bdi", kept["excerpt"][:SHOWN], "…"), class_="text")
    left = crawled(kept, beginning, goes=False, score=told("stays"))
    right = [crawled(page, *_differences(kept, page), goes=True, score=_score(one)) for one, page in copies]
    name = el("p", told("cluster {doc_id}", doc_id=cluster.doc_id), class_="caption")
    pages = el("div", name, left, *(right or [none(told("No copy of this page itself was found."))]), class_="cluster")
    return fold(f"{counted(cluster.size, 'page')}: {kept['title'] or told('(no title)')}", pages, opened=opened)


def _differences(kept: Page, page: Page) -> list[Markup]:
    words = told("The same words in the first {count} characters.", count=LENGTH)
    return side_by_side(kept["excerpt"], page["excerpt"], words)


def _score(one: Copy) -> str:
    if one["jaccard"] is None:
        return told("similarity unknown")
    return f"{number(float(one['jaccard']))} ({one['by']})"


def _similar(copies: Copies, searched: list[Searched]) -> Markup:
    known = {name: copies.similarity[name] for name in KNOWN if name in copies.similarity}
    totals = {name: sum(held.values()) for name, held in known.items()}
    parts = [f"{number(rows)} {name} ({told(KNOWN[name])})" for name, rows in totals.items()]
    unknown = sum(copies.similarity.get(NO_SIMILARITY, Counter[int]()).values())
    if unknown:
        parts.append(
            told("{count} with an equal URL, or without a line of their own: similarity unknown", count=unknown)
        )
    words = told("{parts}.", parts="; ".join(parts)) if parts else ""
    head = el("h3", told("How similar copies are to the page that stays"))
    if not known:
        return card(head, none(words or told("There is no copy.")))
    threshold = searched[0].near.threshold if len(searched) == 1 else None
    drawn = similarities(known, threshold, told("Copies by similarity: {words}", words=words))
    note = told("copies by Jaccard similarity in steps of 0.01; a column cut through is higher. {words}", words=words)
    return card(head, key(*((name, name) for name in known)), drawn, el("p", note, class_="caption"))
