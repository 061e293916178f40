"""Cut texts into windows whose bounds hang on their bytes alone, so that a copy has the windows of its original.

A boundary is a place whose hash of 8 bytes is the least of some 128 hashes in a row (winnowing: Schleimer, Wilkerson
and Aiken 2003). Each 128 hashes in a text hold one, and whether a place is one is told by at most 128 hashes to
each side. A window is the shortest run of at least `least` bytes from one boundary to another. So two texts that share
a run of `least + 2 x MARGIN` bytes share a window of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from yurai_manifests.text_bytes import Texts

GRAM = 8
"""Bytes that one hash is of."""
SPREAD = 128
"""Hashes in a row that hold a boundary."""
MARGIN = SPREAD + GRAM
"""Bytes of a shared run that may lie before its first, or behind its last, boundary: one less at most."""
BLOCK = 1 << 17
"""Hashes at a time: what is made of them fits into a core's cache."""
Numbers: TypeAlias = npt.NDArray[np.int64]
Bytes: TypeAlias = npt.NDArray[np.uint8]
Hashes: TypeAlias = npt.NDArray[np.uint32]


class Windows(NamedTuple):
    """Windows in the order of their places: the number of the text, the first byte in it, how many, 128 bits of all."""

    text: Numbers
    start: Numbers
    length: Numbers
    digests: bytes


def windows(texts: Texts, least: int) -> Windows:
    """Return the windows of at least so many bytes of each text."""
    places = boundaries(texts)
    text = np.searchsorted(texts.bounds, places, side="right") - 1
    ends = np.searchsorted(places, places + least)
    whole = ends < len(places)
    whole[whole] = text[ends[whole]] == text[whole]
    starts, stops, text = places[whole], places[ends[whole]], text[whole]
    data = texts.data.data
    runs = zip(starts.tolist(), stops.tolist(), strict=True)
    digests = b"".join(hashlib.sha256(data[start:stop]).digest()[:16] for start, stop in runs)
    return Windows(text, starts - texts.bounds[text], stops - starts, digests)


def boundaries(texts: Texts) -> Numbers:
    """Return the places of all boundaries, counted over all texts.

    Of equal hashes nearer than SPREAD to each other the first alone counts: a row of one character, or of few that
    come again and again, would be boundaries throughout.
    """
    parts = list(_blocks(texts))
    places = np.concatenate([*(place for place, _ in parts), np.empty(0, np.int64)])
    hashes = np.concatenate([*(value for _, value in parts), np.empty(0, np.uint32)])
    text = np.searchsorted(texts.bounds, places, side="right")
    again = (hashes[1:] == hashes[:-1]) & (np.diff(places) < SPREAD) & (text[1:] == text[:-1])
    first = np.concatenate([[True], ~again])[: len(places)]
    return np.asarray(places[first], np.int64)


def _blocks(texts: Texts) -> Iterator[tuple[Numbers, Hashes]]:
    """Yield places whose hash is the least of a row within their text, and these hashes, block by block."""
    closed = _closed(texts)
    count = len(texts.data) - GRAM + 1
    for first in range(0, count, BLOCK):
        last = min(first + BLOCK, count)
        low, high = max(0, first - SPREAD + 1), min(last + SPREAD - 1, count)
        hashes = _hashes(texts.data[low : high + GRAM - 1])
        least = _over(np.minimum, np.pad(hashes, (0, SPREAD - 1)))  # behind the last text no row is whole
        least[closed[low:high]] = 0
        most = _over(np.maximum, np.pad(least, (SPREAD - 1, 0)))
        found = np.flatnonzero(most == hashes)
        found = found[(found >= first - low) & (found < last - low)]
        yield found + low, hashes[found]


def _closed(texts: Texts) -> npt.NDArray[np.bool_]:
    """Tell for each place whether no row of SPREAD hashes that begins there lies within one text."""
    ends = texts.bounds[1:]
    counts = np.minimum(np.diff(texts.bounds), MARGIN - 2)
    skipped = np.cumsum(counts) - counts
    closed = np.zeros(len(texts.data), bool)
    closed[np.repeat(ends - counts - skipped, counts) + np.arange(int(counts.sum()))] = True
    return closed


def _hashes(data: Bytes) -> Hashes:
    """Return a hash, never 0, of the 8 bytes from each place on: a 64-bit number mixed by multiplication."""
    words = np.ndarray(len(data) - GRAM + 1, "<u8", np.ascontiguousarray(data), strides=(1,))
    mixed = words * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed >>= np.uint64(32)
    hashes = mixed.astype(np.uint32)
    return np.maximum(hashes, np.uint32(1), out=hashes)


def _over(pick: np.ufunc, values: Hashes) -> Hashes:
    """Return what `pick` takes of each SPREAD values in a row, by doubling."""
    step = 1
    while step < SPREAD:
        values = pick(values[:-step], values[step:])
        step *= 2
    return values
