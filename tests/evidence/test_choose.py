"""Which marks become rows: no reservation is lost to the cap, and the rows declare what all marks declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cost import grows_linearly
from evidence_pages import BY, URL, head, marks
from yurai.evidence import MAX_ROWS, Mark, choose, declared, header_marks, html_marks
from yurai.evidence.choose import MANY_RESERVATIONS
from yurai.extraction.tree import parse, to_markup

if TYPE_CHECKING:
    from collections.abc import Callable


def claim(norm: str | None, scope: Any = "page", channel: str = "rel-license") -> Mark:
    return Mark("licence_claim", channel, norm or "x", norm, scope)


def signal(norm: str, channel: str = "x-robots-tag") -> Mark:
    return Mark("optout_signal", channel, norm, norm, "page", "http")


RESERVATIONS = tuple(map(signal, ("noai", "gptbot:noindex", "tdm-reservation=1", "train-ai=n", "ai-train=no")))
SEARCH = Mark("search_signal", "meta-robots", "noindex", "noindex", "page", "head")
RESERVED = Mark("notice", "text", "All rights reserved", "all-rights-reserved", "site", "footer")
NORMS = (
    None, "MIT", "CC-BY-4.0", "CC-BY-3.0", "CC-BY-3.0-DE", "LicenseRef-CC-BY-unspecified", "CC0-1.0", "CC-BY-SA-4.0",
)  # fmt: skip
CLAIMS = st.builds(claim, st.sampled_from(NORMS), st.sampled_from(["page", "main_text", "site", "embedded", "unknown"]))
FOOTER_CLAIMS = st.builds(
    lambda norm, left: Mark("licence_claim", "cc-link", "x", norm, "site", "footer", None, None, left),
    st.sampled_from(NORMS),
    st.sampled_from(["", "All content is licensed under"]),
)
ANY = CLAIMS | FOOTER_CLAIMS | st.sampled_from([*RESERVATIONS, SEARCH, RESERVED])


def footer(norm: str, left: str = "") -> Mark:
    return Mark("licence_claim", "cc-link", "x", norm, "site", "footer", None, None, left)


SAYS = "All content is licensed under"
HIDDEN = [
    claim("MIT", "site"),
    claim("MIT", "embedded"),
    footer("MIT", SAYS),
    footer("CC-BY-4.0"),
    footer("CC-BY-4.0", SAYS),
]


@example(HIDDEN)
@given(st.lists(ANY, max_size=14))
def test_the_rows_tell_what_all_marks_tell(found: list[Mark]) -> None:
    chosen = choose(tuple(found))
    others = [mark for mark in chosen.marks if not mark.reserves]
    assert {mark.norm for mark in chosen.marks if mark.reserves} == {mark.norm for mark in found if mark.reserves}
    assert len(others) <= MAX_ROWS
    assert declared(chosen.marks)[0] == declared(tuple(found))[0]


@given(st.permutations(RESERVATIONS * 2), st.lists(CLAIMS, max_size=8))
def test_a_reservation_is_never_lost_to_the_cap(reserving: list[Mark], others: list[Mark]) -> None:
    chosen = choose((*others, *reserving))
    assert {mark.norm for mark in chosen.marks if mark.reserves} == {mark.norm for mark in RESERVATIONS}


def test_rows_are_bounded_however_many_reservations_there_are() -> None:
    policies = tuple(signal(f"tdm-policy=https://p.example/{number}", "tdm-header") for number in range(5_000))
    names = tuple(signal(f"bot{number}bot:noai") for number in range(20))
    chosen = choose((*policies, *names, *RESERVATIONS))
    assert len(chosen.marks) <= MANY_RESERVATIONS + len(names) + len(RESERVATIONS) + MAX_ROWS
    assert {mark.norm for mark in RESERVATIONS} <= {mark.norm for mark in chosen.marks}


def test_equal_reservations_are_thinned_and_repeats_come_last() -> None:
    again = signal("noai", "meta-robots")
    assert choose((again, *RESERVATIONS, again)).marks[: len(RESERVATIONS)] == (again, *RESERVATIONS[1:])
    chosen = choose((claim("CC-BY-4.0"), claim("CC-BY-4.0", channel="json-ld"), claim("CC-BY-4.0"), SEARCH))
    assert [mark.channel for mark in chosen.marks] == ["rel-license", "meta-robots", "json-ld"]
    assert not chosen.capped


def test_the_most_telling_come_first() -> None:
    licences = [claim(name) for name in ("CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0")]
    chosen = choose((SEARCH, claim("MIT", "embedded"), RESERVED, *licences, RESERVATIONS[0]))
    assert chosen.marks == (RESERVATIONS[0], licences[0], licences[1], RESERVED)
    assert chosen.capped


def test_a_claim_that_cannot_be_read_contradicts_none() -> None:
    assert declared((claim(None), claim("CC-BY-4.0"))) == ("CC-BY-4.0", "page")
    assert declared((claim(None),)) == (None, "page")
    assert declared((claim(None), claim("CC-BY-4.0", "site"))) == ("CC-BY-4.0", "site")


def test_versions_and_conflicts() -> None:
    cases = {
        ("CC-BY-3.0", "CC-BY-4.0"): "LicenseRef-CC-BY-unspecified",
        ("CC-BY-SA-3.0", "CC-BY-SA-3.0-DE"): "CC-BY-SA-3.0-DE",
        ("CC-BY-SA-3.0-DE", "LicenseRef-CC-BY-SA-3.0-US"): "LicenseRef-CC-BY-SA-unspecified",
        ("LicenseRef-CC-BY-unspecified", "CC-BY-2.0"): "CC-BY-2.0",
        ("LicenseRef-CC-BY-unspecified", "CC-BY-2.0", "CC-BY-4.0"): "LicenseRef-CC-BY-unspecified",
        ("CC-BY-4.0", "CC-BY-SA-4.0"): None,
        ("CC-BY-4.0", "CC-BY-NC-4.0"): None,
        ("CC-BY-3.0", "CC-BY-4.0", "CC0-1.0"): None,
        ("CC-BY-4.0", "CC-BY-4.0"): "CC-BY-4.0",
    }
    for norms, licence in cases.items():
        assert declared(tuple(map(claim, norms)))[0] == licence, norms
        assert declared(tuple(map(claim, reversed(norms))))[0] == licence, norms


def test_a_page_of_signals_keeps_them_all() -> None:
    found = (
        *header_marks([("X-Robots-Tag", "noai"), ("Content-Signal", "ai-train=no"), ("tdm-reservation", "1")]),
        *marks(head(f'<meta name=gptbot content=noindex><meta name=ccbot content=noindex><link rel=license href="{BY}">')),
    )  # fmt: skip
    kept = [mark.norm for mark in choose(found).marks]
    assert kept == ["noai", "ai-train=no", "tdm-reservation=1", "gptbot:noindex", "ccbot:noindex", "CC-BY-4.0"]


def test_a_page_of_reservations_costs_little() -> None:
    def choosing(size: int) -> Callable[[], object]:
        found = tuple(signal(f"tdm-policy=https://p.example/{number}", "tdm-meta") for number in range(size))
        return lambda: choose(found)

    assert grows_linearly(choosing, 2_000)


COSTLY = {
    "links": lambda n: "<p>" + "".join(f'<a rel=license href="{BY}?{number}">x</a>' for number in range(n)),
    "policies": lambda n: "".join(f'<meta name=tdm-policy content="http://p.example/{number}">' for number in range(n)),
    "rights": lambda n: "".join(f'<meta name=DC.rights content="http://p.example/{number}">' for number in range(n)),
    "notices": lambda n: "<p>All rights reserved</p><p>&#28961;&#26029;&#36578;&#36617;</p>" * n,
    "broken notices": lambda n: "<div>" + "<b>reserved</b> " * n + "</div>",
    "boxes": lambda n: '<div class="comment widget">' * 200 + f"<a rel=license href='{BY}'>x</a><article>" * n,
    "figures": lambda n: "<figure>" + "<img src=a>" * n + f"<a rel=license href='{BY}'><img></a>" * 40 + "</figure>",
    "scripts": lambda n: f'<script type="application/ld+json">{{"@type": "WebPage", "license": "{BY}"}}</script>' * n,
    "terms": lambda n: '<script type="application/rsl+xml"><rsl><content url="/*a*b*c"><license/></content></rsl></script>' * n,
    "comments": lambda n: "<p>t<!--" + f'<Work rdf:about=""><license rdf:resource="{BY}"/>' * n + "-->",
    "directives": lambda n: f'<meta name="gptbot,ccbot" content="{"noindex " * n}"><meta name="{"gptbot," * n}" content=noai>',
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_what_is_found_and_kept_is_bounded(name: str) -> None:
    assert len(marks(COSTLY[name](1_500))) <= MANY_RESERVATIONS


@pytest.mark.parametrize("name", COSTLY)
def test_cost_grows_as_the_page(name: str) -> None:
    def finding(size: int) -> Callable[[], object]:
        markup = to_markup(COSTLY[name](size))
        tree, _ = parse(markup, 512)
        return lambda: html_marks(markup, tree, URL)

    assert grows_linearly(finding, 1_500)
