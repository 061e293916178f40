"""Write export `documents-jsonl`: the rows of documents/ as JSON, one a line, a file for each Parquet file."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Final, NamedTuple, cast

import numpy as np
import orjson
import pyarrow as pa
import zstandard

from yurai_manifests.canonical import sha256_file
from yurai_manifests.export import Compress, export
from yurai_manifests.files import refuse_others, spooled, unchanged
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import Delivered, RunRecord
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import Store

MANIFEST: Final = "manifest.tsv"
COLUMNS: Final = ("file", "rows", "bytes", "sha256", "of", "of_sha256")
BATCH_ROWS: Final = 128
"""Rows that are held at a time: a document may have some megabytes."""
SUFFIXES: Final[dict[Compress, str]] = {"zst": ".jsonl.zst", "gz": ".jsonl.gz", "none": ".jsonl"}
_ZSTD_LEVEL: Final = 3
_GZIP_LEVEL: Final = 6


class Line(NamedTuple):
    """What the manifest says of one file."""

    file: str
    rows: int
    bytes: int
    sha256: str
    of: str
    of_sha256: str


def write_folder(store: Store, run: RunRecord, folder: Store, compress: Compress) -> Iterator[str]:
    """Write one file for each file of documents/, then the manifest; yield a line about each.

    Raises:
        RecipeError: the folder holds a file that is not of this export. AuditError: a file of the tree was changed.
    """
    files = {_name_of(one, compress): one for one in run.files("documents")}
    refuse_others(folder, {*files, MANIFEST})
    folder.remove(MANIFEST)  # or it would tell of files that are being replaced
    lines = ["\t".join(COLUMNS)]
    for name, file in files.items():
        lines.append("\t".join(map(str, _write(store, file, folder, name, compress))))
        yield lines[-1]
    folder.put(MANIFEST, "".join(f"{line}\n" for line in lines).encode())


@export("documents-jsonl", media_type="application/x-ndjson", folder=write_folder)
def documents_jsonl(store: Store, run: RunRecord) -> Iterator[str]:
    """Documents as JSON Lines, one document a line, with all columns by name.

    With `--output FOLDER` a file for each file of documents/ (`--compress zst`, `gz` or `none`), and manifest.tsv with
    rows, bytes and sha256 of each, and of the Parquet file that it was made of. The same tree gives the same bytes.
    """
    for file in run.files("documents"):
        for line in _lines(store, file):
            yield line.decode()


def _name_of(file: Delivered, compress: Compress) -> str:
    return file.name.rpartition("/")[2].removesuffix(".parquet") + SUFFIXES[compress]


def _write(store: Store, file: Delivered, folder: Store, name: str, compress: Compress) -> Line:
    with spooled(folder) as path:
        with path.open("wb") as raw, _packed(raw, compress) as out:
            for row in _lines(store, file):
                out.write(row)
        line = Line(name, file.rows, path.stat().st_size, sha256_file(path), file.name, file.sha256)
        folder.put_file(path, name)
    return line


@contextmanager
def _packed(raw: IO[bytes], compress: Compress) -> Iterator[IO[bytes]]:
    """Pack what is written; no time, name or number of threads is in the bytes."""
    with ExitStack() as stack:
        if compress == "gz":
            packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0)
            yield cast("IO[bytes]", stack.enter_context(packed))
        elif compress == "zst":
            writer = zstandard.ZstdCompressor(_ZSTD_LEVEL, write_checksum=True).stream_writer(raw, closefd=False)
            yield cast("IO[bytes]", stack.enter_context(writer))
        else:
            yield raw


def _lines(store: Store, file: Delivered) -> Iterator[bytes]:
    """Yield the rows of a file of documents/ as lines, keys sorted; what is null is null."""
    with unchanged(store, file) as handle:
        for batch in read_rows(handle, batch_rows=BATCH_ROWS):
            for row in batch.to_pylist():
                for name, short in _SHORTENED.items():
                    row[name] = short(row[name])
                yield orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _shortener(kind: pa.DataType) -> Callable[[object], object] | None:
    """Return what gives values of a type that has float32 in it their shortest form: 0.93, not 0.9300000071525574."""
    if pa.types.is_float32(kind):
        return lambda value: None if value is None else float(str(np.float32(cast("float", value))))
    if isinstance(kind, pa.ListType):
        inner = _shortener(kind.value_type)
        return inner and (lambda value: None if value is None else [*map(inner, cast("list[object]", value))])
    if isinstance(kind, pa.StructType):
        parts = {field.name: short for field in kind if (short := _shortener(field.type))}
        return (lambda value: _with_parts(cast("dict[str, object] | None", value), parts)) if parts else None
    return None


def _with_parts(
    value: dict[str, object] | None, parts: dict[str, Callable[[object], object]]
) -> dict[str, object] | None:
    return value and value | {name: short(value[name]) for name, short in parts.items()}


_SHORTENED: Final = {field.name: short for field in DOCUMENT if (short := _shortener(field.type))}
