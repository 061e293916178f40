"""Guess the charset of pages that name none and are neither UTF-8 nor Japanese.

The detector separates scripts well and Latin alphabets badly (French comes out as windows-1250). Between those the
page's own `lang` decides, as the HTML standard has browsers do with the reader's locale
(https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding, last table).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from charset_normalizer import from_bytes

from yurai.extraction.labels import codec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LANG: Final = re.compile(rb"<html\b[^>]{0,1000}?\blang\s*=\s*[\"']?([a-z]{2})\b", re.IGNORECASE)
# where both read as letters, a text without bytes 0x80-0x9F is ISO's: Microsoft keeps its s and z with caron there
_CENTRAL: Final = ("iso-8859-2", "windows-1250")
_BY_LANG: Final = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), _CENTRAL),
    **dict.fromkeys(("et", "lt", "lv"), ("windows-1257", "iso-8859-13")),
    "tr": ("windows-1254",),
    "az": ("windows-1254",),
    "vi": ("windows-1258",),
}
# charset-normalizer's name of the language that it believes it sees
_BY_GUESSED_LANGUAGE: Final = {
    **dict.fromkeys(("Czech", "Croatian", "Hungarian", "Polish", "Romanian", "Slovak", "Slovene"), _CENTRAL),
    **dict.fromkeys(("Estonian", "Lithuanian"), ("windows-1257", "iso-8859-13")),
    "Turkish": ("windows-1254",),
    "Vietnamese": ("windows-1258",),
}
_WESTERN: Final = ("windows-1252",)
# Microsoft's and ISO's charset of one alphabet: same letters, some in other places.
_SIBLING: Final = {
    "windows-1253": "iso-8859-7",
    "iso-8859-7": "windows-1253",
    "windows-1255": "iso-8859-8",
    "iso-8859-8": "windows-1255",
    "windows-1250": "iso-8859-2",
    "iso-8859-2": "windows-1250",
}
_JIS_SUPERSETS: Final = (("shift_jis", "cp932"), ("euc_j", "euc-jp"))
_LATIN: Final = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_OTHER_SCRIPT: Final = re.compile("[\u0370-\u1dff\u3040-\ud7ff]")
_C1: Final = re.compile("[\x80-\x9f]")


def detect(body: bytes, decode: Callable[[str], tuple[str, int]]) -> str | None:
    """Codec for undeclared bytes, or None without a guess; `decode` gives text and count of replacements under one."""
    best = from_bytes(body).best()
    codec = codec_of(best.encoding) if best is not None else None
    codec = next((wide for narrow, wide in _JIS_SUPERSETS if codec and codec.startswith(narrow)), codec)
    if codec is None:
        return None
    text, _ = decode(codec)
    if best is not None and len(_LATIN.findall(text)) > len(_OTHER_SCRIPT.findall(text)):
        lang = _LANG.search(body[:16_384])
        custom = _BY_LANG.get(lang[1].decode().lower(), _WESTERN) if lang else _BY_GUESSED_LANGUAGE.get(best.language)
        candidates = custom or [*_WESTERN, codec, *filter(None, [_SIBLING.get(codec)])]
        return _most_letters(candidates, decode) or codec
    return _most_letters([codec, *filter(None, [_SIBLING.get(codec)])], decode) or codec


def _most_letters(codecs: Iterable[str], decode: Callable[[str], tuple[str, int]]) -> str | None:
    """First codec of those with most letters beyond ASCII among the ones that decode all bytes; None if none does."""
    scored = [(_letters(text), codec) for codec, (text, bad) in ((c, decode(c)) for c in codecs) if bad == 0]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _letters(text: str) -> int:
    beyond = [char for char in text if char > "\x7f"]
    return sum(map(str.isalpha, beyond)) - 10 * len(_C1.findall(text))
