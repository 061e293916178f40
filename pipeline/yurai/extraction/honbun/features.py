"""Describe blocks by numbers: where they stand, how long and linked they are, and their neighbours and containers.

Layout alone: no word of a text, host or URL is a feature. All numbers come from integers by one division, so that they
are the same on every machine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.layout import Integers, Layout
from yurai.extraction.honbun.tags import INSIDE, TAG_CODE
from yurai.extraction.honbun.words import GROUPS

Matrix: TypeAlias = npt.NDArray[np.float32]
Column: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.int64]
_LEVEL_OF: Final = np.array([int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0 for tag in ("", *TAG_CODE)])
_LONG: Final = 100
_SPREAD: Final = (1, 3, 8)
"""Blocks to each side over which neighbours are averaged."""


def features(layout: Layout, kinds: Sequence[int]) -> Matrix:
    """Return one row of features for each block of a page, float32, shape (blocks, WIDTH)."""
    columns = [
        *_alone(layout),
        *_placed(layout),
        *_around(layout),
        *_contained(layout),
        *_repeated(layout),
        *_headed(layout),
        *_whole(layout, kinds),
    ]
    return np.array(columns, np.float32).T


def _alone(layout: Layout) -> list[Column]:
    sizes, linked = layout.sizes, layout.linked
    ends, commas, digits, closed, lines = _marks([block.text for block in layout.blocks], sizes)
    again, copies = _copies([block.text for block in layout.blocks])
    return [
        sizes,
        linked / sizes,
        layout.links,
        sizes - linked,
        ends,
        ends / sizes,
        commas / sizes,
        digits / sizes,
        closed,
        lines,
        layout.bold / sizes,
        layout.buttons / sizes,
        again,
        copies,
    ]


def _copies(texts: Sequence[str]) -> tuple[Column, Column]:
    """How often each text stood before on the page, and how often it stands there in all."""
    seen: Counter[str] = Counter()
    again = []
    for text in texts:
        again.append(float(seen[text]))
        seen[text] += 1
    return np.array(again), np.array([float(seen[text]) for text in texts])


def _marks(texts: Sequence[str], sizes: Integers) -> tuple[Column, ...]:
    """Ends of sentences, commas and digits of each text, whether it ends as a sentence does, and its line breaks."""
    codes = np.frombuffer("\n".join(texts).encode("utf-32-le") + b"\n\0\0\0", "<u4")
    kinds = _KIND_OF[np.minimum(codes, len(_KIND_OF) - 1)]
    starts = np.concatenate([[0], np.cumsum(sizes[:-1] + 1)])
    is_end = kinds == _END
    # a mark inside of a number or a host ends nothing
    stops = is_end[:-1] & (kinds[1:] != _PLAIN) & (kinds[1:] != _DIGIT)
    counts = [
        np.add.reduceat(column.astype(np.float64), starts)
        for column in (np.append(stops, False), kinds == _COMMA, kinds == _DIGIT, codes == _NEWLINE)
    ]
    last = starts + sizes - 1
    closed = (is_end[last] | ((kinds[last] == _CLOSING) & is_end[np.maximum(last - 1, starts)])).astype(np.float64)
    return counts[0], counts[1], counts[2], closed, counts[3] - 1


_END, _COMMA, _DIGIT, _CLOSING, _PLAIN = 1, 2, 3, 4, 5
_NEWLINE: Final = 10


def _kinds() -> npt.NDArray[np.uint8]:
    """What each character of the basic plane is for counting; written out, so that no Unicode version matters."""
    table = np.zeros(0x10000, np.uint8)
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for kind, letters in (
        (_END, ".!?:;。！？…۔।：；؟"),  # noqa: RUF001 - marks of all scripts are meant
        (_COMMA, ",、，،"),  # noqa: RUF001 - as above
        (_DIGIT, "0123456789０１２３４５６７８９"),  # noqa: RUF001 - as above
        (_CLOSING, "\"')]”’」』）»"),  # noqa: RUF001 - as above
        (_PLAIN, plain),
    ):
        table[[ord(letter) for letter in letters]] = kind
    return table


_KIND_OF: Final = _kinds()


def _placed(layout: Layout) -> list[Column]:
    """Box, ancestors, and what stands around, as numbers and bits."""
    sizes, count = layout.sizes, len(layout.sizes)
    before = np.cumsum(sizes) - sizes
    order = np.arange(count)
    total = sizes.sum()
    return [
        *layout.tags[:3],
        layout.depth,
        layout.lists,
        *_bits(layout.inside, INSIDE),
        *_bits(layout.groups, len(GROUPS)),
        *_bits(layout.near, len(GROUPS)),
        order,
        order / count,
        before,
        before / total,
        (total - before - sizes) / total,
    ]


def _bits(values: Integers, count: int) -> Integers:
    return np.asarray((values >> np.arange(count)[:, None]) & 1)


def _around(layout: Layout) -> list[Column]:
    """Size and link density of the blocks before and behind, and their means over some to each side."""
    sizes, linked, count = layout.sizes, layout.linked, len(layout.sizes)
    columns = []
    for step in (1, 2, -1, -2):
        for values in (sizes, linked / sizes):
            moved = np.full(count, -1.0)
            if step > 0:
                moved[step:] = values[:-step] if count > step else []
            elif count > -step:
                moved[:step] = values[-step:]
            columns.append(moved)
    sums = [np.concatenate([[0], np.cumsum(values)]) for values in (sizes, linked)]
    positions = np.arange(count)
    for reach in _SPREAD:
        low, high = np.maximum(positions - reach, 0), np.minimum(positions + reach + 1, count)
        size, link = (one[high] - one[low] for one in sums)
        columns += [size / (high - low), link / size]
    return columns


def _contained(layout: Layout) -> list[Column]:
    """Size, share of the page, link density and blocks of the four boxes around: parent, grandparent ..."""
    total, numbers = layout.sizes.sum(), layout.numbers[0]
    columns = [np.bincount(numbers, layout.sizes)[numbers]]
    for level in range(1, 5):
        size, link = layout.sums(layout.sizes, level), layout.sums(layout.linked, level)
        columns += [size, size / total, link / size, layout.lasts[level] - layout.firsts[level]]
    return columns


def _repeated(layout: Layout) -> list[Column]:
    """How many blocks of the page have the same boxes around them, and how long and linked those are."""
    columns = []
    paths = (layout.tags[0] << 54) | (np.minimum(layout.depth, 0xFFFF) << 32) | layout.groups
    for numbers in (layout.names, np.unique(paths, return_inverse=True)[1].reshape(-1)):
        count = np.bincount(numbers)
        size = np.bincount(numbers, layout.sizes)
        link = np.bincount(numbers, layout.linked)
        columns += [
            count[numbers],
            (size / count)[numbers],
            (link / size)[numbers],
            (size / layout.sizes.sum())[numbers],
        ]
    return columns


def _headed(layout: Layout) -> list[Column]:
    """Where a block stands between headings: behind the first h1, how far behind the last one, and of which level."""
    count = len(layout.sizes)
    levels = _LEVEL_OF[layout.tags[0]]
    positions = np.arange(count)
    firsts = np.flatnonzero(levels == 1)
    first = firsts[0] if len(firsts) else -1
    last = np.maximum.accumulate(np.where(levels > 0, positions, -1))
    before = np.cumsum(layout.sizes) - layout.sizes
    behind = np.where(last >= 0, before - before[np.maximum(last, 0)], -1)
    upcoming = np.minimum.accumulate(np.where(levels > 0, positions, count)[::-1])[::-1]
    return [
        levels,
        np.where(first >= 0, np.where(positions < first, -1, 1), 0),
        np.where(first >= 0, positions - first, 0),
        np.where(last >= 0, levels[np.maximum(last, 0)], 0),
        positions - last,
        behind,
        upcoming - positions,
        np.full(count, (levels > 0).sum()),
        np.full(count, len(firsts)),
    ]


def _whole(layout: Layout, kinds: Sequence[int]) -> list[Column]:
    """What holds for the page, and what its metadata name: the same in each row."""
    sizes, count = layout.sizes, len(layout.sizes)
    total, long = sizes.sum(), sizes >= _LONG
    numbers = np.array(
        [
            total,
            layout.linked.sum() / total,
            count,
            total / count,
            long.sum(),
            sizes[long].sum() / total,
            *(_bits(layout.inside, INSIDE) * sizes).sum(axis=1) / total,
            *kinds,
        ]
    )
    return list(np.broadcast_to(numbers[:, None], (len(numbers), count)))
