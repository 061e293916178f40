"""Find the words and phrases of a list in texts, all at once, as Japanese needs it: no spaces, many ways to write."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from yurai_filters.lists import Lines

_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]+").fullmatch
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff]"
)
_HELD = 16

Match: TypeAlias = tuple[int, int, int]
"""(number of the entry, first character, the one behind the last)"""
Bound: TypeAlias = Callable[[str], object]
"""Tells of a character whether an entry may not stand beside it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How entries are compared.

    `fold`: both sides in Unicode's form NFKC and without case, so that half-width kana, full-width letters and capitals
    are found. `kana_boundary`: an entry of katakana alone is no part of a longer run of katakana. `word_boundary`: an
    entry that begins or ends with a letter or digit of a script with spaces is no part of a longer word there.
    """

    fold: bool = True
    kana_boundary: bool = True
    word_boundary: bool = True

    def written(self, text: str) -> str:
        """Return a text as it is compared."""
        if not self.fold or text.isascii():
            return text.lower() if self.fold else text
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class Phrases:
    """The entries of a list, ready to be found: an Aho-Corasick automaton (Aho and Corasick 1975)."""

    def __init__(self, entries: Lines, manner: Manner) -> None:
        import ahocorasick_rs  # noqa: PLC0415 - whoever gives no list has no use for it

        self._manner = manner
        unique = dict.fromkeys(manner.written(entry) for entry in entries)
        self._entries = [entry for entry in unique if entry]
        self._automaton = ahocorasick_rs.AhoCorasick(self._entries) if self._entries else None
        self._bounds = [(self._bound(entry, 0), self._bound(entry, -1)) for entry in self._entries]

    def __call__(self, text: str) -> list[Match]:
        """Return the matches in a text that is `written`, from the left; of those that overlap the first, longest."""
        if self._automaton is None:
            return []
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        kept: list[Match] = []
        for number, start, end in sorted(found, key=lambda match: (match[1], -match[2])):
            if (not kept or start >= kept[-1][2]) and self._stands_alone(text, number, start, end):
                kept.append((number, start, end))
        return kept

    def _stands_alone(self, text: str, number: int, start: int, end: int) -> bool:
        before, after = self._bounds[number]
        if before and start and before(text[start - 1]):
            return False
        return not (after and end < len(text) and after(text[end]))

    def _bound(self, entry: str, end: int) -> Bound | None:
        if self._manner.kana_boundary and _KATAKANA(entry):
            return _KATAKANA
        if self._manner.word_boundary and _spells_words(entry[end]):
            return _spells_words
        return None


def _spells_words(character: str) -> bool:
    """Tell whether a character is a letter, mark or digit of a script that puts spaces between words."""
    return unicodedata.category(character)[0] in "LMN" and not _UNSPACED.match(character)


@functools.lru_cache(maxsize=_HELD)
def phrases(entries: Lines, manner: Manner) -> Phrases:
    """Return the phrases of a loaded list, made once; a list never changes."""
    return Phrases(entries, manner)


def matches(texts: list[str | None], entries: Lines, manner: Manner) -> Iterator[tuple[str, list[Match]]]:
    """Yield each text as it is compared, and what is found in it; a null is an empty text."""
    find = phrases(entries, manner)
    for text in texts:
        written = manner.written(text or "")
        yield written, find(written)
