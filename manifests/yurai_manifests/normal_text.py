"""Normalise text, so that texts which differ in white space and composition alone are equal."""

from __future__ import annotations

from typing import Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

_SPACE: Final = r"\s\pZ\x{85}\x{1c}-\x{1f}\x{0b}"
_OTHER_SPACE: Final = rf"[{_SPACE}]{{2,}}|[\t\n\f\r\x{{85}}\x{{1c}}-\x{{1f}}\x{{0b}}]|\p{{Zl}}|\p{{Zp}}|[^\P{{Zs}} ]"
"""White space other than a single space: a pattern costs by its matches, and the rest stays as it is."""
_COMPOSED: Final = (
    r"\x{0}-\x{2ff}\x{370}-\x{373}\x{375}-\x{377}\x{37a}-\x{37d}\x{37f}\x{384}-\x{386}\x{388}-\x{38a}\x{38c}"
    r"\x{38e}-\x{3a1}\x{3a3}-\x{3ff}\x{400}-\x{482}\x{488}-\x{52f}\x{531}-\x{556}\x{559}-\x{58a}\x{5d0}-\x{5ea}"
    r"\x{5ef}-\x{5f4}\x{600}-\x{60f}\x{61b}-\x{64a}\x{660}-\x{66f}\x{671}-\x{6d5}\x{6dd}-\x{6de}\x{6e5}-\x{6e6}"
    r"\x{6ee}-\x{6ff}\x{900}-\x{93b}\x{93d}-\x{94c}\x{94e}-\x{950}\x{955}-\x{957}\x{960}-\x{97f}\x{980}-\x{983}"
    r"\x{985}-\x{98c}\x{993}-\x{9a8}\x{9aa}-\x{9b0}\x{9b6}-\x{9b9}\x{9bf}-\x{9c4}\x{9e0}-\x{9e3}\x{9e6}-\x{9fd}"
    r"\x{b85}-\x{b8a}\x{b92}-\x{b95}\x{bae}-\x{bb9}\x{bbf}-\x{bc2}\x{be6}-\x{bfa}\x{e01}-\x{e37}\x{e3f}-\x{e47}"
    r"\x{e4c}-\x{e5b}\x{10a0}-\x{10c5}\x{10d0}-\x{10ff}\x{1e00}-\x{1eff}\x{1f00}-\x{1f15}\x{1f18}-\x{1f1d}"
    r"\x{1f20}-\x{1f45}\x{1f48}-\x{1f4d}\x{1f50}-\x{1f57}\x{1f5f}-\x{1f70}\x{1f80}-\x{1fb4}\x{1fbf}-\x{1fc4}"
    r"\x{1fcc}-\x{1fd2}\x{1fdd}-\x{1fe2}\x{1fe4}-\x{1fea}\x{2002}-\x{2064}\x{2066}-\x{2071}\x{2074}-\x{208e}"
    r"\x{2090}-\x{209c}\x{20a0}-\x{20c0}\x{2100}-\x{2125}\x{212c}-\x{218b}\x{2190}-\x{2328}\x{232b}-\x{2426}"
    r"\x{2440}-\x{244a}\x{2460}-\x{2adb}\x{2add}-\x{2b73}\x{2b76}-\x{2b95}\x{2b97}-\x{2bff}\x{2e80}-\x{2e99}"
    r"\x{2e9b}-\x{2ef3}\x{2f00}-\x{2fd5}\x{2ff0}-\x{2ffb}\x{3000}-\x{3029}\x{3030}-\x{303f}\x{3041}-\x{3096}"
    r"\x{309b}-\x{30ff}\x{3105}-\x{312f}\x{3131}-\x{318e}\x{3190}-\x{31e3}\x{31f0}-\x{321e}\x{3220}-\x{9fff}"
    r"\x{ac00}-\x{d7a3}\x{fe30}-\x{fe52}\x{fe54}-\x{fe66}\x{fe76}-\x{fefc}\x{ff01}-\x{ffbe}\x{1f000}-\x{1f02b}"
    r"\x{1f030}-\x{1f093}\x{1f0d1}-\x{1f0f5}\x{1f100}-\x{1f1ad}\x{1f210}-\x{1f23b}\x{1f300}-\x{1f6d7}"
    r"\x{1f700}-\x{1f773}\x{1f780}-\x{1f7d8}\x{1f810}-\x{1f847}\x{1f860}-\x{1f887}\x{1f900}-\x{1fa53}"
    r"\x{20000}-\x{2a6dd}"
)
"""Characters that NFC leaves alone wherever they stand: NFC_Quick_Check=Yes, combining class 0 (UAX #15), for ever."""
_MARKS: Final = (
    r"\x{591}-\x{5b3}\x{5b5}-\x{5b6}\x{5ba}-\x{5bb}\x{5bd}\x{64b}-\x{652}\x{656}-\x{65f}\x{670}\x{94d}\x{9cd}"
    r"\x{bcd}\x{e38}-\x{e3a}\x{e48}-\x{e4b}"
)
"""Marks with NFC_Quick_Check=Yes: one alone stays, two beside each other may change places."""
_PERHAPS: Final = f"[^{_COMPOSED}{_MARKS}]|[{_MARKS}]{{2}}"


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
