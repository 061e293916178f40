"""A seeded share of what bench/attacks.py sends through the sandbox with its default limits."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import hostile_damage
import hostile_pages
from hostile_pages import GOOD, LINE, PAGES, Trials, page
from yurai.extraction import ExtractOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yurai.extraction import Page

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="costs of another process are read from /proc")

SHARE = 12
LIGHT = 60_000
"""Bytes of a page that is tried here: larger ones take seconds."""
BOMBS = ("packed", "PDF: blanks", "PDF: NULs", "PDF: inflated")
"""Names of what takes seconds to make."""


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with Trials() as one:
        yield one


def light(seed: int) -> Iterator[tuple[str, Page]]:
    """Pages in random order, without those that take long."""
    names = sorted(name for name in PAGES if not name.startswith(BOMBS))
    for name in random.Random(seed).sample(names, len(names)):
        made = PAGES[name]()
        if len(made.body) <= LIGHT:
            yield name, made


def test_hostile_pages_are_answered_and_cost_no_other_page(trials: Trials) -> None:
    drawn = dict(one for one, _ in zip(light(21), range(SHARE), strict=False))
    assert len(drawn) == SHARE
    assert {name: wrong for name, made in drawn.items() if (wrong := trials.wrong(name, made))} == {}


def test_damaged_pdfs_are_answered_and_cost_no_other_page(trials: Trials) -> None:
    drawn = [one for one in hostile_damage.damages(6, seed=22) if one.container in hostile_damage.PDF_FILES]
    tried = {str(one): trials.wrong(str(one), hostile_damage.page_of(one)) for one in drawn}
    assert {name: wrong for name, wrong in tried.items() if wrong} == {}


def test_there_are_hundreds() -> None:
    assert len(PAGES) > 250
    assert len(hostile_pages.PDFS) > 30


def test_the_check_sees_a_good_page_that_is_not_as_it_was(trials: Trials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "_expected", [replace(one, text="other") for one in trials._expected])
    assert trials.wrong("small", page(LINE)) in {f"{one.key} is not as it was" for one in GOOD}


def test_the_check_sees_what_a_page_costs(trials: Trials, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "_options", replace(ExtractOptions(), cpu_seconds=-2))
    assert "CPU s" in trials.wrong("small again", page(LINE * 2))


@pytest.mark.slow
def test_a_page_that_ends_its_child_has_its_cost_told() -> None:
    slow = b"<p " + b" ".join(b'a%d=""' % n for n in range(120_000)) + b">slow"
    with Trials(ExtractOptions(max_attributes=10**9, cpu_seconds=1)) as trials:
        assert trials.wrong("slow", page(slow)) == ""
        assert trials.answers == {"cpu-limit": 1}
        assert 0.9 < trials.cost.seconds < 2
