"""Define filter "gopher-repetition" and its tagger "repetition", which drop texts that repeat themselves."""

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.blocks import Integers, blocks
from yurai_filters.compare import above, rounded
from yurai_filters.declare import document_filter, tagger
from yurai_filters.ranges import Share
from yurai_filters.runs import Runs, count_numbers, numbered, numbers, repeats_earlier
from yurai_filters.splitters import SplitterName
from yurai_filters.why import first_reason
from yurai_filters.word_splitter import Pieces
from yurai_filters.words import spaced_pieces

TOP = (2, 3, 4)
REPEATED = (5, 6, 7, 8, 9, 10)
_BLOCKS = ("dup_line_share", "dup_line_char_share", "dup_paragraph_share", "dup_paragraph_char_share")
_FEW = 1 << 14
"""Numbers that are Python's at a time."""
_GRAMS = (*(f"top_{n}_gram_share" for n in TOP), *(f"dup_{n}_gram_share" for n in REPEATED))


@tagger("repetition", version=1, writes=dict.fromkeys((*_BLOCKS, *_GRAMS), pa.float32()))
def repetition(
    text: pa.StringArray, lang: pa.StringArray, *, splitter: SplitterName | None = None
) -> dict[str, "pa.FloatArray | pa.Int32Array"]:
    r"""Measure how much of a text repeats itself: lines, paragraphs and runs of words.

    Columns, float32, rounded to 1e-4, null for empty text:
        dup_line_share, dup_paragraph_share: lines (between runs of `\n`) or paragraphs (between runs of two or more
            `\n`) that equal an earlier one / all of them.
        dup_line_char_share, dup_paragraph_char_share: code points of those / code points of the text.
        top_2_gram_share ... top_4_gram_share: how often the commonest run of n pieces occurs x its code points, the
            spaces between pieces counted / code points of the text; of equally common ones the first. 0 in a text of
            fewer than n pieces; above 1 where occurrences overlap.
        dup_5_gram_share ... dup_10_gram_share: code points of the pieces in runs of n that occurred before / code
            points of the text. Reading goes on behind such a run, so no piece counts twice and what lies inside it
            is no first occurrence.
    The last two kinds are null where the language (column `lang`) puts no space between words and no `splitter` splits
    it, see tagger `words`.

    Source: arXiv:2112.11446 table A1, read as datatrove 0.10.1 reads it: first occurrences do not count as duplicates,
    and even a run that occurs once is the commonest. RedPajama v2 counts all occurrences of a repeated run instead.
    Pieces are those of `yurai_filters.word_splitter`.
    """
    spaced, split_parts = spaced_pieces(text, lang, splitter)
    characters: Any = pc.utf8_length(text)
    lines = _duplicates(text, r"\n+")
    paragraphs = _duplicates(pc.utf8_trim_whitespace(text), r"\n{2,}")
    is_empty = pc.equal(characters, pa.scalar(0))
    parts = [_gram_characters(pieces) for pieces in split_parts]
    grams = (pa.array(np.concatenate(column)) for column in zip(*parts, strict=True))
    return {
        "dup_line_share": _of(lines[0], pc.if_else(is_empty, pa.scalar(None, pa.int32()), lines[1])),
        "dup_line_char_share": _of(lines[2], characters),
        "dup_paragraph_share": _of(paragraphs[0], pc.if_else(is_empty, pa.scalar(None, pa.int32()), paragraphs[1])),
        "dup_paragraph_char_share": _of(paragraphs[2], characters),
        **{name: _of(column, pc.utf8_length(spaced)) for name, column in zip(_GRAMS, grams, strict=True)},
    }


@document_filter("gopher-repetition", version=1, cites="arXiv:2112.11446 table A1", languages={"en"})
def gopher_repetition(
    dup_line_share: pa.FloatArray,
    dup_line_char_share: pa.FloatArray,
    dup_paragraph_share: pa.FloatArray,
    dup_paragraph_char_share: pa.FloatArray,
    top_2_gram_share: pa.FloatArray,
    top_3_gram_share: pa.FloatArray,
    top_4_gram_share: pa.FloatArray,
    dup_5_gram_share: pa.FloatArray,
    dup_6_gram_share: pa.FloatArray,
    dup_7_gram_share: pa.FloatArray,
    dup_8_gram_share: pa.FloatArray,
    dup_9_gram_share: pa.FloatArray,
    dup_10_gram_share: pa.FloatArray,
    *,
    max_dup_line_share: Share | None = 0.3,
    max_dup_line_char_share: Share | None = 0.2,
    max_dup_paragraph_share: Share | None = 0.3,
    max_dup_paragraph_char_share: Share | None = 0.2,
    max_top_2_gram_share: Share | None = 0.2,
    max_top_3_gram_share: Share | None = 0.18,
    max_top_4_gram_share: Share | None = 0.16,
    max_dup_5_gram_share: Share | None = 0.15,
    max_dup_6_gram_share: Share | None = 0.14,
    max_dup_7_gram_share: Share | None = 0.13,
    max_dup_8_gram_share: Share | None = 0.12,
    max_dup_9_gram_share: Share | None = 0.11,
    max_dup_10_gram_share: Share | None = 0.1,
) -> pa.StringArray:
    """Drop documents that repeat their own paragraphs, lines or runs of words; exact limits stay, unset ones are off.

    What it drops: `duplicate-paragraphs`, `duplicate-paragraph-characters`, `duplicate-lines`,
    `duplicate-line-characters`, `common-2-gram`, `common-3-gram`, `common-4-gram` (one run of words takes up too much),
    `duplicate-5-grams`, `duplicate-6-grams`, `duplicate-7-grams`, `duplicate-8-grams`, `duplicate-9-grams`,
    `duplicate-10-grams` (too much lies in runs of words that occurred before).
    Why: repetition marks lists, templates and spam, and a model that reads it learns to repeat itself. The limits were
    chosen for English words; other languages pass unjudged unless a recipe names them in `languages`.
    Source: Rae et al. 2021, table A1, repetition filters; the order is that of datatrove 0.10.1, measures as in tagger
    `repetition`.
    Example: a page of ten lines of which four equal an earlier one is dropped as `duplicate-lines`.
    """
    return first_reason(
        duplicate_paragraphs=above(dup_paragraph_share, max_dup_paragraph_share),
        duplicate_paragraph_characters=above(dup_paragraph_char_share, max_dup_paragraph_char_share),
        duplicate_lines=above(dup_line_share, max_dup_line_share),
        duplicate_line_characters=above(dup_line_char_share, max_dup_line_char_share),
        common_2_gram=above(top_2_gram_share, max_top_2_gram_share),
        common_3_gram=above(top_3_gram_share, max_top_3_gram_share),
        common_4_gram=above(top_4_gram_share, max_top_4_gram_share),
        duplicate_5_grams=above(dup_5_gram_share, max_dup_5_gram_share),
        duplicate_6_grams=above(dup_6_gram_share, max_dup_6_gram_share),
        duplicate_7_grams=above(dup_7_gram_share, max_dup_7_gram_share),
        duplicate_8_grams=above(dup_8_gram_share, max_dup_8_gram_share),
        duplicate_9_grams=above(dup_9_gram_share, max_dup_9_gram_share),
        duplicate_10_grams=above(dup_10_gram_share, max_dup_10_gram_share),
    )


def _duplicates(text: Any, separator: str) -> tuple[Any, Any, Any]:  # noqa: ANN401 - pyarrow.compute has no types
    """Blocks of each text that equal an earlier one, all its blocks, and the code points of the former."""
    blocks: Any = pc.split_pattern_regex(text, separator)
    count: Any = pc.list_value_length(blocks)
    row = np.repeat(np.arange(len(text)), pc.fill_null(count, pa.scalar(0, pa.int32())).to_numpy(zero_copy_only=False))
    values: Any = pc.list_flatten(blocks)
    is_copy = repeats_earlier(numbered(row, numbers(values)))
    characters = np.bincount(row, weights=is_copy * pc.utf8_length(values).to_numpy(), minlength=len(text))
    return pa.array(np.bincount(row, weights=is_copy, minlength=len(text))), count, pa.array(characters)


def _of(part: Any, whole: Any) -> Any:  # noqa: ANN401 - as above
    divisor = pc.if_else(pc.equal(whole, pa.scalar(0)), pa.scalar(None, pa.float64()), whole.cast(pa.float64()))
    return rounded(pc.divide(part.cast(pa.float64()), divisor)).cast(pa.float32())


def _gram_characters(pieces: Pieces) -> list[npt.NDArray[Any]]:
    """Code points in the commonest and in the repeated runs of n pieces, for each text, in the order of `_GRAMS`."""
    ends = np.zeros(len(pieces.length) + 1, np.int32)
    np.cumsum(pieces.length, out=ends[1:])
    runs, top, repeated = Runs(pieces), [], []
    for n in range(TOP[0], max(REPEATED) + 1):
        # A run of n repeats only if its first n - 1 pieces do, so each round looks at fewer places.
        if n > TOP[0]:
            runs.lengthen()
        count = count_numbers(runs.number)
        if n in TOP:
            top.append(_top(pieces, ends, runs.positions, runs.number, count, n))
        runs.keep_repeated(count)
        if n in REPEATED:
            copies = _copies(runs.positions, runs.number, n)
            characters = ends[copies + n] - ends[copies]
            repeated.append(np.bincount(pieces.row[copies], weights=characters, minlength=pieces.rows))
    return [*top, *repeated]


def _top(pieces: Pieces, ends: Integers, positions: Integers, number: Integers, count: Integers, n: int) -> Integers:
    """Code points in all occurrences of the commonest run of n pieces; of a text where none repeats, in its first."""
    top = np.zeros(pieces.rows, np.int64)
    bounds = pieces.bounds()
    starts = bounds[:-1][np.diff(bounds) >= n]
    top[pieces.row[starts]] = _characters(ends, starts, n)
    is_copy = repeats_earlier(number)
    firsts = positions[~is_copy]
    # Numbers are given in order of first occurrence: `firsts` and `count` are parallel, and both follow the rows.
    repeated = np.flatnonzero(count > 1)
    firsts, count = firsts[repeated], count[repeated]
    row = pieces.row[firsts]
    best = np.lexsort((firsts, -count, row))
    best = best[np.diff(row[best], prepend=-1) != 0]
    top[row[best]] = count[best] * _characters(ends, firsts[best], n)
    return top


def _characters(ends: Integers, positions: Integers, n: int) -> Integers:
    result: Integers = ends[positions + n] - ends[positions] + n - 1
    return result


def _copies(positions: Integers, number: Integers, n: int) -> Integers:
    """Places of runs that occurred before, read from left to right, going on behind each.

    What is skipped decides what comes next, so this is a loop; it sees repeated runs alone, a tenth of ordinary text.
    """
    seen = bytearray(int(number.max()) + 1 if len(number) else 0)
    copies, free = array("i"), 0
    for some in blocks(len(number), _FEW):
        for at, one in zip(positions[some].tolist(), number[some].tolist(), strict=True):
            if at < free:
                continue
            if seen[one]:
                copies.append(at)
                free = at + n
            else:
                seen[one] = 1
    return np.frombuffer(copies, np.int32) if copies else np.zeros(0, np.int32)
