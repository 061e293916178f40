"""Define the records that tasks write about duplicates, and join those of several files.

leaders  documents/, extracted/ -> kept pages by group, the largest clusters, the sources of each extracted file
copies   dropped/, documents/   -> similarities, the copies of those clusters, ids of what went
removed  extracted/ + ids       -> removed pages by group, excerpts of the pages to show, texts to compare
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypedDict

from yurai.report.components import Crawled
from yurai.report.pairs.strata import Losses, Written

CLUSTERS, COPIES = 5, 3
GROUPS = ("source", "domain", "lang", "licence")
NO_SIMILARITY = "unknown"
BINS = 100
"""Similarities are counted in steps of 0.01; the last holds 1 as well."""


class Page(Crawled):
    """A page to show."""

    doc_id: str


class Leader(TypedDict):
    """The page that stays of a cluster, and how many pages the cluster has."""

    doc_id: str
    size: int


class Copy(TypedDict):
    """A copy, the page that stays in its place, how similar they are (None: unknown) and how that is known."""

    leader: str
    doc_id: str
    jaccard: float | None
    by: str


class Led(TypedDict):
    """What task `leaders` writes of a file; no `sources` where they are more than can be named."""

    leaders: list[Leader]
    sources: list[str] | None


class Copied(TypedDict):
    """What task `copies` writes of a file; `bins` are {how similarity is known: {bin: copies}}."""

    bins: dict[str, dict[str, int]]
    copies: list[Copy]
    losses: Written
    sources: list[str] | None


class Ended(TypedDict):
    """What task `removed` writes of a file."""

    removed: int
    pages: list[Page]


class Group(NamedTuple):
    """Pages of one source, domain, language or licence: kept, of these marked as copies, removed."""

    name: str
    kept: int
    marked: int
    removed: int

    @property
    def copies(self) -> int:
        """Pages that were removed or, where dedup annotates, marked."""
        return self.marked + self.removed


@dataclass(slots=True)
class Groups:
    """Pages by one property: the groups that most copies are of, all others as one, and how many there are.

    `most` counts groups that lost more than half of their pages, `whole` those that lost all.
    """

    top: list[Group] = field(default_factory=list)
    rest: Group = field(default_factory=lambda: Group("", 0, 0, 0))
    count: int = 0
    most: int = 0
    whole: int = 0


@dataclass(slots=True)
class Cluster:
    """A large cluster: its kept page and a few of the copies, as they are shown."""

    doc_id: str
    size: int
    copies: list[Copy] = field(default_factory=list)
    """The least similar first."""


@dataclass(slots=True)
class Copies:
    """What the delivered files say of duplicates."""

    groups: dict[str, Groups] = field(default_factory=dict)
    clusters: list[Cluster] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    """Pages to show, by doc_id."""
    similarity: dict[str, Counter[int]] = field(default_factory=dict)
    """{how it is known: {bin: copies}}."""
    losses: Losses = field(default_factory=lambda: Losses(0))
    """What removals lose, and those that are drawn."""
    texts: dict[str, str] = field(default_factory=dict)
    """Whole texts, redacted, of removals that are drawn or the largest, and of what stays in their place, by doc_id."""
    removed: int = 0
    marked: int = 0
    lost: int = 0
    """Removed pages that are not among the extracted ones, so that nothing is known of their groups."""


def largest(leaders: Iterable[Leader]) -> list[Leader]:
    """Return those of the largest clusters; equal ones are decided by doc_id."""
    return sorted(leaders, key=lambda one: (-one["size"], one["doc_id"]))[:CLUSTERS]


def least_similar(copies: Iterable[Copy]) -> list[Copy]:
    """Return, of each leader, the copies least like it; those of which nothing is known come first."""
    held: dict[str, list[Copy]] = {}
    for one in sorted(copies, key=lambda one: (-1.0 if one["jaccard"] is None else one["jaccard"], one["doc_id"])):
        of_leader = held.setdefault(one["leader"], [])
        of_leader += [one] if len(of_leader) < COPIES else []
    return [one for leader in sorted(held) for one in held[leader]]
