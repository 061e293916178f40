"""Open a row file and read it by the kind that its name says."""

import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path

from yurai.sources.rows.jsonl import read_jsonl
from yurai.sources.rows.names import Kind
from yurai.sources.rows.parquet import read_parquet
from yurai.sources.rows.roles import choices_of
from yurai.sources.rows.row import Item


def read_rows(path: Path, kind: Kind, columns: Mapping[str, str]) -> Iterator[Item]:
    """Yield rows, spans and notes of a local file; `columns` maps roles to the file's columns.

    The spans cover the file. Raises OSError when storage fails, and nothing for content.
    """
    choices = choices_of(columns)
    with path.open("rb") as handle:
        if not path.stat().st_size:
            return
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from read_jsonl(data, choices) if kind == "jsonl" else read_parquet(path, data, choices)
