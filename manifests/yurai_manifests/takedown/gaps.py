"""Tell where tokens of documents that were taken down have left gaps in token shards, and what lies there now.

A takedown of mode `stable-offset` moves no token: places of a document that goes stay, with the end-of-document id in
each of them. A later takedown of mode `compact` closes all gaps of the shards that it writes again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yurai_manifests.takedown.modes import STABLE
from yurai_manifests.takedown.tombstones import Tombstone

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gap:
    """Places `start` up to `end` of a shard, which had the tokens of a document; a `.bin` has `filler` in each."""

    case: str
    doc_id: str
    shard: str
    """The file with the ids, as run.json names it."""
    start: int
    count: int
    filler: int

    @property
    def end(self) -> int:
        """Place behind the last one."""
        return self.start + self.count


def fillers_of(stones: Iterable[Tombstone]) -> dict[str, int]:
    """Return the id in the places of each document that went in mode `stable-offset`, by doc_id."""
    return {gap.doc_id: gap.filler for stone in stones for gap in _made(stone)}


def gaps_of(stones: Iterable[Tombstone]) -> dict[str, list[Gap]]:
    """Return the gaps that takedowns, oldest first, have left in each shard, by their places."""
    left: dict[str, list[Gap]] = {}
    for stone in stones:
        if stone.mode == STABLE:
            for gap in _made(stone):
                left.setdefault(gap.shard, []).append(gap)
        else:
            for file in stone.value["files"]:
                left.pop(file["name"], None)
    return {shard: sorted(gaps, key=lambda one: one.start) for shard, gaps in sorted(left.items())}


def _made(stone: Tombstone) -> Iterator[Gap]:
    for one in stone.gaps:
        yield Gap(stone.case, one["doc_id"], one["shard"], one["token_start"], one["token_count"], one["filler"])


class Layout:
    """Where documents lie in a shard, by its gaps: the place of each from how many tokens of others are before it."""

    def __init__(self, gaps: Iterable[Gap]) -> None:
        self.gaps = sorted(gaps, key=lambda one: one.start)
        counts = np.array([one.count for one in self.gaps], np.int64)
        self._before = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        self._at = np.array([one.start for one in self.gaps], np.int64) - self._before[:-1]

    @property
    def places(self) -> int:
        """Places of all gaps together."""
        return int(self._before[-1])

    def starts(self, tokens: Places) -> Places:
        """Return the places of documents that have `tokens` tokens of other documents before them."""
        places: Places = tokens + self._before[np.searchsorted(self._at, tokens, side="right")]
        return places
