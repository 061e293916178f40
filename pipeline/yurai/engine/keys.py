"""Hold the keys of millions of tasks: 32 bytes each, where a string of its digits takes 113, and a set twice that."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, overload

import numpy as np

WIDTH: Final = 32
"""Bytes of a key: sha256."""
DIGITS: Final = 2 * WIDTH
HEX: Final = frozenset("0123456789abcdef")
HEAD: Final = 8


class Keys(Sequence[str]):
    """The keys of `count` tasks in their order, in hex; zeros where none is known yet."""

    def __init__(self, count: int) -> None:
        self._bytes = bytearray(count * WIDTH)

    def __len__(self) -> int:
        return len(self._bytes) // WIDTH

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self._one(number) for number in range(*at.indices(len(self)))]
        return self._one(range(len(self))[at])

    def _one(self, number: int) -> str:
        return self._bytes[number * WIDTH : (number + 1) * WIDTH].hex()

    def __setitem__(self, number: int, key: str) -> None:
        place = range(len(self))[number] * WIDTH
        self._bytes[place : place + WIDTH] = _packed(key)

    def __iter__(self) -> Iterator[str]:
        return (self._one(number) for number in range(len(self)))


class KeySet:
    """A set of keys that does not change: in the order of their first 8 bytes, by which they are found."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take the names that are keys; a folder of tasks may hold other files."""
        packed = bytearray()
        for name in names:
            if len(name) == DIGITS and set(name) <= HEX:
                packed += _packed(name)
        rows = np.frombuffer(packed, np.uint8).reshape(-1, WIDTH)
        heads = np.ascontiguousarray(rows[:, :HEAD]).view(">u8")[:, 0].astype(np.uint64)
        order = np.argsort(heads, kind="stable")
        self._heads, self._rows = array("Q", heads[order].tobytes()), rows[order]

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, key: str) -> bool:
        if not key:
            return False
        packed = _packed(key)
        head = int.from_bytes(packed[:HEAD], "big")
        first = bisect_left(self._heads, head)
        end = bisect_right(self._heads, head, first)
        return any(row.tobytes() == packed for row in self._rows[first:end])


def _packed(key: str) -> bytes:
    packed = bytes.fromhex(key)
    if len(packed) != WIDTH:
        raise ValueError(f"a task key has {DIGITS} hex digits, not {key!r}")
    return packed
