"""Make the rows of an index: 16 bytes, the first 8 of a key and the number of its row in its folder, both big-endian.

Keys are those of `yurai_manifests.merkle.sorted_keys`. Rows are numbered over all files of a folder, as run.json lists
them; a key has a place for each of its rows. Two keys that begin alike share no meaning: who reads a row compares.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np

PlaceKind: TypeAlias = Literal["url", "doc_id", "text", "kept_doc_id"]
"""What is looked up: the column of that name."""
PLACED: Final[dict[str, tuple[PlaceKind, ...]]] = {
    "documents": ("url", "doc_id", "text", "kept_doc_id"),
    "extracted": ("url", "doc_id", "text"),
    "dropped": ("url", "doc_id", "kept_doc_id"),
    "evidence": ("doc_id",),
}
"""Keys whose places each folder has."""
PREFIX_BYTES, PLACE_BYTES = 8, 16
PLACE = np.dtype(f"S{PLACE_BYTES}")
"""As `sorted_keys.ROW`: zeros at an end change no order."""


def place_rows(keys: Sequence[bytes | None], first: int) -> bytes:
    """Return the places of consecutive rows, joined; `first` is the number of the first, a row without key has none."""
    return b"".join(
        key[:PREFIX_BYTES] + number.to_bytes(PREFIX_BYTES, "big")
        for number, key in enumerate(keys, first)
        if key is not None
    )


def numbers_of(places: bytes, prefix: bytes) -> Iterator[int]:
    """Yield the row numbers of those of some places that have this prefix."""
    for start in range(0, len(places), PLACE_BYTES):
        if places.startswith(prefix, start):
            yield int.from_bytes(places[start + PREFIX_BYTES : start + PLACE_BYTES], "big")
