"""Put texts into the form that an index has, and say where each letter of it comes from.

    stored   as it is
    nfkc     Unicode NFKC, and white space as one space (`yurai_manifests.normal_text` but for trimming)

The form is of the index: what is searched is put into it too, and places lead back. A text is normalised cluster by
cluster, that is a letter with what may be joined to it, so each letter of the form has a cluster that it comes from.
"""

import functools
import re
import unicodedata
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Form: TypeAlias = Literal["stored", "nfkc"]
FORMS: Final[tuple[Form, ...]] = ("stored", "nfkc")
SPACE: Final = re.compile(r"[\s\u0085\x1c-\x1f]+")
JAMO: Final = ((0x1160, 0x11FF), (0xD7B0, 0xD7FF))
"""Vowels and finals of Hangul, which join the letter before them by a rule of their own."""
LAST: Final = 0x1FFFF
"""Letters above it are joined to none."""


def formed(text: str, form: Form) -> str:
    """Return a text in a form."""
    if form == "stored":
        return text
    return SPACE.sub(" ", "".join(unicodedata.normalize("NFKC", cluster) for cluster in clusters(text)))


def formed_with_origin(text: str, form: Form) -> tuple[str, npt.NDArray[np.int64]]:
    """Return a text in a form, and for each letter the place in `text` where its cluster begins; last, `len(text)`.

    The array is int64[n + 1] for n letters. White space that became one space begins where its first letter stood.
    """
    if form == "stored":
        return text, np.arange(len(text) + 1)
    letters, origin, at = list[str](), list[int](), 0
    for cluster in clusters(text):
        for letter in unicodedata.normalize("NFKC", cluster):
            one = " " if SPACE.fullmatch(letter) else letter
            if one != " " or letters[-1:] != [" "]:
                letters.append(one)
                origin.append(at)
        at += len(cluster)
    return "".join(letters), np.array([*origin, len(text)], np.int64)


def given(origin: npt.NDArray[np.int64], start: int, end: int) -> tuple[int, int]:
    """Return the range of the text as it was given that letters `start` to `end` of its form come from."""
    if start >= end:
        return int(origin[start]), int(origin[start])
    return int(origin[start]), int(origin[np.searchsorted(origin, origin[end - 1], side="right")])


def clusters(text: str) -> list[str]:
    """Return a text in parts that normalise one by one; joined, they are the text."""
    starts = [0, *(at for at in range(1, len(text)) if not _joins(text[at])), len(text)]
    return [text[start:end] for start, end in pairwise(starts) if start < end]


@functools.lru_cache(1 << 16)
def _joins(letter: str) -> bool:
    """Whether a letter may change with the one before it."""
    if letter.isascii():
        return False
    first = unicodedata.normalize("NFKD", letter)[0]
    return (
        unicodedata.combining(first) != 0 or first in _seconds() or any(low <= ord(first) <= high for low, high in JAMO)
    )


@functools.cache
def _seconds() -> frozenset[str]:
    """Return the letters that stand second in a canonical composition."""
    found = set[str]()
    for point in range(LAST + 1):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):  # noqa: PLR2004 - a pair
            found.add(chr(int(parts[1], 16)))
    return frozenset(found)
