"""Define filter "scripts" and its tagger "script-shares", which tell Japanese prose by the scripts it is in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_filters.code_points import count_kinds, kinds_table, spans
from yurai_filters.compare import FINE, above, below, whole
from yurai_filters.declare import document_filter, tagger
from yurai_filters.fine_shares import counted, fine_share
from yurai_filters.ranges import Count, Share
from yurai_filters.why import first_reason

OPENING = 50
"""Characters at the beginning of a text among which kana are looked for."""

_HIRAGANA, _HIRAGANA_BLOCK, _KATAKANA, _KANJI, _IDEOGRAPHIC_STOP, _STOP, _COMMA = range(1, 8)
_TABLE = kinds_table(
    {
        _HIRAGANA_BLOCK: spans("3040-309F"),
        _HIRAGANA: spans("3041-3096"),
        _KATAKANA: spans("30A1-30FA"),
        _KANJI: spans("3005 3007 303B 3400-9FFF F900-FAFF"),
        _IDEOGRAPHIC_STOP: spans("3002"),
        _STOP: spans("FF0E FF01 FF1F"),
        _COMMA: spans("3001 FF0C"),
    }
)
_KANA = kinds_table({1: spans("3041-3093 30A1-30F3")})
_JAPANESE = (_HIRAGANA, _KATAKANA, _KANJI, _IDEOGRAPHIC_STOP, _STOP, _COMMA)

_WRITES = dict.fromkeys(
    (
        "japanese_count",
        "japanese_share",
        "hiragana_share",
        "katakana_share",
        "kanji_share",
        "hiragana_text_share",
        "kuten_rate",
        "opening_kana_count",
    ),
    pa.float32(),
)


@tagger("script-shares", version=1, writes=_WRITES)
def script_shares(text: pa.StringArray) -> dict[str, pa.FloatArray | pa.Int32Array]:
    """Count the Japanese characters of a text by script.

    Columns, float32, shares rounded to 1e-6 and null for empty text:
        japanese_count: Japanese characters: hiragana (U+3041-3096), katakana (U+30A1-30FA), kanji (U+3400-9FFF,
            U+F900-FAFF and the three marks of U+3005, 3007, 303B), full stops (U+3002, FF0E, FF01, FF1F) and commas
            (U+3001, FF0C). The long vowel mark, half-width katakana and kanji beyond the first plane are not among
            them, as in Swallow's code.
        japanese_share: those / code points of the text.
        hiragana_share, katakana_share, kanji_share: of the Japanese characters; 0 where there is none.
        hiragana_text_share: code points from U+3040 to 309F / code points of the text, as Uzushio counts.
        kuten_rate: ideographic full stops (U+3002) / code points of the text.
        opening_kana_count: kana (U+3041-3093, U+30A1-30F3) among the first 50 characters.

    Source: swallow-corpus (arXiv:2404.17733), quality.py; Uzushio, HiraganaRatio; HojiChar 0.18, AcceptJapanese and
    DiscardRareKuten.
    """
    counts = count_kinds(text, _TABLE)
    total = counts.sum(axis=1)
    japanese = counts[:, _JAPANESE].sum(axis=1)
    within = np.maximum(japanese, 1)
    # of empty texts, which have no character to divide by, nothing is known
    shares = {
        "japanese_share": fine_share(japanese, total),
        "hiragana_share": fine_share(counts[:, _HIRAGANA], np.where(total > 0, within, 0)),
        "katakana_share": fine_share(counts[:, _KATAKANA], np.where(total > 0, within, 0)),
        "kanji_share": fine_share(counts[:, _KANJI], np.where(total > 0, within, 0)),
        "hiragana_text_share": fine_share(counts[:, _HIRAGANA] + counts[:, _HIRAGANA_BLOCK], total),
        "kuten_rate": fine_share(counts[:, _IDEOGRAPHIC_STOP], total),
    }
    return {"japanese_count": counted(japanese, text), **shares, "opening_kana_count": counted(_opening(text), text)}


@document_filter("scripts", version=1, cites="arXiv:2404.17733", languages={"ja"})
def scripts(
    japanese_count: pa.FloatArray,
    japanese_share: pa.FloatArray,
    hiragana_share: pa.FloatArray,
    katakana_share: pa.FloatArray,
    kanji_share: pa.FloatArray,
    hiragana_text_share: pa.FloatArray,
    kuten_rate: pa.FloatArray,
    opening_kana_count: pa.FloatArray,
    *,
    min_hiragana_share: Share | None = None,
    max_hiragana_share: Share | None = None,
    min_katakana_share: Share | None = None,
    max_katakana_share: Share | None = None,
    min_kanji_share: Share | None = None,
    max_kanji_share: Share | None = None,
    min_japanese_share: Share | None = None,
    min_japanese_count: Count | None = None,
    min_hiragana_text_share: Share | None = None,
    min_kuten_rate: Share | None = None,
    max_kuten_rate: Share | None = None,
    min_opening_kana_count: Count | None = None,
) -> pa.StringArray:
    """Drop documents whose characters are not those of Japanese prose; exact limits stay, unset ones are off.

    What it drops: `too-little-hiragana`, `too-much-hiragana`, `too-little-katakana`, `too-much-katakana`,
    `too-little-kanji`, `too-much-kanji` (shares of the Japanese characters, see tagger `script-shares`),
    `too-little-japanese` (their share of the text), `too-few-japanese` (their number), `too-little-hiragana-in-text`,
    `too-few-kuten`, `too-many-kuten` (ideographic full stops / characters), `no-kana-at-the-beginning` (too few kana
    among the first 50 characters).
    Why: prose takes a fifth or more of hiragana; lists of names and goods are kanji and katakana, menus have no full
    stop, and Chinese has no kana. All limits are off unless set: each published recipe has its own.
    Source: Swallow v1 `min_hiragana_share = 0.2`, `max_katakana_share = 0.5`, `min_japanese_share = 0.5`,
    `min_japanese_count = 400`; Uzushio `min_hiragana_text_share = 0.1` or 0.15; LLM-jp v1 `min_kuten_rate = 0.004`
    (strict 0.0125), HojiChar 0.01; both `min_opening_kana_count = 1`.
    Example: with `min_hiragana_share = 0.2` a text of 400 Japanese characters, 79 of them hiragana, is dropped as
    `too-little-hiragana`.
    """
    count, opening = whole(japanese_count), whole(opening_kana_count)
    return first_reason(
        too_little_hiragana=below(hiragana_share, min_hiragana_share, digits=FINE),
        too_much_hiragana=above(hiragana_share, max_hiragana_share, digits=FINE),
        too_little_katakana=below(katakana_share, min_katakana_share, digits=FINE),
        too_much_katakana=above(katakana_share, max_katakana_share, digits=FINE),
        too_little_kanji=below(kanji_share, min_kanji_share, digits=FINE),
        too_much_kanji=above(kanji_share, max_kanji_share, digits=FINE),
        too_little_japanese=below(japanese_share, min_japanese_share, digits=FINE),
        too_few_japanese=below(count, min_japanese_count),
        too_little_hiragana_in_text=below(hiragana_text_share, min_hiragana_text_share, digits=FINE),
        too_few_kuten=below(kuten_rate, min_kuten_rate, digits=FINE),
        too_many_kuten=above(kuten_rate, max_kuten_rate, digits=FINE),
        no_kana_at_the_beginning=below(opening, min_opening_kana_count),
    )


def japanese_counts(text: pa.StringArray) -> npt.NDArray[np.int64]:
    """Count the Japanese characters of each text, as tagger `script-shares` does."""
    counts: npt.NDArray[np.int64] = count_kinds(text, _TABLE)[:, _JAPANESE].sum(axis=1)
    return counts


def _opening(text: pa.StringArray) -> npt.NDArray[np.integer]:
    beginnings = [None if value is None else value[:OPENING] for value in text.to_pylist()]
    counts: npt.NDArray[np.integer] = count_kinds(pa.array(beginnings, pa.string()), _KANA)[:, 1]
    return counts
