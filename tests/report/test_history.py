"""Captures of one URL are told oldest first, kept or not, each with what changed since the one before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import yurai
from rights_corpora import CC_BY, archive, recipe, sentences
from run_helpers import run
from warc_samples import response
from yurai.report.safe_text import shown
from yurai_manifests.lookup.lookup import Lookup
from yurai_manifests.run import load_run
from yurai_manifests.store import LocalStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said
    from yurai.report.history import History

URL = "https://page.example/a"
CHAIN = recipe({"use": "dedup", "method": "exact"}, {"use": "tokenize"})


def captured(number: int, text: str, url: str, date: str, title: str = "t", foot: str = "") -> bytes:
    """A record of a page with a title."""
    body = f"<html><head><title>{title}</title></head><body><main>{sentences(text)}{foot}</main></body></html>"
    return response(number, body.encode(), WARC_Target_URI=url, WARC_Date=date)


OLD = [
    captured(1, "first", URL, "2024-01-01T00:00:00Z", "One"),
    captured(2, "first", "http://www.page.example/a/", "2024-02-01T00:00:00Z", "One"),
    captured(3, "second", URL, "2024-03-01T00:00:00Z", "Mail me@page.example", CC_BY),
    *(captured(10 + n, f"else{n}", f"https://page.example/{n}", "2024-01-01T00:00:00Z") for n in range(30)),
]
NEW = [
    captured(1, "second", URL, "2025-01-01T00:00:00Z", "Two"),
    captured(2, "else", "https://else.example/", "2025-01-01T00:00:00Z"),
]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An older tree with three captures of a URL and its variants, a newer one with one."""
    folder = tmp_path_factory.mktemp("history")
    for name, pages in (("old", OLD), ("new", NEW)):
        archive(folder / f"{name}-in" / "pages.warc.gz", pages)
        run(folder / name, [folder / f"{name}-in"], recipe=CHAIN)
    return folder / "old", folder / "new"


@pytest.fixture(scope="module")
def told(trees: tuple[Path, Path]) -> History:
    """The history of the URL over both trees."""
    return yurai.open(trees[1]).history(URL, trees[0], diff=True)


def test_every_capture_is_told_oldest_first(told: History, trees: tuple[Path, Path]) -> None:
    old, new = map(str, trees)
    assert [(one.version.capture.capture_date, one.version.outcome, one.version.tree) for one in told.captures] == [
        ("2024-01-01T00:00:00Z", "kept", old),
        ("2024-02-01T00:00:00Z", "dropped", old),
        ("2024-03-01T00:00:00Z", "kept", old),
        ("2025-01-01T00:00:00Z", "kept", new),
    ]
    assert told.captures[1].version.differs == "scheme, www, final slash"
    assert told.captures[1].version.kept_doc_id == told.captures[0].version.capture.doc_id
    assert (told.texts, told.first_seen, told.last_seen) == (2, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")


def test_changes_are_those_that_were_planted(told: History) -> None:
    first, same, changed, last = (one.change for one in told.captures)
    assert first is None
    assert same is not None
    assert changed is not None
    assert last is not None
    assert (same.same_text, same.fields, changed.same_text) == (True, (), False)
    assert changed.similarity < 0.5
    assert {one.name: (one.before, one.after) for one in changed.fields} == {
        "title": ("One", shown("Mail me@page.example")),
        "declared_spdx": (None, "CC-BY-4.0"),
    }
    assert 0 < changed.added <= changed.lines
    assert {line[0] for line in changed.diff if line.endswith(" first.")} == {"-"}
    assert {line[0] for line in changed.diff if line.endswith(" second.")} == {"+"}
    assert {one.name for one in last.fields} == {"title", "declared_spdx"}


def test_json_has_no_text_and_no_address(told: History) -> None:
    said = json.dumps(told.json())
    assert "me@page.example" not in said
    assert sentences("first", 2) not in said
    assert json.loads(said)["captures"][2]["version"]["page"]["text_bytes"] > 0


def test_single_rows_are_read(trees: tuple[Path, Path]) -> None:
    from yurai.report.history import history

    store = LocalStore(trees[0])
    lookup = Lookup(store, load_run(store))
    assert len(history([lookup], URL).captures) == 3
    assert lookup.scanned == set()


def test_command(trees: tuple[Path, Path], yurai: Callable[..., Said]) -> None:
    assert "never seen" in yurai("history", trees[0], "https://no.example/").out
    shown = yurai("history", trees[1], URL, trees[0], "--diff")
    assert shown.code == 0
    assert "me@page.example" not in shown.out
    assert "4 captures, 2 texts, 2024-01-01T00:00:00Z to 2025-01-01T00:00:00Z" in shown.out
