"""Bound one compressed unit: where it ends, how it ends, and its inflated bytes as something to slice.

Units up to 16 MiB are inflated once and kept; a bigger one (a single-member archive is one unit) is measured first and
then inflated again behind sliding windows, so that memory stays bounded whatever the file is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yurai.sources.warc.inflated import Inflated
from yurai.sources.warc.inflation import LIMIT, Inflation

if TYPE_CHECKING:
    from yurai.sources.warc.codecs import Codec
    from yurai.sources.warc.readable import Readable

KEEP = 1 << 24


@dataclass(frozen=True, slots=True)
class Unit:
    """The compressed unit `[start, end)` of a file, its `state` and inflated `data`."""

    start: int
    end: int
    state: str
    data: Readable


def open_unit(file: Readable, start: int, codec: Codec, max_bytes: int) -> Unit:
    """Inflate the unit at `start`; one that grows beyond `max_bytes` ends there with the state `limit`."""
    inflation, size, kept = Inflation(file, start, codec), 0, list[bytes]()
    for piece in inflation:
        size += len(piece)
        if size > max_bytes:
            return Unit(start, max(inflation.end, start + 1), LIMIT, Inflated(file, start, codec, max_bytes))
        if size <= KEEP:
            kept.append(piece)
        else:
            kept.clear()
    data: Readable = b"".join(kept) if size <= KEEP else Inflated(file, start, codec, size)
    return Unit(start, max(inflation.end, start + 1), inflation.state, data)
