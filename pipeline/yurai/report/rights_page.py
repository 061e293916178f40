"""Make the section on licences and opt-outs: what was said, what a policy concluded, what hosts and archives say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from yurai.report.charts import bar
from yurai.report.components import card, code, key, none, section, table, title, words
from yurai.report.markup import Child, Markup, el
from yurai.report.merge import Facts
from yurai.report.merge_rights import Rights
from yurai.report.numbers import number, percent, plural, share, size
from yurai.report.safe_text import shown
from yurai.report.sums import Entry
from yurai.report.tallies import parts
from yurai.rights import USES, VERDICTS
from yurai_manifests.run import RunRecord

KINDS = {
    "licence_claim": ("Licence claims", "licences that pages claim for something", "not readable"),
    "optout_signal": ("Reservations and permissions", "signals about use by AI", "not readable"),
    "search_signal": ("Search signals", "about search alone: they say nothing of training", "not readable"),
    "notice": ("Notices", "words about rights, which name no licence", "in words of its own"),
}
"""Title and meaning of each kind of mark, and what one without a norm is called."""
OUTCOMES = {
    "rules": "a robots.txt",
    "none": "there is none (status 4xx)",
    "not-robots": "another file",
    "redirect": "a redirect",
    "tdmrep": "a tdmrep.json",
    "ai-txt": "an ai.txt",
    "payment-required": "a request for payment (status 402)",
    "unknown": "not readable, or the server failed",
}
_USES: Sequence[str] = USES
_VERDICTS: Sequence[str] = VERDICTS
COLOURS = {"allow": "kept", "unknown": "soft", "deny": "dropped"}


def licences(run: RunRecord, facts: Facts) -> Markup:
    """Return marks by kind, verdicts by policy, captures of robots.txt, and what archives say of their crawl."""
    lead = (
        "What pages and hosts say of licences and of use, as it was found, and how a policy reads it. A mark may speak "
        "of one picture, or of a part of a site. These are signals, no legal advice."
    )
    rights = facts.rights
    kinds = [card(*_marks(kind, rights)) for kind in KINDS if kind in rights.marks]
    found = el("div", *kinds, class_="packed") if kinds else none(_no_marks(run))
    judged = [*_verdicts(run, facts), *_concluded(facts)]
    reasons = card(*_reasons(facts)) if rights.verdicts else None
    others = [card(*_robots(rights)), card(*_archives(rights))]
    packed = [el("div", *cards, class_="packed") for cards in (judged, others)]
    return section("licences", "Licences and opt-outs", lead, found, packed[0], reasons, packed[1])


def _no_marks(run: RunRecord) -> str:
    if any(stage["use"] == "extract" and stage.get("evidence") is False for stage in run.recipe_stages):
        return "Nothing looked for marks: stage extract ran with evidence = false."
    return "No page carries a mark that was looked for."


def _marks(kind: str, rights: Rights) -> list[Markup]:
    name, meaning, unread = KINDS[kind]
    rows: list[list[Child]] = []
    for entry in rights.marks[kind]:
        _, channel, norm = parts(entry.name, 3)
        said = code(shown(norm)) if norm else el("span", unread, class_="none")
        rows.append([said, words(channel), number(entry.rows), number(entry.documents)])
    more = rights.mark_count[kind] - len(rows)
    rest = el("p", f"and {plural(more, 'rarer one')}", class_="caption") if more else None
    shown_table = table(["mark", "channel", "#found", "#pages"], rows, of="mark")
    return [title(name, meaning), shown_table, *([rest] if rest else [])]


def _verdicts(run: RunRecord, facts: Facts) -> Iterator[Markup]:
    rights, whole = facts.rights, facts.documents
    if not rights.verdicts:
        yield card(el("h3", "Verdicts"), none("None: the recipe has no stage select, so no policy judged these pages."))
        return
    entries = sorted(((parts(one.name, 3), one) for one in rights.verdicts), key=_in_order)
    for policy, of_policy in itertools.groupby(entries, lambda one: one[0][0]):
        judged = list(of_policy)
        pages = sum(one.rows for (_, use, _), one in judged if use == "train")
        rows = [_shares(one, facts, [use, verdict], COLOURS.get(verdict, "soft")) for (_, use, verdict), one in judged]
        note = f"{number(pages)} of {plural(whole.rows, 'kept page')}"
        names = key(("kept", "allow"), ("soft", "unknown"), ("dropped", "deny, and kept all the same"))
        heads = ["use", "verdict", "#pages", *_heads(facts), ""]
        yield card(
            el("div", el("h3", "Verdicts of ", code(shown(policy))), el("span", note), class_="heading"),
            names,
            table(heads, rows, wide=len(heads) - 1),
            *_selected(run),
        )


def _in_order(named: tuple[Sequence[str], Entry]) -> tuple[str, int, int]:
    policy, use, verdict = named[0]
    return policy, _USES.index(use), _VERDICTS.index(verdict) if verdict in _VERDICTS else len(_VERDICTS)


def _heads(facts: Facts) -> list[str]:
    return ["#of text", *(["#of tokens"] if _tokens(facts) else [])]


def _tokens(facts: Facts) -> int:
    return sum(one.tokens for one in facts.sources.top) + facts.sources.rest.tokens


def _shares(entry: Entry, facts: Facts, names: list[Child], colour: str | None = None) -> list[Child]:
    """Return the pages of an entry with their shares of all kept text and tokens, and a bar of the last of these."""
    shares = [share(entry.size, facts.documents.text_bytes)]
    shares += [share(entry.tokens, tokens)] if (tokens := _tokens(facts)) else []
    drawn = [bar([(colour, shares[-1])], percent(shares[-1]))] if colour else []
    return [*names, number(entry.rows), *(percent(one) for one in shares), *drawn]


def _selected(run: RunRecord) -> Iterator[Markup]:
    """Yield what stage select did: which pages went, and what share of text needs care."""
    for counts in run.stages:
        if counts.stage == "select":
            gone = ", ".join(f"{number(rows)} {reason}" for reason, rows in sorted(counts.dropped.items()))
            yield el(
                "p", f"Stage select dropped {gone}." if gone else "Stage select dropped no page.", class_="caption"
            )
    for step, facts in sorted(run.value.get("facts", {}).items()):
        if after := facts.get("after-cap"):
            unit = "tokens" if "care_tokens" in after else "bytes"
            care, free = int(after[f"care_{unit}"]), int(after[f"open_{unit}"])
            amount = plural(care, "token") if unit == "tokens" else size(care)
            part = percent(share(care, care + free))
            words_said = (
                f"Under no open licence, so in need of care: {plural(int(after['care_documents']), 'page')}, "
                f"{amount}, {part} of the {unit} that stayed in step {step}."
            )
            yield el("p", words_said, class_="caption")


def _reasons(facts: Facts) -> list[Markup]:
    rights = facts.rights
    if not rights.reasons:
        return [el("h3", "Reasons"), none("No signal decided: silence did.")]
    rows = [_shares(one, facts, [code(shown(one.name))]) for one in rights.reasons]
    more = rights.reason_count - len(rows)
    rest = [el("p", f"and {plural(more, 'rarer reason')}", class_="caption")] if more else []
    head = title("Reasons", "verdict, uses, signal, and the rule that reads it")
    return [head, table(["reason", "#pages", *_heads(facts)], rows, of="reason"), *rest]


def _concluded(facts: Facts) -> Iterator[Markup]:
    rights = facts.rights
    if not rights.concluded:
        return
    rows = []
    for one in rights.concluded:
        status, spdx = parts(one.name, 2)
        rows.append(_shares(one, facts, [code(shown(spdx or "not said")), status or "not said"]))
    credit, kept = rights.credits.get("any", 0), facts.documents.rows
    known = ", ".join(
        f"{name} {number(rights.credits[name])}" for name in ("name", "url", "title") if name in rights.credits
    )
    told = f"{number(credit)} of {plural(kept, 'kept page')} say whom to credit" + (f" ({known})." if known else ".")
    head = title("Licences as concluded", "by the policy, from what pages claim")
    shares = table(["licence", "status", "#pages", *_heads(facts)], rows, of="licence")
    yield card(head, shares, el("p", told, class_="caption"))


def _robots(rights: Rights) -> list[Markup]:
    found, head = rights.robots, el("h3", "robots.txt, as captured")
    if not found.outcomes:
        return [head, none("No capture of a robots.txt is in these inputs.")]
    outcomes = "; ".join(f"{number(one.rows)} {OUTCOMES.get(one.name, one.name)}" for one in found.outcomes)
    captures = sum(one.rows for one in found.outcomes)
    said = (
        f"{plural(captures, 'capture')} of {plural(found.hosts, 'host')}: {outcomes}. {number(found.with_rules)} "
        f"with rules; {number(found.shut)} of them shut out an AI agent, or everyone (*), from the whole host."
    )
    rows: list[list[Child]] = [[code(shown(one.name)), number(one.rows), number(one.documents)] for one in found.agents]
    usage: list[list[Child]] = [
        [name, code(shown(value)), number(one.rows)] for one in found.usage for name, value in [parts(one.name, 2)]
    ]
    heads = ["agent", "#shut out", "#of a part"]
    return [
        head,
        el("p", said),
        table(heads, rows, of="agent") if rows else none("No group speaks to an AI agent or to everyone."),
        *([table(["line", "value", "#captures"], usage, of="value")] if usage else []),
    ]


def _archives(rights: Rights) -> list[Markup]:
    if not rights.crawlers:
        return [el("h3", "Crawls"), none("The inputs hold no warcinfo record: they do not say who crawled, or how.")]
    rows: list[list[Child]] = [
        [
            *(words(shown(part)) if part else el("span", "not said", class_="none") for part in parts(one.name, 4)),
            number(one.rows),
        ]
        for one in rights.crawlers
    ]
    more = rights.crawler_count - len(rows)
    when = f"written from {rights.days[0]} to {rights.days[1]}" if rights.days else "without a date"
    note = f"{plural(rights.archives, 'warcinfo record')}, {when}" + (f"; and {number(more)} rarer" if more else "")
    heads = ["software", "calls itself", "robots.txt", "crawl", "#records"]
    return [title("Crawls, as the archives say", note), table(heads, rows, of="crawl")]
