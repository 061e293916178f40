"""Guess the charset of pages that name none and are neither UTF-8 nor Japanese.

charset-normalizer separates scripts well and Latin alphabets badly (French comes out as windows-1250): what looks Latin
or is taken for Latin, is left to `yurai.extraction.latin`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from charset_normalizer import from_bytes

from yurai.extraction.labels import codec_of
from yurai.extraction.latin import is_latin, latin_codec, looks_latin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LANG: Final = re.compile(rb"<html\b[^>]{0,1000}?\b(?:xml:)?lang\s*=\s*[\"']?([a-z]{2})\b", re.IGNORECASE)
# Microsoft's and ISO's charset of one alphabet: same letters, some in other places.
_SIBLING: Final = {
    "windows-1253": "iso-8859-7",
    "iso-8859-7": "windows-1253",
    "windows-1255": "iso-8859-8",
    "iso-8859-8": "windows-1255",
}
_JIS_SUPERSETS: Final = (("shift_jis", "cp932"), ("euc_j", "euc-jp"))
_C1: Final = re.compile("[\x80-\x9f]")


def detect(body: bytes, decode: Callable[[str], tuple[str, int]]) -> str | None:
    """Codec for undeclared bytes, or None without a guess; `decode` gives text and count of replacements under one."""
    if (codec := other_script(body, decode)) is not None:
        return codec
    lang = _LANG.search(body[:16_384])
    return latin_codec(lang[1].decode().lower() if lang else None, decode)


def other_script(body: bytes, decode: Callable[[str], tuple[str, int]]) -> str | None:
    """Codec for bytes that form words in another script than the Latin one; None if they do not."""
    best = None if looks_latin(body) else from_bytes(body).best()
    codec = codec_of(best.encoding) if best is not None else None
    codec = next((wide for narrow, wide in _JIS_SUPERSETS if codec and codec.startswith(narrow)), codec)
    if codec is None or is_latin(codec):
        return None
    return _most_letters([codec, *filter(None, [_SIBLING.get(codec)])], decode) or codec


def _most_letters(codecs: Iterable[str], decode: Callable[[str], tuple[str, int]]) -> str | None:
    """First codec of those with most letters beyond ASCII among the ones that decode all bytes; None if none does."""
    scored = [(_letters(text), codec) for codec, (text, bad) in ((c, decode(c)) for c in codecs) if bad == 0]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _letters(text: str) -> int:
    beyond = [char for char in text if char > "\x7f"]
    return sum(map(str.isalpha, beyond)) - 10 * len(_C1.findall(text))
