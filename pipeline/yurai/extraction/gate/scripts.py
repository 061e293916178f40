"""Tell which scripts the letters of a text are of, by the first byte that each has in UTF-8.

That is coarse (one first byte stands for Thai and all scripts of India) and costs one pass over the bytes. Among
languages of one script the identifier tells; here a page goes that has next to no letter of those that its language is
written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from yurai.declare.language.repertoire import repertoire
from yurai.declare.language.written import LANGUAGES_OF

_FIRST_BYTES: Final = {
    "latin": (*range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC3, 0xCA)),
    "greek": (0xCE, 0xCF),
    "cyrillic": (0xD0, 0xD1, 0xD2, 0xD3),
    "armenian": (0xD4, 0xD5, 0xD6),
    "hebrew": (0xD6, 0xD7),
    "arabic": (0xD8, 0xD9, 0xDA, 0xDB),
    "thaana": (0xDE,),
    "indic": (0xE0,),  # with Thai, Lao and Tibetan
    "georgian": (0xE1,),  # with Burmese, Ethiopic, Khmer, and the letters with two accents of Vietnamese
    "kana": (0xE3, 0xEF),  # with marks of punctuation, and forms of half and full width
    "han": tuple(range(0xE4, 0xEA)),
    "hangul": (0xEA, 0xEB, 0xEC, 0xED),
}
# Numbers of letters that are not Latin: from 900 on, hexadecimal from 300 on; signs (8192 to 8999) are left out.
_REFERENCE: Final = re.compile(
    rb"&#(?:0*+(?:9\d\d|[1-79]\d{3}|\d{5,7})(?!\d)|"
    rb"[xX]0*+(?:[3-9a-fA-F][\da-fA-F]{2}|1[\da-fA-F]{3}|[\da-fA-F]{5}))"
)
_ESCAPE: Final = re.compile(rb"\\u(?!00|20|[dD][89a-fA-F])[\da-fA-F]{4}")
"""A letter in a script, which may hold the text of a page; not a Latin one, a sign or an emoji."""


def _others(names: Iterable[str]) -> bytes:
    """Return the bytes that are not the first of a letter of these scripts."""
    return bytes(set(range(256)) - {byte for name in names for byte in _FIRST_BYTES[name]})


_NO_LETTERS: Final = _others(_FIRST_BYTES)
_NO_HAN: Final = _others(["han"])
_KANA: Final = re.compile(rb"\xe3[\x81-\x83]|\xef(?:\xbd[\xa6-\xbf]|\xbe[\x80-\x9f])")
_CHINESE: Final = ("zh", "wuu", "yue")
_MANY_HAN: Final = 100
_SEEN: Final = 6_000
"""Bytes in which characters of Japanese alone are looked for."""
_FEW_KANA: Final = 0.02
"""Kana for each Chinese character: 1,015 pages in Japanese had .58 and more, 580 of 591 in Chinese less than .005."""


class Scripts:
    """The scripts that some languages are written in."""

    def __init__(self, languages: Iterable[str]) -> None:
        asked = set(languages)
        names = [name for name, codes in LANGUAGES_OF.items() if not asked.isdisjoint(codes.split())]
        self._latin = "latin" in names
        self.latin_alone = names == ["latin"]
        self._others = _others(names)
        self._others_or_han = _others(name for name in names if name not in {"kana", "han"})
        self._needs_kana = "ja" in asked and asked.isdisjoint(_CHINESE)

    def occur(self, markup: bytes) -> bool:
        """Tell whether a letter of theirs may be anywhere in a page: text, attribute, script, reference or escape."""
        if self._latin or len(markup.translate(None, self._others)) > 0:
            return True
        return (b"&#" in markup and _REFERENCE.search(markup) is not None) or _ESCAPE.search(markup) is not None

    def share(self, text: bytes) -> tuple[float, int]:
        """Return the share of their letters among all letters of a text in UTF-8, and how many letters it has.

        Of Japanese, Chinese characters are such letters where there are few of them or some kana beside them.
        """
        letters = len(text.translate(None, _NO_LETTERS))
        others = self._others_or_han if self._needs_kana and _is_chinese(text) else self._others
        return (len(text.translate(None, others)) / letters if letters else 0.0), letters


def _is_chinese(text: bytes) -> bool:
    """Tell whether a text has many Chinese characters, no kana to speak of and none that Japanese alone has."""
    han = len(text.translate(None, _NO_HAN))
    if han < _MANY_HAN or len(_KANA.findall(text)) >= _FEW_KANA * han:
        return False
    return repertoire(text[:_SEEN].decode("utf-8", "ignore")) != "ja"
