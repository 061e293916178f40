"""Read what became of the pages of a trial, and estimate from them what becomes of all pages of the input."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import cast

from yurai.plan.draw import Stratum
from yurai.plan.estimate import Estimate, added, ratio, steadier
from yurai.plan.frame import BODY_PAGE, PAGE, Cluster, Page, giants_of
from yurai.plan.samples import Chosen
from yurai_manifests.parquet import read_table
from yurai_manifests.run import RunRecord

BLOCKS = 16
"""Groups of neighbouring pages that the sample of large sources is cut into."""
UNLIKE = 0.03
"""Relative error that duplicates make whose sketches do not show that they are some."""
ROW = 0.25
"""What the columns of a page beside its text take on disk, in terms of the mean text: assumed."""
NOTHING = Estimate(0.0)
Place = tuple[str, int, int]
"""Source, offset, and offset inside a unit of several records."""


@dataclass(slots=True)
class Pages:
    """Sums over some pages: candidates, bytes of their records, kept pages and bytes of their text, extracted text.

    `body` are the bytes of all of them, inflated.
    """

    candidates: float = 0
    bytes: float = 0
    kept: float = 0
    kept_text: float = 0
    text: float = 0
    body: float = 0

    def add(self, other: "Pages", weight: float = 1) -> None:
        """Add other pages, each of which stands for `weight`."""
        for name in Pages.__slots__:
            setattr(self, name, getattr(self, name) + weight * getattr(other, name))

    def without(self, other: "Pages") -> "Pages":
        """Return these pages without others, which are among them."""
        return Pages(*(max(0.0, getattr(self, name) - getattr(other, name)) for name in Pages.__slots__))


def pages_of(out: Path, run: RunRecord) -> dict[Place, Pages]:
    """Return what became of each candidate of a tree."""
    found = {place: Pages(1, size) for place, size in _rows(out, run, ("dropped",), "warc_length")}
    for place, size in _rows(out, run, ("documents",), "warc_length"):
        found[place] = Pages(1, size, 1)
    for place, text in _rows(out, run, ("documents",), "text_bytes"):
        found[place].kept_text = text
    for place, body in _rows(out, run, ("documents", "dropped"), "body_bytes"):
        found[place].body = body
    for place, text in _rows(out, run, ("extracted",), "text_bytes"):
        if place in found:
            found[place].text = text
    return found


def _rows(out: Path, run: RunRecord, folders: Iterable[str], column: str) -> Iterator[tuple[Place, int]]:
    for file in chain.from_iterable(run.files(folder) for folder in folders):
        columns = ["source", "warc_offset", "inner_offset", column]
        table = read_table(out / file.name, columns)
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
    """What is predicted of one part of the input, and sums over its pages in the sample.

    `both` are the longest pages, which both trials hold: what they take is no growth between these, nor grows it.
    """

    candidates: Estimate
    kept: Estimate
    kept_text: Estimate
    text: Estimate
    seen: Pages
    both: Pages = field(default_factory=Pages)
    body: Estimate = NOTHING

    @property
    def growth(self) -> Estimate:
        """Return how much work on text the rest of all is, in terms of that of the sample."""
        return self._growth(self.text.less(self.both.text), "text", PAGE)

    @property
    def reading(self) -> Estimate:
        """Return how much the rest of all is to read and extract, in the same terms: that goes with whole bodies."""
        return self._growth(self.body.less(self.both.body), "body", BODY_PAGE)

    @property
    def stored(self) -> Estimate:
        """Return how much the rest of all takes on disk, in the same terms."""
        return self._growth(self.text.less(self.both.text), "text", ROW)

    def _growth(self, amount: Estimate, name: str, each: float) -> Estimate:
        pages, seen = self.candidates.less(self.both.candidates), self.seen.without(self.both)
        return grown(amount, getattr(seen, name), pages, seen.candidates, each)


def grown(text: Estimate, seen_text: float, pages: Estimate, seen_pages: float, each: float) -> Estimate:
    """Return how much larger all is than a sample: as its text, to which each page adds `each` times the mean text."""
    if not seen_text or not text.value or not pages.value:
        return pages.times(1 / seen_pages) if seen_pages else Estimate(1.0)
    return text.times((1 + each) / (seen_text + each * seen_pages * text.value / pages.value))


def outcome(stratum: Stratum, copied: float, groups: Sequence[Pages], candidates: Estimate) -> Outcome:
    """Extrapolate from the groups of a sample that is `copied` bytes of a stratum with so many `candidates`."""
    seen = summed(groups)
    sampled = min(1.0, copied / stratum.size)
    pages, sizes = ([getattr(one, name) for one in groups] for name in ("candidates", "bytes"))

    def total(name: str) -> Estimate:
        ys = [getattr(group, name) for group in groups]
        by_page = ratio(ys, pages, 1.0, sampled).times(candidates)
        return steadier(by_page, ratio(ys, sizes, sum(sizes) / sampled, sampled)) if all(sizes) else by_page

    return _outcome(candidates, total, seen)


def outcome_of_clusters(
    chosen: Chosen, found: Sequence[tuple[int, Page, Pages]], counts: Sequence[Estimate]
) -> Outcome:
    """Extrapolate from clusters of a frame; `found` are their pages, each with the number of its cluster.

    A page stands for as many as its stratum has for each page of it in the frame. What every sample holds is known; the
    rest is estimated by ratios to the number of clusters, of pages, and to bytes of text, whichever varies least; that
    of bodies to bodies, which the frame knows.
    """
    weights = {number: counts[number].value / held for number, held in chosen.held.items()}
    groups = [Pages() for _ in chosen.drawn]
    for number, page, amounts in found:
        groups[number].add(amounts, weights[page.stratum])
    certain = {id(one.cluster) for one in chosen.drawn if one.weight == 1}
    rest = [_known(one, weights) for one in chosen.all if id(one) not in certain]
    some = [(one.weight, _known(one.cluster, weights), group)
            for one, group in zip(chosen.drawn, groups, strict=True) if one.weight > 1]  # fmt: skip
    candidates = added(counts[number] for number in weights)
    doubt = Estimate(1.0, candidates.variance, candidates.freedom).with_noise(UNLIKE if some else 0.0)

    def total(name: str) -> Estimate:
        known = sum(getattr(group, name) for one, group in zip(chosen.drawn, groups, strict=True) if one.weight == 1)
        ys = [weight * getattr(group, name) for weight, _, group in some]
        ratios = (
            ratio(
                ys, [weight * one[by] for weight, one, _ in some], sum(one[by] for one in rest), len(some) / len(rest)
            )
            for by in ((3,) if name == "body" else range(3))
            if some
        )
        return added((Estimate(known), reduce(steadier, ratios, next(ratios, Estimate(0.0))))).times(doubt)

    longest = giants_of([one.cluster for one in chosen.drawn], len(chosen.drawn))
    both = summed(amounts for number, _, amounts in found if number in longest)
    return _outcome(candidates, total, summed(amounts for _, _, amounts in found), both)


def _known(one: Cluster, weights: Mapping[int, float]) -> tuple[float, float, float, float]:
    """Return what is known of a cluster before it is tried: 1, its pages, and bytes of text and bodies, by weights."""
    pages = [(weights[page.stratum], page) for page in one.pages]
    text, body = (sum(weight * (getattr(page, name) + 1) for weight, page in pages) for name in ("text", "body"))
    return 1.0, sum(weight for weight, _ in pages), text, body


def summed(groups: Iterable[Pages]) -> Pages:
    """Return the sum of pages."""
    whole = Pages()
    for group in groups:
        whole.add(group)
    return whole


def _outcome(candidates: Estimate, total: Callable[[str], Estimate], seen: Pages, both: Pages | None = None) -> Outcome:
    if not seen.candidates:
        return Outcome(candidates, NOTHING, NOTHING, NOTHING, seen)
    kept, kept_text, text, body = map(total, ("kept", "kept_text", "text", "body"))
    return Outcome(candidates, kept, kept_text, text, seen, both or Pages(), body)
