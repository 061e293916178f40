"""Ask one file of an index for the rows that are wanted; nothing of DuckDB or Arrow but this one file is reachable."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from yurai.sources.fetch import fetch_source
from yurai.sources.selection.cdx import cdx_batches
from yurai.sources.selection.index_files import is_columnar, partition
from yurai.sources.selection.manifest import IndexFile
from yurai.sources.selection.relation import INDEX, NEEDED, SELECTED, selected_columns
from yurai.sources.selection.where import condition, wrong
from yurai_manifests.canonical import sha256
from yurai_manifests.database import bounded, closed_off
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.opening import open_files, without_secrets_of
from yurai_manifests.visible import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from yurai.sources.selection.joined import Joined
    from yurai.sources.source import Source

BATCH: Final = 10_000
HEX_DIGITS: Final = 12
"""Digits of the hash that a sample is drawn by: shares are exact to 1 in 2^48."""
_FOOTER: Final = 8
_CRAWL: Final = "regexp_extract(warc_filename, 'crawl-data/([^/]+)/', 1)"
_SUBSET: Final = "regexp_extract(warc_filename, '/(warc|robotstxt|crawldiagnostics)/', 1)"


@dataclass(frozen=True, slots=True)
class Question:
    """What of an index is wanted: a condition, a subset, and a share drawn by hash of file, offset and seed.

    The condition may ask for columns of a table that is joined.
    """

    where: str
    subset: str
    share: float
    seed: int
    joined: Joined | None = None


@contextmanager
def scan(source: Source, question: Question) -> Iterator[tuple[IndexFile, Iterator[pa.RecordBatch]]]:
    """Open one file of an index; give what it is, and the rows that are wanted, of SELECTED, in no order.

    Raises:
        RecipeError: the condition is wrong, names a column that is not there, or the file is no index.
        ShardError: the file cannot be read, or ends early.
    """
    import duckdb  # noqa: PLC0415 - a command line that selects nothing goes without it

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="yurai-select-"))
        database = stack.enter_context(duckdb.connect())
        bounded(database, folder)
        closed_off(database)
        file, rows = _columnar(source) if is_columnar(source.name) else _lines(source, Path(folder))
        there = list(rows.schema.names)
        named = [*there, *(question.joined.names() if question.joined else ())]
        if missing := [name for name in NEEDED if name not in there]:
            raise RecipeError(f"{escaped(source.name)} is no index: it has no column {missing[0]}; check the crawl")
        try:
            asked = _asked(database, database.from_arrow(rows), source, question, there)
            yield file, _told(iter(asked.to_arrow_reader(BATCH)), source, named)
        except duckdb.Error as error:
            raise _meant(error, source, named) from error


def _lines(source: Source, folder: Path) -> tuple[IndexFile, pa.RecordBatchReader]:
    path, digest = fetch_source(source.url, folder)
    rows = pa.RecordBatchReader.from_batches(INDEX, cdx_batches(path, source.name))
    return IndexFile(source.name, path.stat().st_size, digest, "file"), rows


def _columnar(source: Source) -> tuple[IndexFile, ds.Dataset]:
    """Open a Parquet file as a dataset: of that, only columns and row groups that the condition needs are read."""
    url = source.url
    try:
        with without_secrets_of(url):
            files, path = open_files(url)
            size = int(files.info(path)["size"])
            end = files.cat_file(path, start=max(0, size - _FOOTER), end=size)
            footer = files.cat_file(path, start=max(0, size - _FOOTER - int.from_bytes(end[:4], "little")), end=size)
            system = fs.PyFileSystem(fs.FSSpecHandler(files))  # type: ignore[abstract] # the stubs give it no methods
            rows = ds.dataset([path], format=_format(), filesystem=system)
    except (OSError, pa.ArrowException) as error:
        raise _unread(source, error) from error
    return IndexFile(source.name, size, sha256(footer), "footer"), rows


def _format() -> ds.ParquetFileFormat:
    """Read the pieces of columns of a row group in few requests, all at once."""
    return ds.ParquetFileFormat(default_fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=True))


def _asked(
    database: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    source: Source,
    question: Question,
    there: list[str],
) -> duckdb.DuckDBPyRelation:
    folders = partition(source.name)
    added = {
        name: _quoted(folders[name]) if name in folders else f"nullif({sql}, '')"
        for name, sql in (("crawl", _CRAWL), ("subset", _SUBSET))
        if name not in there
    }
    if added:
        rows = rows.project(", ".join(("*", *(f"{sql} AS {name}" for name, sql in added.items()))))
    rows = rows.filter(f"coalesce(subset, 'warc') = '{question.subset}'")
    if question.joined:
        rows = question.joined.to(rows, database, question.where)
    rows = rows.filter(condition(question.where))
    if question.share < 1:
        limit = f"{round(question.share * 16**HEX_DIGITS):0{HEX_DIGITS}x}"
        place = f"'{question.seed} ' || warc_filename || ' ' || CAST(warc_record_offset AS BIGINT)"
        rows = rows.filter(f"left(md5({place}), {HEX_DIGITS}) < '{limit}'")
    return rows.project(selected_columns([*there, *added]))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _told(batches: Iterator[pa.RecordBatch], source: Source, there: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield what DuckDB answers; what it or Arrow says of its reading is an error of the file."""
    import duckdb  # noqa: PLC0415 - as above

    try:
        for batch in batches:
            yield pa.RecordBatch.from_arrays(batch.cast(_nullable()).columns, schema=SELECTED)
    except duckdb.Error as error:
        raise _meant(error, source, there) from error
    except (pa.ArrowException, OSError) as error:
        raise _unread(source, error) from error


def _nullable() -> pa.Schema:
    return pa.schema([field.with_nullable(True) for field in SELECTED])


def _meant(error: duckdb.Error, source: Source, there: list[str]) -> RecipeError | ShardError:
    import duckdb  # noqa: PLC0415 - as above

    if isinstance(error, duckdb.BinderException | duckdb.ConversionException | duckdb.ParserException):
        return wrong(error, there)
    return _unread(source, error)


def _unread(source: Source, error: Exception) -> ShardError:
    said = " ".join(str(error).partition("\n")[0].split())
    return ShardError(
        f"cannot read index file {escaped(source.name)}: {escaped(said)}; check it and the network, then run the same "
        "command to resume"
    )
