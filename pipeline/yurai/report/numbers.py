"""Format numbers as the report shows them."""

BYTES = ("B", "kB", "MB", "GB", "TB", "PB")
STEP = 1000


def number(value: float) -> str:
    """Return a count or a limit: thousands apart, at most four decimals."""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def share(part: float, whole: float) -> float:
    """Return part / whole, 0 of nothing."""
    return part / whole if whole else 0.0


def percent(value: float) -> str:
    """Return a share of 1 as percent; what is not quite none or all is not called so."""
    if 0 < value < 0.001:  # noqa: PLR2004 - it would be shown as 0.0
        return "< 0.1 %"
    if 0.999 < value < 1:  # noqa: PLR2004 - it would be shown as 100.0
        return "> 99.9 %"
    return f"{100 * value:.1f} %".replace(".0 %", " %")


def size(count: float) -> str:
    """Return bytes in units of 1000."""
    for unit in BYTES[:-1]:
        if count < STEP:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= STEP
    return f"{count:,.1f} {BYTES[-1]}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(seconds: int) -> str:
    """Return seconds as hours, minutes and seconds, without leading parts of nothing."""
    hours, minutes = divmod(seconds // 60, 60)
    text = f"{seconds % 60} s"
    if hours or minutes:
        text = f"{minutes} min {text}"
    return f"{hours} h {text}" if hours else text
