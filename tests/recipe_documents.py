"""English documents that the published rules keep, and changes that put one of their numbers on a limit or beyond."""

from __future__ import annotations

import random
from typing import Final

_CONSONANTS: Final = "bdfgklmnprstvz"
_VOWELS: Final = "aeiou"
STOP: Final = ("the", "and", "of", "to")


def made_words(count: int, seed: int, syllables: int = 2) -> list[str]:
    """Return words that no language has, and of which hardly one comes twice."""
    draw = random.Random(seed)
    return ["".join(draw.choice(_CONSONANTS) + draw.choice(_VOWELS) for _ in range(syllables)) for _ in range(count)]


def sentence(seed: int, words: int = 12) -> str:
    """Return a sentence of so many words, two of them stop words, that no other seed has."""
    made = made_words(words - 2, seed, 3)
    return " ".join([made[0].capitalize(), "the", *made[1:4], "and", *made[4:]]) + "."


def prose(lines: int = 12, words: int = 12, seed: int = 0) -> str:
    """Return lines of one sentence each, which every rule of the recipes for English keeps."""
    return "\n".join(sentence(1000 * seed + number, words) for number in range(lines))
