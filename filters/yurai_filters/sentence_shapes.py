"""Define filter "sentence-shapes" and its tagger "japanese-sentences": lengths, ends, repeats of sentences, lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from yurai_filters.compare import DIGITS, FINE, above, below, whole
from yurai_filters.declare import document_filter, tagger
from yurai_filters.ranges import Count, Ratio, Share
from yurai_filters.why import first_reason

BRIEF = 10
"""Characters of a brief line, at most."""

_SENTENCE = re.compile(r"[^。．！？!?]+[。．！？!?]?")  # noqa: RUF001 - full-width marks are meant
_CUT_SENTENCE = ("・", "…")
_CUT_LINE = ("・", "…", "、", "...")
_ELLIPSIS_AT_END = re.compile(r"(?:\.{3}|…)\n")

_WRITES = dict.fromkeys(
    (
        "mean_sentence_length",
        "max_sentence_length",
        "ellipsis_sentence_share",
        "dup_sentence_share",
        "dup_sentence_char_share",
        "dup_any_line_share",
        "dup_any_line_char_share",
        "cut_line_share",
        "ellipsis_newline_ratio",
        "brief_line_share",
    ),
    pa.float32(),
)


@tagger("japanese-sentences", version=1, writes=_WRITES)
def japanese_sentences(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    r"""Measure sentences as Japanese parts them, and lines, blank ones too.

    Within a line (`\n`) a sentence goes up to one of the marks U+3002, FF0E, FF01, FF1F, `!` and `?`, which is part of
    it; where nothing stands before a mark, the mark is left out. Columns, float32, shares rounded to 1e-6, null for
    empty text, 0 without sentences:
        mean_sentence_length, max_sentence_length: code points; the mean is rounded to 1e-4.
        ellipsis_sentence_share: sentences whose last character before white space is U+30FB or U+2026 / sentences.
        dup_sentence_share, dup_sentence_char_share: sentences that equal an earlier one / sentences; code points of
            those / code points of all sentences.
        dup_any_line_share, dup_any_line_char_share: the same of lines, as their sentences have them; a blank line
            equals another one.
        cut_line_share: lines whose last character before white space is U+30FB, U+2026 or U+3001, or which end in
            three full stops / lines that hold more than white space; 0 without such lines.
        ellipsis_newline_ratio: line feeds right behind U+2026 or three full stops / line feeds.
        brief_line_share: lines of at most 10 code points / lines; blank ones count. The 10 is fixed.

    Source: swallow-corpus (arXiv:2404.17733), quality.py; the last two HojiChar 0.18, DiscardTooManyEndingEllipsis and
    DiscardTooShortLines; `cut_line_share` this project.
    """
    rows = [(None,) * len(_WRITES) if not value else _shapes(value) for value in text.to_pylist()]
    columns = zip(*rows, strict=True) if rows else ([] for _ in _WRITES)
    return {name: pa.array(list(column), pa.float32()) for name, column in zip(_WRITES, columns, strict=True)}


@document_filter("sentence-shapes", version=1, cites="arXiv:2404.17733", languages={"ja"})
def sentence_shapes(
    mean_sentence_length: pa.FloatArray,
    max_sentence_length: pa.FloatArray,
    ellipsis_sentence_share: pa.FloatArray,
    dup_sentence_share: pa.FloatArray,
    dup_sentence_char_share: pa.FloatArray,
    dup_any_line_share: pa.FloatArray,
    dup_any_line_char_share: pa.FloatArray,
    cut_line_share: pa.FloatArray,
    ellipsis_newline_ratio: pa.FloatArray,
    brief_line_share: pa.FloatArray,
    *,
    max_dup_line_share: Share | None = None,
    max_dup_sentence_share: Share | None = None,
    max_dup_line_char_share: Share | None = None,
    max_dup_sentence_char_share: Share | None = None,
    min_mean_sentence_length: Ratio | None = None,
    max_mean_sentence_length: Ratio | None = None,
    max_sentence_characters: Count | None = None,
    max_ellipsis_sentence_share: Share | None = None,
    max_cut_line_share: Share | None = None,
    max_ellipsis_newline_ratio: Share | None = None,
    max_brief_line_share: Share | None = None,
) -> pa.StringArray:
    """Drop documents whose sentences and lines are not those of prose; exact limits stay, unset ones are off.

    What it drops: `duplicate-lines`, `duplicate-sentences`, `duplicate-line-characters`,
    `duplicate-sentence-characters` (too much equals an earlier line or sentence; blank lines are lines),
    `sentences-too-short`, `sentences-too-long` (their mean), `sentence-too-long` (the longest), `cut-sentences` (too
    many end in U+30FB or U+2026), `cut-lines` (too many lines end in those, in U+3001 or in three full stops),
    `ellipses-at-line-ends`, `brief-lines`; see tagger `japanese-sentences`.
    Why: menus and lists have short sentences or none, text without marks one that does not end, teasers break off.
    All limits are off unless set: each published recipe has its own.
    Source: Swallow v1: `max_dup_line_share = 0.3`, `max_dup_sentence_share = 0.3`, `max_dup_line_char_share = 0.2`,
    `max_dup_sentence_char_share = 0.2`, `min_mean_sentence_length = 20`, `max_mean_sentence_length = 90`,
    `max_sentence_characters = 200`, `max_ellipsis_sentence_share = 0.2`. HojiChar `max_ellipsis_newline_ratio = 0.7`,
    `max_brief_line_share = 0.5`.
    Example: with `max_sentence_characters = 200` a text with a sentence of 201 characters is dropped as
    `sentence-too-long`.
    """
    longest = whole(max_sentence_length)
    return first_reason(
        duplicate_lines=above(dup_any_line_share, max_dup_line_share, digits=FINE),
        duplicate_sentences=above(dup_sentence_share, max_dup_sentence_share, digits=FINE),
        duplicate_line_characters=above(dup_any_line_char_share, max_dup_line_char_share, digits=FINE),
        duplicate_sentence_characters=above(dup_sentence_char_share, max_dup_sentence_char_share, digits=FINE),
        sentences_too_short=below(mean_sentence_length, min_mean_sentence_length),
        sentences_too_long=above(mean_sentence_length, max_mean_sentence_length),
        sentence_too_long=above(longest, max_sentence_characters),
        cut_sentences=above(ellipsis_sentence_share, max_ellipsis_sentence_share, digits=FINE),
        cut_lines=above(cut_line_share, max_cut_line_share, digits=FINE),
        ellipses_at_line_ends=above(ellipsis_newline_ratio, max_ellipsis_newline_ratio, digits=FINE),
        brief_lines=above(brief_line_share, max_brief_line_share, digits=FINE),
    )


def _shapes(page: str) -> tuple[float, ...]:
    """Return what is measured of one text, in the order of `_WRITES`."""
    raw = page.split("\n")
    by_line: list[list[str]] = [_SENTENCE.findall(line) for line in raw]
    sentences = [one for line in by_line for one in line]
    lengths = [len(one) for one in sentences] or [0]
    ended = sum(one.rstrip().endswith(_CUT_SENTENCE) for one in sentences)
    filled = [line for line in (line.rstrip() for line in raw) if line]
    newlines = len(raw) - 1
    return (
        round(sum(lengths) / len(lengths), DIGITS),
        max(lengths),
        _share(ended, len(sentences)),
        *_duplicates(sentences),
        *_duplicates(["".join(line) for line in by_line]),
        _share(sum(line.endswith(_CUT_LINE) for line in filled), len(filled)),
        _share(len(_ELLIPSIS_AT_END.findall(page)), newlines),
        _share(sum(len(line) <= BRIEF for line in raw), len(raw)),
    )


def _duplicates(parts: Sequence[str]) -> tuple[float, float]:
    """Return the share of `parts` that equal an earlier one, and of their code points."""
    different = set(parts)
    total = sum(map(len, parts))
    return _share(len(parts) - len(different), len(parts)), _share(total - sum(map(len, different)), total)


def _share(part: int, whole: int) -> float:
    return round(part / whole, FINE) if whole else 0.0
