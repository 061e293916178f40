"""Gather what blocks and the boxes around them are, as arrays: read once from a page, used by both stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.blocks import Block, Box
from yurai.extraction.honbun.tags import TAG_CODE

Integers: TypeAlias = npt.NDArray[np.int64]
_LEVELS: Final = 5
"""The box of a block, and how many around it are looked at."""
_TOLD: Final = 5
"""Numbers of a box that every level tells: its number, its tag, its own words, its first block and the one behind."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Blocks as arrays, all of length `blocks`; of boxes, one row for the block's own and each of four around it.

    `numbers`, `tags`, `words`, `firsts` and `lasts` have shape (5, blocks): number and tag of a box, groups of its
    words, its first block and the block behind its last. `names` is equal for blocks whose box and parent have equal
    tags and words.
    """

    blocks: Sequence[Block]
    sizes: Integers
    linked: Integers
    links: Integers
    bold: Integers
    buttons: Integers
    inside: Integers
    groups: Integers
    near: Integers
    depth: Integers
    lists: Integers
    numbers: Integers
    tags: Integers
    words: Integers
    firsts: Integers
    lasts: Integers
    names: Integers

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Self:
        """Return the layout of the blocks of a page; there is one block at least."""
        boxes = [block.box for block in blocks]
        counts = [(len(one.text), one.linked, one.links, one.bold, one.buttons) for one in blocks]
        placed = [(box.inside, box.groups, box.near, box.depth, box.lists) for box in boxes]
        sizes, linked, links, bold, buttons = _array(counts)
        inside, groups, near, depth, lists = _array(placed)
        numbers, tags, words, firsts, lasts = _levels(boxes)
        return cls(
            *(blocks, sizes, linked, links, bold, buttons, inside, groups, near, depth, lists),
            *(numbers, tags, words, firsts, lasts, _names(tags, words)),
        )

    def sums(self, values: Integers, level: int) -> Integers:
        """Sums of `values` over the blocks in each block's box of a level."""
        running = np.concatenate([[0], np.cumsum(values)])
        return np.asarray(running[self.lasts[level]] - running[self.firsts[level]])


def _array(rows: Sequence[tuple[int, ...]]) -> Integers:
    """Return the columns of rows; an array of one flat list takes a third of the time of one of tuples."""
    flat = [number for row in rows for number in row]
    return np.ascontiguousarray(np.array(flat, np.int64).reshape(len(rows), -1).T)


def _levels(boxes: Sequence[Box]) -> Integers:
    """Numbers of the boxes around each block, shape (_TOLD, _LEVELS, blocks)."""
    places: dict[int, int] = {}
    rows: list[tuple[int, ...]] = []
    parents: list[int] = []
    for box in boxes:
        one: Box | None = box
        while one is not None and one.number not in places:
            places[one.number] = len(rows)
            rows.append((one.number, TAG_CODE.get(one.tag, 0), one.own, one.first, one.last))
            parents.append(one.parent.number if one.parent else one.number)
            one = one.parent
    told = _array(rows)
    above = np.array([places[number] for number in parents])
    chain = [np.array([places[box.number] for box in boxes])]
    for _ in range(_LEVELS - 1):
        chain.append(above[chain[-1]])
    return np.asarray(told[:, np.stack(chain)])


def _names(tags: Integers, words: Integers) -> Integers:
    """Return equal numbers for blocks whose box and parent have equal tags and words."""
    keys = (tags[0] << 54) | (tags[1] << 44) | (words[0] << 22) | words[1]
    return np.asarray(np.unique(keys, return_inverse=True)[1], np.int64).reshape(-1)
