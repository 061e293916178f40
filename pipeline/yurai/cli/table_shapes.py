"""Shape the tables of all commands alike."""

from yurai.terminal import Table


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
