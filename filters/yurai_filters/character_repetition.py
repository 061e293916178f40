"""Define filter "character-repetition" and its tagger "character-ngrams", which need no words to see repetition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_filters.blocks import Integers
from yurai_filters.code_points import codes_of
from yurai_filters.compare import FINE, above
from yurai_filters.declare import document_filter, tagger
from yurai_filters.fine_shares import fine_share
from yurai_filters.ranges import Share
from yurai_filters.runs import Runs, count_numbers, repeats_earlier
from yurai_filters.why import first_reason
from yurai_filters.word_splitter import Pieces, slices

TOP = (2, 3, 4)
REPEATED = (5, 6, 7, 8, 9, 10)
COMMON = 5

_WRITES = dict.fromkeys(
    (
        *(f"top_{n}_character_share" for n in TOP),
        *(f"dup_{n}_character_share" for n in REPEATED),
        f"common_{COMMON}_character_share",
    ),
    pa.float32(),
)


@tagger("character-ngrams", version=1, writes=_WRITES)
def character_ngrams(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    """Measure how often runs of n characters come back, in a text of any language.

    Columns, float32, rounded to 1e-6, null for empty text, 0 in a text of fewer than n characters:
        top_2_character_share ... top_4_character_share: occurrences of the commonest run of n characters / all runs.
        dup_5_character_share ... dup_10_character_share: different runs of n that are there more than once / all
            different runs.
        common_5_character_share: occurrences of the commonest runs of 5 / all runs. Of d different ones these are as
            many as the root of d, rounded down, but none that is there once.
    Line feeds and white space are characters.

    Source: swallow-corpus (arXiv:2404.17733), quality.py, for all but the last, which is HojiChar's
    CharRepetitionRatioFilter after BigScience (arXiv:2303.03915).
    """
    parts = [_shares(part) for part in slices(text)]
    return {name: pa.concat_arrays([part[name] for part in parts]) for name in _WRITES}


@document_filter("character-repetition", version=1, cites="arXiv:2404.17733", languages={"ja"})
def character_repetition(
    top_2_character_share: pa.FloatArray,
    top_3_character_share: pa.FloatArray,
    top_4_character_share: pa.FloatArray,
    dup_5_character_share: pa.FloatArray,
    dup_6_character_share: pa.FloatArray,
    dup_7_character_share: pa.FloatArray,
    dup_8_character_share: pa.FloatArray,
    dup_9_character_share: pa.FloatArray,
    dup_10_character_share: pa.FloatArray,
    common_5_character_share: pa.FloatArray,
    *,
    max_top_2_character_share: Share | None = None,
    max_top_3_character_share: Share | None = None,
    max_top_4_character_share: Share | None = None,
    max_dup_5_character_share: Share | None = None,
    max_dup_6_character_share: Share | None = None,
    max_dup_7_character_share: Share | None = None,
    max_dup_8_character_share: Share | None = None,
    max_dup_9_character_share: Share | None = None,
    max_dup_10_character_share: Share | None = None,
    max_common_5_character_share: Share | None = None,
) -> pa.StringArray:
    """Drop documents in which runs of characters come back too often; exact limits stay, unset ones are off.

    What it drops: `common-2-characters`, `common-3-characters`, `common-4-characters` (one run is too common),
    `duplicate-5-characters`, `duplicate-6-characters`, `duplicate-7-characters`, `duplicate-8-characters`,
    `duplicate-9-characters`, `duplicate-10-characters` (too many different runs are there more than once),
    `common-runs` (the commonest runs of 5 make up too much); see tagger `character-ngrams`.
    Why: what `gopher-repetition` does for words, for languages without spaces: lists, forums and advertisements come
    back to the same runs. All limits are off unless set: each published recipe has its own.
    Source: Swallow v1: `max_top_2_character_share = 0.2`, 3: 0.18, 4: 0.16, `max_dup_5_character_share = 0.15`, 6:
    0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1. HojiChar drops what is exactly its limit of .33, so
    `max_common_5_character_share = 0.329999`.
    Example: with `max_top_2_character_share = 0.2` a text of one letter is dropped as `common-2-characters`.
    """
    return first_reason(
        common_2_characters=above(top_2_character_share, max_top_2_character_share, digits=FINE),
        common_3_characters=above(top_3_character_share, max_top_3_character_share, digits=FINE),
        common_4_characters=above(top_4_character_share, max_top_4_character_share, digits=FINE),
        duplicate_5_characters=above(dup_5_character_share, max_dup_5_character_share, digits=FINE),
        duplicate_6_characters=above(dup_6_character_share, max_dup_6_character_share, digits=FINE),
        duplicate_7_characters=above(dup_7_character_share, max_dup_7_character_share, digits=FINE),
        duplicate_8_characters=above(dup_8_character_share, max_dup_8_character_share, digits=FINE),
        duplicate_9_characters=above(dup_9_character_share, max_dup_9_character_share, digits=FINE),
        duplicate_10_characters=above(dup_10_character_share, max_dup_10_character_share, digits=FINE),
        common_runs=above(common_5_character_share, max_common_5_character_share, digits=FINE),
    )


def _shares(text: pa.StringArray) -> dict[str, pa.FloatArray]:
    values = [value or "" for value in text.to_pylist()]
    lengths = np.array([len(value) for value in values], np.int64)
    shares: dict[str, pa.FloatArray] = {}
    for n, row, count in _repeated(_characters("".join(values), lengths)):
        runs = np.maximum(lengths - n + 1, 0)
        # a text that is there, but has no run of n characters, has no such run that repeats either
        whole = np.where(lengths > 0, np.maximum(runs, 1), 0)
        occurrences = np.bincount(row, weights=count, minlength=len(values)).astype(np.int64)
        repeated = np.bincount(row, minlength=len(values))
        different = runs - occurrences + repeated
        if n in TOP:
            shares[f"top_{n}_character_share"] = fine_share(_top(row, count, runs), whole)
        if n in REPEATED:
            shares[f"dup_{n}_character_share"] = fine_share(
                repeated, np.where(lengths > 0, np.maximum(different, 1), 0)
            )
        if n == COMMON:
            most = np.minimum(np.sqrt(different).astype(np.int64), repeated)
            shares[f"common_{n}_character_share"] = fine_share(_most_common(row, count, most), whole)
    return shares


def _characters(text: str, lengths: npt.NDArray[np.int64]) -> Pieces:
    """Return the characters of texts that stand end to end as pieces."""
    codes = codes_of(text)
    known, key = np.unique(codes, return_inverse=True)
    row = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    flags = np.zeros(len(codes), np.uint16)
    return Pieces(len(lengths), row, np.ones_like(row), flags, key.astype(np.int32) if len(known) else row)


def _repeated(pieces: Pieces) -> Iterator[tuple[int, Integers, Integers]]:
    """Yield for each n the text and the number of occurrences of each run of n that is there more than once."""
    runs = Runs(pieces)
    for n in range(TOP[0], REPEATED[-1] + 1):
        if n > TOP[0]:
            runs.lengthen()
        count = count_numbers(runs.number)
        firsts = runs.positions[~repeats_earlier(runs.number)]
        # numbers are given in order of first occurrence: `firsts` and `count` are parallel
        yield n, pieces.row[firsts[count > 1]], count[count > 1]
        runs.keep_repeated(count)


def _top(row: Integers, count: Integers, runs: Integers) -> Integers:
    top = np.minimum(runs, 1)
    np.maximum.at(top, row, count)
    return top


def _most_common(row: Integers, count: Integers, most: Integers) -> Integers:
    """Sum the `most` highest counts of each text."""
    order = np.lexsort((-count, row))
    row, count = row[order], count[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    summed: Integers = np.bincount(row, weights=count * (rank < most[row]), minlength=len(most)).astype(np.int64)
    return summed
