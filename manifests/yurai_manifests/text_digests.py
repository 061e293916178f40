"""Hash the strings of an Arrow column where they lie, without a Python string of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa


def digests(column: pa.Array[pa.StringScalar]) -> Iterator[bytes | None]:
    """Yield the sha256 of each string of a column in UTF-8, null of null; it may be of any type that holds strings."""
    texts = column.cast(pa.large_string())
    _, ends, data = texts.buffers()
    places = (
        np.frombuffer(ends.to_pybytes(), np.int64)[texts.offset : texts.offset + len(texts) + 1].tolist()
        if ends
        else [0]
    )
    view, valid = memoryview(data or b""), texts.is_valid().to_pylist()
    for number, known in enumerate(valid):
        yield hashlib.sha256(view[places[number] : places[number + 1]]).digest() if known else None
