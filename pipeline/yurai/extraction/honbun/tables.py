"""Tell tables of data from tables of layout, and keep a table of data whole: a cell alone says nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai.extraction.honbun.blocks import Block

LONG_CELL: Final = 200
"""Mean characters of a cell above which a table is taken for layout."""
FEWEST: Final = 2
"""Rows with several cells that a table of data has at least."""
Places: TypeAlias = Mapping[int, Sequence[int]]
"""Places of the blocks of each table, by its number."""


def data_tables(blocks: Sequence[Block]) -> Places:
    """Return the places of the blocks of each table that holds data.

    Data: each cell is one block and short, and two rows or more have several cells.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for index, block in enumerate(blocks):
        if block.box.table:
            places[block.box.table].append(index)
    return {number: own for number, own in places.items() if _is_data([blocks[index] for index in own])}


def _is_data(cells: Sequence[Block]) -> bool:
    rows: dict[int, int] = defaultdict(int)
    for cell in cells:
        rows[cell.box.row] += 1
    return (
        len({cell.box.cell for cell in cells}) == len(cells)
        and sum(count > 1 for count in rows.values()) >= FEWEST
        and sum(len(cell.text) for cell in cells) <= LONG_CELL * len(cells)
    )


def with_whole_tables(blocks: Sequence[Block], chosen: npt.NDArray[np.bool_], tables: Places) -> npt.NDArray[np.bool_]:
    """Return `chosen` with each table of data whole if half of it is chosen, or the blocks before and behind it are."""
    kept = chosen.copy()
    for own in tables.values():
        sizes = np.array([len(blocks[index].text) for index in own])
        half = 2 * sizes[chosen[own]].sum() >= sizes.sum()
        inside = own[0] > 0 and own[-1] + 1 < len(blocks) and bool(chosen[own[0] - 1] and chosen[own[-1] + 1])
        if half or inside:
            kept[own] = True
    return kept
