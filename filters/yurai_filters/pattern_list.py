"""Define filter "pattern-list", which drops pages in which patterns of the user's list match too often."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
import re2

from yurai_filters.compare import above
from yurai_filters.declare import document_filter
from yurai_filters.lists import Lines
from yurai_filters.ranges import Count
from yurai_filters.why import first_reason

_HELD = 16


class PatternList(Lines):
    """Regular expressions of RE2, one a line."""

    ENTRY = "a regular expression of RE2 that matches something"

    __slots__ = ()

    @classmethod
    def entry(cls, line: str) -> str | None:
        """Return the pattern; None where RE2 cannot read it, or where it matches nothing, which is everywhere."""
        try:
            return line if line and not re2.search(f"(?:{line})", "", _quiet()) else None
        except re2.error:
            return None


NO_PATTERNS = PatternList()


@document_filter("pattern-list", version=1, cites="https://github.com/HojiChar/HojiChar")
def pattern_list(
    text: pa.StringArray, *, patterns: PatternList = NO_PATTERNS, max_count: Count | None = None
) -> pa.StringArray:
    r"""Drop documents in which the patterns of a list match too often; exactly the limit stays.

    What it drops: `listed-patterns`: more than `max_count` matches of any of `patterns`, from the left; of those that
    begin at one place the first in the list counts. `patterns` is a list as in `word-list`, one regular expression a
    line, in the syntax of RE2, whose time is linear in the text; `\d` is an ASCII digit there, `\pN` any.
    Why: some templates are told by forms, as dates and numbers of comments are, and not by words. No list is shipped
    but those that a published recipe consists of: with `patterns` empty the rule drops nothing.
    Source: HojiChar 0.18, DiscardBBSComments: `max_count = 14`.
    Example: with `max_count = 2` and `\d+話` in the list, a page that lists three episodes is dropped.
    """
    return first_reason(listed_patterns=above(_matches(text, patterns), max_count))


def _matches(text: pa.StringArray, patterns: PatternList) -> pa.Int32Array:
    if not len(patterns):
        return pa.array([0] * len(text), pa.int32())
    return cast("pa.Int32Array", pc.count_substring_regex(text, _either(patterns)).cast(pa.int32()))


@lru_cache(maxsize=_HELD)
def _either(patterns: PatternList) -> str:
    return "|".join(f"(?:{one})" for one in patterns)


@lru_cache(maxsize=1)
def _quiet() -> re2.Options:
    """Return options under which RE2 writes nothing of what it cannot read: whoever asks is told."""
    options = re2.Options()
    options.log_errors = False
    return options
