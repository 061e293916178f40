"""Draw the sources that are sampled, from strata by kind and size; the same input always gives the same draw.

Small sources are drawn whole: what a run spends for each source is then in their sample as it is in the run. Of large
ones, pieces are cut. In each stratum the draw goes at even distances through the sources in the order of their size.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from yurai.sources.find import Source
from yurai.sources.rows import SourceTable, row_kind
from yurai.sources.rows.tables import table_of

SMALL = 256 << 10
"""Bytes up to which a source is drawn whole."""
LEAST_FILES = 16
"""Small sources that are drawn at least: what differs between them shows."""
_CODECS = ("gz", "zst", "zstd", "lz4")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Sources of one kind, all `small` or none; `size` are their bytes together."""

    sources: tuple[Source, ...]
    small: bool

    @property
    def size(self) -> int:
        """Bytes of all sources."""
        return sum(source.size for source in self.sources)


def strata(sources: Sequence[Source], tables: tuple[SourceTable, ...]) -> list[Stratum]:
    """Return the sources by kind (archive or rows, [[source]] table, codec) and size; empty ones belong to none."""
    groups: dict[tuple[str, int, str, bool], list[Source]] = {}
    for source in sources:
        if source.size:
            kind = row_kind(source.name) or "archive"
            table = id(table_of(tables, source.name)) if kind != "archive" else 0
            codec = source.name.rpartition(".")[2].lower()
            key = (kind, table, codec if codec in _CODECS else "", source.size <= SMALL)
            groups.setdefault(key, []).append(source)
    return [Stratum(tuple(group), key[-1]) for key, group in groups.items()]


def drawn(stratum: Stratum, count: int, seed: int = 0) -> list[Source]:
    """Return `count` of the sources, or all: those at even distances in the order of size; `seed` says from where."""
    ordered = sorted(stratum.sources, key=lambda source: (source.size, source.name))
    if count >= len(ordered):
        return sorted(ordered)
    start = random.Random(len(ordered) + seed).random()  # noqa: S311 - a draw that everybody can repeat
    return sorted(ordered[int((number + start) * len(ordered) / count)] for number in range(count))


def allotted(groups: Sequence[Stratum], files: int) -> list[int]:
    """Return how many of `files` fall to each stratum, by bytes; at least one, or as many as it has."""
    whole = sum(group.size for group in groups)
    return [min(len(group.sources), max(1, LEAST_FILES * group.small, files * group.size // whole)) for group in groups]


def enough(stratum: Stratum, share: float, most: int) -> int:
    """Return how many sources of a stratum of small ones are about `share` of its bytes, between 16 and `most`."""
    return min(most, max(LEAST_FILES, math.ceil(share * len(stratum.sources))))
