"""Make the first half of the page: what went in, what came out, and what it consists of."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping

from yurai.report.charts import bar
from yurai.report.components import card, code, key, none, section, table, title, words
from yurai.report.markup import Child, Markup, el
from yurai.report.merge import Facts, Sums
from yurai.report.numbers import number, percent, share, size
from yurai.report.safe_text import shown
from yurai.report.sums import Entry
from yurai.report.told import OUTCOMES, counted, heads, outcome, told
from yurai_manifests.counts import StageCounts
from yurai_manifests.names import OTHER, ranked
from yurai_manifests.run import RunRecord

Rows = list[list[Child]]


def funnel(run: RunRecord) -> Markup:
    """Return what each stage did with what it saw."""
    candidates = run.stages[0].seen
    lead = told(
        "Every candidate ends as exactly one of kept, dropped (a decision) or failed (an error). Bars are shares of "
        "all {count} candidates; reasons are shares of what the stage saw.",
        count=candidates,
    )
    names = key(
        ("kept", told("kept")),
        ("dropped", told("dropped here")),
        ("failed", told("failed here")),
        ("track", told("gone before")),
    )
    columns = heads("stage", "#seen", "#kept", "#dropped", "#failed", "")
    stages = [_stage(one, candidates) for one in run.stages]
    whole = card(names, table(columns, stages, wide=5, of="stage"))
    ends = [card(*_why(one)) for one in run.stages if one.kept < one.seen]
    return section("funnel", told("Funnel"), lead, whole, el("div", *ends, class_="packed") if ends else None)


def _stage(counts: StageCounts, candidates: int) -> list[Child]:
    rows = [("kept", counts.kept), ("dropped", counts.dropped.total()), ("failed", counts.failed.total())]
    label = f"{counts.stage}: " + ", ".join(outcome(count, name) for name, count in rows)
    drawn = bar([(name, share(count, candidates)) for name, count in rows], label)
    return [
        el("b", words(counts.stage)),
        number(counts.seen),
        *(number(count) if count else "" for _, count in rows),
        drawn,
    ]


def _why(counts: StageCounts) -> list[Markup]:
    label = told("{count} of {seen} end here", count=counts.seen - counts.kept, seen=counts.seen)
    rows = [*_reasons(counts.dropped, "dropped", counts.seen), *_reasons(counts.failed, "failed", counts.seen)]
    return [title(counts.stage, label), table(heads("reason", "#pages", "#of seen", ""), rows, wide=3, of="reason")]


def _reasons(counts: Counter[str], ended: str, seen: int) -> Rows:
    return [
        [
            code(shown(reason)),
            number(rows),
            percent(share(rows, seen)),
            bar([(ended, share(rows, seen))], f"{told(OUTCOMES[ended])}: {percent(share(rows, seen))}"),
        ]
        for reason, rows in ranked(counts)
    ]


def languages(facts: Facts) -> Markup:
    """Return pages by language, extracted and kept."""
    lead = told(
        "As the model labelled them: pages that were extracted, those of them that the corpus keeps, and its text."
    )
    rows = _sides(facts.extracted.languages, facts.documents.languages)
    legend = key(("kept", told("kept")), ("soft", told("extracted, not kept")))
    if not rows:
        return section("languages", told("Languages"), lead, none(told("No page was extracted.")))
    columns = heads("language", "#extracted", "#kept", "#share kept", "#text kept", "")
    return section("languages", told("Languages"), lead, legend, card(table(columns, rows, wide=5, of="language")))


def years(facts: Facts) -> Markup:
    """Return pages by the year of their capture."""
    lead = told("Year of the capture, as the archive says it (WARC-Date).")
    rows = _sides(facts.extracted.years, facts.documents.years)
    rows.sort(key=lambda row: str(row[0]))
    if not rows:
        return section("years", told("Years of capture"), lead, none(told("No page was extracted.")))
    columns = heads("year", "#extracted", "#kept", "#share kept", "#text kept", "")
    return section("years", told("Years of capture"), lead, card(table(columns, rows, wide=5, of="year")))


def extraction(facts: Facts) -> Markup:
    """Return pages by what made their text, and by what honbun takes them for."""
    lead = told(
        "What made each text, with the version of its weights or of its library, and the type that honbun takes a page "
        "for; none where another extractor was asked, or the page is no HTML."
    )
    if not facts.extracted.extractors:
        return section("extraction", told("Extraction"), lead, none(told("No page was extracted.")))
    columns = heads("#extracted", "#kept", "#share kept", "#text kept", "")
    legend = key(("kept", told("kept")), ("soft", told("extracted, not kept")))
    parts = (
        (told("extractor"), facts.extracted.extractors, facts.documents.extractors),
        (told("type of page"), facts.extracted.page_types, facts.documents.page_types),
    )
    shows = [card(table([name, *columns], _sides(*sides), wide=5)) for name, *sides in parts]
    return section("extraction", told("Extraction"), lead, legend, *shows)


def _sides(extracted: Sums, documents: Sums) -> Rows:
    """Return a row for each name, the most frequent first: extracted and kept pages, bytes of kept text, a bar.

    Years and languages are as many as crawls and rows say, so rows behind the 1,000th are one, `other`.
    """
    empty = Counter[str]()
    pages = {name: (extracted.get(name, empty), documents.get(name, empty)) for name in {*extracted, *documents}}
    most = max((all_pages["pages"] for all_pages, _ in pages.values()), default=1)
    order = dict(ranked({name: all_pages["pages"] for name, (all_pages, _) in pages.items()}))
    if rare := [sides for name, sides in pages.items() if name == OTHER or name not in order]:
        pages[OTHER] = (sum((one for one, _ in rare), empty), sum((one for _, one in rare), empty))
    rows: Rows = []
    for name, (all_pages, kept) in ((name, pages[name]) for name in order):
        part, rest = share(kept["pages"], most), share(all_pages["pages"] - kept["pages"], most)
        label = told("{count} of {pages} kept", count=kept["pages"], pages=all_pages["pages"])
        left = percent(share(kept["pages"], all_pages["pages"]))
        drawn = bar([("kept", part), ("soft", rest)], label)
        rows.append(
            [shown(name), number(all_pages["pages"]), number(kept["pages"]), left, size(kept["text_bytes"]), drawn]
        )
    return rows


def domains(facts: Facts) -> Markup:
    """Return the domains with most text and with most pages."""
    lead = told(
        "Kept text comes from {domains}: the domain under its public suffix where it was recorded, else the host of "
        "the URL. Exact counts over all kept pages.",
        domains=counted(facts.domains, "domain"),
    )
    if not facts.by_bytes:
        return section("domains", told("Top domains"), lead, none(told("No page was kept.")))
    whole = facts.documents
    by_bytes = [_domain(entry, entry.size, whole.text_bytes, size(entry.size)) for entry in facts.by_bytes]
    by_pages = [_domain(entry, entry.documents, whole.rows, number(entry.documents)) for entry in facts.by_documents]
    return section(
        "domains",
        told("Top domains"),
        lead,
        el(
            "div",
            card(
                el("h3", told("By text")), table(heads("domain", "#text", "#share", ""), by_bytes, wide=3, of="domain")
            ),
            card(
                el("h3", told("By pages")),
                table(heads("domain", "#pages", "#share", ""), by_pages, wide=3, of="domain"),
            ),
            class_="two",
        ),
    )


def _domain(entry: Entry, value: int, whole: int, note: str) -> list[Child]:
    part = share(value, whole)
    return [el("bdi", words(shown(entry.name))), note, percent(part), bar([("kept", part)], percent(part))]


def personal_data(run: RunRecord, facts: Facts, notes: Mapping[str, Mapping[str, int]]) -> Markup:
    """Return counts of personal data by kind; the data itself is nowhere."""
    looked = "redact" in {stage["use"] for stage in run.recipe_stages} or bool(facts.extracted.pii)
    if not looked:
        lead = told(
            "Nothing looked for personal data: the recipe has no stage redact. What pages hold is in the texts."
        )
        return section("personal-data", told("Personal data"), lead)
    lead = told(
        "What patterns found, by kind. Counts alone are kept: what matched is written to no column, journal or report "
        "of its own. Texts in extracted/ are as they were before redaction."
    )
    kinds = sorted({*facts.extracted.pii, *facts.documents.pii})
    empty = Counter[str]()
    rows: Rows = []
    for kind in kinds:
        counts = (facts.extracted.pii.get(kind, empty), facts.documents.pii.get(kind, empty))
        rows.append([kind, *itertools.chain.from_iterable((number(c["found"]), number(c["pages"])) for c in counts)])
    columns = heads("kind", "#in extracted pages", "#pages", "#in kept pages", "#pages kept")
    noted: Rows = [
        [stage, el("code", shown(name)), number(count)]
        for stage, counts in notes.items()
        if stage == "redact"
        for name, count in sorted(counts.items())
    ]
    shows = [table(columns, rows)] if rows else [none(told("None recorded."))]
    if noted:
        shows.append(table(heads("stage", "note", "#count"), noted))
    return section("personal-data", told("Personal data"), lead, el("div", *map(card, shows), class_="packed"))
