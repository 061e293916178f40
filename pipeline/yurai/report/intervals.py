"""Tell how far a counted share may lie from the one that it stands for."""

Z = 1.96
"""Of the normal distribution, 95 % lie within so many standard deviations."""


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of `hits` among `count` (Wilson 1927); of nothing, all from 0 to 1."""
    if not count:
        return 0.0, 1.0
    part, whole = hits / count, 1 + Z * Z / count
    middle = (part + Z * Z / (2 * count)) / whole
    half = Z / whole * (part * (1 - part) / count + Z * Z / (4 * count * count)) ** 0.5
    return max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < count else 1.0
