"""Tell which scripts the letters of a text are of, by the first byte that each has in UTF-8.

That is coarse (one first byte stands for Thai and all scripts of India) and costs one pass over the bytes. Among
languages of one script the identifier tells; here a page goes that has next to no letter of those that its language is
written in.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.bool_]
"""Which of the 256 bytes are meant."""

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
_LANGUAGES: Final = {
    "latin": (
        "af als an ast az bar bcl br bs ca cbk ce ceb co cs cy da de diq dsb en eml eo es et eu fi fr frr fy ga gd gl gn "
        "gom gv hif hr hsb ht hu ia id ie ilo io is it jbo jv kk ku kw la lb li lmo lt lv mg min ms mt mwl nah nap nds nl "
        "nn no oc pam pfl pl pms pt qu rm ro sc scn sco sh sk sl so sq sr su sv sw tg tk tl tr tt ug uz vec vep vi vls vo wa "
        "war yo"
    ),
    "greek": "el",
    "cyrillic": (
        "av az ba be bg bs bxr ce cv kk krc ku kv ky lez mhr mk mn mrj myv os ru rue sah sh sr tg tk tt tyv ug uk uz xal"
    ),
    "armenian": "hy",
    "hebrew": "he yi",
    "arabic": "ar arz az azb ckb fa kk ku ky lrc mzn pa pnb ps sd tg tt ug ur uz",
    "thaana": "dv",
    "indic": "as bh bn bo bpy dty gom gu hi kn lo mai ml mr ne new or pa sa sd si ta te th",
    "georgian": "am ka km mn my vi xmf yo",
    "kana": "ja",
    "han": "ja ko wuu yue zh",
    "hangul": "ko",
}
"""Languages of lid.176 by the scripts that each may be written in; one may stand under several."""

LANGUAGES: Final = frozenset(code for codes in _LANGUAGES.values() for code in codes.split())
"""Languages that the gate can be asked for."""
# Numbers of letters that are not Latin: from 900 on, hexadecimal from 300 on; signs (8192 to 8999) are left out.
_REFERENCES: Final = (
    rb"&#(?:0*+(?:9\d\d|[1-79]\d{3}|\d{5,7})(?!\d)|[xX]0*+(?:[3-9a-fA-F][\da-fA-F]{2}|1[\da-fA-F]{3}|[\da-fA-F]{5}))"
)
_ESCAPES: Final = rb"\\u(?!00|20|[dD]83)[\da-fA-F]{4}"
"""Letters in a script, which may hold the text of a page; no Latin ones, signs or emoji."""


def _mask(names: list[str]) -> Mask:
    mask = np.zeros(256, bool)
    mask[[byte for name in names for byte in _FIRST_BYTES[name]]] = True
    return mask


_LETTERS: Final = _mask(list(_FIRST_BYTES))


class Scripts:
    """The scripts that some languages are written in."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        names = [name for name, codes in _LANGUAGES.items() if not set(languages).isdisjoint(codes.split())]
        self._mask = _mask(names)
        ours = b"".join(re.escape(bytes([byte])) for name in names for byte in _FIRST_BYTES[name])
        anywhere = re.compile(b"[" + ours + b"]|" + _REFERENCES + b"|" + _ESCAPES)
        self._anywhere = None if "latin" in names else anywhere

    def occur(self, markup: bytes) -> bool:
        """Tell whether a letter of theirs may be anywhere in a page: text, attribute, script, reference or escape."""
        return self._anywhere is None or self._anywhere.search(markup) is not None

    def share(self, text: bytes) -> tuple[float, int]:
        """Return the share of their letters among all letters of a text in UTF-8, and how many letters it has."""
        counts = np.bincount(np.frombuffer(text, np.uint8), minlength=256)
        letters = int(counts[_LETTERS].sum())
        return (int(counts[self._mask].sum()) / letters if letters else 0.0), letters
