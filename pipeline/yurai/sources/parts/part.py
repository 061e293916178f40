"""Say what a range of one file is, and which files are cut into ranges; this reads no file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yurai_manifests.canonical import Json

SPLIT: Final = 512 << 20
"""Bytes of a range where nobody says otherwise."""
FEWEST: Final = 3
"""A file is cut if it is longer than so many ranges: crawl archives of a gigabyte are many, and stay whole."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """The bytes from `start` to `end` of a file of `size` bytes, with their sha256 and that of the whole file.

    `head` bytes from the file's beginning are read before them: the dictionary of a .warc.zst.
    """

    start: int
    end: int
    sha256: str
    source_sha256: str
    size: int
    head: int = 0

    @property
    def span(self) -> str:
        """Return the range as keys of tasks have it."""
        return f"{self.start}-{self.end}"

    def json(self) -> dict[str, Json]:
        """Return what says which bytes these are."""
        return {"range": self.span, "source_sha256": self.source_sha256}


def is_cut(size: int, split: int) -> bool:
    """Tell whether a file of `size` bytes is cut into ranges of about `split` bytes; 0: none is."""
    return bool(split) and size > FEWEST * split


def goals(size: int, split: int) -> list[int]:
    """Return where ranges would begin, behind the first, if a file could be cut anywhere: all are equally long."""
    count = -(-size // split)
    return [size * number // count for number in range(1, count)]
