"""Shape the tables and lines of all commands alike."""

from yurai.terminal import Table, console
from yurai.terminal.table import folded


def new_table(*columns: str, title: str | None = None) -> Table:
    """Return a table with these columns; those of numbers stand right."""
    table = Table(title=title)
    for column in columns:
        numeric = column in ("rows", "count", "version", "CPU s", "share")
        table.column(column, "right" if numeric else "left")
    return table


def bytes_of(count: float) -> str:
    """Say an amount of bytes, in units of 1000."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:  # noqa: PLR2004 - units of 1000
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def fitted(line: str, indent: str = "") -> list[str]:
    """Fold a line at blanks where it is shown on a terminal, what follows set in; elsewhere it stays whole."""
    stream = console()
    if not stream.is_terminal:
        return [line]
    first, *more = folded(line, stream.width)
    return [first, *(indent + part for part in folded(" ".join(more), stream.width - len(indent)) if part)]
