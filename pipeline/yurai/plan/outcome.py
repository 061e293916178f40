"""Read what became of the pages of a trial, and estimate from them what becomes of all pages of the input."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import cast

import pyarrow.parquet as pq

from yurai.plan.draw import Stratum
from yurai.plan.estimate import Estimate, ratio, steadier
from yurai_manifests.run import RunRecord

BLOCKS = 16
"""Groups of neighbouring pages that the sample of large sources is cut into."""
Place = tuple[str, int, int]
"""Source, offset, and offset inside a unit of several records."""


@dataclass(slots=True)
class Pages:
    """Sums over some pages: candidates, bytes of their records, kept pages and bytes of their text, extracted text."""

    candidates: int = 0
    bytes: int = 0
    kept: int = 0
    kept_text: int = 0
    text: int = 0

    def add(self, other: "Pages") -> None:
        """Add other pages."""
        for name in Pages.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def pages_of(out: Path, run: RunRecord) -> dict[Place, Pages]:
    """Return what became of each candidate of a tree."""
    found = {place: Pages(1, size) for place, size in _rows(out, run, ("dropped",), "warc_length")}
    for place, size in _rows(out, run, ("documents",), "warc_length"):
        found[place] = Pages(1, size, 1)
    for place, text in _rows(out, run, ("documents",), "text_bytes"):
        found[place].kept_text = text
    for place, text in _rows(out, run, ("extracted",), "text_bytes"):
        if place in found:
            found[place].text = text
    return found


def _rows(out: Path, run: RunRecord, folders: Iterable[str], column: str) -> Iterator[tuple[Place, int]]:
    for file in chain.from_iterable(run.files(folder) for folder in folders):
        columns = ["source", "warc_offset", "inner_offset", column]
        table = pq.read_table(out / file.name, columns=columns, use_threads=False)
        source, offset, inner, amount = (
            cast("list[int | str | None]", table.column(name).to_pylist()) for name in columns
        )
        for values in zip(source, offset, inner, amount, strict=True):
            yield (str(values[0]), int(values[1] or 0), int(values[2] or 0)), int(values[3] or 0)


def groups_of(found: dict[Place, Pages], names: Sequence[str], *, small: bool) -> list[Pages]:
    """Return the groups of one stratum: its files if they are small sources, else 16 runs of pages in file order."""
    own = set(names)
    places = sorted(place for place in found if place[0] in own)
    if small:
        cut = {name: number for number, name in enumerate(names)}
        number_of = [cut[place[0]] for place in places]
    else:
        number_of = [number * BLOCKS // len(places) for number in range(len(places))]
    groups: dict[int, Pages] = {}
    for number, place in zip(number_of, places, strict=True):
        groups.setdefault(number, Pages()).add(found[place])
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is predicted of one stratum, and by how much its sample is smaller in `text` and `candidates`."""

    candidates: Estimate
    kept: Estimate
    kept_text: Estimate
    text: Estimate
    seen: Pages

    @property
    def growth(self) -> Estimate:
        """Return how much work all is, in terms of the sample: as its text, or as its pages where none has text."""
        amount, seen = (self.text, self.seen.text) if self.seen.text else (self.candidates, self.seen.candidates)
        return amount.times(1 / seen) if seen else Estimate(1.0)


def outcome(stratum: Stratum, copied: float, groups: Sequence[Pages], candidates: Estimate) -> Outcome:
    """Extrapolate from the groups of a sample that is `copied` bytes of a stratum with so many `candidates`."""
    seen = Pages()
    for group in groups:
        seen.add(group)
    if not seen.candidates:
        none = Estimate(0.0)
        return Outcome(candidates, none, none, none, seen)
    sampled = min(1.0, copied / stratum.size)

    def total(name: str) -> Estimate:
        ys = [float(getattr(group, name)) for group in groups]
        pages = [float(group.candidates) for group in groups]
        by_page = ratio(ys, pages, 1.0, sampled).times(candidates)
        sizes = [float(group.bytes) for group in groups]
        if not all(sizes):
            return by_page
        return steadier(by_page, ratio(ys, sizes, sum(sizes) / sampled, sampled))

    return Outcome(candidates, total("kept"), total("kept_text"), total("text"), seen)
