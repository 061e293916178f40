"""robots.txt as captured: groups, longest path, preferences, what is no robots.txt, and captures of one host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.evidence.agents import AI_AGENTS
from yurai.evidence.robots import Captures, RobotsFile, is_robots_url, read_robots
from yurai.evidence.robots.captures import COLUMNS
from yurai.evidence.robots.preferences import combined

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai.evidence.robots import RobotsRow, RobotsView

SITE = "https://site.example/robots.txt"
DAY = "2024-05-06T00:00:00Z"


def row(
    body: str | bytes,
    url: str = SITE,
    date: str | None = DAY,
    status: int | None = 200,
    offset: int = 0,
    **more: object,
) -> RobotsRow:
    data = body.encode() if isinstance(body, str) else body
    capture = read_robots(data, url, date, status, "text/plain", **more)  # type: ignore[arg-type]
    assert capture is not None
    columns = {"source": "r.warc.gz", "warc_offset": offset, "inner_offset": None, **capture.columns()}
    return {name: columns[name] for name in COLUMNS}  # type: ignore[return-value]


def asked(body: str, path: str = "/a", agents: tuple[str, ...] = AI_AGENTS) -> RobotsView:
    return Captures([row(body)]).asof(f"https://site.example{path}", DAY, agents)


def denied(body: str, path: str, agent: str) -> bool:
    return agent in asked(body, path, (agent,)).denied


# Rules, path, agent, whether it is denied; RFC 9309, sections 2.2.1 to 2.2.3 and 5.
RULES = {
    "longest-not-first": ("User-agent: *\nDisallow: /\nAllow: /open/", "/open/x", "GPTBot", False),
    "longest-not-last": ("User-agent: *\nAllow: /open/\nDisallow: /", "/open/x", "GPTBot", False),
    "longest-denies": ("User-agent: *\nAllow: /open/\nDisallow: /open/not/", "/open/not/x", "GPTBot", True),
    "equal-allows": ("User-agent: *\nDisallow: /p\nAllow: /p", "/p/x", "GPTBot", False),
    "own-group-replaces": ("User-agent: *\nDisallow: /\n\nUser-agent: CCBot\nAllow: /", "/x", "CCBot", False),
    "others-keep-the-star": ("User-agent: *\nDisallow: /\n\nUser-agent: CCBot\nAllow: /", "/x", "GPTBot", True),
    "own-empty-disallow": ("User-agent: *\nDisallow: /\nUser-agent: CCBot\nDisallow:", "/x", "CCBot", False),
    "case-of-agents": ("user-AGENT: gptBOT\ndisALLOW: /", "/x", "GPTBot", True),
    "case-of-paths": ("User-agent: *\nDisallow: /Private", "/private", "GPTBot", False),
    "version": ("User-agent: GPTBot/1.2\nDisallow: /", "/x", "GPTBot", True),
    "words-behind": ("User-agent: GPTBot (OpenAI)\nDisallow: /", "/x", "GPTBot", True),
    "a-name-with-a-space": ("User-agent: Kangaroo Bot\nDisallow: /", "/x", "Kangaroo Bot", True),
    "not-a-prefix-of-another": ("User-agent: Applebot\nDisallow: /", "/x", "Applebot-Extended", False),
    "prefix-does-not-free": (
        "User-agent: Applebot\nAllow: /\n\nUser-agent: *\nDisallow: /",
        "/x",
        "Applebot-Extended",
        True,
    ),
    "many-agents-one-group": ("User-agent: CCBot\nUser-agent: GPTBot\nDisallow: /", "/x", "CCBot", True),
    "names-with-commas": ("User-agent: CCBot, GPTBot\nDisallow: /", "/x", "GPTBot", True),
    "groups-of-one-agent-merge": (
        "User-agent: GPTBot\nDisallow: /a\n\nUser-agent: *\nDisallow:\n\nUser-agent: gptbot\nDisallow: /b",
        "/b",
        "GPTBot",
        True,
    ),
    "delay-ends-the-heading": (
        "User-agent: *\nCrawl-delay: 9\n\nUser-agent: GPTBot\nDisallow: /",
        "/x",
        "CCBot",
        False,
    ),
    "sitemap-does-not": (
        "User-agent: *\nSitemap: https://s.example/s.xml\nUser-agent: X\nDisallow: /",
        "/",
        "CCBot",
        True,
    ),
    "blank-lines-do-not": ("User-agent: CCBot\n\n\nUser-agent: GPTBot\n\nDisallow: /", "/x", "CCBot", True),
    "star-inside": ("User-agent: *\nDisallow: /*/print", "/en/print/2", "GPTBot", True),
    "star-of-a-query": ("User-agent: *\nDisallow: /*?sort=", "/list?sort=up", "GPTBot", True),
    "dollar": ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", "GPTBot", True),
    "dollar-is-the-end": ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", "GPTBot", False),
    "dollar-alone": ("User-agent: *\nDisallow: /$", "/x", "GPTBot", False),
    "escapes-are-equal": ("User-agent: *\nDisallow: /caf%c3%a9", "/café/x", "GPTBot", True),
    "letters-are-equal": ("User-agent: *\nDisallow: /日本", "/%E6%97%A5%E6%9C%AC/x", "GPTBot", True),
    "comments": ("User-agent: * # all\nDisallow: /p # not this\n# Disallow: /", "/q", "GPTBot", False),
    "no-group": ("Disallow: /\n", "/x", "GPTBot", False),
    "misspelt": ("User-agent: *\nDissallow: /x", "/x", "GPTBot", True),
    "no-colon": ("User-agent *\nDisallow /x", "/x", "GPTBot", True),
    "a-sentence-is-no-rule": ("User-agent: *\nDisallow bots from here\nDisallow: /y", "/x", "GPTBot", False),
    "bom": ("\ufeffUser-agent: *\nDisallow: /x", "/x", "GPTBot", True),
    "carriage-returns": ("User-agent: *\rDisallow: /x\rAllow: /", "/x", "GPTBot", True),
    "both-line-ends": ("User-agent: *\r\nDisallow: /x\r\n", "/x", "GPTBot", True),
    "two-slashes": ("User-agent: *\nDisallow: //secret", "//secret/x", "GPTBot", True),
    "unicode-line-end-in-a-path": ("User-agent: *\nDisallow: /a\u2028Disallow: /", "/b", "GPTBot", False),
    "robots-itself": ("User-agent: *\nDisallow: /", "/robots.txt", "GPTBot", False),
}


@pytest.mark.parametrize("name", RULES)
def test_rules(name: str) -> None:
    body, path, agent, expected = RULES[name]
    assert denied(body, path, agent) == expected


# Rules, path, (Content-Usage, Content-Signal).
STAR = "User-agent: *\n"
PREFERENCES: dict[str, tuple[str, str, tuple[str | None, str | None]]] = {
    "usage": (f"{STAR}Content-Usage: train-ai=n, search=y", "/a", ("train-ai=n,search=y", None)),
    "usage-with-a-path": (f"{STAR}Content-Usage: /a train-ai=n", "/a/b", ("train-ai=n", None)),
    "usage-of-another-path": (f"{STAR}Content-Usage: /c train-ai=n", "/a/b", (None, None)),
    "longest-path": (f"{STAR}Content-Usage: train-ai=n\nContent-Usage: /ok/ train-ai=y", "/ok/1", ("train-ai=y", None)),
    "longest-path-in-any-order": (
        f"{STAR}Content-Usage: /ok/ train-ai=y\nContent-Usage: train-ai=n",
        "/ok/1",
        ("train-ai=y", None),
    ),
    "equal-paths-most-restrictive": (
        f"{STAR}Content-Usage: /a train-ai=y, search=n\nContent-Usage: /a train-ai=n",
        "/a",
        ("train-ai=n,search=n", None),
    ),
    "path-with-a-star": (f"{STAR}Content-Usage: /*.html$\ttrain-ai=n", "/x.html", ("train-ai=n", None)),
    "signal": (f"{STAR}Content-Signal: search=yes,ai-train=no", "/a", (None, "search=yes,ai-train=no")),
    "signal-case": (f"{STAR}content-signal: Search=Yes, AI-Train=NO", "/a", (None, "search=yes,ai-train=no")),
    "signal-use": (f"{STAR}Content-Signal: ai-train=no, use=reference", "/a", (None, "ai-train=no,use=reference")),
    "signal-twice": (f"{STAR}Content-Signal: ai-train=yes\nContent-Signal: ai-train=no", "/a", (None, "ai-train=no")),
    "signal-with-a-path": (f"{STAR}Content-Signal: /b ai-train=no", "/a", (None, None)),
    "signal-of-a-search-bot": ("User-agent: Googlebot\nContent-Signal: ai-train=no", "/a", (None, None)),
    "signal-of-an-ai-bot": ("User-agent: GPTBot\nContent-Signal: ai-train=no", "/a", (None, "ai-train=no")),
    "signal-before-any-group": (
        "Content-Signal: ai-train=no\nUser-agent: GPTBot\nAllow: /",
        "/a",
        (None, "ai-train=no"),
    ),
    "nothing-is-said": (f"{STAR}Disallow: /x", "/a", (None, None)),
}


@pytest.mark.parametrize("name", PREFERENCES)
def test_preferences(name: str) -> None:
    body, path, expected = PREFERENCES[name]
    view = asked(body, path)
    assert (view.content_usage, view.content_signal) == expected


def test_a_group_of_its_own_has_no_signal_of_the_star() -> None:
    body = "User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: GPTBot\nAllow: /\n"
    assert list(RobotsFile(body)._lines(["GPTBot"])) == [[]]
    assert asked(body).content_signal == "ai-train=no"  # whoever has no group of his own is told so


@pytest.mark.parametrize("value", ["Train-AI=n", "train-ai=no", 'train-ai="n"', "/p train-ai=disallow"])
def test_what_was_meant_is_kept_as_malformed(value: str) -> None:
    view = asked(f"{STAR}Content-Usage: {value}\n", "/p")
    assert view.malformed == (value,)
    assert "train-ai=n" not in (view.content_usage or "").split(",")


def test_licences_of_rsl_global_and_in_a_group() -> None:
    body = "License: https://a.example/l.xml\nUser-agent: *\nLicense: https://a.example/m.xml\nAllow: /"
    assert asked(body).licences == ("https://a.example/l.xml", "https://a.example/m.xml")


NOTICES = {
    "directive": "# EXPRESS RESERVATION OF RIGHTS UNDER ARTICLE 4 OF DIRECTIVE 2019/790",
    "mining": "# Text and data mining of this site\n# is not permitted without written consent",
    "german": "# Nutzungsvorbehalt nach § 44b Abs. 3 UrhG",
    "training": "# You may not use this content to train AI systems or large language models.",
    "japanese": "# 当サイトの文章を生成AIの学習に利用することを禁じます",
    "no-number-sign": "We do not allow the development of machine learning models from these pages",
}


@pytest.mark.parametrize("name", NOTICES)
def test_reservations_in_words(name: str) -> None:
    assert len(asked(f"{NOTICES[name]}\n{STAR}Disallow: /x\n").notices) == 1


@pytest.mark.parametrize(
    "comment",
    [
        "# we use AI to write these pages",
        "# no training wheels here",
        "# all robots welcome, see https://ai.example/train",
        "# Disallow: /old",
        "# 学習塾のサイトです",
    ],
)
def test_words_that_reserve_nothing(comment: str) -> None:
    assert asked(f"{comment}\n{STAR}Disallow: /x\n").notices == ()


def test_personal_data_in_a_notice_is_redacted() -> None:
    (notice,) = asked("# no AI training, ask jane.doe@site.example, no data mining").notices
    assert "jane" not in notice
    assert "<|EMAIL|>" in notice


# Status, body, Location -> outcome, and what a page of the host is told.
OUTCOMES: dict[str, tuple[int | None, bytes, str | None, str, str]] = {
    "ok": (200, b"User-agent: *\nDisallow: /", None, "rules", "rules"),
    "no-status": (None, b"User-agent: *\nDisallow: /", None, "rules", "rules"),
    "empty": (200, b"", None, "rules", "rules"),
    "not-found": (404, b"<html>not here</html>", None, "none", "none"),
    "gone-with-rules": (410, b"User-agent: *\nDisallow: /", None, "none", "none"),
    "forbidden": (403, b"", None, "none", "none"),
    "server-error": (503, b"", None, "unknown", "unknown"),
    "teapot-of-the-future": (700, b"", None, "unknown", "unknown"),
    "redirect": (301, b"", "https://elsewhere.example/robots.txt", "redirect", "unknown"),
    "redirect-without-place": (302, b"", None, "unknown", "unknown"),
    "html": (200, b"  <!DOCTYPE html><pre>User-agent: *\nDisallow: /</pre>", None, "not-robots", "none"),
    "html-with-bom": (200, b"\xef\xbb\xbf<html><body>home</body></html>", None, "not-robots", "none"),
    "picture": (200, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", None, "not-robots", "none"),
    "words": (200, b"Not found", None, "rules", "rules"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcomes(name: str) -> None:
    status, body, location, outcome, told = OUTCOMES[name]
    capture = row(body, status=status, location=location)
    assert capture["outcome"] == outcome
    view = Captures([capture]).asof("https://site.example/x", DAY)
    assert view.status == told
    assert bool(view.denied) == (name in ("ok", "no-status"))


def test_utf_16_with_its_mark_is_read() -> None:
    assert (
        "GPTBot"
        in Captures([row("\ufeffUser-agent: GPTBot\nDisallow: /".encode("utf-16-le"))])
        .asof("https://site.example/", DAY)
        .denied
    )


def test_bytes_that_are_no_utf_8_hide_no_rule() -> None:
    assert Captures([row(b"# caf\xe9\nUser-agent: *\nDisallow: /")]).asof("https://site.example/", DAY).denied


def test_half_a_line_of_a_cut_record_is_no_rule() -> None:
    capture = row("User-agent: *\nDisallow: /private/\nDisallow: /", cut=True)
    assert capture["content_truncated"]
    captures = Captures([capture])
    assert captures.asof("https://site.example/public", DAY).denied == ()
    assert captures.asof("https://site.example/private/x", DAY).denied == AI_AGENTS
    assert row("<!doct", cut=True)["outcome"] == "unknown"


def test_what_lies_behind_512_kib_closes_the_host_all_the_same() -> None:
    filler = "".join(f"Disallow: /old/{number:07}\n" for number in range(24_000))
    late = "\nUser-agent: GPTBot\nContent-Usage: train-ai=n\nDisallow: /\n"
    capture = row(f"{STAR}{filler}{late}")
    assert capture["content_truncated"]
    assert len(capture["rules"].encode()) <= 512 * 1024
    assert capture["rules"].endswith("\n")
    view = Captures([capture]).asof("https://site.example/new", DAY)
    assert view.denied == ("GPTBot",)
    assert view.content_usage == "train-ai=n"
    assert Captures([capture]).asof("https://site.example/old/0000001", DAY).denied == AI_AGENTS


def test_a_whole_file_is_not_truncated() -> None:
    assert not row(f"{STAR}Disallow: /x\n")["content_truncated"]


DENIES, ALLOWS = f"{STAR}Disallow: /", f"{STAR}Disallow:"


def test_the_nearest_capture_in_time_decides() -> None:
    captures = Captures(
        [row(ALLOWS, date="2024-01-01T00:00:00Z", offset=1), row(DENIES, date="2024-06-01T00:00:00Z", offset=2)]
    )
    early, late = (
        captures.asof("https://site.example/x", date) for date in ("2024-02-01T00:00:00Z", "2024-07-01T00:00:00Z")
    )
    assert (early.denied, early.ref, early.age_seconds) == ((), "r.warc.gz@1", 31 * 86400)
    assert (late.denied, late.ref, late.refs) == (AI_AGENTS, "r.warc.gz@2", ("r.warc.gz@2",))


def test_of_two_as_near_the_earlier_was_in_force() -> None:
    captures = Captures([row(DENIES, date="2024-01-03T00:00:00Z"), row(ALLOWS, date="2024-01-01T00:00:00Z")])
    assert captures.asof("https://site.example/x", "2024-01-02T00:00:00Z").denied == ()


def test_the_strictest_asks_all_captures_of_the_host() -> None:
    captures = Captures(
        [
            row(ALLOWS, date="2024-01-01T00:00:00Z", offset=1),
            row("User-agent: GPTBot\nDisallow: /", date="2020-01-01T00:00:00Z", offset=2),
            row(f"{STAR}Content-Signal: ai-train=no", "http://site.example:8080/robots.txt", offset=3),
            row("", status=503, offset=4),
        ]
    )
    view = captures.strictest("https://site.example/x")
    assert (view.denied, view.content_signal, view.status) == (("GPTBot",), "ai-train=no", "rules")
    assert (view.ref, view.refs) == ("r.warc.gz@2", ("r.warc.gz@2", "r.warc.gz@3"))


def test_a_denial_of_one_path_is_of_that_path_in_the_strictest_too() -> None:
    captures = Captures([row(f"{STAR}Disallow: /p/"), row(ALLOWS)])
    assert captures.strictest("https://site.example/p/1").denied == AI_AGENTS
    assert captures.strictest("https://site.example/q/1").denied == ()


def test_a_server_that_failed_decides_only_alone() -> None:
    failed = row("", status=500, date="2024-01-02T00:00:00Z")
    captures = Captures([failed, row(DENIES, date="2023-01-01T00:00:00Z")])
    assert captures.asof("https://site.example/x", "2024-01-02T00:00:00Z").denied == AI_AGENTS
    assert Captures([failed]).asof("https://site.example/x", DAY).status == "unknown"


@pytest.mark.parametrize("date", [None, "", "not a date"])
def test_a_page_without_a_date_has_all_captures_against_it(date: str | None) -> None:
    captures = Captures([row(ALLOWS, date="2024-01-01T00:00:00Z"), row(DENIES, date="2020-01-01T00:00:00Z")])
    assert captures.asof("https://site.example/x", date).denied == AI_AGENTS


def test_a_capture_without_a_date_comes_last() -> None:
    captures = Captures([row(DENIES, date=None), row(ALLOWS, date="2001-01-01T00:00:00Z")])
    assert captures.asof("https://site.example/x", DAY).denied == ()


# URL of the page; whether robots.txt of https://site.example/ speaks for it, as of a date and in the strictest.
ORIGINS = {
    "same": ("https://site.example/x", True, True),
    "own-port": ("https://site.example:443/x", True, True),
    "case-and-dot": ("HTTPS://Site.Example./x", True, True),
    "user": ("https://me@site.example/x", True, True),
    "other-scheme": ("http://site.example/x", False, True),
    "other-port": ("https://site.example:8443/x", False, True),
    "other-host": ("https://www.site.example/x", False, False),
    "no-path": ("https://site.example", True, True),
    "no-url": ("mailto:me@site.example", False, False),
    "broken": ("https://[site.example/x", False, False),
    "wrong-port": ("https://site.example:99999/x", False, False),
}


@pytest.mark.parametrize("name", ORIGINS)
def test_whom_a_robots_txt_speaks_for(name: str) -> None:
    url, asof, strictest = ORIGINS[name]
    captures = Captures([row(DENIES)])
    assert (captures.asof(url, DAY).status == "rules") == asof
    assert (captures.strictest(url).status == "rules") == strictest
    assert captures.asof(None, DAY).status == "absent"


def test_a_name_in_its_own_letters_is_that_in_ascii() -> None:
    captures = Captures([row(DENIES, "https://xn--wgv71a119e.example/robots.txt")])
    assert captures.asof("https://日本語.example/頁", DAY).denied == AI_AGENTS


def redirect(to: str, url: str = SITE, **more: object) -> RobotsRow:
    return row("", url, status=301, location=to, **more)  # type: ignore[arg-type]


def test_redirects_are_followed_within_the_captures() -> None:
    www = "https://www.site.example/robots.txt"
    captures = Captures(
        [
            redirect(www),
            redirect("/en/robots.txt", www),
            row(DENIES, "https://www.site.example/en/robots.txt", offset=9),
        ]
    )
    view = captures.asof("https://site.example/x", DAY)
    assert (view.status, view.denied, view.ref) == ("rules", AI_AGENTS, "r.warc.gz@9")
    assert captures.strictest("https://site.example/x").denied == AI_AGENTS


def test_a_redirect_to_a_page_means_no_rules() -> None:
    captures = Captures([redirect("/home"), row("<html>User-agent: *\nDisallow: /", "https://site.example/home")])
    assert captures.asof("https://site.example/x", DAY).status == "none"


def test_redirects_in_a_circle_and_out_of_the_captures_say_nothing() -> None:
    circle = Captures([redirect("http://site.example/robots.txt"), redirect(SITE, "http://site.example/robots.txt")])
    away = Captures([redirect("https://cdn.example/robots.txt")])
    assert circle.asof("https://site.example/x", DAY).status == "unknown"
    assert away.asof("https://site.example/x", DAY).status == "unknown"
    assert away.unresolved() == {"cdn.example"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.example/robots.txt", True),
        ("https://a.example:8080/ROBOTS.TXT", True),
        ("https://a.example/robots.txt?v=2", True),
        ("https://a.example/b/robots.txt", False),
        ("https://a.example/robots.txt.gz", False),
        ("https://a.example/?robots.txt", False),
        ("ftp://a.example/robots.txt", False),
        (None, False),
    ],
)
def test_where_a_robots_txt_lies(url: str | None, expected: bool) -> None:
    assert is_robots_url(url) == expected


HOSTILE: dict[str, Callable[[int], str]] = {
    "one-line": lambda count: "User-agent: *\nDisallow: /" + "a" * (50 * count),
    "one-comment": lambda count: "# " + "train AI not " * (4 * count),
    "groups": lambda count: "".join(f"User-agent: bot{n}\nDisallow: /\n\n" for n in range(count)),
    "groups-of-one": lambda count: "User-agent: GPTBot\nDisallow: /x\n\n" * count,
    "agents-times-rules": lambda count: "User-agent: a{}\n" * count + "Disallow: /b\n" * count,
    "usage": lambda count: STAR + "".join(f"Content-Usage: /{n} train-ai=n\n" for n in range(count // 4)),
    "no-line-ends": lambda count: "User-agent: * " * (4 * count),
    "stars": lambda count: STAR + "Disallow: /" + "*a" * (20 * count),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_cost_is_linear(name: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        body = HOSTILE[name](size).encode()

        def work() -> object:
            capture = read_robots(body, SITE, DAY, 200)
            assert capture is not None
            return RobotsFile(capture.rules).denied("/aaaa" * 20, AI_AGENTS)

        return work

    assert grows_linearly(prepare, 1500)


def test_a_hundred_thousand_groups_are_read() -> None:
    body = (
        "".join(f"User-agent: bot{number}\nDisallow: /\n" for number in range(100_000))
        + "User-agent: GPTBot\nDisallow: /\n"
    )
    capture = row(body)
    assert capture["content_truncated"]
    assert Captures([capture]).asof("https://site.example/", DAY).denied == ("GPTBot",)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["User-agent: *", "User-agent: GPTBot", "Disallow: /", "Allow: /a", "Content-Usage: train-ai=n", ""]
        ),
        st.text(max_size=30),
    ),
    max_size=30,
)


@given(LINES, st.text(max_size=20))
def test_whatever_a_file_says_it_is_read_and_judged(lines: list[str], path: str) -> None:
    capture = row("\n".join(lines))
    view = Captures([capture]).asof(f"https://site.example/{path}", DAY)
    assert view.status in ("rules", "none")
    assert set(view.denied) <= set(AI_AGENTS)


@given(LINES, LINES)
def test_the_strictest_forgets_no_denial(one: list[str], other: list[str]) -> None:
    rows = [row("\n".join(one), date="2024-01-01T00:00:00Z"), row("\n".join(other), date="2024-02-01T00:00:00Z")]
    views = [Captures([some]).asof("https://site.example/a/b", DAY) for some in rows]
    strictest = Captures(rows).strictest("https://site.example/a/b")
    assert set(strictest.denied) == {agent for view in views for agent in view.denied}
    assert strictest.content_usage == combined(*(view.content_usage for view in views))


@given(st.lists(st.sampled_from(["train-ai=n", "train-ai=y", "search=n", "search=y", "malformed_intent"]), max_size=6))
def test_joining_is_blind_to_order_of_strictness(statements: list[str]) -> None:
    whole = set((combined(*statements) or "").split(",")) - {""}
    assert whole == set((combined(*reversed(statements)) or "").split(",")) - {""}
    assert "train-ai=n" in whole or "train-ai=n" not in statements


def test_what_permits_restricts_nothing() -> None:
    view = asked(f"{STAR}Content-Usage: train-ai=y\nContent-Signal: search=yes\nAllow: /")
    assert (view.refs, view.reserves) == ((), False)
    assert asked(f"{STAR}Content-Signal: search=no").refs == ("r.warc.gz@0",)
