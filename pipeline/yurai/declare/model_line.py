"""Bring a text into the one line that a language identifier is shown, for every stage that asks one.

lid.176 learned from prose in small letters: of a sentence in capitals, or with marks of no width between its letters,
it knows no word, and `MY FRIEND IS A BIRD` is Marathi to it.
"""

from __future__ import annotations

import functools
import re
from typing import Final

import numpy as np
import numpy.typing as npt

_NO_WIDTH: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
    "|(?<![\u0600-\u0dff\u1000-\u109f\u1780-\u17ff])[\u200c\u200d]"
)
"""Marks without width; joiners where no letter stands before them that they shape, as those of Arabic and Indic do."""
_CAPITAL, _SMALL, _MARK = 1, 2, 3
_LAST_CASED: Final = 0x1E943
"""The last letter that has case: Adlam's."""


def model_line(text: str) -> str | None:
    """Return `text` on one line, without marks of no width, in small letters if most that have case are capitals.

    None where it has no letter: there is nothing to tell a language from.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds().take(codes, mode="clip")
    line = " ".join((_NO_WIDTH.sub("", text) if (kinds == _MARK).any() else text).split())
    if not any(map(str.isalpha, line)):
        return None
    return line.lower() if np.count_nonzero(kinds == _CAPITAL) > np.count_nonzero(kinds == _SMALL) else line


@functools.cache
def _kinds() -> npt.NDArray[np.int8]:
    """Return the kind of each code point; the last is that of all behind it."""
    letters = [chr(code) for code in range(_LAST_CASED + 2)]
    return np.array([_kind(letter) for letter in letters], np.int8)


def _kind(letter: str) -> int:
    if letter.isupper():
        return _CAPITAL
    if letter.islower():
        return _SMALL
    return _MARK if _NO_WIDTH.search(letter) else 0
