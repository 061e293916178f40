"""Read the ranges of a selection, those that lie near each other in one request, and hold each record to its index."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.sources.fetch import fetch_range
from yurai.sources.selection.coalesce import Reading, coalesce, read_bytes
from yurai.sources.selection.manifest import RECORDS, load_selection
from yurai.sources.selection.ranges import Ranges
from yurai.sources.warc import Gap, Record, read_file
from yurai.sources.warc.meter import Verdicts
from yurai_manifests.errors import ShardError
from yurai_manifests.store import Store, open_store
from yurai_manifests.surt import surt

NOT_AS_INDEXED: Final = "not-as-indexed"
_COLUMNS: Final = ["file", "offset", "length", "digest", "url"]
_LABEL: Final = re.compile(r"sha-?1:", re.IGNORECASE)


class Said(NamedTuple):
    """What the index says of a range."""

    offset: int
    length: int
    digest: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The ranges of one task: it answers for the bytes from `start` to `end`."""

    said: tuple[Said, ...]
    start: int
    end: int

    @property
    def not_selected(self) -> int:
        """Return the bytes that nobody asked for."""
        return self.end - self.start - sum(one.length for one in self.said)


def load_ranges(ranges: Ranges, source: str) -> Asked:
    """Read what a selection says of a task's ranges.

    Raises:
        ShardError: the selection is not the one that the run was planned with, or has other rows.
    """
    store = open_store(ranges.store)
    made = load_selection(store)
    if made.digest != ranges.digest:
        raise ShardError(f"selection {store.url} was changed since the run began; restore it, then run again")
    files = [(file.name, file.rows) for file in made.files if file.name.startswith(RECORDS)]
    wanted = ranges.rows + (not ranges.is_last)
    rows = list(_rows(store, files, ranges.first, ranges.first + wanted))
    if len(rows) != wanted or {file for file, _ in rows} != {source}:
        raise ShardError(f"selection {store.url} has not the rows that its manifest says; select again")
    said = [one for _, one in rows]
    end = ranges.end if ranges.is_last else said.pop().offset
    return Asked(tuple(said), 0 if ranges.is_first else said[0].offset, end)


def _rows(store: Store, files: list[tuple[str, int]], start: int, stop: int) -> Iterator[tuple[str, Said]]:
    """Yield (file, range) of the rows from `start` to `stop`, over all files; only row groups with them are read."""
    at = 0
    for name, count in files:
        if at < stop and at + count > start:
            try:
                with store.open(name) as opened, pq.ParquetFile(opened) as file:
                    yield from _of_file(file, start - at, stop - at)
            except (OSError, pa.ArrowException) as error:
                raise ShardError(f"cannot read {store.url}/{name}: {error}; check it, then run again") from error
        at += count


def _of_file(file: pq.ParquetFile, start: int, stop: int) -> Iterator[tuple[str, Said]]:
    at = 0
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        if at < stop and at + count > start:
            rows = file.read_row_group(group, columns=_COLUMNS, use_threads=False).slice(
                max(0, start - at), stop - max(at, start)
            )
            columns = (rows.column(name).to_pylist() for name in _COLUMNS)
            yield from ((str(name), Said(*said)) for name, *said in zip(*columns, strict=True))
        at += count


def read_ranges(
    url: str,
    asked: Asked,
    spool: Path,
    verdicts: Verdicts,
    how: Reading,
) -> Iterator[tuple[Said, Record | Gap]]:
    """Yield what lies in each range, with what the index says of it; places are those in the file.

    Raises:
        ShardError: the file cannot be read, or ends before a range does.
    """
    said = {one.offset: one for one in asked.said}
    local = spool / "range"
    for group in coalesce(((one.offset, one.length) for one in asked.said), how):
        first = group[0][0]
        data = memoryview(fetch_range(url, first, first + read_bytes(group)))
        for offset, length in group:
            local.write_bytes(data[offset - first : offset - first + length])
            for item in read_file(local, verdicts=Moved(verdicts, offset)):
                yield said[offset], replace(item, offset=item.offset + offset)


@dataclass(frozen=True, slots=True)
class Moved:
    """Verdicts on units of a file, for a reader of a part of it."""

    verdicts: Verdicts
    by: int

    def get(self, offset: int, /) -> int | None:
        """Return where reading the unit at `offset` of the part stopped."""
        return self.verdicts.get(offset + self.by)

    def put(self, offset: int, stopped: int, /) -> None:
        """Keep it."""
        self.verdicts.put(offset + self.by, stopped)


def unlike_index(said: Said, item: Record) -> str | None:
    """Return the reason for which a record is not what the index says of it; None where it is.

    The index has no record id; its digest is the one that the record declares, which its bytes are held to as in any
    run.
    """
    if item.url != said.url and (surt(item.url or "") or item.url) != (surt(said.url) or said.url):
        return f"{NOT_AS_INDEXED}:url"
    if said.digest and item.payload_digest and _bare(said.digest) != _bare(item.payload_digest):
        return f"{NOT_AS_INDEXED}:digest"
    return None


def checked_digest(said: Said, item: Record) -> str | None:
    """Return the index's digest where the record declares it and its bytes have it; None where that is not so."""
    same = said.digest and item.payload_digest and _bare(said.digest) == _bare(item.payload_digest)
    return said.digest if same and item.digest_ok else None


def _bare(digest: str) -> str:
    """Return a digest without the label that indexes leave out; other algorithms keep theirs."""
    return _LABEL.sub("", digest.strip()).rstrip("=").upper()
