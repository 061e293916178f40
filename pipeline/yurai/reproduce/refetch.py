"""Fetch the bytes of one candidate again, and read from them the record or row that they hold.

Of a web archive that is the range of its unit; behind a plain record 512 bytes more show how it ended, and a zstd
dictionary, which stands first in its file, is fetched too. A row of JSONL is its line, of a packed file all up to it;
a row of Parquet the columns of its row group that play a role.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.reproduce.places import Places, Sliced
from yurai.sources.rows.columns import columns_of
from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.lines import lines
from yurai.sources.rows.parquet import CONTENT_ERRORS, open_parquet
from yurai.sources.rows.roles import choices_of
from yurai.sources.warc import Record, read_file
from yurai.sources.warc.codecs import CODECS, DICTIONARY_MAGIC, ZSTD_MAGIC, skippable_end

if TYPE_CHECKING:
    from yurai.reproduce.stored import Row
    from yurai.sources.rows import SourceTable
    from yurai.sources.source import Asked

BEHIND = 512
"""Bytes behind a record that is not compressed, or not whole: line ends and the beginning of the next one."""
_PROBE = 8


class ChangedError(Exception):
    """The bytes are there, and hold no such record or row any more; says what they hold."""


class Units:
    """Fetches units of web archives into the folder `spool`; the last one stays, since it may hold many records."""

    def __init__(self, places: Places, spool: Path) -> None:
        self._places, self._path = places, spool / "unit"
        self._held: tuple[str, int, int, bool] | None = None
        self._before = 0

    def record(self, row: Row) -> Record:
        """Return the record that `row` names, with the offset that it has in its file.

        Raises:
            MissingError: its source cannot be read; ChangedError: no record begins there.
        """
        start = _number(row, "warc_offset")
        unit = (str(row["source"]), start, _number(row, "warc_length"), _is_whole(row))
        if unit != self._held:
            self._held = None
            self._before = _write(self._places, self._path, unit)
            self._held = unit
        for item in read_file(self._path):
            if isinstance(item, Record) and (item.offset, item.inner_offset) == (self._before, row["inner_offset"]):
                return replace(item, offset=start)
        raise ChangedError(f"no record begins at byte {start:,} of {row['source']}")


def _write(places: Places, path: Path, unit: tuple[str, int, int, bool]) -> int:
    """Write the unit, and what it needs, to a file; return the bytes that stand before it."""
    source, start, length, is_whole = unit
    asked = places.find(source)
    with path.open("wb") as file:
        pieces = places.read(asked, start, start + length)
        first = next(pieces, b"")
        is_packed = any(first.startswith(one.magic) for one in CODECS)
        dictionary = _dictionary(places, asked) if first.startswith(ZSTD_MAGIC) and start else b""
        file.writelines((dictionary, first))
        file.writelines(pieces)
        if not (is_packed and is_whole):
            file.writelines(places.read(asked, start + length, start + length + BEHIND))
    return len(dictionary)


def _dictionary(places: Places, asked: Asked) -> bytes:
    """Return the frame with the dictionary that stands first in a .warc.zst, b"" where there is none."""
    head = b"".join(places.read(asked, 0, _PROBE))
    end = skippable_end(head, 0) if head.startswith(DICTIONARY_MAGIC) else None
    return b"".join(places.read(asked, 0, end)) if end else b""


def _is_whole(row: Row) -> bool:
    """Whether the unit ended as units do, by what the run says of it."""
    flags = row["flags"] if isinstance(row["flags"], list) else []
    return row.get("outcome") != "failed" and not {"cut-unit", "damaged-unit"} & set(flags)


@contextmanager
def fetched_line(places: Places, row: Row, spool: Path) -> Iterator[Path | str]:
    """Yield a JSONL file with the one line that `row` names, or the reason why it cannot be read.

    Raises:
        MissingError: its source cannot be read; ChangedError: no line begins there.
    """
    asked, start, length = places.find(str(row["source"])), _number(row, "warc_offset"), _number(row, "warc_length")
    with TemporaryDirectory(dir=spool) as folder, places.open(asked) as file:
        data = Sliced(file)
        is_plain = not any(data[: len(one.magic)] == one.magic for one in CODECS)
        found = (start, data[start : start + length], length, None) if is_plain else _line(data, start)
        if found is None or not found[1]:
            if found and found[3]:
                yield found[3]
                return
            raise ChangedError(f"no line begins at byte {start:,} of {row['source']}")
        path = Path(folder) / "line.jsonl"
        path.write_bytes(found[1])
        yield path


def _line(data: Sliced, start: int) -> tuple[int, bytes | None, int, str | None] | None:
    return next((one for one in lines(Inflow(data)) if one[0] >= start), None)


@contextmanager
def fetched_row(places: Places, row: Row, table: SourceTable, spool: Path) -> Iterator[Path | str]:
    """Yield a Parquet file with the one row that `row` names; errors and reasons as `fetched_line`."""
    asked, number = places.find(str(row["source"])), _number(row, "warc_offset")
    with TemporaryDirectory(dir=spool) as folder, places.open(asked) as file:
        path = Path(folder) / "row.parquet"
        try:
            with open_parquet(file) as parquet:
                found = _row_of(parquet, table, number)
        except CONTENT_ERRORS:
            yield "body-incomplete"
            return
        if found is None:
            raise ChangedError(f"{row['source']} has no row {number:,}")
        pq.write_table(found, path)
        yield path


def _row_of(parquet: pq.ParquetFile, table: SourceTable, number: int) -> pa.Table | None:
    found = columns_of(parquet.schema_arrow, choices_of(table.columns))
    paths = sorted({column.path for columns in found.values() for column in columns if column.read})
    for group in range(parquet.num_row_groups):
        rows = parquet.metadata.row_group(group).num_rows
        if number < rows:
            for batch in parquet.iter_batches(row_groups=[group], columns=paths, use_threads=False):
                if number < batch.num_rows:
                    return pa.Table.from_batches([batch.slice(number, 1)])
                number -= batch.num_rows
        number -= rows
    return None


def _number(row: Row, name: str) -> int:
    return int(str(row[name]))
