"""Make the sections that several readers get: input, signatures, what was not checked, and an answer to examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from yurai.report.readers import tiers
from yurai.report.readers.figures import Cell, Name, Section
from yurai.report.readers.not_checked import gaps
from yurai.report.readers.said import Said, say
from yurai.report.readers.tree import Asked, figure
from yurai.report.safe_text import shown
from yurai.sources.rows import SourceTable
from yurai_manifests.signing.files import BUNDLE, STAMP, signature_names
from yurai_manifests.visible import escaped

_CRAWL: Final = re.compile(r"CC-(MAIN|NEWS)-[0-9-]{4,12}")
DAY: Final = 10
"""Characters of a date without its time."""


def day(date: str | None) -> Name | None:
    """Return the day of a date as RFC 3339 writes it."""
    return Name(escaped(date[:DAY])) if date else None


def sources(asked: Asked) -> Section:
    """Return input files with their crawl, dates and terms."""
    rows: list[tuple[Cell, ...]] = []
    for name, digest, seen, kept, _, first, last, crawl, operator, _ in asked.rows("sources"):
        who = (_crawl(asked, crawl), _words(asked, operator))
        table = asked.table_name(name)
        rows.append((tiers.source(name, digest, table, asked.tier), int(seen), int(kept), day(first), day(last), *who))
    heads = ("source", "candidates", "kept", "first capture", "last capture", "crawl", "operator")
    lead = say("Where the pages come from, as the input files say it. What a file does not say is not known.")
    note = say("An input file without a name of its own is named by the beginning of its sha256.")
    found = figure("sources", say("Input"), _heads(heads), rows, note=note if asked.tier == "public" else None)
    tables = [SourceTable.of(one) for one in asked.run.source_tables]
    terms: list[tuple[Cell, ...]] = [
        (
            Name(shown(one.name)) if one.name else None,
            _words(asked, one.licence, one.spdx),
            _terms(asked, one.terms_url),
        )
        for one in tables
    ]
    stated = figure("terms", say("Terms of row sources"), _heads(("source", "licence", "terms")), terms, of="manifest")
    return Section("sources", say("Sources and terms"), lead, [found, *([stated] if terms else [])])


HEADS: Final[dict[str, Said]] = {
    "source": say("source"),
    "candidates": say("candidates"),
    "kept": say("kept"),
    "first capture": say("first capture"),
    "last capture": say("last capture"),
    "crawl": say("crawl"),
    "operator": say("operator"),
    "licence": say("licence"),
    "terms": say("terms"),
    "documents": say("documents"),
    "share": say("share of documents"),
    "tokens": say("tokens"),
    "token share": say("share of tokens"),
    "verdict": say("verdict"),
    "use": say("use"),
    "said in": say("said in"),
    "mark": say("what was said"),
    "rule": say("rule"),
    "about": say("about"),
    "kind": say("kind"),
    "class": say("class"),
    "policy": say("policy"),
    "domain": say("domain"),
    "stage": say("stage"),
    "outcome": say("outcome"),
    "reason": say("reason"),
    "what": say("what"),
    "state": say("state"),
    "value": say("value"),
    "step": say("step"),
}
"""Heads of columns that several figures have."""


def _heads(names: tuple[str, ...]) -> tuple[Said, ...]:
    return tuple(HEADS[name] for name in names)


def heads(*names: str | Said) -> tuple[Said, ...]:
    """Return heads of columns, those that are not `Said` by their names in HEADS."""
    return tuple(name if isinstance(name, Said) else HEADS[name] for name in names)


def _crawl(asked: Asked, crawl: str | None) -> Cell:
    known = crawl and _CRAWL.fullmatch(crawl)
    return (Name(shown(crawl)) if known or asked.tier != "public" else tiers.WITHHELD) if crawl else None


def _words(asked: Asked, words: str | None, public: str | None = None) -> Cell:
    """Return what a file or a person wrote: in public, `public` in its place."""
    if asked.tier == "public":
        return Name(shown(public)) if public else tiers.WITHHELD if words else None
    return Name(shown(words)) if words else None


def _terms(asked: Asked, url: str | None) -> Cell:
    return tiers.address(url, asked.tier) if url else None


def signatures(asked: Asked) -> Section:
    """Return what lies in signatures/: whose they are, a key has to say."""
    names = signature_names(asked.store)
    signed = [name for name in names if not name.endswith(STAMP)]
    bundles = sum(name.endswith(BUNDLE) for name in signed)
    rows: list[tuple[Cell, ...]] = [
        (say("statements about run.json (in-toto)"), len(signed) - bundles),
        (say("bundles over all files (OpenSSF Model Signing)"), bundles),
        (say("time stamps (RFC 3161)"), len(names) - len(signed)),
    ]
    lead = say(
        "What lies beside the run. A signature is worth what its key is: `yurai verify OUT --key KEY` checks it, "
        "and nothing in this report did."
    )
    if not signed:
        lead = say("Nobody has signed this run: whoever can write to it can replace it whole. `yurai sign` signs it.")
    found = figure("signatures", say("Signatures"), heads("what", say("found")), rows)
    return Section("signatures", say("Signature"), lead, [found])


def not_checked(asked: Asked) -> Section:
    """Return what the numbers of the report do not cover."""
    lead = say("A count says nothing of what was never looked at. This is what the numbers here do not cover.")
    said = [*gaps(asked.run, marked=bool(asked.run.files("evidence") and asked.rows("marks"))), *_of_reports(asked)]
    return Section("not-checked", say("What was not checked"), lead, [], said)


def _of_reports(asked: Asked) -> Iterator[Said]:
    yield say("Signals were read, and no page was read by a lawyer. Nothing here is legal advice.")
    yield say("What hosts say today was not asked: robots.txt and terms are those that the inputs hold, of their time.")
    yield say("Whether a text breaks the law or is harmful was not looked for.")
    yield say("Who started the run is written nowhere: run.json names programs and no person. A signature names a key.")
    if not asked.run.files("shards"):
        yield say("Nothing was tokenized: tokens are not known.")
    if asked.tier != "public":
        return
    yield say("This tier leaves out names of files, hosts, URLs and texts: the tiers auditor and internal have them.")


def examples(asked: Asked) -> Section | None:
    """Return kept pages that carry a reservation, for those who may see a URL."""
    if asked.tier == "public":
        return None
    rows: list[tuple[Cell, ...]] = [
        (tiers.address(url, asked.tier), tiers.words(title, asked.tier), tiers.words(text, asked.tier))
        for url, title, _, text, _ in asked.rows("examples")
    ]
    names = (say("address"), say("title"), say("beginning of the text"))
    lead = say("Kept pages whose verdict for training is denied, the first by doc_id: personal data is redacted.")
    found = figure("examples", say("Pages behind the numbers"), names, rows)
    return Section("examples", say("Examples"), lead, [found])
