"""What every reader of this package asks of bytes: their length, and slices."""

from __future__ import annotations

from typing import Protocol


class Readable(Protocol):
    """Random access to bytes: a memory map, bytes, or the window over a big unit."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
