"""Filter "gopher-words": the rules of Gopher's quality filter that look at words, as published for English."""

import pyarrow as pa

from yurai_filters.compare import above, below
from yurai_filters.declare import document_filter
from yurai_filters.reasons import first_reason


@document_filter("gopher-words", version=1, cites="arXiv:2112.11446 table A1", languages={"en"})
def gopher_words(
    word_count: pa.Int32Array,
    mean_word_length: pa.FloatArray,
    *,
    min_words: int = 50,
    max_words: int = 100_000,
    min_mean_length: float = 3.0,
    max_mean_length: float = 10.0,
) -> pa.StringArray:
    """Drop documents whose words are not those of prose, by number and mean length; exact limits stay.

    What it drops: `too-few-words`, `too-many-words`, `words-too-short`, `words-too-long` (mean letters of a word).
    Why: few words are menus and error pages; very long "words" are addresses, code and data. The limits were chosen
    for English: on Japanese, which puts no space between words, they would drop 99 % of good pages, so other languages
    pass unjudged unless a recipe names them in `languages`.
    Source: Rae et al. 2021, table A1, quality filters. Words are parted by white space, see tagger `words`.
    Example: an English page of 49 words is dropped as `too-few-words`.
    """
    return first_reason(
        too_few_words=below(word_count, min_words),
        too_many_words=above(word_count, max_words),
        words_too_short=below(mean_word_length, min_mean_length),
        words_too_long=above(mean_word_length, max_mean_length),
    )
