"""Pages, headers and robots.txt as a stranger wrote them from the standards and from what sites are like.

Tables lie in `stranger/`, a row a page: what it declares, which reservations it makes, whom its robots.txt denies.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from cost import grows_linearly
from yurai.evidence import choose, html_marks, page_evidence
from yurai.evidence.robots import Captures, RobotsRow, read_robots
from yurai.extraction.tree import parse

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://example.org/a"
DATE = "2026-01-01T00:00:00Z"
AGENTS = ("GPTBot", "CCBot", "ClaudeBot", "Google-Extended")
HTML = ("Content-Type", "text/html; charset=utf-8")
AI = "<p>You may not use this site to train AI.</p>"


def table(name: str) -> list[object]:
    lines = (Path(__file__).parent / "stranger" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [pytest.param(row, id=row["name"]) for row in map(json.loads, lines)]


def reserved(body: str | bytes, headers: list[tuple[str, str]] | None = None) -> set[str]:
    data = body.encode() if isinstance(body, str) else body
    marks = page_evidence(data, [HTML] if headers is None else headers, url=URL).marks
    return {entry for mark in choose(marks).marks for entry in mark.reservations}


@pytest.mark.parametrize("row", table("licences"))
def test_pages_declare_what_they_say(row: dict[str, str | None]) -> None:
    found = page_evidence((row["html"] or "").encode(), [HTML], url=row["url"] or "")
    assert found.declared_spdx == row["declared"]
    of_the_text = {mark.norm for mark in found.marks if mark.scope in ("page", "main_text") and mark.norm}
    if row["declared"] is None and row["name"] != "conflict-two":
        claims = {mark.norm for mark in found.marks if mark.kind == "licence_claim"}
        assert not of_the_text & claims


@pytest.mark.parametrize("row", table("reservations"))
def test_reservations_are_those_that_are_made(row: dict[str, object]) -> None:
    body = str(row["latin1"]).encode("latin-1") if "latin1" in row else str(row["html"]).encode()
    headers = [(name, value) for name, value in cast("list[list[str]]", row["headers"])]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(HTML if "html" in row else ("Content-Type", "text/html"))
    assert sorted(reserved(body, headers)) == row["reserves"]


@pytest.mark.parametrize("row", table("robots"))
def test_robots_txt_denies_whom_it_denies(row: dict[str, object]) -> None:
    capture = read_robots(str(row["latin1"]).encode("latin-1"), "https://example.org/robots.txt", DATE)
    assert capture is not None
    stored = {**capture.columns(), "source": "r", "warc_offset": 0, "inner_offset": None}
    view = Captures([cast("RobotsRow", stored)]).asof(f"https://example.org{row['path']}", DATE)
    assert sorted(set(AGENTS).intersection(view.denied)) == row["denied"]
    for key, said in (("usage", view.content_usage), ("signal", view.content_signal), ("reserves", view.reserves)):
        assert row[key] in (None, said)


@pytest.mark.parametrize(
    "body",
    [
        "<p>We write about machine learning and AI models here.</p>" * 400
        + AI
        + "<p>We write about AI models.</p>" * 400,
        "".join(f"<p>Not machine learning and AI models number {i}.</p>" for i in range(900))
        + AI
        + "".join(f"<p>No machine learning of AI systems {i}.</p>" for i in range(900)),
        f"<p>{'We love AI models. ' * 900}You may not use this site to train AI. {'We love AI models. ' * 900}</p>",
        "<p>"
        + "<b>no ai</b> training here, " * 900
        + ". "
        + AI[3:-4]
        + " "
        + "<i>not ai</i> training, " * 900
        + "</p>",
    ],
    ids=["equal", "distinct", "one-text", "inline"],
)
def test_a_sentence_in_the_middle_of_many_is_found(body: str) -> None:
    assert "ai-use=prohibited" in reserved(f"<html><body>{body}</body></html>")


@pytest.mark.parametrize(
    "before", ["<style>" + "a{b:c}" * 90_000 + "</style>", '<meta property="og:x" content="y">' * 3000]
)
def test_a_meta_element_far_down_is_found(before: str) -> None:
    assert reserved(f"<html><head>{before}<meta name=robots content=noai></head><body>x</body></html>") == {"noai"}


def test_agents_that_nobody_knows_do_not_fill_the_rows() -> None:
    metas = "".join(f'<meta name="x{i}bot" content="noai">' for i in range(2_000))
    body = f"<head>{metas}<meta name=ccbot content=noai><meta name=robots content=noimageai></head>"
    marks = page_evidence(body.encode(), [HTML], url=URL).marks
    assert len(choose(marks).marks) < 80
    assert {"ccbot:noai", "noimageai"} <= reserved(body)


@pytest.mark.parametrize(
    "make",
    [
        lambda count: "".join(f"<p>You could not use machine learning {i} for AI.</p>" for i in range(count)),
        lambda count: "<p>" + "".join(f"<b>not ai training {i}</b>, " for i in range(count)),
        lambda count: "<p>" + "".join(f"it is not machine learning {i} " for i in range(count)),
        lambda count: "".join(f"<p>reserved {i}</p>" for i in range(10 * count)),
        lambda count: "".join(f'<a href="//creativecommons.org/licenses/by/4.0/?{i}">x</a>' for i in range(10 * count)),
        lambda count: "<meta name=x>".join(f'<meta name="x{i}bot" content="noai">' for i in range(count)),
        lambda count: "<dl>" + "<dt>License<dd>CC BY 4.0" * count,
    ],
    ids=["blocks", "inline", "one-text", "notices", "links", "metas", "labels"],
)
def test_cost_is_linear(make: Callable[[int], str]) -> None:
    def prepare(count: int) -> Callable[[], object]:
        markup = f"<html><body>{make(count)}</body></html>".encode()
        tree, _ = parse(markup, 512)
        assert tree is not None
        return lambda: html_marks(markup, tree, URL)

    assert grows_linearly(prepare, 300)
