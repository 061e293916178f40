"""What the report says of duplicates: the records that tasks fill, and how those of several files are joined.

leaders  documents/, extracted/ -> kept pages by group, the largest clusters, the sources of each extracted file
copies   dropped/, documents/   -> similarities, the copies of those clusters, ids of what went
removed  extracted/ + ids       -> removed pages by group, excerpts of the pages to show
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Page = dict[str, Any]
CLUSTERS, COPIES = 5, 3
GROUPS = ("source", "domain", "lang", "licence")
NO_SIMILARITY = "unknown"
BINS = 100
"""Similarities are counted in steps of 0.01; the last holds 1 as well."""


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
    copies: list[dict[str, Any]] = field(default_factory=list)
    """{leader, doc_id, jaccard, by}, the least similar first."""


@dataclass(slots=True)
class Copies:
    """What the delivered files say of duplicates."""

    groups: dict[str, Groups] = field(default_factory=dict)
    clusters: list[Cluster] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    """Pages to show, by doc_id."""
    similarity: dict[str, Counter[int]] = field(default_factory=dict)
    """{how it is known: {bin: copies}}."""
    removed: int = 0
    marked: int = 0
    lost: int = 0
    """Removed pages that are not among the extracted ones, so that nothing is known of their groups."""


def largest(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the largest clusters of {doc_id, size}; equal ones are decided by doc_id."""
    return sorted(found, key=lambda one: (-one["size"], one["doc_id"]))[:CLUSTERS]


def least_similar(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return, of each leader, the copies least like it; those of which nothing is known come first."""
    held: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(found, key=lambda one: (-1.0 if one["jaccard"] is None else one["jaccard"], one["doc_id"])):
        copies = held.setdefault(one["leader"], [])
        copies += [one] if len(copies) < COPIES else []
    return [one for leader in sorted(held) for one in held[leader]]
