"""Cut a file into ranges: find where, and hash each of them."""

import hashlib
import mmap
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import IO

from yurai.sources.parts.archives import archive_cuts
from yurai.sources.parts.cuts import Cuts
from yurai.sources.parts.part import Part, goals
from yurai.sources.parts.rows import row_cuts
from yurai.sources.rows.names import row_kind
from yurai_manifests.canonical import CHUNK


def cut(
    path: Path, name: str, columns: Mapping[str, str], sha256: Callable[[], str], split: int
) -> tuple[list[Part], str]:
    """Return the ranges of a local file, at least one, and why they are no shorter.

    `name` is that of the source, `columns` those that a [[source]] table maps. `sha256` gives that of the file, and is
    asked last: whoever computes it may do so meanwhile. Ranges are about `split` bytes long; one is longer where a
    record, line or row group is, or behind which nothing can be cut. Memory is that of one unit of the file. Raises
    OSError when storage fails, what `sha256` raises, and nothing for content.
    """
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as file:
        size, kind = len(file), row_kind(name)
        wanted = goals(size, split)
        found = row_cuts(path, kind, columns, file, wanted) if kind else archive_cuts(file, wanted)
    return _parts(path, found, sha256, size), found.why


def _parts(path: Path, found: Cuts, sha256: Callable[[], str], size: int) -> list[Part]:
    places = list(pairwise((0, *found.places, size)))
    if len(places) == 1:
        return [Part(0, size, sha256(), sha256(), size)]
    with path.open("rb") as file:
        digests = [_digest(file, end - start) for start, end in places]
    whole = sha256()
    return [
        Part(start, end, digest, whole, size, found.head if start else 0)
        for (start, end), digest in zip(places, digests, strict=True)
    ]


def _digest(file: IO[bytes], count: int) -> str:
    """Return the sha256 of the next `count` bytes."""
    digest = hashlib.sha256()
    while piece := file.read(min(CHUNK, count)):
        digest.update(piece)
        count -= len(piece)
    return digest.hexdigest()
