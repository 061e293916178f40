"""Normalise text, so that texts which differ in white space and composition alone are equal."""

from __future__ import annotations

from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

SPACE = r"[\s\pZ\x{85}\x{1c}-\x{1f}\x{0b}]+"


def normalise(text: pa.Array[Any]) -> pa.Array[Any]:
    """Return the text that equality is judged on: NFC, runs of white space to one space, trimmed."""
    one = pc.utf8_normalize(text, "NFC")  # type: ignore[attr-defined] # the stubs miss it
    return cast("pa.Array[Any]", pc.utf8_trim(pc.replace_substring_regex(one, SPACE, " "), " "))


def normal_text(text: str) -> str:
    """Return one text in its normal form."""
    return cast("str", normalise(pa.array([text], pa.large_string()))[0].as_py())
