"""Choose what is tried of an input, write the sample files of both trials, and remember which page of them is which.

Pages of a frame are drawn in clusters and written, in the order of the input, into as many files as they would fill of
the sources that they came from: what a run spends for each source is then in the sample as it is in the run. Strata
whose pages are in no frame, and inputs that are tried whole, are cut: each source that is drawn has its own file.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yurai.plan.cut import cut
from yurai.plan.draw import Stratum, allotted, drawn, enough
from yurai.plan.frame import Cluster, Drawn, Frame, Page, giants_of, number
from yurai.sources.find import Source
from yurai_manifests.errors import RecipeError

FILES = 64
"""Sources that are cut at most."""
PART = 8
"""How much smaller the smaller trial is, at most."""
LEAST_PAGES = 24
"""Pages of the smaller trial, where there are as many: on fewer, not all that a process loads is loaded."""


@dataclass(slots=True)
class Places:
    """Where the pages of a frame went in the sample files: the cluster of each."""

    starts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    clusters: dict[str, list[tuple[int, Page]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, start: int, cluster: int, page: Page) -> None:
        """Remember a page that begins at byte `start` of a file; those of one file come in order."""
        self.starts[name].append(start)
        self.clusters[name].append((cluster, page))

    def at(self, name: str, offset: int) -> tuple[int, Page] | None:
        """Return the number of the cluster, and the page, that a byte of a file is of; None of a file that was cut."""
        found = bisect_right(self.starts[name], offset) - 1 if name in self.starts else -1
        return self.clusters[name][found] if found >= 0 else None


@dataclass(frozen=True, slots=True)
class Cuts:
    """A stratum with the sources of it that are cut, which is stratum `number`."""

    number: int
    stratum: Stratum
    sources: tuple[Source, ...]

    def share(self, share: float) -> float:
        """Return the share of each source that makes `share` of the stratum."""
        return min(1.0, share * self.stratum.size / max(1, sum(source.size for source in self.sources)))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is tried: of the clusters of a frame those that were drawn, and sources that are cut."""

    frame: Frame
    all: tuple[Cluster, ...]
    drawn: tuple[Drawn, ...]
    cuts: tuple[Cuts, ...]
    held: Mapping[int, int]
    """Pages of each stratum in the frame."""
    groups: tuple[Stratum, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What lies in one folder: names of the files with pages of the frame, and of those of each stratum that was cut.

    `copied` are the bytes of the input that all files of a kind are, in the same order.
    """

    places: Places
    names: tuple[tuple[str, ...], ...]
    copied: tuple[float, ...]


def choose(groups: Sequence[Stratum], frame: Frame, share: float, candidates: float, seed: int = 0) -> Chosen:
    """Return what makes about `share` of an input of so many candidates."""
    held = defaultdict[int, int](int)
    for page in frame.pages if share < 1 else ():
        held[page.stratum] += 1
    clusters = tuple(frame.clusters()) if held else ()
    wanted = min(1.0, share * candidates / max(1, sum(held.values())))
    chosen = tuple(frame.draw(clusters, min(len(clusters), max(2, number(clusters, wanted)))) if held else ())
    cuts = []
    for place, (group, most) in enumerate(zip(groups, allotted(groups, FILES), strict=True)):
        if not held.get(place):
            count = enough(group, share, most) if group.small else most
            cuts.append(Cuts(place, group, tuple(drawn(group, count, seed))))
    return Chosen(frame, clusters, chosen, tuple(cuts), held, tuple(groups), seed)


def part(chosen: Chosen) -> int:
    """Return how many times smaller the smaller trial is: as its pages allow, at least half."""
    if not chosen.drawn:
        return PART
    pages = sum(len(one.cluster.pages) for one in chosen.drawn)
    return max(2, min(PART, pages // LEAST_PAGES))


def part_of(drawn: Sequence[Drawn], part: int) -> Sequence[Drawn]:
    """Return that of `part` parts of the clusters whose work is nearest to its part, and those with the longest page.

    What these take is in both trials then, and no growth between them. Of a part that a large cluster is in, little is
    left between the trials, and what that costs would stand for all.
    """
    if part == 1:
        return drawn
    longest = set(giants_of([one.cluster for one in drawn], len(drawn)))
    rest = [(at, one) for at, one in enumerate(drawn) if at not in longest]
    start = min(range(part), key=lambda start: (_off(rest, rest[start::part], part), start))
    chosen = longest.union(at for at, _ in rest[start::part])
    return [one for at, one in enumerate(drawn) if at in chosen] or drawn[:1]


def _off(drawn: Sequence[tuple[int, Drawn]], some: Sequence[tuple[int, Drawn]], part: int) -> float:
    """Return how far `some` are from that part of what was drawn, of its pages and of their bodies."""
    amounts = ([(1.0, page.body + 1.0) for _, one in held for page in one.cluster.pages] for held in (some, drawn))
    few, many = ([sum(column) for column in zip(*one, strict=True)] or [0.0, 0.0] for one in amounts)
    return math.fsum(abs(one / whole - 1 / part) for one, whole in zip(few, many, strict=True) if whole)


def write(chosen: Chosen, folder: Path, share: float, piles: int, *, part: int = 1) -> Sample:
    """Write a sample of about `share` of the input, or one of `part` parts of that sample, as files in `folder`.

    Raises:
        OSError: a source cannot be read.
        RecipeError: one is damaged Parquet, or nothing was copied.
    """
    folder.mkdir(parents=True)
    places = Places()
    found = [list(_drawn(chosen, folder, piles, part, places))]
    for each in chosen.cuts:
        files = _whole(each, folder, part) if each.stratum.small else _parts(each, folder, share / part, chosen.seed)
        found.append(list(files))
    copied = tuple(sum(size for _, size in held) for held in found)
    if not sum(copied):
        raise RecipeError("the sample holds nothing; give a larger --share")
    return Sample(places, tuple(tuple(name for name, _ in held) for held in found), copied)


def _drawn(chosen: Chosen, folder: Path, piles: int, part: int, places: Places) -> Iterator[tuple[str, float]]:
    pages = defaultdict[int, list[tuple[int, Page]]](list)
    for at, one in enumerate(part_of(chosen.drawn, part)):
        for page in one.cluster.pages:
            pages[page.stratum].append((at, page))
    for stratum, held in pages.items():
        group = chosen.groups[stratum]
        filled = round(group.count * len(held) / chosen.held[stratum])
        count = min(len(group.sources), len(held), max(piles, filled))
        held.sort(key=lambda one: one[1].start)
        for at, source in enumerate(drawn(group, count, chosen.seed)):
            some = held[len(held) * at // count : len(held) * (at + 1) // count]
            yield source.name, _pages(folder / source.name, source.name, some, chosen.frame, places)


def _pages(target: Path, name: str, pages: Sequence[tuple[int, Page]], frame: Frame, places: Places) -> float:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        for cluster, page in pages:
            places.add(name, file.tell(), cluster, page)
            file.write(frame.data(page))
        return file.tell()


def _whole(each: Cuts, folder: Path, part: int) -> Iterator[tuple[str, float]]:
    ordered = sorted(each.sources, key=lambda source: (source.size, source.name))
    for source in ordered[part // 2 :: part] or ordered[:1]:
        cut(source, folder / source.name, 1.0)
        yield source.name, source.size


def _parts(each: Cuts, folder: Path, share: float, seed: int) -> Iterator[tuple[str, float]]:
    """Yield (name of the sample file, bytes of the input) of each source."""
    wanted = each.share(share)
    for source in each.sources:
        done = cut(source, folder / source.name, wanted, seed)
        yield source.name, source.size * done.copied / done.whole if done.whole else 0.0
