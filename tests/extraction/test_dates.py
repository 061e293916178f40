"""Dates that pages state: as far as they state them, wherever they do, and nothing that is no date."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.extraction import ExtractOptions, Page, extract_page
from yurai.extraction.dates import dates_in

if TYPE_CHECKING:
    from yurai.extraction import Extraction

TEXT = "<p>" + "港の壁に書かれた潮の表は、毎朝、船が出る前に読まれる。一度も間違ったことがない。" * 4 + "</p>"


def extract(body: str, head: str = "") -> Extraction:
    markup = f"<html><head>{head}</head><body><h1>潮の表</h1>{body}{TEXT}</body></html>"
    page = Page("key", markup.encode(), "text/html", "utf-8", "https://a.example/1", "2024-05-06T07:08:09Z")
    return extract_page(page, ExtractOptions(dates=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018年12月25日", ["2018-12-25"]),
        ("公開日:2018年4月3日(火)", ["2018-04-03"]),
        ("2018年 4月 13日 更新", ["2018-04-13"]),
        ("２０１８年１２月２５日", ["2018-12-25"]),
        ("平成30年4月3日", ["2018-04-03"]),
        ("令和元年5月1日", ["2019-05-01"]),
        ("H30.4.3", ["2018-04-03"]),
        ("2018年4月", ["2018-04"]),
        ("2018/4/3 10:21", ["2018-04-03"]),
        ("2018.04.03", ["2018-04-03"]),
        ("2018-04-03T23:30:00-08:00", ["2018-04-03"]),
        ("April 3, 2018", ["2018-04-03"]),
        ("Published 3rd Apr 2018", ["2018-04-03"]),
        ("電話 03-1234-5678", []),
        ("平成15年法律第57号", []),
        ("商品番号 2018-1225-03", []),
        ("ISBN 978-4-2018-0403-1", []),
        ("2018年13月40日", []),
        ("May 2018", []),
        ("version 2018.4.3.1", []),
    ],
)
def test_forms_of_dates(text: str, expected: list[str]) -> None:
    assert dates_in(text) == expected


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2024, 5, 6)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    forms = (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%B} {day.day}, {day.year}",
        f"{day.day} {day:%b} {day.year}",
    )
    assert [dates_in(form) for form in forms] == [[day.isoformat()]] * len(forms)


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        ("<p>2018年12月25日</p>", "", ("2018-12-25", "text", "day")),
        ("<time>2018年12月25日</time>", "", ("2018-12-25", "time", "day")),
        ("<time datetime='2018-12-25T23:30:00+09:00'>昨日</time>", "", ("2018-12-25", "time", "day")),
        ("", "<meta property='article:published_time' content='2018-12-25'>", ("2018-12-25", "meta", "day")),
        ("<span itemprop=datePublished content='2018-12-25'></span>", "", ("2018-12-25", "microdata", "day")),
        (
            "",
            f"<script type='application/ld+json'>{json.dumps({'datePublished': '2018-12-25T01:02:03Z'})}</script>",
            ("2018-12-25", "json-ld", "day"),
        ),
        ("<p>2018年4月</p>", "", ("2018-04", "text", "month")),
        ("<p>2031年4月3日</p>", "", (None, None, None)),
        ("<p>電話 03-1234-5678、平成15年法律第57号</p>", "", (None, None, None)),
    ],
)
def test_where_a_page_states_its_date(body: str, head: str, expected: tuple[str | None, ...]) -> None:
    found = extract(body, head)
    assert (found.date, found.date_by, found.date_precision) == expected


def test_a_guess_is_kept_as_far_as_the_page_shows_it() -> None:
    """htmldate makes the first of January of a bare year."""
    found = extract("<footer>Copyright 2018 by nobody</footer>")
    assert found.date in {None, "2018"}
