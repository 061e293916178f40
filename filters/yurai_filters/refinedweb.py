"""Define filter "refinedweb", its tagger and editor "refinedweb-lines": lines of pages that are no text of theirs."""

from __future__ import annotations

import re
from typing import Final

import pyarrow as pa

from yurai_filters.compare import above, share
from yurai_filters.declare import document_filter, editor, tagger
from yurai_filters.ranges import Share
from yurai_filters.why import first_reason

RULES: Final = ("capitals", "numbers", "counters", "too-few-words", "phrases")
_MOST_CAPITALS: Final = 0.5
_LEAST_WORDS: Final = 2
_MOST_WORDS: Final = 10
"""Words of a line from which no phrase is taken, at most."""
_COUNTER: Final = re.compile(
    r"\W*\d[,.\d]*[kmb]?\s+(?:likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views"
    r"|followers)\W*"
)
_PHRASES: Final = re.compile(r"\s?items in cart|\s?read more\.\.\.$|^sign-in\s?", re.IGNORECASE)


@tagger("refinedweb-words", version=1, writes={"flagged_word_share": pa.float32()})
def flagged_words(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    r"""Measure how much of a text lies in lines that editor `refinedweb-lines` removes.

    Columns, null for a text without words:
        flagged_word_share: float32, words, between white space, that the editor takes away / words, rounded to 1e-4.

    Source: arXiv:2306.01116 section G.2, as DCLM made it again.
    """
    words = [None if page is None else len(page.split()) for page in text.to_pylist()]
    left = [None if page is None else len(_without(page)[0].split()) for page in text.to_pylist()]
    lost = [None if all_ is None or kept is None else all_ - kept for all_, kept in zip(words, left, strict=True)]
    return {"flagged_word_share": share(pa.array(lost, pa.int32()), pa.array(words, pa.int32()))}


@document_filter("refinedweb", version=1, cites="arXiv:2306.01116 section G.2", languages={"en"})
def refinedweb(flagged_word_share: pa.FloatArray, *, max_flagged_word_share: Share | None = 0.05) -> pa.StringArray:
    """Drop documents of which `refinedweb-lines` would remove too many words; an exact limit stays.

    Unset is off.

    What it drops: `flagged-lines`. It stands before the editor, behind which there is nothing left to count.
    Why: a page of counters, capitals and calls to sign in is no text even without them. The words are English; other
    languages pass unjudged unless a recipe names them in `languages`.
    Source: RefinedWeb, as mlfoundations/dclm made it again (word_removal_ratio_filter); there marks are no words.
    Example: a page of 100 words of which 6 lie in lines such as `3 likes` is dropped.
    """
    return first_reason(flagged_lines=above(flagged_word_share, max_flagged_word_share))


@editor("refinedweb-lines", version=1, cites="arXiv:2306.01116 section G.2", languages={"en"})
def refinedweb_lines(text: pa.StringArray) -> tuple[pa.StringArray, dict[str, pa.Int32Array]]:
    """Remove the lines that RefinedWeb removes: shouting, numbers, counters, single words, and what buttons say.

    What it changes, each line under the first rule that applies: `capitals` (more than half of its characters),
    `numbers` (nothing but digits), `counters` (`3 likes`, `1.2K views`), `too-few-words` (one between white space); and
    `phrases`, taken out of lines of at most 10 words, which go if nothing is left: `items in cart`, `Read more...` at
    the end, `Sign-in` at the beginning. Blank lines stay.
    Why: such lines come from buttons and menus that an extractor took for text.
    Source: RefinedWeb, as mlfoundations/dclm made it again (baselines/mappers/modifiers.py), with the limits of
    dclm_baseline_refinedweb.yaml. There a dot of `Read more...` is any character, and what is left of a line is not
    judged again.
    """
    rows = [(None, dict.fromkeys(RULES, 0)) if page is None else _without(page) for page in text.to_pylist()]
    counts = {rule: pa.array([row[1][rule] for row in rows], pa.int32()) for rule in RULES}
    return pa.array([row[0] for row in rows], pa.string()), counts


def _without(page: str) -> tuple[str, dict[str, int]]:
    counts = dict.fromkeys(RULES, 0)
    kept = [left for line in page.split("\n") if (left := _left(line, counts)) is not None]
    return ("\n".join(kept), counts) if any(counts.values()) else (page, counts)


def _left(line: str, counts: dict[str, int]) -> str | None:
    """Return what is left of a line, None for nothing; one that loses a phrase is judged again."""
    while True:
        if rule := _rule(line):
            counts[rule] += 1
            return None
        left = _PHRASES.sub("", line) if len(line.split()) <= _MOST_WORDS else line
        if left == line:
            return line
        counts["phrases"] += 1
        if not left.strip():
            return None
        line = left


def _rule(line: str) -> str:
    if not line:
        return ""
    if sum(map(str.isupper, line)) > _MOST_CAPITALS * len(line):
        return "capitals"
    if all(map(str.isdigit, line)):
        return "numbers"
    if _COUNTER.fullmatch(line.lower()):
        return "counters"
    return "too-few-words" if len(line.split()) < _LEAST_WORDS else ""
