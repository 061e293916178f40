"""Two trees of planted truth, an older and a newer one: licences, conflicts, copies, reservations, digests, bursts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from rights_corpora import CC_BY, NC, NOAI, STAGES, P, archive, corpus, page, recipe, robots_txt, sentences
from run_helpers import run
from warc_samples import response

AUTHOR = (
    '<p xmlns:cc="http://creativecommons.org/ns#">by <a property="cc:attributionName" rel="cc:attributionURL" '
    'href="https://by.example/">Ada Aoki</a></p>'
)
BY_SA = '<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">'
RULED = """
[[rule]]
domain = "plain.example"
id = "asked"
licence = "CC-BY-4.0"
reviewer = "A. Person"
date = 2026-11-27
evidence = "https://plain.example/terms"
"""
MAIL = "<p>Write to kaori@shinpo.example or to tanaka@shinpo.example about the harbour.</p>"
BURST = 6
POLICY = "evidence-only"
PAGES = [
    P("alpha", "https://by.example/a", foot=CC_BY + AUTHOR),
    P("beta", "https://nc.example/n", foot=NC),
    P("gamma", "https://origin.example/g", foot=NC, date="2024-01-01T00:00:00Z"),
    P("gamma", "https://copy.example/g", foot=CC_BY),
    P("delta", "https://r1.example/d", date="2024-01-01T00:00:00Z"),
    P("delta", "https://r2.example/d", head=NOAI),
    P("epsilon", "https://res.example/e", head=NOAI),
    P("zeta", "https://plain.example/f", foot=MAIL),
    P("measured", "https://sa.example/m", head=BY_SA),
    P("both", "https://both.example/x", foot=CC_BY + NC),
]
MORE = [P("storm", f"https://b{number}.example/s") for number in range(BURST)]
GONE = [P("gone", "https://gone.example/g")]
CLOSED = "User-agent: *\nDisallow: /\n"
OPEN = "User-agent: *\nAllow: /\n"


class Trees(NamedTuple):
    old: Path
    new: Path


def odd_pages() -> list[bytes]:
    """A wrong digest, none, a cut record, and a page too short to be kept."""
    body = f"<html><body><main>{sentences('odd')}</main></body></html>"
    at = "https://{}.example/o".format
    return [
        response(30, body.replace("odd", "bad").encode(), WARC_Target_URI=at("bad"), WARC_Payload_Digest="sha1:" + "A" * 32),
        response(31, body.replace("odd", "nodigest").encode(), WARC_Target_URI=at("nodigest"), WARC_Payload_Digest=""),
        response(32, body.replace("odd", "cut").encode(), WARC_Target_URI=at("cut"), WARC_Truncated="length"),
        response(33, f"<p>{sentences('short', 1)}</p>".encode(), WARC_Target_URI=at("short")),
    ]  # fmt: skip


def chain(least: int, rulings: Path, policy: str = POLICY, email: str = "redact") -> Any:
    return recipe(
        {"use": "filter", "rules": [{"use": "length", "min_characters": least}]},
        {"use": "dedup", "method": "exact"},
        {"use": "select", "policy": policy, "rulings": str(rulings), "unknown": "keep"},
        {"use": "tokenize", "tokenizer": "bytes"},
        before=[STAGES[0], *STAGES[1:3], {"use": "redact", "email": email}, STAGES[3]],
    )


def plant(folder: Path) -> Trees:
    """Make the older tree, and the newer one: one source came, one went, robots.txt closed, a limit rose."""
    rulings = folder / "rulings.toml"
    rulings.write_text(RULED, "utf-8")
    crawls = {name: folder / name for name in ("old", "new")}
    for name, crawl in crawls.items():
        corpus(crawl / "pages.warc.gz", PAGES, odd_pages())
        rules = OPEN if name == "old" else CLOSED
        archive(crawl / "robots.warc.gz", [robots_txt(50, "res.example", rules), robots_txt(51, "by.example", OPEN)])
    archive(crawls["old"] / "gone.warc.gz", [page(60, one) for one in GONE])
    archive(crawls["new"] / "more.warc.gz", [page(70 + number, one) for number, one in enumerate(MORE)])
    run(folder / "old-out", [crawls["old"]], recipe=chain(20, rulings))
    run(folder / "new-out", [crawls["new"]], recipe=chain(200, rulings))
    return Trees(folder / "old-out", folder / "new-out")
