"""Say how often each document occurs in an epoch: by the weight of its source, in whole times and an exact share.

Documents of a group are those that the same weight was given for. Weight 2.5 means: each of the group twice, half of
them, drawn anew by the seed in each epoch, once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import accumulate

import numpy as np

from yurai.tokens.order.permutation import Permutation, Places
from yurai_manifests.errors import RecipeError

ONE = 1_000_000
"""Weights are held as millionths, so that shares are exact."""
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight, in millionths, for documents whose input file is named like a pattern of `fnmatch`."""

    pattern: str
    millionths: int

    @classmethod
    def of(cls, text: str) -> "Weight":
        """Read `PATTERN=2.5`.

        Raises:
            RecipeError: it has no such form, or the weight is none from 0 to 1,000 with six decimals at most.
        """
        pattern, equals, number = text.rpartition("=")
        whole, dot, rest = number.partition(".")
        if not (equals and pattern and whole.isdecimal() and (rest.isdecimal() or not dot) and len(rest) <= 6):  # noqa: PLR2004 - millionths
            raise RecipeError(f"--weight {text!r} wants PATTERN=NUMBER, such as 'wiki-*=2.5': a number with 6 decimals")
        millionths = int(whole) * ONE + int(rest.ljust(6, "0") or 0)
        if millionths > MOST * ONE:
            raise RecipeError(f"--weight {text!r}: a weight is at most {MOST:,}")
        return cls(pattern, millionths)

    def __str__(self) -> str:
        return f"{self.pattern}={self.millionths / ONE:.6f}".rstrip("0").rstrip(".")


def group_of(source: str, weights: Sequence[Weight]) -> int:
    """Return the number of the first weight whose pattern a source has; behind all of them if it has none."""
    return next((number for number, one in enumerate(weights) if fnmatchcase(source, one.pattern)), len(weights))


@dataclass(frozen=True)
class Mix:
    """How an epoch is made of groups: each with its weight in millionths and its documents."""

    weights: tuple[int, ...]
    documents: tuple[int, ...]
    seed: int

    @property
    def size(self) -> int:
        """Documents in an epoch, each counted as often as it occurs."""
        return self.starts[-1]

    @property
    def starts(self) -> list[int]:
        """The first number of each group among the documents of an epoch, and their count behind them."""
        return [0, *accumulate(whole * count + extra for whole, extra, count in self._shares())]

    def _shares(self) -> list[tuple[int, int, int]]:
        """Return whole times, documents that occur once more, and documents, of each group."""
        return [
            (weight // ONE, (weight % ONE * count * 2 + ONE) // (2 * ONE), count)
            for weight, count in zip(self.weights, self.documents, strict=True)
        ]

    def numbers(self, group: int, members: Places, epoch: int) -> tuple[Places, Places]:
        """Return the numbers of documents of a group in an epoch, and which of `members` each one is.

        `members` are numbers of documents within their group.
        """
        (whole, extra, count), start = self._shares()[group], self.starts[group]
        which = [np.arange(len(members), dtype=np.uint64)] * whole
        numbers = [np.uint64(start + time * count) + members.astype(np.uint64) for time in range(whole)]
        if extra:
            drawn = Permutation(count, self.seed, f"draw {group} {epoch}").forward(members)
            chosen = np.flatnonzero(drawn < extra)
            which.append(chosen.astype(np.uint64))
            numbers.append(np.uint64(start + whole * count) + drawn[chosen])
        empty = np.empty(0, np.uint64)
        return np.concatenate([empty, *numbers]), np.concatenate([empty, *which])
