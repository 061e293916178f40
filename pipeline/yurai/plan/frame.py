"""Hold the pages that were counted, and draw samples of them in clusters of pages that may be duplicates.

Duplicates then meet in a sample as they do in the whole: what a run keeps of it goes with its size.
"""

import math
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from yurai.plan.sketch import Sketch, clusters, sketch

PAGES = 1 << 14
"""Pages that are held at most; of more, a random half, a fourth and so on."""

PAGE, BODY_PAGE = 1.0, 0.5
"""What a page costs beside its text, in terms of what the mean text costs; and what extracting one costs beside its
body. Measured on 2,500 pages of docs and web: of 250, these tell the seconds of all within 1 to 5, and 0.5 %."""
GIANTS = 2
"""Longest pages of all that are in every sample."""
AS_ONE = 8
"""How many times the mean text of a cluster any cluster weighs in a draw: its text adds one time, on an average."""


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a candidate, with the records behind it, in the spool, and the stratum that it is of."""

    stratum: int
    start: int
    length: int
    text: int
    """Bytes of what it shows."""
    body: int
    """Bytes of all of it, inflated."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Pages that are drawn together."""

    pages: tuple[Page, ...]

    @property
    def text(self) -> int:
        """Bytes that all pages show."""
        return sum(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cluster that was drawn, and for how many it stands: 1 for one so large that it is in every sample."""

    cluster: Cluster
    weight: float


class Frame:
    """Pages with their bytes in a file of the folder `spool`; the same pages and `seed` give the same draws."""

    def __init__(self, spool: str = "", seed: int = 0) -> None:
        self._file = tempfile.TemporaryFile(dir=spool or None)  # noqa: SIM115 - closed by __exit__
        self._chance = random.Random(seed)  # noqa: S311 - a draw that everybody can repeat
        self._held: list[tuple[Page, Sketch]] = []
        self._left_out = set[int]()
        self._step, self._end = 1, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def wants(self, stratum: int) -> bool:
        """Whether the next page, one of this stratum, is to be added."""
        return stratum not in self._left_out and (self._step == 1 or self._chance.random() * self._step < 1)

    def add(self, stratum: int, data: bytes, text: bytes, body: int | None = None) -> None:
        """Hold a page: its bytes, the text that tells what it may be a duplicate of, and how long it is inflated."""
        self._file.seek(self._end)
        self._file.write(data)
        page = Page(stratum, self._end, len(data), len(text), len(data) if body is None else body)
        self._held.append((page, sketch(text)))
        self._end += len(data)
        if len(self._held) > PAGES:
            self._held = [one for one in self._held if self._chance.random() < 1 / 2]
            self._step *= 2

    def leave_out(self, stratum: int) -> None:
        """Forget the pages of a stratum, and take no more of it."""
        if stratum in self._left_out:
            return
        self._left_out.add(stratum)
        self._held = [one for one in self._held if one[0].stratum != stratum]

    @property
    def pages(self) -> list[Page]:
        """Return the pages, in the order of the input."""
        return [page for page, _ in self._held]

    def clusters(self) -> list[Cluster]:
        """Return all pages in clusters, those alike in size beside each other."""
        pages = self.pages
        found = [Cluster(tuple(pages[number] for number in one)) for one in clusters([one for _, one in self._held])]
        return sorted(found, key=lambda one: (len(one.pages), one.text))

    def draw(self, found: Sequence[Cluster], count: int) -> list[Drawn]:
        """Return about `count` of the clusters: at even distances over their sizes, which text and pages make."""
        sizes, giants = _sizes(found), giants_of(found, count)
        step = _step(sizes, count)
        drawn, place = list[Drawn](), self._chance.random() * step
        for number, (one, size) in enumerate(zip(found, sizes, strict=True)):
            if size >= step or number in giants:
                drawn.append(Drawn(one, 1.0))
                continue
            if place < size:
                drawn.append(Drawn(one, step / size))
                place += step
            place -= size
        return drawn

    def data(self, page: Page) -> bytes:
        """Return the bytes of a page."""
        self._file.seek(page.start)
        return self._file.read(page.length)


def number(found: Sequence[Cluster], work: float) -> int:
    """Return how many of the clusters to draw, so that a draw is about the part `work` of the work of all.

    A page is as much work as twice the mean text, beside its own text. Large clusters are drawn more often, so that a
    number of clusters alone says little of what trying them costs.
    """
    sizes, mean = _sizes(found), sum(one.text for one in found) / max(1, sum(len(one.pages) for one in found))
    works = [one.text + PAGE * mean * len(one.pages) + 1 for one in found]
    # where a few giants are all the work that there may be, pages are drawn all the same
    low, high = min(len(found), max(1, round(work * len(found) / 4))), len(found)
    while low < high:
        middle = (low + high + 1) // 2
        step = _step(sizes, middle)
        giants = giants_of(found, middle)
        chances = (1.0 if at in giants else min(1.0, size / step) for at, size in enumerate(sizes))
        drawn = sum(one * chance for one, chance in zip(works, chances, strict=True))
        low, high = (middle, high) if drawn <= work * sum(works) else (low, middle - 1)
    return low


def giants_of(found: Sequence[Cluster], count: int) -> set[int]:
    """Return the clusters of the longest pages, two at most: they are in each draw, for themselves alone.

    What a page of a thousand takes, of memory above all, a sample of a hundred would not show.
    """
    longest = sorted(range(len(found)), key=lambda at: -max(page.body for page in found[at].pages))
    return set(longest[: min(GIANTS, count // 8)])


def _sizes(found: Sequence[Cluster]) -> list[float]:
    mean = sum(one.text for one in found) / len(found)
    return [AS_ONE * mean * math.sqrt(len(one.pages)) + one.text + 1 for one in found]


def _step(sizes: Sequence[float], count: int) -> float:
    """Return the distance at which `count` are drawn, when each that is larger than the distance is drawn anyway."""
    ordered = sorted(sizes, reverse=True)
    rest, certain = sum(ordered), 0
    for size in ordered[: count - 1]:
        if size * (count - certain) < rest:
            break
        rest -= size
        certain += 1
    return rest / (count - certain)
