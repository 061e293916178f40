"""Say numbers with their nouns, as messages do."""


def noun(count: int, one: str, many: str | None = None) -> str:
    """Return the noun of a count that stands elsewhere; `many` is the plural that does not end in `s`."""
    return one if count == 1 else many or f"{one}s"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: `1 source`, `2 sources`; `many` as for `noun`."""
    return f"{count:,} {noun(count, one, many)}"
