"""Define tagger "words", which counts words, their length, and how much of a text is marks instead of words."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.compare import share
from yurai_filters.declare import tagger
from yurai_filters.splitters import SplitterName, languages_of, piece_lengths
from yurai_filters.word_splitter import LETTER, WORD, Pieces, merged, pieces_of, slices, split

# Scripts that put no space between words: Han and kana, and the scripts of line-break class SA (UAX #14: Thai, Lao,
# Myanmar, Khmer, Tai Le, New Tai Lue, Tai Tham, Tai Viet, Ahom); Tibetan script parts syllables, not words, by a mark.
# Codes as language identifiers give them, two letters and three.
UNSPACED = (
    *("ja", "jpn", "zh", "zho", "cmn", "yue", "wuu", "gan", "hsn", "lzh"),
    *("th", "tha", "lo", "lao", "km", "khm", "my", "mya", "shn", "mnw", "ksw"),
    *("nod", "kkh", "tdd", "khb", "blt", "tyj", "aho", "bo", "bod", "dz", "dzo"),
)

_WRITES: dict[str, pa.DataType] = {
    "word_count": pa.int32(),
    "piece_count": pa.int32(),
    "mean_word_length": pa.float32(),
    "letter_word_share": pa.float32(),
    "hash_ratio": pa.float32(),
    "ellipsis_ratio": pa.float32(),
}


@tagger("words", version=1, writes=_WRITES)
def words(
    text: pa.StringArray, lang: pa.StringArray, *, splitter: SplitterName | None = None
) -> dict[str, "pa.FloatArray | pa.Int32Array"]:
    """Count words and marks, as `yurai_filters.word_splitter` splits them.

    Columns, all null where the language (column `lang`) puts no space between words (`UNSPACED`), since a count would
    be one of phrases, unless `splitter` splits that language; a null or undetermined language counts:
        word_count: int32, pieces with a letter, a combining mark or a digit.
        piece_count: int32, words and marks of punctuation.
        mean_word_length: float32, code points of all words / word_count; null without words.
        letter_word_share: float32, pieces that hold a letter / piece_count; null without pieces, as are the next two.
        hash_ratio: float32, number signs in the text / piece_count.
        ellipsis_ratio: float32, `...` (not overlapping) and `…` in the text / piece_count.
    Shares and means are rounded to 1e-4.

    Source: the words of Gopher (arXiv:2112.11446 table A1) as datatrove 0.10.1 counts them for English: marks are
    divided by, too, though the paper says words. dolma splits at white space alone and has fewer pieces. Two things are
    our own: spaCy's lists of abbreviations are left out, and a piece of symbols alone, such as a bullet, is no word.
    """
    spaced, split_parts = spaced_pieces(text, lang, splitter)
    parts = [_counts(pieces) for pieces in split_parts]
    pieces, words, letters, length = (
        pc.if_else(spaced.is_valid(), pa.array(np.concatenate(column)), pa.scalar(None, pa.int64()))
        for column in zip(*parts, strict=True)
    )
    dots = pc.add(pc.count_substring(spaced, "..."), pc.count_substring(spaced, "…"))
    return {
        "word_count": words.cast(pa.int32()),
        "piece_count": pieces.cast(pa.int32()),
        "mean_word_length": share(length, words),
        "letter_word_share": share(letters, pieces),
        "hash_ratio": share(pc.count_substring(spaced, "#"), pieces),
        "ellipsis_ratio": share(dots, pieces),
    }


def spaced_text(text: pa.StringArray, lang: pa.StringArray, splitter: str | None = None) -> pa.StringArray:
    """Return the texts in languages that put space between words, or that `splitter` splits; null for the others."""
    unspaced = pc.is_in(lang, value_set=pa.array([code for code in UNSPACED if code not in languages_of(splitter)]))
    result: Any = pc.if_else(unspaced, pa.scalar(None, pa.string()), text)
    spaced: pa.StringArray = result
    return spaced


_LAST: list[tuple[pa.StringArray, pa.StringArray, str | None, pa.StringArray, list[Pieces]]] = []
"""The columns that were split last, held so that no other array can take their place in memory, and their pieces."""


def spaced_pieces(
    text: pa.StringArray, lang: pa.StringArray, splitter: str | None = None
) -> tuple[pa.StringArray, list[Pieces]]:
    """Return the texts whose words can be told, and their pieces by slices; columns just split are not split again."""
    if not (_LAST and _LAST[0][0] is text and _LAST[0][1] is lang and _LAST[0][2] == splitter):
        spaced = spaced_text(text, lang, splitter)
        _LAST[:] = [(text, lang, splitter, spaced, _split(spaced, lang, splitter))]
    return _LAST[0][3], _LAST[0][4]


def _split(text: pa.StringArray, lang: pa.StringArray, splitter: str | None) -> list[Pieces]:
    """Split each slice of texts: those of the splitter's languages by it, the others at white space and marks."""
    foreign = pc.is_in(lang, value_set=pa.array(languages_of(splitter), pa.string()))
    if splitter is None or not foreign.true_count:
        return [split(part) for part in slices(text)]
    parts, at = [], 0
    for part in slices(text):
        here = foreign.slice(at, len(part))
        at += len(part)
        values = [value or "" for value in pc.if_else(here, part, pa.scalar("")).to_pylist()]
        own = pieces_of(values, [piece_lengths(splitter, value) for value in values])
        parts.append(merged(split(pc.if_else(here, pa.scalar(None, pa.string()), part)), own))
    return parts


def _counts(pieces: Pieces) -> tuple[Any, ...]:
    """Pieces, words, pieces with a letter, and code points of words in each text."""
    is_word = (pieces.flags & WORD) != 0
    has_letter = (pieces.flags & LETTER) != 0
    weights = (np.ones_like(pieces.row), is_word, has_letter, is_word * pieces.length)
    return tuple(pieces.per_row(weight) for weight in weights)
