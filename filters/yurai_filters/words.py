"""Tagger "words": how many words a text has, and how long they are."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.compare import share
from yurai_filters.declare import tagger

# Scripts that put no space between words: Han and kana, and the scripts of line-break class SA (UAX #14: Thai, Lao,
# Myanmar, Khmer, Tai Le, New Tai Lue, Tai Tham, Tai Viet, Ahom); Tibetan script parts syllables, not words, by a mark.
# Codes as language identifiers give them, two letters and three.
UNSPACED = (
    *("ja", "jpn", "zh", "zho", "cmn", "yue", "wuu", "gan", "hsn", "lzh"),
    *("th", "tha", "lo", "lao", "km", "khm", "my", "mya", "shn", "mnw", "ksw"),
    *("nod", "kkh", "tdd", "khb", "blt", "tyj", "aho", "bo", "bod", "dz", "dzo"),
)


@tagger("words", version=1, writes={"word_count": pa.int32(), "mean_word_length": pa.float32()})
def words(text: pa.StringArray, lang: pa.StringArray) -> dict[str, "pa.Array[Any]"]:
    """Count words, where white space parts them.

    Columns:
        word_count: int32, tokens between runs of Unicode white space; punctuation is part of its token. Null where the
            language (column `lang`) puts no space between words (`UNSPACED`), since a count would be one of phrases.
            A null or undetermined language counts.
        mean_word_length: float32, code points of all tokens / word_count, rounded to 1e-4; null without words.

    Source: the white-space words of Gopher (arXiv:2112.11446 table A1) as dolma counts them. datatrove's Gopher rules
    split with a tokenizer per language and leave out tokens of symbols alone, so its counts are a little different.
    """
    unspaced = pc.is_in(lang, value_set=pa.array(UNSPACED))
    spaced: Any = pc.if_else(unspaced, pa.scalar(None, pa.string()), text)
    # Trimmed, because white space at an end would make an empty token.
    tokens: Any = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(spaced))
    letters = pc.utf8_length(_without_spaces(tokens))
    is_blank = pc.equal(letters, pa.scalar(0))
    count: Any = pc.if_else(is_blank, pa.scalar(0, pa.int32()), pc.list_value_length(tokens))
    return {"word_count": count, "mean_word_length": share(letters, count)}


def _without_spaces(tokens: Any) -> pa.StringArray:  # noqa: ANN401 - the stubs do not know that it is a list array
    """Join the tokens of each row, without a copy: in Arrow's layout they already lie end to end in one buffer."""
    flat = tokens.values
    ends: Any = pa.Array.from_buffers(pa.int32(), len(flat) + 1, [None, flat.buffers()[1]], offset=flat.offset)
    rows = pc.take(ends, tokens.offsets)
    joined = pa.Array.from_buffers(pa.string(), len(tokens), [None, rows.buffers()[1], flat.buffers()[2]])
    result: Any = pc.if_else(tokens.is_valid(), joined, pa.scalar(None, pa.string()))
    text: pa.StringArray = result
    return text
