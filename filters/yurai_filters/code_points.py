"""Look at the code points of texts as arrays: what kind each is of, counted text by text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yurai_filters.blocks import BLOCK, Integers, blocks

Kinds: TypeAlias = npt.NDArray[np.uint8]
Span: TypeAlias = tuple[int, int]

LAST = 0x10FFFF


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def spans(written: str) -> tuple[Span, ...]:
    """Read ranges of code points, first-last, hexadecimal, parted by white space; one code point stands alone."""
    parts = [(piece.split("-") * 2)[:2] for piece in written.split()]
    return tuple((int(first, 16), int(last, 16)) for first, last in parts)


def kinds_table(members: Mapping[int, Sequence[Span]]) -> Kinds:
    """Return the kind of each code point: the number under which its range is listed, 0 for all others."""
    table = np.zeros(LAST + 1, np.uint8)
    for kind, ranges in members.items():
        for first, last in ranges:
            table[first : last + 1] = kind
    return table


def count_kinds(text: pa.StringArray, table: Kinds) -> Integers:
    """Count the code points of each kind in each text: int64, texts x 256; a null has none."""
    counts = np.zeros((len(text), 256), np.int64)
    for row, value in enumerate(text.to_pylist()):
        for codes in _parts(value or ""):
            counts[row] += np.bincount(table[codes], minlength=256)
    return counts


def _parts(text: str) -> Iterator[npt.NDArray[np.uint32]]:
    for one in blocks(len(text), BLOCK):
        yield codes_of(text[one])
