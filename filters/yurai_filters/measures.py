"""Define taggers "characters" and "lines", which measure the size of a text in any language."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from yurai_filters.compare import share
from yurai_filters.declare import tagger

_ASCII_OTHER = bytes(code for code in range(128) if not chr(code).isalpha())


@tagger("characters", version=1, writes={"char_count": pa.int32(), "letter_share": pa.float32()})
def characters(text: pa.StringArray) -> dict[str, "pa.FloatArray | pa.Int32Array"]:
    """Count characters, and the share of them that spell words.

    Columns:
        char_count: int32, Unicode code points, white space included.
        letter_share: float32, letters and marks (general categories L and M; scripts of India write vowels as marks) /
            char_count, rounded to 1e-4; null for empty text. Prose in any language has a high share; menus, tables
            of numbers and code have a low one.

    Source: this project; categories from Unicode UAX #44.
    """
    count = pc.utf8_length(text)
    return {"char_count": count, "letter_share": share(_letters(text), count)}


@tagger("lines", version=1, writes={"line_count": pa.int32()})
def lines(text: pa.StringArray) -> dict[str, "pa.FloatArray | pa.Int32Array"]:
    r"""Count lines that hold more than white space.

    Columns:
        line_count: int32, pieces between line feeds (`\n`) with at least one character that is not white space.

    Source: this project.
    """
    pieces: Any = pc.split_pattern(text, "\n")
    return {"line_count": per_list(pieces, pc.not_equal(pc.utf8_trim_whitespace(pieces.values), pa.scalar("")))}


def per_list(lists: Any, flags: Any) -> pa.Int32Array:  # noqa: ANN401 - the stubs do not know list arrays
    """Count the true `flags` (one for each of `lists.values`) in each list; null for a null list."""
    before = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(flags.cast(pa.int64()))])
    at: Any = pc.take(before, lists.offsets)
    count: Any = pc.subtract(at[1:], at[:-1]).cast(pa.int32())
    result: pa.Int32Array = pc.if_else(lists.is_valid(), count, pa.scalar(None, pa.int32()))
    return result


def _letters(text: pa.StringArray) -> pa.Int32Array:
    """Count letters and marks; ASCII goes first, because `bytes.translate` is several times faster than a pattern."""
    values = text.cast(pa.binary()).to_pylist()
    kept = [None if value is None else value.translate(None, _ASCII_OTHER) for value in values]
    left: Any = pa.array(kept, pa.binary()).cast(pa.string())
    result: pa.Int32Array = pc.subtract(pc.utf8_length(left), pc.count_substring_regex(left, r"[^\pL\pM]"))
    return result
