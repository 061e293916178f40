"""Number the runs of pieces of texts that occur more than once: what measures of repetition are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from yurai_filters.blocks import BLOCK, Booleans, Integers, blocks, places_of
from yurai_filters.word_splitter import Pieces

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MOST = 1 << 62
"""Numbers of 64 bits that a pair in a text may take: where there could be more, two are made one step by step."""
_ONE = np.int32(1)
"""Of the type of what it is added to, or NumPy adds thirty times slower."""
_MOST_BITS = 23
"""Bits by which codes are counted, for 32 MB: of more codes, more are numbered though they are there once."""


def count_numbers(number: Integers) -> Integers:
    """Return how often each number is there."""
    count = np.zeros(int(number.max(initial=-1)) + 1, np.int32)
    for one in blocks(len(number), BLOCK):
        np.add.at(count, number[one], _ONE)
    return count


class Runs:
    """Runs of pieces within a text that may be there twice: places, and a number that equal ones share.

    Each array is let go as soon as the next is made of it: a text of 64 MB may have as many pieces.
    """

    def __init__(self, pieces: Pieces) -> None:
        """Begin with pairs."""
        self._pieces, self._length, self._keys = pieces, 2, int(pieces.key.max(initial=0)) + 1
        self.positions = places_of(pieces.row[1:] == pieces.row[:-1])
        self.number = pieces.key[self.positions]
        if pieces.rows * self._keys**2 >= _MOST:
            self.number = numbered(pieces.row[self.positions], self.number)
        elif pieces.rows > 1:
            self.number = pieces.row[self.positions].astype(np.int64) * self._keys + self.number
        self._append()

    def lengthen(self) -> None:
        """Lengthen the runs by one piece, as far as their text goes."""
        row, n = self._pieces.row, self._length
        self._length += 1
        if len(row):
            last = len(row) - 1
            self._keep(lambda some: row[self.positions[some]] == row[np.minimum(self.positions[some] + n, last)])
            self._keep(lambda some: self.positions[some] + n <= last)
        self._append()

    def keep_repeated(self, count: Integers) -> None:
        """Leave out those that are there once; `count` is how often each number is."""
        self._keep(lambda some: count[self.number[some]] > 1)

    def _keep(self, wanted: Callable[[slice], Booleans]) -> None:
        """Leave out those for which `wanted` says no, block by block."""
        kept = np.zeros(len(self.positions), np.bool_)
        for one in blocks(len(kept), BLOCK):
            kept[one] = wanted(one)
        if not kept.all():
            self.positions = self.positions[kept]
            self.number = self.number[kept]

    def _append(self) -> None:
        """Number the runs anew, by what they are told by now and their last piece."""
        code = np.empty(len(self.number), np.int64)
        for one in blocks(len(code), BLOCK):
            code[one] = self.number[one]
            code[one] *= self._keys
            code[one] += self._pieces.key[self.positions[one] + (self._length - 1)]
        del self.number
        self.positions, self.number = _twice(self.positions, code)


def _twice(positions: Integers, code: Integers) -> tuple[Integers, Integers]:
    """Leave out what is there once for certain, and number the rest in order of first occurrence.

    Codes are counted by a few of their bits, spread as Fibonacci hashing does (Knuth 6.4): a place that one code alone
    has fallen on is that of a run without a copy. What shares a place by chance is told apart by its number.
    """
    bits = min(max(2 * len(code), 2).bit_length(), _MOST_BITS)
    fallen = np.zeros(1 << bits, np.int32)
    for one in blocks(len(code), BLOCK):
        np.add.at(fallen, _place(code[one], bits), _ONE)
    is_shared = fallen > 1
    shared = np.zeros(len(code), np.bool_)
    for one in blocks(len(code), BLOCK):
        shared[one] = is_shared[_place(code[one], bits)]
    del fallen, is_shared
    if not shared.all():
        positions, code = positions[shared], code[shared]
    return positions, numbers(pa.array(code))


def _place(code: Integers, bits: int) -> Integers:
    return ((code.astype(np.uint64) * _GOLDEN) >> np.uint64(64 - bits)).astype(np.int64)


def numbered(high: Integers, low: Integers) -> Integers:
    """Number pairs from 0 in order of first occurrence, equal pairs alike."""
    return numbers(pa.array(high.astype(np.int64) * (int(low.max(initial=0)) + 1) + low))


def numbers(values: Any) -> Integers:  # noqa: ANN401 - any Arrow array
    """Number values from 0 in order of first occurrence, equal ones alike."""
    encoded = pa.chunked_array([values[one] for one in blocks(len(values), BLOCK)], values.type).dictionary_encode()
    parts: list[Any] = encoded.chunks
    result, end = np.empty(len(values), np.int32), len(values)
    while parts:
        part = parts.pop().indices.to_numpy()
        result[end - len(part) : end] = part
        end -= len(part)
    return result


def repeats_earlier(number: Integers) -> Booleans:
    """Where a number that was given in order of first occurrence is not new."""
    highest = np.maximum.accumulate(number) if len(number) else number
    result: Booleans = np.concatenate([[False], number[1:] <= highest[:-1]]) if len(number) else np.zeros(0, np.bool_)
    return result
