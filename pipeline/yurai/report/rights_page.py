"""Make the section on licences and opt-outs: what was said, what a policy concluded, what hosts and archives say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from yurai.report.charts import bar
from yurai.report.components import card, code, key, none, section, table, title, words
from yurai.report.markup import Child, Markup, el
from yurai.report.merge import Facts
from yurai.report.merge_rights import Rights
from yurai.report.numbers import number, percent, share, size
from yurai.report.readers.said import say
from yurai.report.safe_text import shown
from yurai.report.sums import Entry
from yurai.report.tallies import parts
from yurai.report.told import counted, heads, told
from yurai.rights import USES, VERDICTS
from yurai_manifests.run import RunRecord

KINDS = {
    "licence_claim": (say("Licence claims"), say("licences that pages claim for something"), say("not readable")),
    "optout_signal": (say("Reservations and permissions"), say("signals about use by AI"), say("not readable")),
    "search_signal": (
        say("Search signals"),
        say("about search alone: they say nothing of training"),
        say("not readable"),
    ),
    "notice": (say("Notices"), say("words about rights, which name no licence"), say("in words of its own")),
}
"""Title and meaning of each kind of mark, and what one without a norm is called."""
OUTCOMES = {
    "rules": say("a robots.txt"),
    "none": say("there is none (status 4xx)"),
    "not-robots": say("another file"),
    "redirect": say("a redirect"),
    "tdmrep": say("a tdmrep.json"),
    "ai-txt": say("an ai.txt"),
    "payment-required": say("a request for payment (status 402)"),
    "unknown": say("not readable, or the server failed"),
}
CREDITS: Final = {"name": say("name"), "url": say("url"), "title": say("title")}
_USES: Sequence[str] = USES
_VERDICTS: Sequence[str] = VERDICTS
COLOURS = {"allow": "kept", "unknown": "soft", "deny": "dropped"}


def licences(run: RunRecord, facts: Facts) -> Markup:
    """Return marks by kind, verdicts by policy, captures of robots.txt, and what archives say of their crawl."""
    lead = told(
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
    return section("licences", told("Licences and opt-outs"), lead, found, packed[0], reasons, packed[1])


def _no_marks(run: RunRecord) -> str:
    if any(stage["use"] == "extract" and stage.get("evidence") is False for stage in run.recipe_stages):
        return told("Nothing looked for marks: stage extract ran with evidence = false.")
    return told("No page carries a mark that was looked for.")


def _marks(kind: str, rights: Rights) -> list[Markup]:
    name, meaning, unread = map(told, KINDS[kind])
    rows: list[list[Child]] = []
    for entry in rights.marks[kind]:
        _, channel, norm = parts(entry.name, 3)
        said = code(shown(norm)) if norm else el("span", unread, class_="none")
        rows.append([said, words(channel), number(entry.rows), number(entry.documents)])
    more = rights.mark_count[kind] - len(rows)
    rest = el("p", told("and {ones}", ones=counted(more, "rarer one")), class_="caption") if more else None
    shown_table = table(heads("mark", "channel", "#found", "#pages"), rows, of="mark")
    return [title(name, meaning), shown_table, *([rest] if rest else [])]


def _verdicts(run: RunRecord, facts: Facts) -> Iterator[Markup]:
    rights, whole = facts.rights, facts.documents
    if not rights.verdicts:
        nothing = told("None: the recipe has no stage select, so no policy judged these pages.")
        yield card(el("h3", told("Verdicts")), none(nothing))
        return
    entries = sorted(((parts(one.name, 3), one) for one in rights.verdicts), key=_in_order)
    for policy, of_policy in itertools.groupby(entries, lambda one: one[0][0]):
        judged = list(of_policy)
        pages = sum(one.rows for (_, use, _), one in judged if use == "train")
        rows = [_shares(one, facts, [use, verdict], COLOURS.get(verdict, "soft")) for (_, use, verdict), one in judged]
        note = told("{count} of {pages}", count=pages, pages=counted(whole.rows, "kept page"))
        names = key(
            ("kept", told("allow")),
            ("soft", told("unknown")),
            ("dropped", told("deny, and kept all the same")),
        )
        columns = [*heads("use", "verdict", "#pages"), *_heads(facts), ""]
        yield card(
            el("div", el("h3", told("Verdicts of "), code(shown(policy))), el("span", note), class_="heading"),
            names,
            table(columns, rows, wide=len(columns) - 1),
            *_selected(run),
        )


def _in_order(named: tuple[Sequence[str], Entry]) -> tuple[str, int, int]:
    policy, use, verdict = named[0]
    return policy, _USES.index(use), _VERDICTS.index(verdict) if verdict in _VERDICTS else len(_VERDICTS)


def _heads(facts: Facts) -> list[str]:
    return heads("#of text", *(["#of tokens"] if _tokens(facts) else []))


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
            said = (
                told("Stage select dropped {reasons}.", reasons=gone) if gone else told("Stage select dropped no page.")
            )
            yield el("p", said, class_="caption")
    for step, facts in sorted(run.value.get("facts", {}).items()):
        if after := facts.get("after-cap"):
            unit = "tokens" if "care_tokens" in after else "bytes"
            care, free = int(after[f"care_{unit}"]), int(after[f"open_{unit}"])
            words_said = told(
                "Under no open licence, so in need of care: {pages}, {amount}, {share} of the {unit} that stayed in "
                "step {step}.",
                pages=counted(int(after["care_documents"]), "page"),
                amount=counted(care, "token") if unit == "tokens" else size(care),
                share=percent(share(care, care + free)),
                unit=told("tokens") if unit == "tokens" else told("bytes"),
                step=step,
            )
            yield el("p", words_said, class_="caption")


def _reasons(facts: Facts) -> list[Markup]:
    rights = facts.rights
    if not rights.reasons:
        return [el("h3", told("Reasons")), none(told("No signal decided: silence did."))]
    rows = [_shares(one, facts, [code(shown(one.name))]) for one in rights.reasons]
    more = rights.reason_count - len(rows)
    rest = [el("p", told("and {ones}", ones=counted(more, "rarer reason")), class_="caption")] if more else []
    head = title(told("Reasons"), told("verdict, uses, signal, and the rule that reads it"))
    return [head, table([*heads("reason", "#pages"), *_heads(facts)], rows, of="reason"), *rest]


def _concluded(facts: Facts) -> Iterator[Markup]:
    rights = facts.rights
    if not rights.concluded:
        return
    rows = []
    for one in rights.concluded:
        status, spdx = parts(one.name, 2)
        rows.append(_shares(one, facts, [code(shown(spdx or told("not said"))), status or told("not said")]))
    credit, kept = rights.credits.get("any", 0), facts.documents.rows
    known = ", ".join(
        f"{told(words_of)} {number(rights.credits[name])}"
        for name, words_of in CREDITS.items()
        if name in rights.credits
    )
    credited = told(
        "{count} of {pages} say whom to credit{known}.",
        count=credit,
        pages=counted(kept, "kept page"),
        known=f" ({known})" if known else "",
    )
    head = title(told("Licences as concluded"), told("by the policy, from what pages claim"))
    shares = table([*heads("licence", "status", "#pages"), *_heads(facts)], rows, of="licence")
    yield card(head, shares, el("p", credited, class_="caption"))


def _robots(rights: Rights) -> list[Markup]:
    found, head = rights.robots, el("h3", told("robots.txt, as captured"))
    if not found.outcomes:
        return [head, none(told("No capture of a robots.txt is in these inputs."))]
    said = told(
        "{captures} of {hosts}: {outcomes}. {rules} with rules; {shut} of them shut out an AI agent, or everyone (*), "
        "from the whole host.",
        captures=counted(sum(one.rows for one in found.outcomes), "capture"),
        hosts=counted(found.hosts, "host"),
        outcomes="; ".join(map(_outcome, found.outcomes)),
        rules=found.with_rules,
        shut=found.shut,
    )
    rows: list[list[Child]] = [[code(shown(one.name)), number(one.rows), number(one.documents)] for one in found.agents]
    usage: list[list[Child]] = [
        [name, code(shown(value)), number(one.rows)] for one in found.usage for name, value in [parts(one.name, 2)]
    ]
    columns = heads("agent", "#shut out", "#of a part")
    return [
        head,
        el("p", said),
        table(columns, rows, of="agent") if rows else none(told("No group speaks to an AI agent or to everyone.")),
        *([table(heads("line", "value", "#captures"), usage, of="value")] if usage else []),
    ]


def _outcome(one: Entry) -> str:
    words_of = told(OUTCOMES[one.name]) if one.name in OUTCOMES else one.name
    return told("{count} {what}", count=one.rows, what=words_of)


def _archives(rights: Rights) -> list[Markup]:
    if not rights.crawlers:
        nothing = told("The inputs hold no warcinfo record: they do not say who crawled, or how.")
        return [el("h3", told("Crawls")), none(nothing)]
    rows: list[list[Child]] = [
        [
            *(
                words(shown(part)) if part else el("span", told("not said"), class_="none")
                for part in parts(one.name, 4)
            ),
            number(one.rows),
        ]
        for one in rights.crawlers
    ]
    more = rights.crawler_count - len(rows)
    when = told("without a date")
    if rights.days:
        when = told("written from {first} to {last}", first=rights.days[0], last=rights.days[1])
    rarer = told("; and {count} rarer", count=more) if more else ""
    note = f"{counted(rights.archives, 'warcinfo record')}, {when}{rarer}"
    columns = heads("software", "calls itself", "robots.txt", "crawl", "#records")
    return [title(told("Crawls, as the archives say"), note), table(columns, rows, of="crawl")]
