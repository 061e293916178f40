"""Define filter "word-list", which drops pages by words and phrases that a list of the user's has."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_filters.compare import FINE, above
from yurai_filters.declare import document_filter
from yurai_filters.fine_shares import fine_share
from yurai_filters.lists import Lines
from yurai_filters.phrases import Manner, matches
from yurai_filters.ranges import Count, Ratio, Share
from yurai_filters.scripts import japanese_counts
from yurai_filters.why import first_reason


class WordList(Lines):
    """Words and phrases, one a line, as they are written."""

    ENTRY = "a word or phrase"

    __slots__ = ()


NO_WORDS = WordList()


@document_filter("word-list", version=1, cites="arXiv:2404.17733")
def word_list(
    text: pa.StringArray,
    *,
    words: WordList = NO_WORDS,
    topic: Literal["listed", "ng", "advertising", "adult", "violence", "discrimination"] = "listed",
    max_count: Count | None = None,
    max_different: Count | None = None,
    max_rate: Ratio | None = None,
    max_share: Share | None = None,
    of: Literal["characters", "japanese"] = "characters",
    fold: bool = True,
    kana_boundary: bool = True,
    word_boundary: bool = True,
) -> pa.StringArray:
    """Drop documents that say too many words or phrases of a list; exact limits stay, unset ones are off.

    What it drops: `listed-words`, `ng-words`, `advertising-words`, `adult-words`, `violence-words`,
    `discrimination-words`, by the `topic` that the recipe says the list is about. A document goes where it has more
    matches than `max_count`, more different entries than `max_different`, more than `max_rate` matches in a thousand
    characters, or where the characters of all matches are more than `max_share` of its characters (`of =
    "japanese"`: of its Japanese ones, see tagger `script-shares`). Give the rule once for each list.
    `words` is a list as in `url-blocklist`, one word or phrase a line. Of matches that overlap, the first counts, of
    several there the longest. `fold` compares in Unicode's form NFKC and without case: half-width kana, full-width
    letters and capitals are found; lengths are those of the folded text. `kana_boundary`: an entry of katakana alone is
    no part of a longer run of katakana. `word_boundary`: an entry is no part of a longer word in scripts with spaces.
    Why: some words mark what a model must not learn from, others advertisement; a share is fair to long pages. No list
    is shipped: with `words` empty the rule drops nothing.
    Source: Swallow v1, NG expressions (`max_share` just below 0.05 of Japanese letters); HojiChar and LLM-jp,
    DiscardAds and NgWordsFilterJa (`max_count`, `fold = false, word_boundary = false`).
    Example: with `max_count = 2` and a list that has the word, a page that says it three times is dropped.
    """
    count, different, characters, whole = _found(text, words, Manner(fold, kana_boundary, word_boundary), of)
    limits = (
        above(pa.array(count, pa.int32()), max_count),
        above(pa.array(different, pa.int32()), max_different),
        above(_rate(count, characters), max_rate),
        above(fine_share(whole[0], whole[1]), max_share, digits=FINE),
    )
    held = [any(row) for row in zip(*(one.to_pylist() for one in limits), strict=True)]
    topics = ("listed", "ng", "advertising", "adult", "violence", "discrimination")
    off = pa.array([False] * len(held), pa.bool_())
    is_topic = {f"{one}_words": pa.array(held, pa.bool_()) if one == topic else off for one in topics}
    return first_reason(**is_topic)


def _found(
    text: pa.StringArray, words: WordList, manner: Manner, of: str
) -> tuple[list[int], list[int], list[int], tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]]:
    """Return of each text matches, different entries, characters, and (characters of matches, those they are among)."""
    count, different, covered, written = [], [], [], []
    for folded, found in matches(text.to_pylist(), words, manner):
        count.append(len(found))
        different.append(len({number for number, _, _ in found}))
        covered.append(sum(end - start for _, start, end in found))
        written.append(folded)
    characters = [len(one) for one in written]
    whole = japanese_counts(pa.array(written, pa.string())) if of == "japanese" else np.array(characters, np.int64)
    # a text that holds matches but no Japanese character is nothing but matches
    matched = np.array(covered, np.int64)
    return count, different, characters, (matched, np.maximum(whole, np.minimum(matched, 1)))


def _rate(count: list[int], characters: list[int]) -> pa.FloatArray:
    rates = [round(1000 * one / whole, FINE) if whole else None for one, whole in zip(count, characters, strict=True)]
    result: pa.FloatArray = pa.array(rates, pa.float32())
    return result
