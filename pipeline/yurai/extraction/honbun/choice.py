"""Choose the blocks that another extractor chose: those whose text is in the text that it gave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.blocks import Block

_SPACE: Final = re.compile(r"\s+")
_GRAM: Final = 5
_SHORT: Final = 20
"""Characters below which a block has to be a line of the other text, or to stand in it as it is."""
_SHARE: Final = 0.7
"""Share of the character 5-grams of a block that the other text holds: the two cut inline elements differently."""


def chosen_by(blocks: Sequence[Block], text: str) -> npt.NDArray[np.bool_]:
    """Return which blocks are in `text`, white space apart.

    On labelled pages what is so chosen scores as `text` itself does, and it is written with honbun's structure.
    """
    squeezed = _SPACE.sub("", text)
    lines = {_SPACE.sub("", line) for line in text.split("\n")}
    grams = {squeezed[at : at + _GRAM] for at in range(len(squeezed) - _GRAM + 1)}
    return np.array([_is_in(_SPACE.sub("", block.text), squeezed, lines, grams) for block in blocks], np.bool_)


def _is_in(block: str, text: str, lines: set[str], grams: set[str]) -> bool:
    if len(block) < _SHORT:
        return block in lines or (len(block) >= _GRAM and block in text)
    count = len(block) - _GRAM + 1
    return sum(block[at : at + _GRAM] in grams for at in range(count)) >= _SHARE * count
