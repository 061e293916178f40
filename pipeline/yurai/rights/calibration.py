"""Read how often claims of each channel and scope were right, on pages that people labelled: what confidence rests on.

The table is calibration.csv beside this file: `channel,scope,n,right`, counts of labelled pages. The confidence of a
claim is the lower bound of Wilson's interval at 95 % (Wilson 1927, doi:10.1080/01621459.1927.10502953). A channel and
scope that nobody has measured has no row, and no confidence: nothing is made up.
"""

import csv
import functools
import importlib.resources
import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from yurai_manifests.canonical import sha256
from yurai_manifests.errors import RecipeError

HEADER: Final = ("channel", "scope", "n", "right")
Z: Final = 1.959964
"""Quantile of the normal distribution at 97.5 %."""
FILE: Final = "calibration.csv"


class Measured(NamedTuple):
    """Claims that were checked, and those of them that were right."""

    n: int
    right: int

    @property
    def confidence(self) -> float | None:
        """The lower bound of the share that is right, rounded to 1e-4; None where nothing was checked."""
        return round(wilson(self.right, self.n), 4) if self.n else None


Calibration = Mapping[tuple[str, str], Measured]
"""By channel and scope."""


def wilson(right: int, n: int) -> float:
    """Return the lower bound of Wilson's score interval at 95 % for `right` of `n`; `n` is 1 or more."""
    share, square = right / n, Z * Z / n
    middle = share + square / 2
    half = Z * math.sqrt(share * (1 - share) / n + square / (4 * n))
    return max(0.0, (middle - half) / (1 + square))


def read_calibration(text: str, where: str) -> Calibration:
    """Return the table that `text` holds, CSV with a header.

    Raises:
        RecipeError: other columns, a number that is none, or more right than checked; it names file and line.
    """
    lines = csv.reader(text.splitlines())
    if tuple(next(lines, ())) != HEADER:
        raise RecipeError(f"{where}: the first line must be {','.join(HEADER)}")
    table: dict[tuple[str, str], Measured] = {}
    for number, line in enumerate(lines, 2):
        if len(line) != len(HEADER) or not (line[2].isdigit() and line[3].isdigit()) or int(line[3]) > int(line[2]):
            raise RecipeError(
                f"{where}, line {number}: must be channel, scope, pages checked and how many of them were right, not "
                f"{','.join(line)!r}"
            )
        if (line[0], line[1]) in table:
            raise RecipeError(f"{where}, line {number}: {line[0]} with scope {line[1]} stands twice; add the two up")
        table[line[0], line[1]] = Measured(int(line[2]), int(line[3]))
    return table


@functools.cache
def published() -> Calibration:
    """Return the table that comes with this version of Yurai."""
    return read_calibration(_text(), FILE)


@functools.cache
def published_sha256() -> str:
    """Return the digest of that table: confidence, and what `min_confidence` of a policy asks of it, rest on it."""
    return sha256(_text().encode())


def _text() -> str:
    return (importlib.resources.files("yurai") / "rights" / FILE).read_text("utf-8")
