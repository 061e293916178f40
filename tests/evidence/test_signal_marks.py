"""Signals of headers, meta elements and RSL: reservations of use by AI, and signals of search, which are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_pages import URL, body, head, marks
from yurai.evidence import header_marks
from yurai.evidence.agents import AI_AGENTS, AI_AGENTS_VERSION, is_ai_agent
from yurai.evidence.rsl import rsl_norm
from yurai.evidence.signals import content_signal, content_usage, robots, spoken_to

OPTOUT, SEARCH = "optout_signal", "search_signal"

METAS = {
    '<meta name="robots" content="noai, noimageai">': [(OPTOUT, "noai,noimageai")],
    "<META CONTENT='NoAI' NAME='ROBOTS'>": [(OPTOUT, "noai")],
    "<meta name=robots content=noai>": [(OPTOUT, "noai")],
    '<meta name="robots" content="noai; noimageai">': [(OPTOUT, "noai,noimageai")],
    '<meta name="robots" content="noai noml">': [(OPTOUT, "noai,noml")],
    '<meta property="robots" content="noai">': [(OPTOUT, "noai")],
    '<meta http-equiv="X-Robots-Tag" content="noai">': [(OPTOUT, "noai")],
    '<meta name="robots" content="noindex,noai">': [(OPTOUT, "noai"), (SEARCH, "noindex")],
    '<meta name="robots" content="noindex, nofollow">': [(SEARCH, "noindex")],
    '<meta name="robots" content="none">': [(SEARCH, "none")],
    '<meta name="robots" content="noarchive,nosnippet,nocache">': [(SEARCH, "noarchive,nosnippet,nocache")],
    '<meta name="robots" content="index, follow, max-image-preview:large">': [],
    "<meta name=gptbot content=noindex>": [(OPTOUT, "gptbot:noindex")],
    "<meta name=GPTBot content=NOINDEX>": [(OPTOUT, "gptbot:noindex")],
    "<meta name='Google-Extended' content='noindex'>": [(OPTOUT, "google-extended:noindex")],
    "<meta name=google-extended content=none>": [(OPTOUT, "google-extended:none")],
    '<meta name="applebot-extended" content="noarchive">': [(OPTOUT, "applebot-extended:noarchive")],
    '<meta name="anthropic-ai" content="nosnippet">': [(OPTOUT, "anthropic-ai:nosnippet")],
    '<meta name="GPTBot, CCBot" content="noindex">': [(OPTOUT, "gptbot:noindex,ccbot:noindex")],
    '<meta name="gptbot claudebot" content="noindex">': [(OPTOUT, "gptbot:noindex,claudebot:noindex")],
    '<meta name="Kangaroo Bot" content="noindex">': [(OPTOUT, "kangaroo bot:noindex")],
    '<meta name="googlebot" content="noindex">': [(SEARCH, "googlebot:noindex")],
    '<meta name="googlebot, gptbot" content="noindex">': [(OPTOUT, "gptbot:noindex"), (SEARCH, "googlebot:noindex")],
    '<meta name="googlebot-news" content="nosnippet">': [(SEARCH, "googlebot-news:nosnippet")],
    '<meta name="baiduspider" content="noarchive">': [(SEARCH, "baiduspider:noarchive")],
    '<meta name="bingbot" content="noai">': [(OPTOUT, "bingbot:noai")],
    '<meta name="robots" content="GPTBot: noindex, follow">': [(OPTOUT, "gptbot:noindex")],
    '<meta name="ccbot" content="index, follow">': [],
    '<meta name="tdm-reservation" content="1">': [(OPTOUT, "tdm-reservation=1")],
    "<meta name=TDM-Reservation content=1>": [(OPTOUT, "tdm-reservation=1")],
    '<meta name="tdm-reservation" content="0">': [(OPTOUT, "tdm-reservation=0")],
    '<meta name="tdm-reservation" content="true">': [(OPTOUT, "malformed_intent")],
    '<meta name="tdm-policy" content="https://p.example/">': [(OPTOUT, "tdm-policy=https://p.example/")],
    '<meta http-equiv="Content-Usage" content="train-ai=n">': [(OPTOUT, "train-ai=n")],
    '<meta name="content-signal" content="ai-train=no">': [(OPTOUT, "ai-train=no")],
    '<meta name="description" content="noai">': [],
    '<meta name="robot-arms" content="noindex">': [],
}  # fmt: skip


@pytest.mark.parametrize("written", METAS)
def test_signals_of_meta_elements(written: str) -> None:
    assert [(mark.kind, mark.norm) for mark in marks(head(written))] == METAS[written]


@pytest.mark.parametrize("agent", AI_AGENTS)
def test_every_agent_of_the_list_reserves(agent: str) -> None:
    for page in (f"<meta name='{agent}' content=noindex>", f'<meta content="NoIndex" name="{agent.upper()}">'):
        assert [mark.norm for mark in marks(head(page)) if mark.reserves] == [f"{agent.lower()}:noindex"]
    (mark,) = header_marks([("X-Robots-Tag", f"{agent}: noindex")])
    assert mark.reserves


def test_the_list_of_agents_is_one_and_says_its_day() -> None:
    assert len({name.lower() for name in AI_AGENTS}) == len(AI_AGENTS) >= 60
    assert AI_AGENTS_VERSION[:3] == "202"
    assert is_ai_agent("GPTBOT/1.1")
    assert not any(map(is_ai_agent, ("Googlebot", "bingbot", "*", "", "chatbot")))


HEADERS = {
    ("X-Robots-Tag", "noai, NoImageAI"): [(OPTOUT, "noai,noimageai")],
    ("x-robots-tag", "ccbot: noindex, nofollow"): [(OPTOUT, "ccbot:noindex"), (SEARCH, "ccbot:nofollow")],
    ("X-Robots-Tag", "noindex"): [(SEARCH, "noindex")],
    ("X-Robots-Tag", "noindex, gptbot: noai"): [(OPTOUT, "gptbot:noai"), (SEARCH, "noindex")],
    ("X-Robots-Tag", "googlebot: noindex, GPTBot: noindex"): [(OPTOUT, "gptbot:noindex"), (SEARCH, "googlebot:noindex")],
    ("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00:00 PST, noai"): [(OPTOUT, "noai")],
    ("X-Robots-Tag", "all"): [],
    ("TDM-Reservation", "1"): [(OPTOUT, "tdm-reservation=1")],
    ("tdm-reservation", ' "1" '): [(OPTOUT, "tdm-reservation=1")],
    ("tdm-reservation", "yes"): [(OPTOUT, "malformed_intent")],
    ("tdm-reservation", "maybe"): [(OPTOUT, None)],
    ("Content-Usage", "train-ai=n, search=y"): [(OPTOUT, "train-ai=n,search=y")],
    ("content-usage", "train-ai=no"): [(OPTOUT, "malformed_intent")],
    ("Content-Usage", 'train-ai="n", search=y'): [(OPTOUT, "malformed_intent,search=y")],
    ("Content-Usage", "Train-AI=n"): [(OPTOUT, "malformed_intent")],
    ("Content-Usage", "train-ai=?0"): [(OPTOUT, "malformed_intent")],
    ("Content-Usage", "train-ai=y;x, search=y"): [(OPTOUT, "train-ai=y,search=y")],
    ("Content-Usage", "nonsense here"): [(OPTOUT, None)],
    ("Content-Signal", "search=yes, ai-train=no"): [(OPTOUT, "search=yes,ai-train=no")],
    ("content-signal", "search=yes,ai-train=no,use=reference"): [(OPTOUT, "search=yes,ai-train=no,use=reference")],
    ("CONTENT-SIGNAL", "AI-Train=NO"): [(OPTOUT, "ai-train=no")],
    ("Content-Signal", "ai-input=no;search=yes"): [(OPTOUT, "ai-input=no,search=yes")],
    ("Content-Signal", "ai-train=disallow"): [(OPTOUT, "malformed_intent")],
    ("Content-Signal", "ai-train=yes"): [(OPTOUT, "ai-train=yes")],
    ("Server", "noai"): [],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_signals_of_headers(name: str, value: str) -> None:
    found = header_marks([(name, value)])
    assert [(mark.kind, mark.norm) for mark in found] == HEADERS[name, value]
    assert all(mark.place == "http" and mark.scope == "page" for mark in found)


@pytest.mark.parametrize(
    ("header", "reserves"),
    [
        (("Content-Signal", "ai-train=no"), True),
        (("Content-Signal", "search=no"), True),
        (("Content-Signal", "ai-train=yes,search=yes,use=full"), False),
        (("Content-Usage", "train-ai=y"), False),
        (("Content-Usage", "train-ai=no"), True),
        (("tdm-reservation", "0"), False),
        (("tdm-policy", "https://p.example/a,b"), True),
        (("X-Robots-Tag", "noindex"), False),
        (("Link", '<r.xml>; rel="license"; type="application/rsl+xml"'), True),
    ],
)
def test_what_reserves(header: tuple[str, str], reserves: bool) -> None:
    found = header_marks([header])
    assert any(mark.reserves for mark in found) is (reserves and header[1] != "search=no")


def test_one_field_may_repeat_and_be_long() -> None:
    found = header_marks([("X-Robots-Tag", "noindex"), ("X-Robots-Tag", "noai")])
    assert [mark.norm for mark in found] == ["noindex", "noai"]
    (mark,) = header_marks([("X-Robots-Tag", f"{'index,' * 5_000} noai")])
    assert mark.reserves


@given(st.text(max_size=80), st.text(max_size=30))
def test_any_value_is_read_or_left(value: str, name: str) -> None:
    spoken_to(name)
    said = robots(value)
    for norm in (content_usage(value), content_signal(value), said.reserves, said.search):
        assert norm is None or norm
    for header in ("Link", "X-Robots-Tag", "Content-Usage", "Content-Signal", "tdm-reservation"):
        header_marks([(header, value)], URL)


def rsl(inner: str, where: str = "/") -> str:
    return f'<rsl xmlns="https://rslstandard.org/rsl"><content url="{where}"><license>{inner}</license></content></rsl>'


RSL = {
    rsl('<permits type="usage">all</permits>'): ("rsl=permits:all", False),
    rsl('<permits type="usage">ai-all search</permits><payment type="free"/>'): ("rsl=permits:ai-all+search,rsl=free", False),
    rsl('<permits type="usage">all</permits><payment type="attribution"/>'): ("rsl=permits:all,rsl=free:attribution", False),
    rsl("<payment><standard>https://l.example/</standard></payment>"): ("rsl=payment:unnamed", True),
    rsl('<payment type="crawl"><amount currency="USD">1</amount></payment>'): ("rsl=payment:crawl", True),
    rsl('<prohibits type="usage">ai-train</prohibits>'): ("rsl=prohibits:ai-train", True),
    rsl('<prohibits type="usage">all</prohibits>'): ("rsl=prohibits:all", True),
    rsl("<prohibits>ai-all</prohibits>"): ("rsl=prohibits:ai-all", True),
    rsl('<prohibits type="user">commercial</prohibits>'): ("rsl=prohibits-user:commercial", True),
    rsl('<permits type="usage">search</permits>'): ("rsl=permits:search,rsl=prohibits:unlisted", True),
    rsl('<permits type="usage">search, ai-train</permits>'): ("rsl=permits:search+ai-train", False),
    rsl('<prohibits type="usage">search</prohibits>'): ("rsl=prohibits:search", False),
    rsl('<prohibits type="usage">ai-train</prohibits>', "https://site.example/*"): ("rsl=prohibits:ai-train", True),
    rsl('<prohibits type="usage">ai-train</prohibits>', "/page$"): ("rsl=prohibits:ai-train", True),
    rsl('<prohibits type="usage">ai-train</prohibits>', "/images/"): ("rsl=other", False),
    rsl('<prohibits type="usage">ai-train</prohibits>', "https://other.example/"): ("rsl=other", False),
    rsl(""): ("rsl=inline", True),
    "<rsl/>": ("rsl=inline", True),
    "not xml": ("rsl=inline", True),
    "<a" * 200_000: ("rsl=inline", True),
}  # fmt: skip


@pytest.mark.parametrize("number", range(len(RSL)))
def test_terms_of_rsl_in_the_page(number: int) -> None:
    document, (norm, reserves) = list(RSL.items())[number]
    (mark,) = marks(head(f'<script type="application/rsl+xml">{document}</script>'))
    assert (mark.channel, mark.norm, mark.reserves) == ("rsl", norm, reserves)


def test_rsl_reads_nothing_outside_of_itself() -> None:
    bomb = '<!DOCTYPE rsl [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;"><!ENTITY e SYSTEM "file:///etc/passwd">]>'
    assert "root" not in rsl_norm(bomb + rsl('<permits type="usage">all &b; &e;</permits>'), URL)
    assert rsl_norm(rsl('<permits type="usage">all</permits>').replace("rsl ", "rsl:rsl ", 1), URL)


def test_a_pointer_to_rsl_is_no_licence() -> None:
    for page in (
        head('<link rel="license" type="application/rsl+xml" href="https://r.example/rsl.xml">'),
        body('<a rel="license" type="application/rsl+xml" href="https://r.example/rsl.xml">x</a>'),
    ):
        (mark,) = marks(page)
        assert (mark.kind, mark.norm, mark.reserves) == (OPTOUT, "rsl=pointer", True)


@pytest.mark.parametrize("url", ["http://[", "", "x:y", "//[::1", "http://a:b/"])
def test_no_address_breaks_a_page(url: str) -> None:
    page = head(
        f'<script type="application/rsl+xml">{rsl("<prohibits>ai-train</prohibits>", "http://[")}</script>'
        '<link rel="license" href="http://["><meta name="tdm-policy" content="http://[">'
    ).replace(
        "<p>", f'<p about="http://[" resource="//["><a rel="license" href="{url}">x</a><!-- <Work rdf:about="http://[">'
    )
    assert [mark.norm for mark in marks(page, url) if mark.reserves] == [
        "tdm-policy=http://[",
        "rsl=prohibits:ai-train",
    ]
    header_marks([("Link", '<x>; rel=license; anchor="http://["')], url)
