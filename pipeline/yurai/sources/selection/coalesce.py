"""Read ranges that lie near each other in one request, without reading much that nobody asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from yurai_manifests.errors import RecipeError

Span = tuple[int, int]
"""Offset and length in bytes."""


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """How ranges are read.

    Args:
        gap: bytes between two ranges up to which they are read together.
        waste: bytes of all gaps of one read, as a share of the bytes that were asked for in it.
        largest: bytes of one read at most; a range that is longer is read alone.
    """

    gap: int = 256 << 10
    waste: float = 0.45
    largest: int = 16 << 20

    def __post_init__(self) -> None:
        if self.gap < 0 or self.largest < 1 or not 0 <= self.waste <= 1:
            raise RecipeError(
                f"ranges cannot be read with a gap of {self.gap} bytes, a largest read of {self.largest} and a waste "
                f"of {self.waste}; gap is 0 or more, largest 1 or more, waste from 0 to 1"
            )


READING: Final = Reading()
"""As ranges are read where nobody says otherwise."""


def coalesce(spans: Iterable[Span], how: Reading) -> Iterator[list[Span]]:
    """Yield ranges of one file, sorted and apart, in groups that one request reads each."""
    group: list[Span] = []
    asked = 0
    for offset, length in spans:
        if group:
            start, (last, size) = group[0][0], group[-1]
            whole = offset + length - start
            near = offset - last - size <= how.gap and whole <= how.largest
            if not near or whole - asked - length > how.waste * (asked + length):
                yield group
                group, asked = [], 0
        group.append((offset, length))
        asked += length
    if group:
        yield group


def read_bytes(group: list[Span]) -> int:
    """Return the bytes that the read of a group asks for, gaps included."""
    return group[-1][0] + group[-1][1] - group[0][0]
