"""Write an answer in a format: lines of JSON or CSV, or a Parquet file; one batch in memory."""

import csv
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from yurai.report.query.ask import Answer
from yurai_manifests.visible import cell, escaped, escaped_json

GROUP: Final = 100_000
"""Rows of a row group of Parquet."""


def as_json(answer: Answer, limit: int | None) -> Iterator[str]:
    """Yield the lines of one JSON object: `columns`, `rows` (an object each), and `more`, the rows left out."""
    yield f'{{"columns": {json.dumps(answer.columns)}, "rows": ['
    before = ""
    for row in itertools.islice(answer.rows, limit):
        named = dict(zip(answer.columns, row, strict=True))
        yield before + escaped_json(json.dumps(named, ensure_ascii=False, default=str))
        before = ", "
    yield f'], "more": {left_out(answer)}}}'


def as_csv(answer: Answer, limit: int | None) -> Iterator[str]:
    """Yield the lines of a CSV with a header (RFC 4180, line ends LF).

    NULL is an empty cell, a list is JSON, what a terminal would obey stands as its escape (`yurai.terminal`), and a
    string that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    for cells in itertools.chain([answer.columns], itertools.islice(answer.rows, limit)):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(
            [cell(in_words(one)) if isinstance(one, str) else escaped(in_words(one)) for one in cells]
        )
        yield line.getvalue()


def in_words(value: object) -> str:
    """Return a value as text that a program reads back: nothing for NULL, JSON for lists and structs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)


def write_parquet(answer: Answer, path: Path, limit: int | None) -> None:
    """Write the rows as a Parquet file in the order in which they come."""
    few = replace(answer, rows=itertools.islice(answer.rows, limit))
    with pq.ParquetWriter(path, answer.schema, compression="zstd") as writer:
        for batch in few.batches(GROUP):
            writer.write_batch(batch, row_group_size=GROUP)


def left_out(answer: Answer) -> int:
    """Return how many rows are left; they are counted and let go."""
    return sum(1 for _ in answer.rows)
