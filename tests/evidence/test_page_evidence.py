"""The library for one page: its documentation runs, it loads little, and it says what the pipeline says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_pages import BY, URL
from yurai.evidence import choose, header_marks, html_marks, mark_row, page_evidence
from yurai.extraction.charset import decode_page
from yurai.extraction.tree import parse, to_markup

PAGE = Path(__file__).parents[2] / "docs/evidence.md"
BODY = f'<html><body><p>text</p><footer><a rel="license" href="{BY}">x</a></footer></body></html>'.encode()


def example() -> str:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]


def test_the_example_of_the_documentation_runs_and_loads_little() -> None:
    watch = "import sys\nprint([name for name in ('ray', 'pyarrow', 'pyarrow.compute') if name in sys.modules])\n"
    ran = subprocess.run([sys.executable, "-c", example() + watch], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "CC-BY-SA-4.0 page Ann Other",
        "True ('GPTBot',)",
        "optout_signal content-signal-header search=yes,ai-train=no page",
        "optout_signal meta-robots gptbot:noindex page",
        *[line for line in ran.stdout.splitlines() if line.startswith("licence_claim")],
        *[line for line in ran.stdout.splitlines() if line.startswith("deny ")],
        "[]",
    ]
    assert "licence_claim rel-license CC-BY-SA-4.0 page" in ran.stdout
    assert "deny deny train: content-signal-header" in ran.stdout


def test_it_is_short_enough_for_a_stranger() -> None:
    code = [line for line in example().splitlines() if line.strip()]
    assert len(code) <= 20
    assert len(PAGE.read_text("utf-8").splitlines()) <= 80


def test_it_says_what_the_parts_say() -> None:
    headers = [("X-Robots-Tag", "noai"), ("Content-Type", "text/html; charset=shift_jis")]
    found = page_evidence(BODY, headers, url=URL, date="2024-01-01T00:00:00Z")
    markup = to_markup(decode_page(BODY, "shift_jis").text)
    marks = (*header_marks(headers, URL), *html_marks(markup, parse(markup, 512)[0], URL))
    assert found.marks == marks
    assert found.rows("1") == [mark_row("1", mark, "2024-01-01T00:00:00Z") for mark in choose(marks).marks]


@pytest.mark.parametrize(
    "robots", [None, "", "User-agent: *\nDisallow: /x\n", b"\xff\xfe\x00", "Content-Signal: ai-train=no"]
)
def test_any_robots_txt_will_do(robots: bytes | str | None) -> None:
    found = page_evidence(BODY, url=URL, robots=robots)
    assert found.declared_spdx == "CC-BY-4.0"
    assert found.judge("robots-asof").verdicts["train"] in ("allow", "unknown", "deny")


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<", b"<html>", "<p>日本語".encode("utf-16")])
@pytest.mark.parametrize("url", ["", "x", URL, "http://["])
def test_any_bytes_will_do(body: bytes, url: str) -> None:
    found = page_evidence(body, [("Content-Type", "text/html; charset")], url=url, robots="User-agent: *\nDisallow: /")
    assert found.marks == ()
    assert found.rows("1") == []


def test_robots_reserve_too() -> None:
    assert page_evidence(BODY, url=URL, robots="User-agent: CCBot\nDisallow: /").reserved
    assert not page_evidence(BODY, url=URL, robots="User-agent: Googlebot\nDisallow: /").reserved
    assert not page_evidence(BODY, url=URL).reserved


@pytest.mark.parametrize(
    ("markup", "name", "url", "title"),
    [
        ("<p>text", None, None, None),
        ('<meta name="author" content="Ann Other">', "Ann Other", None, None),
        ('<meta name="author" content="Ann Other &lt;ann@site.example&gt;">', "Ann Other", None, None),
        ('<meta name="author" content="admin">', None, None, None),
        ('<meta name="DC.creator" content="A. B."><meta name="DC.title" content="Tides">', "A. B.", None, "Tides"),
        (
            '<meta name="citation_author" content="B, A"><meta name="citation_author" content="D, C">',
            "B, A; D, C",
            None,
            None,
        ),
        (
            '<span property="cc:attributionName">Ann</span><a rel="cc:attributionURL" href="/ann">x</a>',
            "Ann",
            "https://site.example/ann",
            None,
        ),
        (
            '<meta name="author" content="Site"><a rel="cc:attributionURL" property="cc:attributionName" href="/u">Ann</a>',
            "Ann",
            "https://site.example/u",
            None,
        ),
        (
            (
                '<script type="application/ld+json">{"@type": "Article", "headline": "Tides", "creditText": "Ann / Tide"}'
                "</script>"
            ),
            "Ann / Tide",
            None,
            "Tides",
        ),
        (
            '<script type="application/ld+json">{"@type": "Article", "author": {"name": "Ann", "url": "/ann"}}</script>',
            "Ann",
            "https://site.example/ann",
            None,
        ),
        (
            '<script type="application/ld+json">{"@type": "ImageObject", "creditText": "Of the picture"}</script>',
            None,
            None,
            None,
        ),
        ('<a rel="author" href="/ann">Ann Other</a>', "Ann Other", "https://site.example/ann", None),
    ],
)
def test_it_says_whom_to_credit(markup: str, name: str | None, url: str | None, title: str | None) -> None:
    found = page_evidence(f"<html><head></head><body>{markup}".encode(), url="https://site.example/a").attribution
    told = None if found is None else (found.name, found.url, found.title)
    assert told == (None if name is None else (name, url, title))


def test_tdmrep_of_the_host_is_heard() -> None:
    tdmrep = '[{"location": "/a/", "tdm-reservation": 1}]'
    inside, outside = (page_evidence(BODY, url=f"https://site.example{path}", tdmrep=tdmrep) for path in ("/a/x", "/b"))
    assert (inside.reserved, outside.reserved) == (True, False)
    assert inside.judge("eu-dsm4-signals").verdicts["train"] == "deny"
    assert page_evidence(BODY, url="no address", tdmrep=tdmrep, robots="User-agent: *").robots.status == "absent"
