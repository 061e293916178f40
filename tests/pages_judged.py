"""Pages with what was said of them, and the verdicts that each shipped policy has to give: written by hand."""

from __future__ import annotations

from typing import Any, NamedTuple

from yurai.evidence.robots import ABSENT, RobotsView
from yurai.rights import Page, Statement, statements

POLICIES = (
    "evidence-only",
    "robots-asof",
    "robots-strictest",
    "eu-dsm4-signals",
    "jp-30-4-signals",
    "open-licence-only",
)
NO_RULES = RobotsView("crawl.warc.gz@7", (), None, None, "none")
OPEN = "aaa aaa aaa aaa aaa aaa"
SILENT = "uuu uuu uuu auu auu ddd"
UNSEEN = "uuu uuu uuu uuu uuu ddd"


def row(kind: str, channel: str, norm: str | None, scope: str = "page") -> dict[str, object]:
    return {"kind": kind, "channel": channel, "norm": norm, "subject_scope": scope}


def opt(norm: str | None, channel: str = "meta-robots", scope: str = "page") -> dict[str, object]:
    return row("optout_signal", channel, norm, scope)


def lic(norm: str | None, channel: str = "rel-license", scope: str = "page") -> dict[str, object]:
    return row("licence_claim", channel, norm, scope)


def note(norm: str | None, channel: str = "text", scope: str = "page") -> dict[str, object]:
    return row("notice", channel, norm, scope)


def search(norm: str | None, channel: str = "meta-robots") -> dict[str, object]:
    return row("search_signal", channel, norm)


def robots(*denied: str, **said: Any) -> RobotsView:
    usage, signal = said.pop("usage", None), said.pop("signal", None)
    return RobotsView("crawl.warc.gz@7", denied, usage, signal, said.pop("status", "rules"), **said)


class Case(NamedTuple):
    """Verdicts: for each of POLICIES train, display, redistribute; a is allow, u unknown, d deny."""

    name: str
    rows: list[dict[str, object]]
    verdicts: str
    view: RobotsView | None = NO_RULES
    page: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def made(self) -> Page:
        said: tuple[Statement, ...] = statements(self.rows)
        return Page(url="https://a.example/x", statements=said, robots=self.view, **self.page)


CC_BY, CC_BY_SA, CC0, NC, ND = "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0"
CASES = [
    # nothing said
    Case("nothing", [], SILENT),
    Case("nothing, robots.txt never captured", [], UNSEEN, ABSENT),
    Case("nothing, robots.txt not asked", [], UNSEEN, None),
    Case("nothing, the server of robots.txt failed", [], UNSEEN, robots(status="unknown")),
    Case("nothing, an empty robots.txt", [], SILENT, robots()),
    Case("a WET record", [], UNSEEN, page={"flags": ("evidence-not-available",)}),
    Case("a record that was cut", [], UNSEEN, page={"truncated": True}),
    Case("evidence was switched off", [], UNSEEN, page={"looked": False}),
    # licences
    Case("CC BY", [lic(CC_BY)], OPEN),
    Case("CC BY-SA in the main text", [lic(CC_BY_SA, scope="main_text")], OPEN),
    Case("CC0", [lic(CC0, "cc-link", "main_text")], OPEN),
    Case("CC BY of the site", [lic(CC_BY, "cc-link", "site")], OPEN),
    Case("CC BY declared, its row lost to the cap", [], OPEN, page={"declared_spdx": CC_BY}),
    Case("CC BY declared on a record that was cut", [], OPEN, page={"declared_spdx": CC_BY, "truncated": True}),
    Case("CC BY twice", [lic(CC_BY), lic(CC_BY, "json-ld")], OPEN),
    Case("CC BY and CC BY without its version", [lic("LicenseRef-CC-BY-unspecified"), lic(CC_BY)], OPEN),
    Case("CC BY and a link to an own page", [lic(None), lic(CC_BY)], OPEN),
    Case("CC BY of the data set", [lic(CC_BY, "source-table", "dataset")], OPEN, page={"declared_spdx": CC_BY}),
    Case("OGL", [lic("OGL-UK-3.0")], OPEN),
    Case("Etalab", [lic("etalab-2.0")], OPEN),
    Case("GFDL", [lic("LicenseRef-GFDL-1.2")], OPEN),
    Case("CC BY of a picture", [lic(CC_BY, scope="embedded")], SILENT),
    Case("CC BY in a comment", [lic(CC_BY, scope="unknown")], SILENT),
    Case("CC BY of a data set on the page", [lic(CC_BY, "json-ld", "dataset")], SILENT),
    Case("a licence nobody could read", [lic(None)], SILENT),
    Case("NC", [lic(NC)], "uuu uuu uuu uuu uuu ddd"),
    Case("ND", [lic(ND)], "uau uau uau uau uau ddd"),
    Case("NC-ND", [lic("CC-BY-NC-ND-4.0")], "uuu uuu uuu uuu uuu ddd"),
    Case("an own licence", [lic("LicenseRef-house")], "uuu uuu uuu uuu uuu ddd"),
    Case("two licences", [lic(CC_BY), lic(NC)], "uuu uuu uuu uuu uuu ddd"),
    Case("two open licences", [lic(CC_BY), lic(CC_BY_SA)], "uuu uuu uuu uuu uuu ddd"),
    Case("CC BY for the text, NC for the site", [lic(CC_BY), lic(NC, scope="site")], OPEN),
    Case("CC BY and all rights reserved", [lic(CC_BY), note("all-rights-reserved")], "uud uud uud uud uud ddd"),
    Case(
        "CC BY of the site, all rights reserved for the site",
        [lic(CC_BY, scope="site"), note("all-rights-reserved", scope="site")],
        "uuu uuu uuu uuu uuu ddd",
    ),
    Case(
        "CC BY of the site in so many words, all rights reserved for the site",
        [lic(CC_BY, scope="site"), note("all-rights-reserved", scope="site")],
        OPEN,
        page={"declared_spdx": CC_BY},
    ),
    Case(
        "two versions of one licence",
        [lic(CC_BY), lic("CC-BY-3.0")],
        OPEN,
        page={"declared_spdx": "LicenseRef-CC-BY-unspecified"},
    ),
    Case("CC BY except where noted", [lic(CC_BY), note("except-where-noted")], OPEN),
    Case(
        "CC BY, all rights reserved for the site",
        [lic(CC_BY), note("all-rights-reserved", scope="site")],
        OPEN,
    ),
    Case("all rights reserved alone", [note("all-rights-reserved")], "uud uud uud aud aud ddd"),
    # reservations on the page
    Case("TDM reservation", [opt("tdm-reservation=1", "tdm-header")], "duu duu duu duu uuu ddd"),
    Case("TDM reservation beside CC BY", [opt("tdm-reservation=1", "tdm-meta"), lic(CC_BY)], "daa daa daa daa uaa daa"),
    Case("TDM not reserved", [opt("tdm-reservation=0", "tdm-meta")], SILENT),
    Case(
        "TDM: the meta supersedes the header, to 0",
        [opt("tdm-reservation=1", "tdm-header"), opt("tdm-reservation=0", "tdm-meta")],
        "duu duu duu auu uuu ddd",
    ),
    Case(
        "TDM: the meta supersedes the header, to 1",
        [opt("tdm-reservation=0", "tdm-header"), opt("tdm-reservation=1", "tdm-meta")],
        "duu duu duu duu uuu ddd",
    ),
    Case("TDM policy alone", [opt("tdm-policy=https://a.example/p", "tdm-header")], "uuu uuu uuu duu uuu ddd"),
    Case("TDM reservation that cannot be read", [opt(None, "tdm-meta")], "uuu uuu uuu uuu uuu ddd"),
    Case("noai", [opt("noai,noimageai")], "duu duu duu duu uuu ddd"),
    Case("noai to one agent", [opt("gptbot:noai", "x-robots-tag")], "duu duu duu duu uuu ddd"),
    Case("noai of a picture", [opt("noai", scope="embedded")], SILENT),
    Case("noindex to an AI agent", [opt("gptbot:noindex")], "duu duu duu duu uuu ddd"),
    Case("noindex to a search engine", [search("googlebot:noindex")], "udu udu udu adu adu ddd"),
    Case("noindex to a search engine, of old rows", [opt("googlebot:noindex")], SILENT),
    Case("noindex", [search("noindex")], "udu udu udu adu adu ddd"),
    Case("noindex, of old rows", [opt("noindex")], "udu udu udu adu adu ddd"),
    Case("noarchive beside CC BY", [search("noarchive"), lic(CC_BY)], "ada ada ada ada ada ada"),
    Case("noai and noindex in one", [opt("noindex,noai")], "ddu ddu ddu ddu udu ddd"),
    Case("train-ai=n", [opt("train-ai=n,search=y", "content-usage-header")], "duu duu duu duu uuu ddd"),
    Case("train-ai=y", [opt("train-ai=y", "content-usage-header")], "auu auu auu auu auu ddd"),
    Case("train-ai=y and noai", [opt("train-ai=y", "content-usage-header"), opt("noai")], "duu duu duu duu uuu ddd"),
    Case("search=n", [opt("search=n", "content-usage-header")], "udu udu udu adu adu ddd"),
    Case("Content-Usage that means to", [opt("malformed_intent", "content-usage-meta")], "uuu uuu uuu uuu uuu ddd"),
    Case("RSL for money", [opt("rsl=payment:purchase", "rsl")], "duu duu duu duu uuu ddd"),
    Case("RSL that is free", [opt("rsl=free:attribution,rsl=permits:all", "rsl")], SILENT),
    Case("RSL that prohibits search", [opt("rsl=prohibits:search", "rsl")], "udu udu udu adu adu ddd"),
    Case("RSL that cannot be read", [opt("rsl=inline", "rsl")], "uuu uuu uuu duu uuu ddd"),
    Case("words in a comment", [opt("ai-use=prohibited", "text", "unknown")], SILENT),
    Case("words on text mining", [opt("tdm=reserved", "text")], "duu duu duu uuu uuu ddd"),
    Case("only references are wanted", [opt("use=reference", "content-signal")], "uuu uuu uuu uuu uuu ddd"),
    Case("Content-Usage that cannot be read", [opt(None, "content-usage-header")], "uuu uuu uuu uuu uuu ddd"),
    Case("RSL somewhere else", [opt("rsl=pointer", "rsl")], "uuu uuu uuu duu uuu ddd"),
    Case("RSL that prohibits", [opt("rsl=prohibits:ai-train", "rsl")], "duu duu duu duu uuu ddd"),
    Case("RSL that permits", [opt("rsl=permits:all", "rsl")], SILENT),
    Case("words against AI", [opt("ai-use=prohibited", "text")], "duu duu duu uuu uuu ddd"),
    Case("words against AI beside CC0", [opt("ai-use=prohibited", "text"), lic(CC0)], "daa daa daa uaa uaa daa"),
    Case("a paywall", [note("paywalled", "json-ld")], "udd udd udd udd ddd ddd"),
    # robots.txt
    Case("GPTBot is denied", [], "uuu duu duu duu uuu ddd", robots("GPTBot")),
    Case("GPTBot is denied a CC BY page", [lic(CC_BY)], "aaa daa daa daa uaa aaa", robots("GPTBot", "CCBot")),
    Case("robots.txt: train-ai=n", [], "uuu duu duu duu uuu ddd", robots(usage="train-ai=n")),
    Case("robots.txt: ai-train=no", [], "uuu duu duu duu uuu ddd", robots(signal="search=yes,ai-train=no")),
    Case("robots.txt: ai-train=yes", [], "uuu auu auu auu auu ddd", robots(signal="ai-train=yes")),
    Case("robots.txt: search=no", [], "uuu udu udu adu adu ddd", robots(signal="search=no")),
    Case("robots.txt: RSL", [], "uuu uuu uuu duu uuu ddd", robots(licences=("https://a.example/rsl.xml",))),
    Case("robots.txt: words", [], "uuu uuu uuu uuu uuu ddd", robots(notices=("no AI please",))),
    Case("robots.txt: cannot be read", [], "uuu uuu uuu uuu uuu ddd", robots(malformed=("train-ai=no",))),
    Case("robots.txt denies, headers permit", [opt("train-ai=y")], "auu duu duu duu uuu ddd", robots("ClaudeBot")),
]
