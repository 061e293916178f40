"""Which limit a row broke is found by asking the filter again, whatever its reasons and settings are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import yurai_filters as yf
from yurai_filters.ranges import Count, Ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "the rain and the wind have to be with that of the hills"
SOUND: dict[str, object] = {
    "word_count": 200,
    "mean_word_length": 4.5,
    "hash_ratio": 0.0,
    "ellipsis_ratio": 0.0,
    "bullet_line_share": 0.0,
    "ellipsis_line_share": 0.0,
    "letter_word_share": 0.95,
    "text": TEXT,
    "line_count": 10,
    "end_mark_line_share": 0.9,
    "short_line_share": 0.1,
    "repeated_line_char_share": 0.0,
    "newline_count": 9,
    "piece_count": 200,
    "char_count": 900,
    "lang": "en",
    "lang_score": 0.9,
    "url": "https://example.com/a",
}


def blamed(rule: str, row: Mapping[str, object], settings: Mapping[str, object]) -> tuple[str | None, tuple[str, ...]]:
    declaration = yf.FILTERS[rule]
    columns = {name: pa.array([(SOUND | dict(row))[name]], kind) for name, kind in declaration.types.items()}
    lang = pa.array(["en"])
    reason = yf.judge(declaration, columns, settings, lang).reason[0].as_py()
    return reason, yf.blame(declaration, columns, settings, lang, reason)


@pytest.mark.parametrize(
    ("rule", "row", "settings", "reason", "names"),
    [
        ("gopher-quality", {"word_count": 49}, {}, "too-few-words", {"word_count", "min_words"}),
        ("gopher-quality", {"word_count": 100_001}, {}, "too-many-words", {"word_count", "max_words"}),
        ("gopher-quality", {"mean_word_length": 2}, {}, "words-too-short", {"mean_word_length", "min_mean_length"}),
        ("gopher-quality", {"mean_word_length": 11}, {}, "words-too-long", {"mean_word_length", "max_mean_length"}),
        ("gopher-quality", {"hash_ratio": 0.2}, {}, "too-many-hashes", {"hash_ratio", "max_hash_ratio"}),
        ("gopher-quality", {"ellipsis_ratio": 3}, {}, "too-many-ellipses", {"ellipsis_ratio", "max_ellipsis_ratio"}),
        (
            "gopher-quality",
            {"bullet_line_share": 1},
            {},
            "bullet-lines",
            {"bullet_line_share", "max_bullet_line_share"},
        ),
        (
            "gopher-quality",
            {"letter_word_share": 0.1},
            {},
            "too-few-letter-words",
            {"letter_word_share", "min_letter_word_share"},
        ),
        ("gopher-quality", {"text": "no"}, {}, "too-few-stop-words", {"text", "min_stop_words"}),
        ("gopher-quality", {"word_count": 3, "hash_ratio": 1}, {}, "too-few-words", {"word_count", "min_words"}),
        (
            "fineweb",
            {"end_mark_line_share": 0.1},
            {},
            "few-end-marks",
            {"end_mark_line_share", "min_end_mark_line_share"},
        ),
        (
            "fineweb",
            {"newline_count": 99},
            {},
            "too-many-newlines",
            {"newline_count", "piece_count", "max_newline_ratio"},
        ),
        ("fineweb", {"line_count": 0}, {}, "no-lines", {"line_count"}),
        ("length", {"char_count": 3}, {"min_characters": 9}, "too-short", {"char_count", "min_characters"}),
        ("length", {"char_count": 30}, {"max_characters": 9}, "too-long", {"char_count", "max_characters"}),
        ("language", {}, {"allow": ["ja"]}, None, {"lang", "allow"}),
        ("language", {"lang_score": 0.1}, {}, None, {"lang", "lang_score", "min_score"}),
    ],
)
def test_the_measure_and_the_limit_that_decided_are_named(
    rule: str, row: dict[str, object], settings: dict[str, object], reason: str | None, names: set[str]
) -> None:
    given, found = blamed(rule, row, settings)
    assert given == reason or (reason is None and given)
    assert set(found) == names


@pytest.mark.usefixtures("registry")
def test_names_that_say_nothing_are_found_too() -> None:
    @yf.document_filter("odd", version=1, cites="a test")
    def odd(word_count: pa.Int32Array, hash_ratio: pa.FloatArray, *, x: Count = 5, y: Ratio = 0.5) -> pa.StringArray:
        """Drop by names that do not tell."""
        return yf.first_reason(purple=yf.below(word_count, x), green=yf.above(hash_ratio, y))

    assert blamed("odd", {"word_count": 4}, {}) == ("purple", ("word_count", "x"))
    assert blamed("odd", {"hash_ratio": 1}, {}) == ("green", ("hash_ratio", "y"))
    assert blamed("odd", {"hash_ratio": 1, "word_count": 9}, {"x": 10}) == ("purple", ("word_count", "x"))


@pytest.mark.usefixtures("registry")
def test_a_filter_that_trips_over_other_settings_blames_what_it_can() -> None:
    @yf.document_filter("brittle", version=1, cites="a test")
    def brittle(word_count: pa.Int32Array, *, x: int = 5) -> pa.StringArray:
        """Drop, and fail for any other limit."""
        if x != 5:
            raise RuntimeError("not this one")
        return yf.first_reason(few=yf.below(word_count, x))

    assert blamed("brittle", {"word_count": 4}, {}) == ("few", ("word_count",))
