"""Tell what of a text another one lacks, in what readers miss: whole sentences, and numbers.

Texts are compared letter for letter, but for white space, case and forms of characters (NFKC). So a sentence in which
one word was changed is absent, and one that stands elsewhere is not.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from yurai.report.text_diff import ALONE, ENDS

LEAST: Final = 4
"""Words of a sentence, or twice as many characters where no spaces part words; what is shorter is a label."""
_END: Final = re.compile(rf"\n|(?<=[{re.escape(''.join(ENDS[:3]))}])\s|(?<=[{''.join(ENDS[3:])}])")
_SPACED: Final = re.compile(rf"[^\s{ALONE}]+")
_ALONE: Final = re.compile(rf"[{ALONE}]")
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")


class Lost(NamedTuple):
    """Sentences and numbers of a text that another one lacks, each once, in the order of the text."""

    sentences: tuple[str, ...]
    numbers: tuple[str, ...]


def lost(removed: str, kept: str) -> Lost:
    """Return the sentences and numbers of `removed` that `kept` lacks."""
    whole, known = _squeezed(kept), frozenset(_numbers(kept))
    sentences = (one.strip() for one in _END.split(removed))
    absent = (one for one in sentences if _long(one) and _squeezed(one) not in whole)
    numbers = (one for one in _numbers(removed) if one not in known)
    return Lost(tuple(dict.fromkeys(absent)), tuple(dict.fromkeys(numbers)))


def _long(sentence: str) -> bool:
    return len(_SPACED.findall(sentence)) + len(_ALONE.findall(sentence)) / 2 >= LEAST


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(unicodedata.normalize("NFKC", text))
