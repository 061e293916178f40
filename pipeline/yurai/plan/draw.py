"""Draw the sources that are sampled, from strata by kind and size; the same input always gives the same draw.

Small sources are drawn whole: what a run spends for each source is then in their sample as it is in the run. Of large
ones, pieces are cut. In each stratum the draw goes at even distances through the sources in the order of their size.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from yurai.plan.estimate import Estimate, ratio
from yurai.sources.find import Source
from yurai.sources.rows import SourceTable, row_kind
from yurai.sources.rows.tables import table_of

SMALL = 256 << 10
"""Bytes up to which a source is drawn whole."""
LEAST_FILES = 16
"""Small sources that are drawn at least: what differs between them shows."""
ASKED = 1024
"""Entries of a list elsewhere whose size is asked for: each is a request."""
SURE = Estimate(1.0)
_CODECS = ("gz", "zst", "zstd", "lz4")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Sources of one kind, all `small` or none.

    Of a long list elsewhere, `sources` are those whose size was asked for, and each stands for `each` of the list.
    """

    sources: tuple[Source, ...]
    small: bool
    each: float = 1.0
    doubt: Estimate = SURE
    """1, with the error of the bytes where not all sizes were asked for."""

    @property
    def size(self) -> int:
        """Bytes of all sources."""
        return round(self.each * sum(source.size for source in self.sources))

    @property
    def count(self) -> int:
        """How many sources there are."""
        return round(self.each * len(self.sources))


def strata(sources: Sequence[Source], tables: tuple[SourceTable, ...]) -> list[Stratum]:
    """Return the sources by kind (archive or rows, [[source]] table, codec) and size; empty ones belong to none.

    Those without a size are as the others of their kind, in size and in number. Of a kind of which no source has a
    size, there is no stratum.
    """
    kinds: dict[tuple[str, int, str], list[Source]] = {}
    for source in sources:
        kind = row_kind(source.name) or "archive"
        table = id(table_of(tables, source.name)) if kind != "archive" else 0
        codec = source.name.rpartition(".")[2].lower()
        kinds.setdefault((kind, table, codec if codec in _CODECS else ""), []).append(source)
    return [stratum for group in kinds.values() for stratum in _by_size(group)]


def _by_size(group: Sequence[Source]) -> Iterator[Stratum]:
    known = [source for source in group if source.sized]
    groups: dict[bool, list[Source]] = {}
    for source in known:
        if source.size:
            groups.setdefault(source.size <= SMALL, []).append(source)
    for small, some in groups.items():
        yield Stratum(tuple(some), small, len(group) / len(known), _doubt(known, small, len(known) / len(group)))


def _doubt(known: Sequence[Source], small: bool, share: float) -> Estimate:
    """Return the error of the bytes of a stratum: that of a domain of a random sample (Cochran, 2.13)."""
    if share == 1:
        return SURE
    sizes = [float(source.size) if (source.size <= SMALL) == small else 0.0 for source in known]
    found = ratio(sizes, [1.0] * len(sizes), 1.0, share)
    return Estimate(1.0, found.variance, found.freedom)


def sized(sources: Sequence[Source]) -> list[Source]:
    """Return the sources, those without a size as large as the others are on an average."""
    known = [source.size for source in sources if source.sized]
    mean = sum(known) // max(1, len(known))
    return [source if source.sized else replace(source, size=mean) for source in sources]


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
    return min(most, max(LEAST_FILES, math.ceil(share * stratum.count)))
