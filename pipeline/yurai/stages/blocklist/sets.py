"""Compare a text with texts that are taken down, by their sets of shingles: 5 words, or 12 characters.

Jaccard similarity is counted and not estimated. A text has another in it where it holds half of its shingles.
"""

import unicodedata
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai.stages.shingles.hashes import Shingling, shingle_hashes

SHINGLING: Final = Shingling("by-language", 5, 12)
QUOTED: Final = 0.5
"""Share of the shingles of a taken text from which on a text is said to quote it."""
LEAST_SHINGLES: Final = 8
"""Shingles from which on sharing half of them says something."""
LEAST_CHARACTERS: Final = 64
"""Characters of the shortest text that is looked for inside other ones: "Page not found" is in many."""
SCRIPTS: Final = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Beginnings of the names of letters of scripts that put no spaces between words."""
_SEEN: Final = 4096
Set: TypeAlias = npt.NDArray[np.uint32]
Floats: TypeAlias = npt.NDArray[np.float64]


class Shared(NamedTuple):
    """What a text shares with each set, in their order."""

    jaccard: Floats
    quoted: Floats
    """Share of the set, 0 where it is too small for that to say anything."""


@dataclass(slots=True)
class ShingleSets:
    """The sets of all texts that are compared with, and what a set shares with each."""

    sets: list[Set] = field(default_factory=list)
    """Ascending, without repeats."""
    _hashes: Set = field(default_factory=lambda: np.zeros(0, np.uint32))
    _owners: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    _sizes: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def ready(self) -> None:
        """Sort what is compared with; after the last set was added."""
        self._sizes = np.array([one.size for one in self.sets], np.int64)
        joined = np.concatenate([np.zeros(0, np.uint32), *self.sets])
        owners = np.repeat(np.arange(len(self.sets)), self._sizes)
        order = np.argsort(joined, kind="stable")
        self._hashes, self._owners = joined[order], owners[order]

    def shared(self, shingles: Set) -> Shared | None:
        """Compare a set with all at once; None where it has no shingle of any."""
        low = np.searchsorted(self._hashes, shingles, "left")
        counts = np.searchsorted(self._hashes, shingles, "right") - low
        total = int(counts.sum())
        if not total:
            return None
        starts = np.repeat(low - (np.cumsum(counts) - counts), counts)
        both = np.bincount(self._owners[starts + np.arange(total)], minlength=len(self.sets))
        share = np.where(self._sizes >= LEAST_SHINGLES, both / self._sizes, 0.0)
        return Shared(both / (self._sizes + shingles.size - both), share)


def sets_of(texts: list[str]) -> list[Set]:
    """Return the set of each text, cut by words or characters as its letters are, whatever language it is taken for."""
    langs = pa.array(["ja" if is_unspaced(text) else None for text in texts], pa.string())
    hashes, bounds = shingle_hashes(cast("pa.StringArray", pa.array(texts, pa.large_string())), langs, SHINGLING)
    return [np.unique(hashes[bounds[at] : bounds[at + 1]]) for at in range(len(texts))]


def is_unspaced(text: str) -> bool:
    """Whether most letters are of scripts that put no spaces between words."""
    letters = [one for one in text[:_SEEN] if one.isalpha()]
    scripts = [unicodedata.name(one, "").partition(" ")[0] for one in letters if not one.isascii()]
    return 2 * sum(one in SCRIPTS for one in scripts) > len(letters)
