"""Say one cell of a figure in words, the same in HTML and Markdown."""

from __future__ import annotations

from yurai.report.numbers import duration, number, percent, share, size
from yurai.report.readers.figures import Cell, Outcome, Seconds, Share, Size
from yurai.report.readers.said import Language, Said, in_language
from yurai.report.readers.wording import STATES, UNKNOWN

MARKS = {"pass": "✓", "fail": "✕", "not-applicable": "-", "not-checked": "?"}
"""Signs of states: they are told apart without colour too."""
MINUTE = 60


def spoken(cell: Cell, language: Language) -> str:
    """Return a cell as words of a language."""
    if cell is None:
        return in_language(UNKNOWN, language)
    if isinstance(cell, Said):
        return in_language(cell, language)
    if isinstance(cell, Outcome):
        return f"{MARKS[cell]} {in_language(STATES[cell], language)}"
    if isinstance(cell, Share):
        return _share(cell, language)
    if isinstance(cell, Size):
        return size(cell)
    if isinstance(cell, Seconds):
        return duration(round(cell)) if cell >= MINUTE else f"{cell:.2f} s"
    return cell if isinstance(cell, str) else number(cell)


def _share(cell: Share, language: Language) -> str:
    """Return a share as percent: of nothing there is none."""
    if not cell.whole:
        return in_language(UNKNOWN, language)
    shown = percent(share(cell.part, cell.whole))
    if cell.counted:
        shown = f"{number(cell.part)} ({shown})"
    if cell.interval is None:
        return shown
    low, high = (f"{100 * bound:.1f}" for bound in cell.interval)
    return f"{shown} [{low}, {high}]"


def is_number(cell: Cell) -> bool:
    """Whether a cell stands at the right of its column."""
    return isinstance(cell, int | float | Share)
