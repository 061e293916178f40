"""Read the texts of a corpus for an audit of personal data: Parquet and JSON lines, in files, folders or a tree."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import refuse_unended
from yurai_manifests.store import open_store

_LINES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_TREE: Final = "documents"


def texts_of(places: list[str], column: str) -> Iterator[tuple[str, str]]:
    """Yield (file and row, text) of each row with a text, in the order of the places and of names in folders.

    Raises:
        RecipeError: a place is missing, holds no such file or an unfinished tree, or a file has no such column.
    """
    for place in places:
        for file in _files(Path(place)):
            yield from _rows(file, column)


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    refuse_unended(open_store(str(place)))
    folder = place / _TREE if (place / _TREE).is_dir() else place
    found = sorted(file for file in folder.rglob("*") if file.name.endswith((".parquet", *_LINES)))
    if not found:
        raise RecipeError(
            f"{place}: no .parquet, .jsonl or .jsonl.gz file there; name a file, a folder or a tree of Yurai"
        )
    return found


def _rows(file: Path, column: str) -> Iterator[tuple[str, str]]:
    read = _of_parquet if file.suffix == ".parquet" else _of_lines
    for row, text in enumerate(read(file, column)):
        if text:
            yield f"{file.name}:{row}", text


def _of_parquet(file: Path, column: str) -> Iterator[str | None]:
    try:
        for batch in read_rows(file, [column]):
            yield from (None if text is None else str(text) for text in batch.column(0).to_pylist())
    except (KeyError, IndexError) as error:
        raise RecipeError(f"{file}: no column {column!r}; name the one that holds the text with --column") from error


def _of_lines(file: Path, column: str) -> Iterator[str | None]:
    opened: IO[bytes]
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:  # type: ignore[assignment] # GzipFile reads bytes
        for number, line in enumerate(opened, 1):
            yield _text(line, column, f"{file}, line {number}")


def _text(line: bytes, column: str, where: str) -> str | None:
    try:
        row = json.loads(line) if line.strip() else {column: None}
    except ValueError as error:
        raise RecipeError(f"{where}: not JSON ({error}); mend the line or leave the file out") from error
    if not isinstance(row, dict) or column not in row:
        raise RecipeError(f"{where}: no key {column!r}; name the one that holds the text with --column")
    return None if row[column] is None else str(row[column])
