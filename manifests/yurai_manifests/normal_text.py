"""Normalise text, so that texts which differ in white space and composition alone are equal."""

from __future__ import annotations

from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

_SPACE: Final = r"\s\pZ\x{85}\x{1c}-\x{1f}\x{0b}"
_OTHER_SPACE: Final = rf"[{_SPACE}]{{2,}}|[\t\n\f\r\x{{85}}\x{{1c}}-\x{{1f}}\x{{0b}}]|\p{{Zl}}|\p{{Zp}}|[^\P{{Zs}} ]"
"""White space other than a single space: a pattern costs by its matches, and the rest stays as it is."""
_COMPOSED: Final = (
    r"\x{0}-\x{2ff}\x{388}-\x{38a}\x{38c}\x{38e}-\x{3a1}\x{3a3}-\x{482}\x{48a}-\x{52f}\x{5d0}-\x{5ea}\x{620}-\x{64a}"
    r"\x{660}-\x{66f}\x{671}-\x{6d5}\x{e01}-\x{e37}\x{e3f}-\x{e47}\x{2002}-\x{2029}\x{202f}-\x{205e}\x{20a0}-\x{20bf}"
    r"\x{2190}-\x{21ff}\x{2460}-\x{26ff}\x{3000}-\x{3029}\x{3041}-\x{3096}\x{309b}-\x{30ff}\x{3400}-\x{9fff}"
    r"\x{ac00}-\x{d7a3}\x{1ea0}-\x{1ef9}\x{ff01}-\x{ff9f}\x{1f300}-\x{1f64f}"
)
"""Characters that NFC leaves alone wherever they stand: NFC_Quick_Check=Yes, combining class 0 (UAX #15), for ever."""
_PERHAPS: Final = f"[^{_COMPOSED}]"


def normalise(text: pa.Array[Any]) -> pa.Array[Any]:
    """Return the text that equality is judged on: NFC, runs of white space to one space, trimmed."""
    perhaps = pc.match_substring_regex(text, _PERHAPS)
    if pc.any(perhaps).as_py():
        new = pc.utf8_normalize(text.filter(perhaps), "NFC")  # type: ignore[attr-defined] # the stubs miss it
        text = pc.replace_with_mask(text, perhaps, new)
    return pc.utf8_trim(pc.replace_substring_regex(text, _OTHER_SPACE, " "), " ")


def normal_text(text: str) -> str:
    """Return one text in its normal form."""
    return cast("str", normalise(pa.array([text], pa.large_string()))[0].as_py())
