"""Choose the figures that a lawyer reads: licences, verdicts, reservations that were kept, policies, credit."""

from __future__ import annotations

from collections.abc import Iterator

from yurai.report.readers import takedowns, tiers
from yurai.report.readers.figures import Cell, Figure, Name, Section, Tile
from yurai.report.readers.presets import presets
from yurai.report.readers.queries import query
from yurai.report.readers.said import say
from yurai.report.readers.shared import HEADS, examples, heads, not_checked, signatures, sources
from yurai.report.readers.tree import Asked, figure
from yurai.report.readers.wording import CLASSES, KINDS, SCOPES, UNKNOWN, USES, VERDICTS, uses_of
from yurai.report.safe_text import shown
from yurai.rights.licences import OPEN
from yurai_manifests.takedown.tombstones import FIELD as TAKEDOWNS

DOMAINS = 50
COUNTED = ("documents", "share", "tokens", "token share")


def tiles(asked: Asked) -> Iterator[Tile]:
    """Yield what stands first."""
    classes = {name: (documents, tokens) for name, documents, tokens in asked.rows("licence-classes")}
    opened = sum(documents for name, (documents, _) in classes.items() if name in OPEN)
    *_, denied, signalled = asked.one("whole")
    yield Tile(say("documents kept"), asked.kept, query("counts"))
    yield Tile(HEADS["tokens"], asked.tokens, query("counts"))
    yield Tile(say("under an open licence"), asked.of_kept(opened)._replace(counted=True), query("licence-classes"))
    yield Tile(say("kept with a signal about AI"), asked.of_kept(signalled)._replace(counted=True), query("whole"))
    yield Tile(say("kept, and denied for training"), asked.of_kept(denied)._replace(counted=True), query("whole"))


def sections(asked: Asked) -> Iterator[Section]:
    """Yield the sections in their order."""
    yield _licences(asked)
    yield _verdicts(asked)
    yield _reservations(asked)
    yield _presets(asked)
    yield _domains(asked)
    yield _credit(asked)
    yield sources(asked)
    if taken_down := takedowns.dates(asked):
        yield taken_down
    yield signatures(asked)
    shown_pages = examples(asked)
    if shown_pages:
        yield shown_pages
    yield not_checked(asked)


def _counted(asked: Asked, documents: int, tokens: int | None) -> tuple[Cell, ...]:
    return int(documents), asked.of_kept(int(documents)), asked.token_count(tokens), asked.of_tokens(tokens)


def _licences(asked: Asked) -> Section:
    found = {name: (documents, tokens) for name, documents, tokens in asked.rows("licence-classes")}
    rows: list[tuple[Cell, ...]] = [
        (words, *_counted(asked, *found.get(name, (0, 0)))) for name, words in CLASSES.items()
    ]
    note = say("All classes are listed, those without a document too.")
    title = say("Kept documents by class of licence")
    classes = figure("licence-classes", title, heads("class", *COUNTED), rows, note=note, bar=2)
    named: list[tuple[Cell, ...]] = [
        (tiers.licence(spdx, asked.tier), *_counted(asked, documents, tokens), _confidence(lowest))
        for spdx, documents, tokens, lowest in asked.rows("licences")
    ]
    lowest = say("lowest confidence")
    note = say(
        "Confidence is the lower end of a 95 % interval, from claims that people checked by channel and scope; not "
        "known where nobody did."
    )
    single = figure(
        "licences", say("Licences that were concluded"), heads("licence", *COUNTED, lowest), named, note=note
    )
    lead = say("A policy concluded one licence for each document from what its page claims, or says why it could not.")
    return Section("licences", say("Licences"), lead, [classes, single])


def _confidence(lowest: float | None) -> Cell:
    return None if lowest is None else float(lowest)


def _verdicts(asked: Asked) -> Section:
    found = {(use, verdict): counts for use, verdict, *counts in asked.rows("verdicts")}
    rows: list[tuple[Cell, ...]] = [
        (of, word, *_counted(asked, *found.get((use, verdict), (0, 0))))
        for use, of in USES.items()
        for verdict, word in VERDICTS.items()
    ]
    if none := found.get(("train", None)):
        rows.append((say("all uses"), CLASSES["unassessed"], *_counted(asked, *none)))
    whole = figure("verdicts", say("Verdicts by use"), heads("use", "verdict", *COUNTED), rows, bar=3)
    why: list[tuple[Cell, ...]] = [
        (
            VERDICTS.get(verdict, UNKNOWN),
            uses_of(uses),
            *_signal(asked, channel, norm),
            tiers.rule(rule, asked.tier),
            *counts,
        )
        for verdict, uses, channel, norm, rule, *rest in asked.rows("reasons")
        for counts in [(int(rest[0]), asked.token_count(rest[1]))]
    ]
    names = heads("verdict", "use", "said in", "mark", "rule", "documents", "tokens")
    note = say("A document counts under each of its reasons. Where there is none, silence decided.")
    reasons = figure("reasons", say("Reasons"), names, why, note=note)
    policies: list[tuple[Cell, ...]] = [
        (Name(shown(name)) if name else CLASSES["unassessed"], int(documents), asked.of_kept(documents))
        for name, documents in asked.rows("policies")
    ]
    by = figure("policies", say("Policy that judged"), heads("policy", "documents", "share"), policies)
    lead = say("What the policy of this run says of each use. A verdict reports signals; it is no legal advice.")
    return Section("verdicts", say("Verdicts"), lead, [by, whole, reasons])


def _signal(asked: Asked, channel: str, norm: str) -> tuple[Cell, Cell]:
    kind = "licence_claim" if norm.startswith(("CC", "LicenseRef")) else "optout_signal"
    return Name(shown(channel)), tiers.norm(kind, norm or None, asked.tier)


def _reservations(asked: Asked) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (
            tiers.norm("optout_signal", norm, asked.tier),
            Name(channel),
            SCOPES.get(scope, UNKNOWN),
            VERDICTS.get(verdict, CLASSES["unassessed"]),
            int(documents),
            asked.of_kept(documents),
            asked.token_count(tokens),
        )
        for norm, channel, scope, verdict, documents, tokens in asked.rows("reservations")
    ]
    names = heads("mark", "said in", "about", "verdict", "documents", "share", "tokens")
    kept = figure("reservations", say("Signals about use by AI on documents that were kept"), names, rows)
    lead = say(
        "Pages that speak of use by AI, and are in the corpus all the same: the recipe decides whether a verdict "
        "drops. Marks of pages that were not kept are counted too."
    )
    return Section("reservations", say("Reservations that were kept"), lead, [kept, _marks(asked)])


def _marks(asked: Asked) -> Figure:
    """Return marks by kind and by what they speak of: pages, those of them that were kept, and tokens."""
    rows: list[tuple[Cell, ...]] = [
        (
            KINDS.get(kind, UNKNOWN),
            SCOPES.get(scope, UNKNOWN),
            int(marks),
            int(pages),
            int(kept),
            int(pages - kept),
            asked.token_count(tokens),
        )
        for kind, scope, marks, pages, kept, tokens in asked.rows("marks")
    ]
    names = (say("marks"), say("pages"), say("pages kept"), say("pages not kept"), say("tokens kept"))
    return figure("marks", say("All marks, by kind and by what they speak of"), heads("kind", "about", *names), rows)


def _presets(asked: Asked) -> Section:
    rows = list(presets(asked)) if asked.kept else []
    names = heads("policy", "use", *VERDICTS.values(), say("tokens allowed"))
    title = say("The same documents under each policy that comes with Yurai")
    note = say(
        "Judged from the marks that are stored. Marks of copies that were dropped and rulings about domains are not "
        "heard: `yurai policy replay` hears them. An interval stands where documents were drawn."
    )
    found = figure("presets", title, names, rows, note=note, most=len(rows))
    lead = say("A policy is named for the signals that it reads, and not for a law that it would satisfy.")
    return Section("policies", say("Policies side by side"), lead, [found])


def _domains(asked: Asked) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for name, pages, tokens, licences, denied, captures, rules, shut in asked.rows("domains"):
        licence = _named(asked, licences)
        robots = say("not captured") if captures is None else say("{rules} with rules", rules=int(rules))
        closed = None if captures is None else int(shut)
        counts = (int(pages), asked.token_count(tokens), asked.of_tokens(tokens))
        rows.append((tiers.domain(name), *counts, licence, int(denied), robots, closed))
    names = (say("licences"), say("denied for training"), say("robots.txt then"), say("closed to an AI agent"))
    heads_shown = heads("domain", "documents", "tokens", "token share", *names)
    ((count,),) = asked.rows("domain-count")
    note = say(
        "Domains: {count}. Robots.txt as captured in the inputs; as it is now, nobody asked. Takedowns that are "
        "recorded in this tree: {takedowns}.",
        count=int(count),
        takedowns=len(asked.run.value.get(TAKEDOWNS, [])),
    )
    title = say("The 50 domains with most text")
    found = figure("domains", title, heads_shown, rows, note=note, most=DOMAINS)
    return Section("domains", say("Domains"), say("Registrable domains, by bytes of kept text."), [found])


def _named(asked: Asked, licences: list[str] | None) -> Cell:
    """Return the licences of a domain; a few words where there are many."""
    shown_names = [tiers.licence(one, asked.tier) for one in licences or []]
    few = 3
    if not shown_names:
        return CLASSES["unassessed"]
    if len(shown_names) > few:
        return say("{count} different", count=len(shown_names))
    return Name(", ".join(one for one in shown_names if isinstance(one, Name))) or say("another licence")


def _credit(asked: Asked) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (CLASSES.get(kind, UNKNOWN), int(documents), *(int(one) for one in known))
        for kind, documents, *known in asked.rows("attribution")
    ]
    names = (say("author named"), say("address of the author"), say("title of the work"), say("no credit known"))
    title = say("Documents whose licence asks for credit")
    credit = figure("attribution", title, heads("class", "documents", *names), rows)
    what = (
        say("licence claims contradict each other"),
        say("the licence declared is not the one concluded"),
        say("a licence claim could not be read"),
        say("a dropped copy restricts the document"),
        say("a person ruled about the domain"),
    )
    found = asked.one("conflicts")
    counts: list[tuple[Cell, ...]] = [
        (word, int(documents), asked.of_kept(documents)) for word, documents in zip(what, found, strict=True)
    ]
    open_cases = figure("conflicts", say("Conflicts"), heads("what", "documents", "share"), counts)
    lead = say("Whether credit can be given where a licence asks for it, and where statements do not agree.")
    return Section("credit", say("Credit and conflicts"), lead, [credit, open_cases])
