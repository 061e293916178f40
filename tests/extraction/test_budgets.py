"""What is checked before a page is parsed: in time that grows with its bytes, whatever they are."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.extraction.budgets import RAW_TEXT, over_budget
from yurai.extraction.options import ExtractOptions

OPTIONS = ExtractOptions(max_attributes=3, max_doctype=40)
UNCLOSED = (
    "<script ",
    "<style ",
    "<script/",
    "<STYLE a='x",
    '<script a="',
    "<script>",
    "<!--",
    "<!-- -",
    "<a ",
    "<a b='",
    "</",
    "=",
)
HUNDREDS = 240_000
"""Bytes of the page that took the whole minute of a page: an unclosed `<script `, thirty thousand times."""


@pytest.mark.parametrize("unit", UNCLOSED)
def test_what_is_never_closed_takes_linear_time(unit: str) -> None:
    def work(size: int) -> Callable[[], object]:
        markup = (unit * (size // len(unit))).encode()
        return lambda: (over_budget(markup, ExtractOptions()), RAW_TEXT.sub(b"", markup))

    assert grows_linearly(work, HUNDREDS)


@pytest.mark.parametrize(
    ("markup", "over"),
    [
        ("<p a b c>", False),
        ("<p a b c d>", True),
        ("<p a='>' b=\">\" c d>", True),
        ("<script a b c d>x</script>", False),
        ("<style a b c d>x</style x>", False),
        ("<script a b c d", True),
        ("<!-- <p a b c d> -->", False),
        ("<!-- <p a b c d> ", False),
        ("<script>'<p a b c d>'</SCRIPT>", False),
        ("<script>'</style>' <p a b c d>", False),
        ("<scripts a b c d>", True),
        ("<p a='<!--'><p a b c d>", True),
    ],
)
def test_tags_are_counted_outside_of_what_is_no_markup(markup: str, over: bool) -> None:
    assert over_budget(markup.encode(), OPTIONS) == ("budget-attributes" if over else None)


PLAIN = re.compile(rb"<!--(?:.*?-->|.*)|<(script|style)\b[^>=]*>(?:.*?</\1|.*)", re.IGNORECASE | re.DOTALL)
PIECES = (
    """<script> </script> <script </SCRIPT <style x> </style> <!-- --> <!--> <p> </p> - -- < > / a text <scripts>"""
)
pieces = st.sampled_from([*PIECES.split(), " ", "\n"])


@given(st.lists(pieces, max_size=12).map("".join))
def test_raw_text_is_what_the_plain_pattern_says(markup: str) -> None:
    """Where every opening tag is closed; one that is not reaches to the end, which the plain pattern leaves."""
    data = markup.encode() + b">"
    assert RAW_TEXT.sub(b"", data) == PLAIN.sub(b"", data)
