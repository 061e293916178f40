"""Define filter "gopher-quality" and its tagger "gopher-lines", which drop what is not prose, made for English."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import re2

from yurai_filters.compare import above, below, share
from yurai_filters.declare import document_filter, tagger
from yurai_filters.measures import per_list
from yurai_filters.ranges import Count, Ratio, Share
from yurai_filters.why import first_reason

ENGLISH = ("the", "be", "to", "of", "and", "that", "have", "with")
"""The stop words of the paper."""

_UNSPACED = re2.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")
_WORD = re2.compile(r"[\pL\pM\pN]")


@tagger("gopher-lines", version=1, writes={"bullet_line_share": pa.float32(), "ellipsis_line_share": pa.float32()})
def gopher_lines(text: pa.StringArray) -> dict[str, "pa.FloatArray | pa.Int32Array"]:
    r"""Measure how much of a text is list items and cut-off lines.

    Columns, null for a text without lines:
        bullet_line_share: float32, lines that begin with `-` or `•` after white space / lines, rounded to 1e-4.
        ellipsis_line_share: float32, lines that end with `...` or `…` before white space / lines, rounded to 1e-4.

    A line is a piece between line feeds (`\n`) that holds more than white space.

    Source: arXiv:2112.11446 table A1. The paper names no bullets: `-` and `•` are those of datatrove 0.10.1 (dolma
    takes `*` too). datatrove counts blank lines in the divisor; here they do not count, and extracted text has few.
    """
    lines: Any = pc.split_pattern(text, "\n")
    trimmed = pc.utf8_trim_whitespace(lines.values)
    filled = per_list(lines, pc.not_equal(trimmed, pa.scalar("")))
    bullets = pc.or_(pc.starts_with(trimmed, "-"), pc.starts_with(trimmed, "•"))
    cut = pc.or_(pc.ends_with(trimmed, "..."), pc.ends_with(trimmed, "…"))
    return {
        "bullet_line_share": share(per_list(lines, bullets), filled),
        "ellipsis_line_share": share(per_list(lines, cut), filled),
    }


@document_filter("gopher-quality", version=1, cites="arXiv:2112.11446 table A1", languages={"en"})
def gopher_quality(
    word_count: pa.Int32Array,
    mean_word_length: pa.FloatArray,
    hash_ratio: pa.FloatArray,
    ellipsis_ratio: pa.FloatArray,
    bullet_line_share: pa.FloatArray,
    ellipsis_line_share: pa.FloatArray,
    letter_word_share: pa.FloatArray,
    text: pa.StringArray,
    *,
    min_words: Count | None = 50,
    max_words: Count | None = 100_000,
    min_mean_length: Ratio | None = 3.0,
    max_mean_length: Ratio | None = 10.0,
    max_hash_ratio: Ratio | None = 0.1,
    max_ellipsis_ratio: Ratio | None = 0.1,
    max_bullet_line_share: Share | None = 0.9,
    max_ellipsis_line_share: Share | None = 0.3,
    min_letter_word_share: Share | None = 0.8,
    min_stop_words: Count | None = 2,
    stop_words: tuple[str, ...] = ENGLISH,
) -> pa.StringArray:
    """Drop documents that are not prose by their words, symbols, list lines and stop words; exact limits stay.

    An unset limit is off.
    What it drops: `too-few-words`, `too-many-words`, `words-too-short`, `words-too-long` (mean length of a word),
    `too-many-hashes`, `too-many-ellipses` (symbols / words), `bullet-lines`, `ellipsis-lines` (share of lines),
    `too-few-letter-words` (share of words that hold a letter), `too-few-stop-words` (how many different ones of
    `stop_words` the text holds, in their exact case; one of a script without spaces counts wherever it stands).
    Why: few words are menus and error pages; very long "words" are addresses, code and data; symbols and cut-off lines
    are listings and teasers; prose cannot do without stop words. All limits and the stop words are English: on
    Japanese, which puts no space between words, they would drop 99 % of good pages, so other languages pass unjudged
    unless a recipe names them in `languages`, with their own `stop_words` and limits. Where a language has no count of
    words (see tagger `words`) a recipe that names it must switch the limits that need one off.
    Source: Rae et al. 2021, table A1, quality filters, in the order and with the divisors of datatrove 0.10.1 (all
    pieces, see tagger `words`; the order matters to reasons only). The paper's "at least two stop words" is read as two
    different ones, as datatrove does; dolma counts occurrences.
    Example: an English page of 49 words is dropped as `too-few-words`.
    """
    return first_reason(
        too_few_words=below(word_count, min_words),
        too_many_words=above(word_count, max_words),
        words_too_short=below(mean_word_length, min_mean_length),
        words_too_long=above(mean_word_length, max_mean_length),
        too_many_hashes=above(hash_ratio, max_hash_ratio),
        too_many_ellipses=above(ellipsis_ratio, max_ellipsis_ratio),
        bullet_lines=above(bullet_line_share, max_bullet_line_share),
        ellipsis_lines=above(ellipsis_line_share, max_ellipsis_line_share),
        too_few_letter_words=below(letter_word_share, min_letter_word_share),
        too_few_stop_words=below(_different(text, stop_words), min_stop_words),
    )


def _different(text: pa.StringArray, stop_words: tuple[str, ...]) -> pa.Int32Array:
    """Count how many of `stop_words` each text holds; RE2 stops at the first place, so prose is hardly read."""
    count: Any = pc.if_else(text.is_valid(), pa.scalar(0, pa.int32()), pa.scalar(None, pa.int32()))
    for word in stop_words:
        if not pc.any(pc.match_substring(text, word)).as_py():
            continue  # a pattern costs two milliseconds to compile, however few the texts are
        contains: Any = pc.match_substring_regex(text, _whole_word(word))
        count = pc.add(count, contains.cast(pa.int32()))
    result: pa.Int32Array = count
    return result


def _whole_word(word: str) -> str:
    """Return the RE2 pattern that finds a stop word: not inside a longer word, unless its script has no spaces."""
    if not _WORD.search(word) or _UNSPACED.search(word):
        return str(re2.escape(word))
    return rf"(?:^|[^\pL\pM\pN]){re2.escape(word)}(?:$|[^\pL\pM\pN])"
