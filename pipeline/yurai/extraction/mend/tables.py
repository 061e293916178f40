"""Tell tables of layout from tables of data, and give the first kind the names of plain boxes.

A table is data by honbun's rule: each cell is one run, cells are short, and two rows or more have several. One with
role "presentation" or "none" says that it is layout (WAI-ARIA 1.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml.html import HtmlElement

from yurai.extraction.honbun.blocks import LAYOUT_ROLES
from yurai.extraction.honbun.tables import FEWEST, LONG_CELL
from yurai.extraction.mend.runs import Kind, Run

_SECTIONS: Final = frozenset(("thead", "tbody", "tfoot"))
_CELLS: Final = frozenset(("td", "th"))
PARTS: Final = frozenset(("table", "tr")) | _SECTIONS
"""Parts of a table that hold parts of it, and no text."""


def free_presentation(tree: HtmlElement) -> None:
    """Make tables that say they are layout plain boxes; `tree` is changed."""
    for table in list(tree.iter("table")):
        if table.get("role") in LAYOUT_ROLES:
            _free(table, {})


def free_layout(table: HtmlElement, runs: Mapping[HtmlElement, Run]) -> None:
    """Make a table of layout plain boxes; `runs` has the run of each cell that is one."""
    if not _is_data(table, runs):
        _free(table, runs)


def _rows(table: HtmlElement) -> Iterator[HtmlElement]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in _SECTIONS:
            yield from child.iterchildren("tr")


def _is_data(table: HtmlElement, runs: Mapping[HtmlElement, Run]) -> bool:
    cells = full = size = 0
    for row in _rows(table):
        filled = [cell for cell in row if len(cell) or cell.text]
        if any(cell not in runs or cell.tag not in _CELLS for cell in filled):
            return False
        cells += len(filled)
        full += len(filled) > 1
        size += sum(len(text) for cell in filled for text in cell.itertext())
    return full >= FEWEST and size <= LONG_CELL * cells


def _free(table: HtmlElement, runs: Mapping[HtmlElement, Run]) -> None:
    for row in list(_rows(table)):
        for cell in row.iterchildren("td", "th"):
            cell.tag = _plain(runs.get(cell))
        row.tag = "div"
    for child in table.iterchildren("caption", *_SECTIONS):
        child.tag = _plain(runs.get(child))
    table.tag = "div"
    table.attrib.pop("role", None)


def _plain(run: Run | None) -> str:
    return "p" if run and run.kind is Kind.LONG else "div"
