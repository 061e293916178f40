"""Define filter "fineweb" and its tagger "line-shapes", which tell bad pages by their lines, found for English."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.compare import above, below, share
from yurai_filters.declare import document_filter, tagger
from yurai_filters.ranges import Ratio, Share
from yurai_filters.why import first_reason

SHORT = 30
"""Characters of a short line, at most."""

# Unicode 16's Sentence_Terminal, and three Khmer marks that datatrove counts as well: first-last, hexadecimal.
_RANGES = """
21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D6
17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B4E-1B4F 1B5A-1B5B 1B5E-1B5F 1B7D-1B7F 1C3B-1C3C 1C7E-1C7F 2024 203C-203D
2047-2049 2CF9-2CFB 2E2E 2E3C 2E53-2E54 2E60-2E61 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9
AA5D-AA5F AAF0-AAF1 ABEB FE12 FE15-FE16 FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89
11047-11048 110BE-110C1 11141-11143 111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 113D4-113D5
1144B-1144C 115C2-115C3 115C9-115D7 11641-11642 1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42
11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44 16D6E-16D6F 16E98 1BC9F 1DA88
"""
_BOUNDS = [[int(code, 16) for code in (piece.split("-") * 2)[:2]] for piece in _RANGES.split()]
END_MARKS = frozenset(chr(code) for first, last in _BOUNDS for code in range(first, last + 1))

_WRITES: dict[str, pa.DataType] = {
    "newline_count": pa.int32(),
    "end_mark_line_share": pa.float32(),
    "short_line_share": pa.float32(),
    "repeated_line_char_share": pa.float32(),
}


@tagger("line-shapes", version=1, writes=_WRITES)
def line_shapes(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    r"""Measure how lines end, how short they are and how much of them repeats.

    Columns, shares rounded to 1e-4 and null for a text without lines:
        newline_count: int32, line feeds (`\n`), of blank lines too.
        end_mark_line_share: float32, lines whose last character ends a sentence / lines.
        short_line_share: float32, lines of at most 30 characters / lines; the 30 is fixed.
        repeated_line_char_share: float32, code points of lines that equal an earlier one / code points of the text,
            line feeds left out.

    A line is a piece between line feeds that holds more than white space; white space at its ends is part of it.

    Source: FineWeb, arXiv:2406.17557 section 3.5, as datatrove 0.10.1 measures it.
    """
    rows = [(None,) * 6 if page is None else _shape(page) for page in text.to_pylist()]
    counts = [pa.array(column, pa.int32()) for column in zip(*rows, strict=True)] or [pa.array([], pa.int32())] * 6
    newlines, lines, ended, short, repeated, characters = counts
    blank = pc.equal(lines, pa.scalar(0))
    return {
        "newline_count": newlines,
        "end_mark_line_share": share(ended, lines),
        "short_line_share": share(short, lines),
        "repeated_line_char_share": share(repeated, pc.if_else(blank, pa.scalar(0, pa.int32()), characters)),
    }


@document_filter("fineweb", version=1, cites="arXiv:2406.17557 section 3.5", languages={"en"})
def fineweb(
    line_count: pa.Int32Array,
    end_mark_line_share: pa.FloatArray,
    short_line_share: pa.FloatArray,
    repeated_line_char_share: pa.FloatArray,
    newline_count: pa.Int32Array,
    piece_count: pa.Int32Array,
    *,
    min_end_mark_line_share: Share | None = 0.12,
    max_short_line_share: Share | None = 0.67,
    max_repeated_line_char_share: Share | None = 0.01,
    max_newline_ratio: Ratio | None = 0.3,
) -> pa.StringArray:
    """Drop documents whose lines are not those of prose; exact limits stay, unset ones are off.

    What it drops: in this order, `no-lines`, `few-end-marks` (too few lines end a sentence), `short-lines`,
    `repeated-lines` (their share of the characters), `too-many-newlines` (line feeds / pieces, see tagger `words`).
    Why: found by comparing good and bad crawls: these limits part lists, menus and pages of snippets from articles, and
    models trained without such pages did better. They were found on English; other languages pass unjudged unless a
    recipe names them in `languages`.
    Source: Penedo et al. 2024. The numbers are those of datatrove 0.10.1, which FineWeb was made with: the paper's text
    says 0.1 for repeated lines where the code has 0.01, and counts a page of exactly a limit as bad where the code
    keeps it.
    Example: a page of 100 lines of which 11 end in a full stop is dropped as `few-end-marks`.
    """
    return first_reason(
        no_lines=pc.equal(line_count, pa.scalar(0, pa.int32())),
        few_end_marks=below(end_mark_line_share, min_end_mark_line_share),
        short_lines=above(short_line_share, max_short_line_share),
        repeated_lines=above(repeated_line_char_share, max_repeated_line_char_share),
        too_many_newlines=above(share(newline_count, piece_count), max_newline_ratio),
    )


def _shape(page: str) -> tuple[int, int, int, int, int, int]:
    """Return line feeds, lines, lines that end a sentence, short lines, characters of repeats, characters of all."""
    newlines = page.count("\n")
    lines = [line for line in page.split("\n") if line and not line.isspace()]
    different = set(lines)
    repeated = 0 if len(different) == len(lines) else sum(map(len, lines)) - sum(map(len, different))
    ended = sum([line[-1] in END_MARKS for line in lines])
    short = sum([len(line) <= SHORT for line in lines])
    return newlines, len(lines), ended, short, repeated, len(page) - newlines
