"""Look at the strings of an Arrow column where they lie, without a Python string of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Strings: TypeAlias = "pa.Array[pa.StringScalar] | pa.LargeStringArray"


class Texts(NamedTuple):
    """Texts one behind the other in UTF-8: number k lies from `bounds[k]` to `bounds[k + 1]` of `data`."""

    data: npt.NDArray[np.uint8]
    bounds: npt.NDArray[np.int64]


def texts_of(column: Strings) -> Texts:
    """Return the bytes of a column of strings without nulls; nothing is copied where it is of large strings."""
    array = cast("pa.LargeStringArray", column.cast(pa.large_string()))
    _, offsets, values = array.buffers()
    if not len(array) or offsets is None or values is None:
        return Texts(np.empty(0, np.uint8), np.zeros(len(array) + 1, np.int64))
    bounds = np.frombuffer(memoryview(offsets), np.int64)[array.offset : array.offset + len(array) + 1]
    return Texts(np.frombuffer(memoryview(values), np.uint8)[bounds[0] : bounds[-1]], bounds - bounds[0])


def digests(column: Strings) -> Iterator[bytes | None]:
    """Yield the sha256 of each string of a column, null of null."""
    texts, known = texts_of(column), column.is_valid().to_pylist()
    view, bounds = texts.data.data, texts.bounds.tolist()
    for low, high, valid in zip(bounds, bounds[1:], known, strict=False):
        yield hashlib.sha256(view[low:high]).digest() if valid else None
