"""Tell what of a text another one lacks: words that lie in no shingle of both, and the longest run of them.

Words, or characters, and shingles are those that similarity is of. A word of the later text is *present* if a shingle
that holds it is a shingle of the earlier text too; else it is *absent*. A run counts absent words, and goes on over
fewer than `ENDS` present ones: long texts have some words in a row in common whatever they say, two Japanese manuals
five characters in every 31, sixteen in every 400. What was only moved is present, what was edited is absent, and so are
the words between two edits that lie nearer to each other than a shingle is long. Shingles are compared by hashes of 32
bits, so one is taken for present wrongly about once in 2^32 / (shingles of the earlier text).
"""

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.stages.mixers import U32

ENDS: Final = 8
"""Present words in a row that end a run of absent ones; of characters twice as many."""


class Text(NamedTuple):
    """The shingles of a document in the order of its text, how many differ, and how many words each has.

    `doubled` is 2 where shingles count characters, else 1: what a limit in words is multiplied by. `numbers` is the
    hash of the numbers in the text, 0 where nobody asks.
    """

    values: U32
    distinct: int
    size: int
    doubled: int
    numbers: int = 0


class Found(NamedTuple):
    """How similar two texts are, and the absent words: of the longest run, and in all."""

    similarity: float
    run: int
    absent: int


Measure: TypeAlias = Literal["jaccard", "containment"]
"""Of shingles: |A and B| / |A or B|, or |A and B| / |B|, where B is the later document."""


def compared(earlier: U32, later: Text, measure: Measure = "jaccard") -> Found:
    """Compare a text with the shingles of an earlier one: a sorted set, which is not empty."""
    at = np.searchsorted(earlier, later.values)
    at[at == len(earlier)] = 0
    present = earlier[at] == later.values
    met = np.zeros(len(earlier), np.bool_)
    met[at[present]] = True
    shared = int(np.count_nonzero(met))
    among = later.distinct if measure == "containment" else len(earlier) + later.distinct - shared
    return Found(shared / among, *absent(present, later.size, ENDS * later.doubled))


def absent(present: npt.NDArray[np.bool_], size: int, ends: int) -> tuple[int, int]:
    """Return the absent words of the longest run and in all, told which shingles of `size` words are present.

    Present words in a row end a run if they are `ends` or more. A text of fewer words is one shingle; if that is
    absent, so are `size` words.
    """
    found = np.flatnonzero(present)
    if not len(found):
        words = len(present) + size - 1
        return words, words
    between = np.diff(found) - size
    gaps = np.flatnonzero(between > 0)
    runs = np.concatenate([[found[0]], between[gaps], [len(present) - 1 - found[-1]]])
    first, last = found[np.concatenate([[0], gaps + 1])], found[np.concatenate([gaps, [len(found) - 1]])]
    starts = np.flatnonzero(last - first + size >= ends) + 1
    longest = np.add.reduceat(runs, np.concatenate([[0], starts])).max()
    return int(longest), int(runs.sum())
