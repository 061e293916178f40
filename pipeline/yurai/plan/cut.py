"""Cut sample files: whole units of the input at even distances, so that no archive is read through.

Windows of equal length lie at equal distances over the bytes of each source, and a unit belongs to the window that it
begins in: each unit has the same chance, whatever its size. Only the windows are read, also from object storage.
"""

import itertools
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from yurai.plan.selected import records_of
from yurai.sources.fetch import open_remote
from yurai.sources.find import Source
from yurai.sources.warc.codecs import DICTIONARY_MAGIC, Codec, skippable_end
from yurai.sources.warc.heads import next_head
from yurai.sources.warc.inflation import CUT
from yurai.sources.warc.resync import container, next_unit
from yurai.sources.warc.units import open_unit
from yurai_manifests.errors import RecipeError
from yurai_manifests.faults import as_os_errors
from yurai_manifests.location import LOCAL, parts_of
from yurai_manifests.opening import open_files, without_secrets_of

WINDOW = 1 << 15
GLANCE, OPENING = 1 << 16, 1 << 20
"""Bytes that tell what a file is cut into; more where the first unit is longer than a glance."""
BEYOND = 1 << 16
"""Bytes read behind a window, for the end of its last unit; doubled while that is not enough."""
MAX_UNIT = 1 << 30
GOLDEN = 0.618034
"""Multiples of it spread evenly over the rests modulo 1."""
Kind = Codec | Literal["records", "lines"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A sample of one source: bytes (or rows, of Parquet) that were copied, of how many."""

    copied: int
    whole: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """Runs of whole units of one source, each from a window; `ahead` is what a reader of any of them needs first.

    Units of a source that is one unit do not stand `apart`: its piece is its beginning.
    """

    ahead: bytes
    pieces: tuple[bytes, ...]
    apart: bool

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(map(len, self.pieces))


def cut(source: Source, target: Path, share: float, seed: int = 0) -> Cut:
    """Copy about `share` of `source` into the file `target`, which can be read as a file of its kind.

    Raises:
        OSError: the source cannot be read.
        RecipeError: it is Parquet, and where its columns are told is damaged.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.name.endswith(".parquet"):
        return _rows(source, target, share)
    found = pieces_of(source, share, seed)
    target.write_bytes(b"".join((found.ahead, *found.pieces)))
    return Cut(found.size, source.size)


def pieces_of(source: Source, share: float, seed: int = 0) -> Pieces:
    """Return about `share` of a source that is no Parquet; another `seed` moves the windows, or what records are drawn.

    Raises:
        OSError: the source cannot be read.
    """
    if source.ranges:
        return Pieces(b"", tuple(records_of(source, min(share, 1.0), (0.5 + seed * GOLDEN) % 1)), apart=True)
    files, path = open_files(source.url)
    with without_secrets_of(source.url), as_os_errors(files):
        if share >= 1 or source.size <= WINDOW:
            return Pieces(b"", (_read(files, path, 0, source.size),), apart=False)
        opening = _read(files, path, 0, GLANCE)
        kind = _kind(opening)
        if not _is_plain(kind, opening):
            opening = _read(files, path, 0, OPENING)
            kind = _kind(opening)
        if isinstance(kind, Codec) and not _several(opening, kind):
            # of a file that is one unit, only the beginning can be had without reading all of it
            return Pieces(b"", (_read(files, path, 0, max(int(source.size * share), WINDOW)),), apart=False)
        found = [b"".join(_units(files, path, *window, kind)) for window in windows(source.size, share, seed)]
        held = tuple(filter(None, found)) or tuple(_units(files, path, 0, 1, kind))  # windows of a small file miss it
        return Pieces(b"".join(_dictionary(opening)), held, apart=True)


def windows(size: int, share: float, seed: int = 0) -> Iterator[tuple[int, int]]:
    """Yield byte ranges of up to 32 KiB at even distances, together `share` of `size`."""
    if share >= 1:
        yield 0, size
        return
    count = max(1, round(size * share / WINDOW))
    width, length = size / count, max(int(size * share / count), 1)
    phase = (0.5 + seed * GOLDEN) % 1
    for number in range(count):
        start = int(number * width + phase * (width - length))
        yield start, start + length


def _read(files: fsspec.AbstractFileSystem, path: str, start: int, stop: int) -> bytes:
    return cast("bytes", files.cat_file(path, start=start, end=stop))


def _dictionary(opening: bytes) -> Iterator[bytes]:
    """Yield the dictionary frame of a .zst archive: without it no other frame can be read."""
    end = skippable_end(opening[:8], 0) if opening[:4] == DICTIONARY_MAGIC else None
    if end is not None:
        yield opening[:end]


def _units(files: fsspec.AbstractFileSystem, path: str, start: int, stop: int, kind: Kind) -> Iterator[bytes]:
    """Yield what begins in `[start, stop)`: compressed units, plain records or lines, each whole."""
    beyond, wanted = BEYOND, stop - start
    while True:
        data = _read(files, path, start, stop + beyond)
        at_end = len(data) < wanted + beyond
        first, last = None, len(data) if at_end else None
        for offset in _starts(data, kind, at_start=start == 0):
            if offset >= wanted:
                last = offset
                break
            first = offset if first is None else first
        if first is None:
            return
        if last is not None:
            yield data[first:last]
            return
        beyond *= 2


def _starts(data: bytes, kind: Kind, *, at_start: bool) -> Iterator[int]:
    """Yield where units begin in `data`, in order."""
    if kind == "lines":
        yield from _lines(data, at_start=at_start)
        return
    with _mapped(data) as file:
        yield from _records(file) if kind == "records" else _members(file, kind)


def _is_plain(kind: Kind, opening: bytes) -> bool:
    """Whether a glance tells enough: it shows records, or two compressed units."""
    return kind == "records" or (isinstance(kind, Codec) and _several(opening, kind))


def _several(opening: bytes, codec: Codec) -> bool:
    """Tell whether a second unit begins within the opening of a compressed file."""
    return len(list(itertools.islice(_starts(opening, codec, at_start=True), 2))) > 1


def _kind(opening: bytes) -> Kind:
    """Tell what a file is cut into: members of a codec, plain records, or lines."""
    with _mapped(opening) as file:
        kind = container(file)
    if kind is None:
        return "lines"
    return kind[1] or "records"


@contextmanager
def _mapped(data: bytes) -> Iterator[mmap.mmap]:
    """Give `data` as the map that the archive reader works on."""
    with mmap.mmap(-1, max(len(data), 1)) as held:
        held.write(data)
        yield held


def _members(file: mmap.mmap, codec: Codec) -> Iterator[int]:
    at = next_unit(file, 0, codec)
    while at is not None:
        yield at
        unit = open_unit(file, at, codec, MAX_UNIT)
        if unit.state == CUT:
            return
        at = next_unit(file, unit.end, codec)


def _records(file: mmap.mmap) -> Iterator[int]:
    at = next_head(file, 0, None)
    while at is not None:
        yield at
        at = next_head(file, at + 1, None)


def _lines(data: bytes, *, at_start: bool) -> Iterator[int]:
    at = data.find(b"\n") + 1
    if at_start:
        yield 0
    while at:
        yield at
        at = data.find(b"\n", at) + 1


def _rows(source: Source, target: Path, share: float) -> Cut:
    """Copy the first rows of each row group; of a damaged one, none."""
    with open_remote(source.url) as remote:
        try:
            file = pq.ParquetFile(remote)
        except pa.ArrowInvalid as error:
            message = f"{source.name} is damaged where its columns are told ({error}), and a run cannot read it"
            raise RecipeError(f"{message}: leave it out of the input of plan") from error
        copied = 0
        with pq.ParquetWriter(target, file.schema_arrow) as writer:
            for number in range(file.num_row_groups):
                wanted = max(1, round(file.metadata.row_group(number).num_rows * share))
                for batch in _first_rows(file, number, wanted, local=parts_of(source.url).scheme in LOCAL):
                    writer.write_batch(batch)
                    copied += batch.num_rows
        return Cut(copied, file.metadata.num_rows)


def _first_rows(file: pq.ParquetFile, group: int, wanted: int, *, local: bool) -> Iterator[pa.RecordBatch]:
    """Yield one batch of a row group, none of a group whose pages are damaged: its rows fail in a run too.

    Arrow raises OSError without a number for such pages; of a file elsewhere, it may as well be the network.
    """
    try:
        yield from itertools.islice(file.iter_batches(wanted, row_groups=[group], use_threads=False), 1)
    except pa.ArrowInvalid:
        return
    except OSError as error:
        if error.errno is not None or not local:
            raise
