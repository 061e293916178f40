"""Put the whole page together: head, summary and sections in one self-contained HTML text.

No script, no image, nothing fetched: the policy in its head forbids all but the one style sheet, named by its digest.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
import itertools
from dataclasses import dataclass

from yurai.report import auditor_sections, judged, overview, rights_page, sources_page
from yurai.report.components import none, section
from yurai.report.copies_count import dedup_stages
from yurai.report.copies_page import duplicates
from yurai.report.journal import Pace
from yurai.report.markup import Markup, el
from yurai.report.merge import Facts
from yurai.report.numbers import number, size
from yurai.report.readers.said import Language
from yurai.report.safe_text import visible
from yurai.report.told import counted, speaking, told
from yurai_manifests.audit import Audit
from yurai_manifests.run import RunRecord

SHORT = ("languages", "years", "extraction")
SYMBOLS = {"good": "✓", "bad": "✕"}


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page says. Without `facts` the delivered files could not be read, and `unread` says why."""

    run: RunRecord
    audit: Audit
    facts: Facts | None
    paces: list[Pace]
    unread: str = ""


def page(report: Report, language: Language = "en") -> str:
    """Return the report as one HTML text; equal trees have equal pages but for the section on throughput."""
    with speaking(language):
        return _page(report, language)


def _page(report: Report, language: Language) -> str:
    name = str(report.run.value["recipe"]["name"])
    sections = _sections(report)
    links = [_link(key, title, _inner(report) if key == "rules" else None) for key, title, _ in sections]
    return document(
        f"{name}: {told('Yurai report')}",
        _masthead(report),
        el(
            "div",
            el("nav", el("ul", *links), aria_label=told("Sections")),
            el("main", *_grouped(sections)),
            class_="body",
        ),
        el(
            "footer",
            told(
                "Content digest {digest}. Excerpts are redacted, short, and remain their publishers'.",
                digest=report.run.digest,
            ),
        ),
        language=language,
    )


def document(title: str, *children: Markup, language: str = "en", kind: str = "page") -> str:
    """Return a whole HTML text with the style sheet and the policy that forbids all else; `kind` is its class."""
    style = importlib.resources.files("yurai.report").joinpath("style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name_="referrer", content="no-referrer"),
        el("title", visible(title)),
        el("style", Markup(style)),
    )
    return "<!DOCTYPE html>\n" + el("html", head, el("body", el("div", *children, class_=kind)), lang=language) + "\n"


def _link(key: str, title: str, inner: Markup | None = None) -> Markup:
    return el("li", el("a", title, href=f"#{key}"), inner)


def _inner(report: Report) -> Markup | None:
    rules = report.facts.rules if report.facts else []
    links = [_link(judged.anchor(index), one["rule"]) for index, one in enumerate(rules)]
    return el("ul", *links, class_="inner") if links else None


def _masthead(report: Report) -> Markup:
    run, recipe = report.run, report.run.value["recipe"]
    kind = "good" if report.audit.ok else "bad"
    words = told("The corpus adds up") if report.audit.ok else told("Does not add up: do not publish")
    verdict = el("span", f"{SYMBOLS[kind]} {words}", class_=f"verdict {kind}")
    sources = run.value["sources"]
    return el(
        "header",
        el("p", told("Yurai corpus report"), class_="eyebrow"),
        el("h1", visible(str(recipe["name"]))),
        el("p", visible(str(recipe["about"])), class_="about") if recipe["about"] else None,
        el(
            "div",
            verdict,
            el("span", told("{findings} in the audit", findings=_findings(report.audit))),
            el("span", f"{counted(sources['count'], 'source')}, {size(sources['bytes'])}"),
            class_="facts",
        ),
        *(_digest(name, value) for name, value in _digests(run)),
        _tiles(report),
        class_="masthead",
    )


def _findings(audit: Audit) -> str:
    severities = [finding.severity for finding in audit.findings]
    errors, warnings = severities.count("error"), severities.count("warning")
    parts = [*([counted(errors, "error")] if errors else []), *([counted(warnings, "warning")] if warnings else [])]
    return ", ".join(parts) or told("no findings")


def _digests(run: RunRecord) -> list[tuple[str, str]]:
    """Return the digest and, by which anyone can be shown that a page is in the run or is not, the Merkle root."""
    roots = run.value.get("roots")
    return [(told("digest"), run.digest), *([(told("Merkle root"), str(roots["run"]))] if roots else [])]


def _digest(name: str, value: str) -> Markup:
    return el("p", f"{name} ", el("span", value, class_="mono"), class_="caption digest")


def _tiles(report: Report) -> Markup:
    totals = report.audit.totals
    tiles = [
        (number(totals["candidates"]), told("candidates"), None),
        (number(totals["kept"]), told("kept"), "kept"),
        (number(totals["dropped"]), told("dropped"), "dropped"),
        (number(totals["failed"]), told("failed"), "failed"),
        (number(totals["tokens"]), told("tokens in {shards}", shards=counted(totals["shards"], "shard")), None),
    ]
    if report.facts:
        tiles.append((size(report.facts.documents.text_bytes), told("kept text"), None))
    return el(
        "div",
        *(
            el("div", el("b", value), el("span", words), class_=f"tile {name or ''}".strip())
            for value, words, name in tiles
        ),
        class_="tiles",
    )


def _grouped(sections: list[tuple[str, str, Markup]]) -> list[Markup]:
    """Return the sections; short ones that follow each other stand side by side where there is room."""
    grouped = list[Markup]()
    for short, group in itertools.groupby(sections, lambda one: one[0] in SHORT):
        parts = [part for _, _, part in group]
        grouped += [el("div", *parts, class_="packed")] if short and len(parts) > 1 else parts
    return grouped


def _sections(report: Report) -> list[tuple[str, str, Markup]]:
    facts = report.facts
    sections = [("funnel", told("Funnel"), overview.funnel(report.run))]
    if facts is None:
        notice = section(
            "pages",
            told("Pages"),
            told("What the delivered files hold could not be counted."),
            none(visible(report.unread)),
        )
        sections.append(("pages", told("Pages"), notice))
    else:
        sections += [
            ("sources", told("Sources"), sources_page.sources(facts)),
            ("languages", told("Languages"), overview.languages(facts)),
            ("years", told("Years of capture"), overview.years(facts)),
            ("extraction", told("Extraction"), overview.extraction(facts)),
            ("domains", told("Top domains"), overview.domains(facts)),
            ("licences", told("Licences and opt-outs"), rights_page.licences(report.run, facts)),
            ("personal-data", told("Personal data"), overview.personal_data(report.run, facts, report.audit.notes)),
            ("rules", told("Rules"), judged.rules(facts, report.run.stages)),
        ]
        if facts.copies:
            shown = duplicates(report.run, facts.copies, dedup_stages(report.run))
            sections.append(("duplicates", told("Duplicates"), shown))
    return [
        *sections,
        ("not-checked", told("What was not checked"), auditor_sections.not_checked(report.run, report.audit, facts)),
        ("recipe", told("Recipe"), auditor_sections.recipe(report.run)),
        ("throughput", told("Throughput"), auditor_sections.throughput(report.paces)),
    ]
