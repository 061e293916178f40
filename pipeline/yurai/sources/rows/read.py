"""Open a row file and read it by the kind that its name says."""

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from yurai.sources.rows.jsonl import read_jsonl
from yurai.sources.rows.names import Kind
from yurai.sources.rows.parquet import Extent, read_parquet
from yurai.sources.rows.roles import choices_of
from yurai.sources.rows.row import Item, Note


def read_rows(path: Path, kind: Kind, columns: Mapping[str, str], extent: Extent | None = None) -> Iterator[Item]:
    """Yield rows, spans and notes of a local file; `columns` maps roles to the file's columns.

    The spans cover the file. With `extent` they cover these bytes of a larger one: of JSONL the file has no others, of
    Parquet it has them and the footer in their places; offsets are those of the larger file. Raises OSError when
    storage fails, and nothing for content.
    """
    choices = choices_of(columns)
    with path.open("rb") as handle:
        if not path.stat().st_size:
            return
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if kind == "parquet":
                yield from read_parquet(path, data, choices, extent)
            else:
                yield from _moved(read_jsonl(data, choices), extent[0] if extent else 0)


def _moved(items: Iterator[Item], by: int) -> Iterator[Item]:
    for item in items:
        yield replace(item, offset=item.offset + by) if by and not isinstance(item, Note) else item
