"""Say which scripts each language is written in, and count the letters of a text by script.

A language that is written in none of the scripts of a text cannot be its language, whatever a model says of it. Classes
are coarse (one for Thai and all scripts of India): among languages of one class the identifier tells.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

LANGUAGES_OF: Final = {
    "latin": (
        "af als an ast az bar bcl br bs ca cbk ce ceb co cs cy da de diq dsb en eml eo es et eu fi fr frr fy ga gd gl "
        "gn gom gv hif hr hsb ht hu ia id ie ilo io is it jbo jv kk ku kw la lb li lmo lt lv mg min ms mt mwl nah nap "
        "nds nl nn no oc pam pfl pl pms pt qu rm ro sc scn sco sh sk sl so sq sr su sv sw tg tk tl tr tt ug uz vec vep "
        "vi vls vo wa war yo"
    ),
    "greek": "el",
    "cyrillic": (
        "av az ba be bg bs bxr ce cv kk krc ku kv ky lez mhr mk mn mrj myv os ru rue sah sh sr tg tk tt tyv ug uk uz "
        "xal"
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

CHINESE: Final = frozenset({"zh", "yue", "wuu", "gan", "lzh", "hsn", "cjy"})
"""Languages that are written in Chinese characters alone."""
LANGUAGES: Final = frozenset(code for codes in LANGUAGES_OF.values() for code in codes.split())
SCRIPTS: Final = (*LANGUAGES_OF, "other")
_BLOCKS: Final = (
    ("latin", 0x41, 0x24F), ("latin", 0x250, 0x36F), ("greek", 0x370, 0x3FF), ("cyrillic", 0x400, 0x52F),
    ("armenian", 0x530, 0x58F), ("hebrew", 0x590, 0x5FF), ("arabic", 0x600, 0x77F), ("thaana", 0x780, 0x7BF),
    ("arabic", 0x860, 0x8FF), ("indic", 0x900, 0xFFF), ("georgian", 0x1000, 0x10FF), ("hangul", 0x1100, 0x11FF),
    ("georgian", 0x1200, 0x139F), ("georgian", 0x1780, 0x17FF), ("georgian", 0x1C90, 0x1CBF), ("latin", 0x1D00, 0x1DBF),
    ("cyrillic", 0x1C80, 0x1C8F), ("latin", 0x1E00, 0x1EFF), ("greek", 0x1F00, 0x1FFF), ("latin", 0x2C60, 0x2C7F),
    ("georgian", 0x2D00, 0x2D2F), ("georgian", 0x2D80, 0x2DDF), ("cyrillic", 0x2DE0, 0x2DFF), ("han", 0x3005, 0x3007),
    ("kana", 0x3041, 0x3096), ("kana", 0x309D, 0x30FA), ("kana", 0x30FC, 0x30FF), ("hangul", 0x3131, 0x318E),
    ("kana", 0x31F0, 0x31FF), ("han", 0x3400, 0x4DBF), ("han", 0x4E00, 0x9FFF), ("cyrillic", 0xA640, 0xA69F),
    ("latin", 0xA720, 0xA7FF), ("indic", 0xA8E0, 0xA8FF), ("hangul", 0xA960, 0xA97F), ("georgian", 0xA9E0, 0xA9FF),
    ("georgian", 0xAA60, 0xAA7F), ("georgian", 0xAB00, 0xAB2F), ("latin", 0xAB30, 0xAB6F), ("hangul", 0xAC00, 0xD7FF),
    ("han", 0xF900, 0xFAFF), ("latin", 0xFB00, 0xFB06), ("armenian", 0xFB13, 0xFB17), ("hebrew", 0xFB1D, 0xFB4F),
    ("arabic", 0xFB50, 0xFDFF), ("arabic", 0xFE70, 0xFEFE), ("latin", 0xFF21, 0xFF5A), ("kana", 0xFF66, 0xFF9F),
    ("hangul", 0xFFA0, 0xFFDC), ("kana", 0x1AFF0, 0x1B16F), ("han", 0x20000, 0x323AF),
)  # fmt: skip
"""First and last code point of runs of blocks, as Blocks.txt of the Unicode Character Database has them."""
_LAST: Final = 0x323AF
"""The last letter there is, of Han; what stands behind it are marks of variants and private use."""


_NO_LETTER, _LINE_END = len(SCRIPTS), len(SCRIPTS) + 1
_COLUMNS: Final = len(SCRIPTS) + 2


class Letters(NamedTuple):
    """Letters of a text: of each script that has any, and of all; marks of length and iteration (ー 々) are letters."""

    of: dict[str, int]
    all: int

    def share(self, *scripts: str) -> float:
        """Return the share of letters of some scripts among all, 0 where there is no letter."""
        return sum(self.of.get(one, 0) for one in scripts) / self.all if self.all else 0.0


def letters_of(text: str) -> Letters:
    """Count the letters of a text by script."""
    return letters_in(np.bincount(_kinds_of(text), minlength=_COLUMNS)[: len(SCRIPTS)])


def letters_of_lines(text: str) -> npt.NDArray[np.intp]:
    """Count the letters of each line of a text, by line and by script in the order of SCRIPTS."""
    kinds = _kinds_of(text)
    line, lines = np.cumsum(kinds == _LINE_END), text.count("\n") + 1
    counts = np.bincount(line * _COLUMNS + kinds, minlength=lines * _COLUMNS)
    return counts.reshape(lines, _COLUMNS)[:, : len(SCRIPTS)]


def _kinds_of(text: str) -> npt.NDArray[np.int8]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _kinds().take(codes, mode="clip")


def letters_in(counts: npt.NDArray[np.intp]) -> Letters:
    """Return the letters that were counted, by script in the order of SCRIPTS."""
    found = counts.tolist()
    return Letters({name: count for name, count in zip(SCRIPTS, found, strict=True) if count}, sum(found))


@functools.cache
def _kinds() -> npt.NDArray[np.int8]:
    """Return the place in SCRIPTS of each code point, or that it is no letter; the last is of all behind."""
    kinds = np.full(_LAST + 2, SCRIPTS.index("other"), np.int8)
    for name, first, last in _BLOCKS:
        kinds[first : last + 1] = SCRIPTS.index(name)
    letters = np.fromiter((chr(code).isalpha() for code in range(_LAST + 2)), np.bool_, _LAST + 2)
    found = np.where(letters, kinds, _NO_LETTER).astype(np.int8)
    found[ord("\n")] = _LINE_END
    return found


@functools.cache
def scripts_of(code: str) -> frozenset[str]:
    """Return the scripts that a language may be written in; all of them of one that the table does not have."""
    return frozenset(name for name, codes in _SETS.items() if code in codes) or frozenset(SCRIPTS)


_SETS: Final = {name: frozenset(codes.split()) for name, codes in LANGUAGES_OF.items()}
