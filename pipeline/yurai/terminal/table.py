"""Lay out a table for a terminal: no word is broken, and no line ends in blanks.

Cells fold at blanks alone. Where the longest words of all columns do not fit side by side, each row is told in lines
of its own: the first cell, and below it the others with the names of their columns. A word that is wider than the
terminal stays whole all the same: it can be copied then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from yurai_manifests.visible import escaped

Justify = Literal["left", "right"]
GAP = "  "
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the side that its cells stand at, and whether they are never folded."""

    name: str
    justify: Justify = "left"
    whole: bool = False


@dataclass(slots=True)
class Table:
    """A table without lines whose cells are escaped, each on a line of its own unless it is folded."""

    title: str | None = None
    columns: list[Column] = field(default_factory=list)
    rows: list[tuple[list[str], str]] = field(default_factory=list)

    def column(self, name: str, justify: Justify = "left", *, whole: bool = False) -> None:
        """Add a column; `whole`: its cells are never folded."""
        self.columns.append(Column(name, justify, whole))

    def row(self, *cells: str, below: str = "") -> None:
        """Add a row; `below` is said under it, over the whole width."""
        self.rows.append(([escaped(cell) for cell in cells], escaped(below)))

    def lines(self, width: int) -> Iterator[tuple[str, bool]]:
        """Yield the lines, no wider than `width` unless a word is, each with whether it is a heading."""
        if self.title is not None:
            yield from ((line, True) for line in folded(escaped(self.title), width))
        head = [escaped(column.name) for column in self.columns]
        widths = self._widths([head, *(cells for cells, _ in self.rows)], width)
        if any(head) and widths:
            yield from ((line, True) for line in self._side_by_side(head, widths))
        for cells, below in self.rows:
            found = self._side_by_side(cells, widths) if widths else self._one_below_another(cells, head, width)
            yield from ((line, False) for line in found)
            yield from ((INDENT + line, False) for line in folded(below, width - len(INDENT)) if line)

    def _widths(self, rows: Sequence[Sequence[str]], width: int) -> list[int]:
        """Return a width for each column, the widest ones folded until all fit; none where they cannot."""
        columns = [[cells[number] for cells in rows] for number in range(len(self.columns))]
        widths = [max(map(cells_of, cells)) for cells in columns]
        least = [
            wide if column.whole else max(max(map(cells_of, cell.split(" "))) for cell in cells)
            for column, cells, wide in zip(self.columns, columns, widths, strict=True)
        ]
        room = width - len(GAP) * (len(widths) - 1)
        if sum(least) > room:
            return []
        while sum(widths) > room:
            can = [number for number in range(len(widths)) if widths[number] > least[number]]
            widths[max(can, key=lambda number: widths[number])] -= 1
        return widths

    def _side_by_side(self, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
        parts = [folded(cell, wide) for cell, wide in zip(cells, widths, strict=True)]
        for number in range(max(map(len, parts))):
            line = (part[number] if number < len(part) else "" for part in parts)
            shown = (
                _placed(text, wide, column.justify)
                for text, wide, column in zip(line, widths, self.columns, strict=True)
            )
            yield GAP.join(shown).rstrip(" ")

    def _one_below_another(self, cells: Sequence[str], head: Sequence[str], width: int) -> Iterator[str]:
        first, *others = cells
        yield from folded(first, width)
        for name, cell in zip(head[1:], others, strict=True):
            if cell:
                yield from (INDENT + line for line in folded(f"{name}: {cell}" if name else cell, width - len(INDENT)))


def cells_of(text: str) -> int:
    """Return how many columns of a terminal a text takes: East Asian letters take two."""
    from rich.cells import cell_len  # noqa: PLC0415 - who prints no table goes without rich

    return cell_len(text)


def folded(text: str, width: int) -> list[str]:
    """Return the lines of a text that is folded at blanks; a word that is wider than a line has a line of its own."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cells_of(joined) > width:
            lines.append(word)
        else:
            lines[-1] = joined
    return [line.rstrip(" ") for line in lines]


def _placed(text: str, width: int, justify: Justify) -> str:
    blanks = " " * (width - cells_of(text))
    return blanks + text if justify == "right" else text + blanks
