"""Say where a file is cut."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where ranges of a file begin, behind the first; `why` there are not more, if there are not.

    `head`: bytes at the beginning that each range needs.
    """

    places: tuple[int, ...]
    why: str = ""
    head: int = 0
