"""Leave out headings of an article under which nothing was chosen, such as "You may also like"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.blocks import Block

_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}


def without_empty(blocks: Sequence[Block], chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return `chosen` without headings, those of level 1 apart, whose section has blocks of which none is chosen."""
    kept = chosen.copy()
    for index, block in enumerate(blocks):
        level = _LEVELS.get(block.box.tag, 0)
        if kept[index] and level > 1 and _is_empty(blocks, kept, index, level):
            kept[index] = False
    return kept if kept.any() else chosen


def _is_empty(blocks: Sequence[Block], kept: npt.NDArray[np.bool_], heading: int, level: int) -> bool:
    """Whether the section that a heading begins has blocks, and none is chosen."""
    for number in range(heading + 1, len(blocks)):
        if kept[number]:
            return 0 < _LEVELS.get(blocks[number].box.tag, 0) <= level and number > heading + 1
        if 0 < _LEVELS.get(blocks[number].box.tag, 0) <= level:
            return number > heading + 1
    return heading + 1 < len(blocks)
