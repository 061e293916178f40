"""Lists: what there is to choose from, and the pages that were chosen, dropped ones too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from yurai.report.browse import NULL, Listed, Wanted
from yurai.report.markup import Child, Markup, el
from yurai.report.numbers import number, size
from yurai.report.readers import tiers
from yurai.report.readers.said import Said, say
from yurai.report.safe_text import visible
from yurai.serve.corpus import Corpus
from yurai.serve.pages.layout import crawl_text, document_link, heading, link, note, page, part, table
from yurai.serve.view import View

FACETS: dict[str, Said] = {
    "lang": say("Languages"),
    "licence": say("Concluded licences"),
    "year": say("Years of capture"),
    "domain": say("Largest domains"),
}
MOST = 100
COUNTS = f"""
SELECT CASE WHEN grouping(lang) = 0 THEN 'lang' WHEN grouping(licence) = 0 THEN 'licence'
            WHEN grouping(year) = 0 THEN 'year' ELSE 'domain' END AS facet,
       coalesce(CASE WHEN grouping(lang) = 0 THEN lang WHEN grouping(licence) = 0 THEN licence
            WHEN grouping(year) = 0 THEN year ELSE domain END, '{NULL}') AS value,
       count(*) AS documents
FROM (SELECT lang, concluded_spdx AS licence, left(capture_date, 4) AS year, registrable_domain AS domain
      FROM documents)
GROUP BY GROUPING SETS ((lang), (licence), (year), (domain))
QUALIFY row_number() OVER (PARTITION BY facet ORDER BY documents DESC, value) <= {MOST}
ORDER BY facet, documents DESC, value
"""  # noqa: S608 - constants of ours
"""What the lists of kept documents are counted by: `yurai query OUT --sql` runs it."""
WORDS: dict[str, Said] = {
    "domain": say("domain"),
    "lang": say("language"),
    "licence": say("licence"),
    "year": say("year"),
    "stage": say("stage"),
    "reason": say("reason"),
}


def facets(corpus: Corpus, view: View, counted: str | None) -> str:
    """Return what can be chosen; `counted` is the JSON of COUNTS, None while it is being made."""
    if counted is None:
        shown = [note(view, say("The documents are being counted. This page asks again by itself."))]
    else:
        rows = json.loads(counted)["rows"]
        named = {name: [(one["value"], one["documents"]) for one in rows if one["facet"] == name] for name in FACETS}
        shown = [_facet(view, name, FACETS[name], values) for name, values in named.items() if values]
    return page(
        view,
        say("Browse"),
        heading(view, say("Browse")),
        el(
            "p",
            el("a", view.words(say("All kept documents")), href="/documents"),
            " ",
            el("a", view.words(say("All that was dropped or failed")), href=link("/documents", outcome="dropped")),
            class_="ways",
        ),
        el("div", *shown, _reasons(corpus, view), class_="facets"),
        here="/browse",
        back="/browse",
    )


def _facet(view: View, name: str, title: Said, values: Sequence[tuple[str, int]]) -> Markup:
    rows = [(_label(view, name, value), link("/documents", **{name: value}), count) for value, count in values]
    return part(view, title, _choices(rows))


def _reasons(corpus: Corpus, view: View) -> Markup:
    """Reasons come from run.json; in public one that quotes the crawl stands for all of its kind."""
    counts: dict[tuple[str, str], int] = {}
    for stage in corpus.now().run.stages:
        for reason, count in [*stage.dropped.items(), *stage.failed.items()]:
            key = (stage.stage, str(tiers.reason(reason, view.tier)))
            counts[key] = counts.get(key, 0) + count
    rows = [
        (f"{visible(stage)}: {reason}", link("/documents", outcome="dropped", stage=stage, reason=reason), count)
        for (stage, reason), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST]
    ]
    return part(view, say("Why pages are not in it"), _choices(rows) if rows else note(view, say("None.")))


def _choices(rows: Sequence[tuple[str, str, int]]) -> Markup:
    return el(
        "ul",
        *(el("li", el("a", el("bdi", words), href=to), el("span", number(count))) for words, to, count in rows),
        class_="choices",
    )


def _label(view: View, name: str, value: str) -> str:
    if name == "licence":
        return view.licence(None if value == NULL else value)
    return view.say(None) if value == NULL else visible(value)


def documents(corpus: Corpus, view: View, wanted: Wanted, after: int) -> str:
    """Return a page of a list."""
    listed = corpus.listed(wanted, after)
    kept = wanted.outcome == "kept"
    title = say("Kept documents") if kept else say("Dropped and failed pages")
    shown = list[Child]()
    if listed.rows:
        rows = [_kept(view, one) if kept else _dropped(view, one) for one in listed.rows]
        shown.append(table(view, _heads(kept=kept), rows, title))
    else:
        shown.append(note(view, say("None of the rows that were looked at are so.")))
    return page(
        view,
        title,
        heading(view, title, _chosen(view, wanted)),
        el("div", *shown, class_="card"),
        _more(view, wanted, after, listed),
        here="/browse",
        back=_address(wanted, after),
    )


def _address(wanted: Wanted, after: int | None = None) -> str:
    return link("/documents", outcome=wanted.outcome, **wanted.given(), after=after or None)


def _chosen(view: View, wanted: Wanted) -> Markup | None:
    """Return what was chosen, each with a way to leave it out."""
    items = [
        el(
            "li",
            el("span", f"{view.words(WORDS[name])}: {visible(value)}"),
            el(
                "a",
                "\u00d7",
                href=_address(wanted.without(name)),
                aria_label=view.words(say("Leave out: {what}", what=WORDS[name])),
            ),
        )
        for name, value in wanted.given().items()
    ]
    return el("ul", *items, class_="chosen") if items else None


def _heads(*, kept: bool) -> tuple[Said, ...]:
    page_of = (say("document"), say("capture date"))
    if kept:
        return (*page_of, say("language"), say("licence"), say("bytes of text"))
    return (*page_of, say("stage"), say("reason"))


def _page_cell(view: View, row: Mapping[str, object]) -> Markup:
    title = view.title(_text(row, "title"))
    address = (
        view.say(tiers.domain(_text(row, "registrable_domain")))
        if view.tier == "public"
        else view.address(_text(row, "url"))
    )
    return el(
        "div",
        document_link(row["doc_id"], title or None),
        " ",
        el("span", crawl_text(address), class_="url"),
    )


def _text(row: Mapping[str, object], name: str) -> str | None:
    cell = row.get(name)
    return cell if isinstance(cell, str) else None


def _kept(view: View, row: Mapping[str, object]) -> tuple[Child, ...]:
    return (
        _page_cell(view, row),
        visible(str(row["capture_date"] or ""))[:10],
        visible(str(row["lang"] or "")),
        view.licence(_text(row, "concluded_spdx")),
        size(int(str(row["text_bytes"]))),
    )


def _dropped(view: View, row: Mapping[str, object]) -> tuple[Child, ...]:
    return (
        _page_cell(view, row),
        visible(str(row["capture_date"] or ""))[:10],
        el("code", view.name(row["stage"])),
        el("code", view.reason(str(row["reason"]))),
    )


def _more(view: View, wanted: Wanted, after: int, listed: Listed) -> Markup:
    said = say(
        "Rows {first} to {last} of {total} were looked at.", first=after + 1, last=listed.seen, total=listed.total
    )
    words = say("Next page") if listed.rows else say("Look further")
    on = (
        None
        if listed.ended
        else el("a", view.words(words), href=_address(wanted, listed.seen), class_="button", rel="next")
    )
    first = el("a", view.words(say("First page")), href=_address(wanted), class_="button") if after else None
    return el("p", el("span", view.words(said)) if listed.total else None, first, on, class_="pager")
