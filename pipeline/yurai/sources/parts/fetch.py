"""Bring one range of a file to local storage, checked against the digest that it was cut with, and read it there."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from yurai.sources.fetch import fetch_range
from yurai.sources.parts.part import Part
from yurai.sources.rows.names import row_kind
from yurai.sources.rows.pages import TAIL
from yurai.sources.selection.read import Moved
from yurai.sources.warc import Gap, Record, read_file
from yurai.sources.warc.meter import Verdicts
from yurai_manifests.errors import ShardError
from yurai_manifests.location import Location

REQUEST: Final = 16 << 20
"""Bytes that are asked for at a time."""
MAGIC: Final = 4


def fetch_part(url: str, name: str, part: Part, spool: Path) -> Path:
    """Return a local file with the bytes of a range of the source `name` at `url`.

    Those of an archive or of lines are all it has, behind the head of the file that they need. Of Parquet it has the
    range and the footer in their places, with holes between.

    Raises:
        ShardError: cannot be read, or is not what was cut; ThrottledError: the run asks its origin no more.
    """
    path, parquet = spool / "range", row_kind(name) == "parquet"
    digest = hashlib.sha256()
    with path.open("wb") as file:
        if parquet:
            _bring_footer(url, part.size, file)
            file.seek(part.start)
        else:
            file.write(fetch_range(url, 0, part.head) if part.head else b"")
        for start in range(part.start, part.end, REQUEST):
            piece = fetch_range(url, start, min(start + REQUEST, part.end))
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != part.sha256:
        raise ShardError(
            f"{Location(url)} has other bytes from {part.start:,} to {part.end:,} than when the run hashed it; it was "
            "changed since: restore it, or run again into another --output"
        )
    return path


def _bring_footer(url: str, size: int, file: IO[bytes]) -> None:
    """Put the magic and the footer of a Parquet file of `size` bytes in their places."""
    tail = fetch_range(url, size - TAIL, size)
    start = size - TAIL - int.from_bytes(tail[:4], "little")
    file.write(fetch_range(url, 0, MAGIC))
    file.seek(start)
    file.write(fetch_range(url, start, size))


def read_part(path: Path, part: Part, verdicts: Verdicts) -> Iterator[Record | Gap]:
    """Yield the records and gaps of a range of an archive that `fetch_part` brought; places are those in the file."""
    moved = part.start - part.head
    for item in read_file(path, verdicts=Moved(verdicts, moved), size=part.size):
        if item.offset >= part.head:
            yield replace(item, offset=item.offset + moved)
