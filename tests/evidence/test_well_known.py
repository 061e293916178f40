"""What speaks for a host beside robots.txt: tdmrep.json, ai.txt, and answers with status 402."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.evidence.robots import Captures, form_of, read_robots, read_well_known
from yurai.evidence.robots.captures import COLUMNS
from yurai.evidence.robots.well_known import FORMS
from yurai.rights import Page, Statement, judge, load_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from yurai.evidence.robots import RobotsRow, RobotsView

HOST = "https://site.example"
TDM = f"{HOST}/.well-known/tdmrep.json"
DAY = "2026-03-04T00:00:00Z"
ALL = {"location": "/", "tdm-reservation": 1}


def row(
    body: bytes, url: str = TDM, date: str | None = DAY, status: int | None = 200, offset: int = 0, **headers: str
) -> RobotsRow | None:
    form = form_of(url, status)
    assert form is not None
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    capture = read_well_known(form, body, url, date, status, "application/json", headers=named)
    if capture is None:
        return None
    columns = {"source": "w.warc.gz", "warc_offset": offset, "inner_offset": None, **capture.columns()}
    return {name: columns[name] for name in COLUMNS}  # type: ignore[return-value]


def rows(*found: RobotsRow | None) -> Captures:
    return Captures(one for one in found if one is not None)


def file(*rules: object) -> bytes:
    return json.dumps([*rules]).encode()


def said(body: bytes, path: str = "/a/b.html", url: str = TDM) -> list[str]:
    return [norm for _, norm, _ in rows(row(body, url)).asof(f"{HOST}{path}", DAY).beside]


def rule(location: str, value: object = 1, policy: str | None = None) -> dict[str, object]:
    return {"location": location, "tdm-reservation": value} | ({"tdm-policy": policy} if policy else {})


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ([ALL], "/", ["tdm-reservation=1"]),
        ([ALL], "/deep/page?q=1", ["tdm-reservation=1"]),
        ([rule("/a/")], "/a/x", ["tdm-reservation=1"]),
        ([rule("/a/")], "/b/x", []),
        ([rule("/a/")], "/A/x", []),  # locations have a case
        ([rule("/img/*.jpg", 0), ALL], "/img/x/y.jpg", ["tdm-reservation=0"]),
        ([rule("/img/*.jpg", 0), ALL], "/img/x.png", ["tdm-reservation=1"]),
        ([ALL, rule("/free/", 0)], "/free/x", ["tdm-reservation=1"]),  # the first that matches, not the longest
        ([rule("/only$")], "/only", ["tdm-reservation=1"]),
        ([rule("/only$")], "/only/more", []),
        ([rule("*")], "/x", ["tdm-reservation=1"]),
        ([rule("/*/then")], "/this/long/then", ["tdm-reservation=1"]),
        ([rule("/caf%C3%A9/")], "/café/x", ["tdm-reservation=1"]),
        ([rule("a/")], "/a/x", ["tdm-reservation=1"]),  # without its slash
        ([rule(f"{HOST}/a/")], "/a/x", ["tdm-reservation=1"]),  # a whole address
        (
            [rule("/", 1, "https://site.example/p.json")],
            "/x",
            ["tdm-reservation=1", "tdm-policy=https://site.example/p.json"],
        ),
        (
            [{"location": "/", "tdm-policy": "https://site.example/p.json"}],
            "/x",
            ["tdm-policy=https://site.example/p.json"],
        ),
        ([rule("/", "1")], "/x", ["tdm-reservation=1"]),
        ([rule("/", True)], "/x", ["malformed_intent"]),
        ([rule("/", "yes")], "/x", ["malformed_intent"]),
        ([rule("/", False)], "/x", []),
        ([rule("/", 0)], "/x", ["tdm-reservation=0"]),
        ([{"location": "/"}], "/x", []),
        ([], "/x", []),
    ],
)
def test_rules_of_tdmrep(rules: list[dict[str, object]], path: str, expected: list[str]) -> None:
    assert said(file(*rules), path) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (json.dumps(ALL).encode(), ["tdm-reservation=1"]),  # one rule without its array
        (b"\xef\xbb\xbf" + file(ALL), ["tdm-reservation=1"]),
        (json.dumps([ALL]).encode("utf-16"), ["tdm-reservation=1"]),
        (b'[{"location": "/", "tdm-reservation": 1,}]', ["malformed_intent"]),  # a comma too many
        (b'[{"location": "/", "tdm-reservation": 1}', ["malformed_intent"]),  # cut short
        (b'[{"location": ["/"], "tdm-reservation": 1}]', ["malformed_intent"]),
        (b'[{"tdm-reservation": 1}]', ["malformed_intent"]),
        (b'{"rules": [{"location": "/", "tdm-reservation": 1}]}', ["malformed_intent"]),
        (b'[{"location": "/", "tdm_reservation": 1}]', ["malformed_intent"]),
        (b'[{"location": "/", "tdm-reservation": 1.0}]', ["malformed_intent"]),
        (b'[{"location": "/", "tdm-reservation": 0,}]', []),
        (b"<!doctype html><title>Not found</title>", []),
        (b"", []),
        (b"null", []),
        (b'"tdm"', []),
        (b"[" * 100_000, []),
        (b"\xff\xfe\xff", []),
    ],
)
def test_files_that_are_none(body: bytes, expected: list[str]) -> None:
    assert said(body) == expected


def test_what_is_a_capture() -> None:
    assert form_of(TDM, 200) == form_of(f"{HOST}/.Well-Known/TDMREP.json?x=1", None) == "tdmrep"
    assert form_of(f"{HOST}/ai.txt", 200) == "ai-txt"
    assert form_of(f"{HOST}/any/page", 402) == form_of(TDM, 402) == "payment-required"
    others = [(TDM, 404), (TDM, 301), (f"{HOST}/a/.well-known/tdmrep.json", 200), (f"{HOST}/.well-known/ai.txt", 200)]
    assert [form_of(url, status) for url, status in (*others, ("ftp://a.example/ai.txt", 200), (None, 402))] == [
        None
    ] * 6


def test_nearest_capture_of_the_origin_speaks() -> None:
    captures = rows(
        row(file(ALL), date="2026-01-01T00:00:00Z", offset=1),
        row(file(rule("/", 0)), date="2026-06-01T00:00:00Z", offset=2),
    )
    assert captures.asof(f"{HOST}/x", "2026-02-01T00:00:00Z").beside == (
        ("tdm-file", "tdm-reservation=1", "w.warc.gz@1"),
    )
    assert captures.asof(f"{HOST}/x", "2026-05-20T00:00:00Z").beside == (
        ("tdm-file", "tdm-reservation=0", "w.warc.gz@2"),
    )
    norms = {norm for _, norm, _ in captures.strictest(f"{HOST}/x").beside}
    assert (
        norms
        == {"tdm-reservation=1", "tdm-reservation=0"}
        == {norm for _, norm, _ in captures.asof(f"{HOST}/x", None).beside}
    )


@pytest.mark.parametrize(
    ("page", "asof", "strictest"),
    [
        ("https://site.example/x", True, True),
        ("https://site.example:443/x", True, True),
        ("https://site.example:8443/x", False, True),
        ("http://site.example/x", False, True),
        ("https://www.site.example/x", False, False),
        ("https://other.example/x", False, False),
    ],
)
def test_it_speaks_for_its_origin(page: str, asof: bool, strictest: bool) -> None:
    captures = rows(row(file(ALL)))
    assert (captures.asof(page, DAY).reserves, captures.strictest(page).reserves) == (asof, strictest)


def test_it_stands_beside_robots() -> None:
    robots = read_robots(b"User-agent: *\nAllow: /", f"{HOST}/robots.txt", DAY, 200)
    assert robots is not None
    first = {"source": "r.warc.gz", "warc_offset": 0, "inner_offset": None, **robots.columns()}
    captures = rows({name: first[name] for name in COLUMNS}, row(file(ALL)))  # type: ignore[misc]
    view = captures.asof(f"{HOST}/x", DAY)
    assert (view.status, view.ref, view.denied, view.reserves) == ("rules", "r.warc.gz@0", (), True)
    alone = rows(row(file(ALL))).asof(f"{HOST}/x", DAY)
    assert (alone.status, alone.reserves) == ("absent", True)


def test_no_reservation_is_lost_to_the_cap_of_rules() -> None:
    many = [rule(f"/free/{number:05}/{'x' * 200}/", 0) for number in range(3_000)]
    assert said(file(*many, rule("/last/")), "/last/x") == ["tdm-reservation=1"]
    assert said(file(*many, rule("/last/")), f"/free/00007/{'x' * 200}/y") == ["tdm-reservation=0"]
    assert said(file(*many, rule("/last/", 0)), "/last/x") == []


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("User-Agent: *\nDisallow: /", "/x", ["disallow:*"]),
        ("User-Agent: *\nDisallow: *.html\nAllow: *.txt", "/a/page", ["disallow:*"]),
        ("User-Agent: *\nDisallow: *.html", "/a/", ["disallow:*"]),
        ("User-Agent: *\nDisallow: *.html", "/a/page.txt", []),
        ("User-Agent: *\nDisallow: *.jpg\nDisallow: *.png", "/a/page", []),
        ("User-Agent: *\nAllow: *.html", "/a/page.html", []),
        ("User-Agent: GPTBot\nDisallow: /\n\nUser-Agent: CCBot\nAllow: /", "/x", ["disallow:gptbot"]),
        ("# Spawning AI\nUser-Agent: *\nDisallow: *\n", "/x?q=1", ["disallow:*"]),
        ("Our models answer mail at ai@site.example", "/x", []),
        ("<html><body>Not found", "/x", []),
        ("", "/x", []),
    ],
)
def test_ai_txt(text: str, path: str, expected: list[str]) -> None:
    assert said(text.encode(), path, f"{HOST}/ai.txt") == expected


def verdict(view: RobotsView, policy: str) -> tuple[str, list[str]]:
    found = judge(Page(url=f"{HOST}/x", robots=view), load_policy(policy))
    return found.verdicts["train"], found.lines()


def test_payment_is_an_offer_and_names_its_record() -> None:
    captured = row(b"", f"{HOST}/paid/1", status=402, offset=9, crawler_price="USD 0.01", set_cookie="a=b")
    assert captured is not None
    assert captured["rules"] == "crawler-price: USD 0.01"
    view = rows(captured).asof(f"{HOST}/x", DAY)
    assert not view.reserves
    for policy in ("robots-asof", "robots-strictest", "eu-dsm4-signals", "jp-30-4-signals"):
        train, lines = verdict(view, policy)
        assert train == "unknown"
        assert "unknown train: http-402:payment-required at robots:w.warc.gz@9 by sells-access" in lines
    assert rows(captured).asof("https://b.example/x", DAY).beside == ()


def test_payment_for_robots_txt_is_no_rules_and_an_offer() -> None:
    view = rows(row(b"pay", f"{HOST}/robots.txt", status=402)).asof(f"{HOST}/x", DAY)
    assert (view.status, [norm for _, norm, _ in view.beside]) == ("none", ["payment-required"])


@pytest.mark.parametrize(
    ("carriers", "train"),
    [
        ((), "deny"),
        (("tdm-header", "tdm-reservation=0"), "allow"),  # a header supersedes the file
        (("tdm-meta", "tdm-reservation=0"), "allow"),
        (("tdm-meta", "tdm-reservation=1"), "deny"),
        (("meta-robots", "noai"), "deny"),  # another protocol supersedes nothing
    ],
)
def test_later_carriers_of_tdmrep_supersede_the_file(carriers: tuple[str, ...], train: str) -> None:
    marks = (Statement("optout_signal", *carriers, "page", "#0"),) if carriers else ()
    view = rows(row(file(ALL))).asof(f"{HOST}/x", DAY)
    found = judge(Page(url=f"{HOST}/x", statements=marks, robots=view), load_policy("eu-dsm4-signals"))
    assert found.verdicts["train"] == train


@given(st.binary(max_size=200) | st.lists(st.dictionaries(st.sampled_from(["location", "tdm-reservation"]), st.one_of(st.integers(), st.text(max_size=9), st.none(), st.booleans())), max_size=4).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_bytes_are_read(body: bytes) -> None:
    for url in (TDM, f"{HOST}/ai.txt"):
        captured = row(body, url)
        if captured is not None:
            assert captured["outcome"] in FORMS
            assert rows(captured).strictest(f"{HOST}/x").status == "absent"


def test_cost_is_linear() -> None:
    def prepare(size: int) -> Callable[[], object]:
        body = file(*(rule(f"/{number}/", number % 2) for number in range(size)))
        return lambda: said(body, "/none")

    assert grows_linearly(prepare, 400)
