"""Define what the row readers hand out, and the limits that bound the work on one file."""

from dataclasses import dataclass, field
from typing import Any, Literal

from yurai.sources.warc.record import MIB, Limits

MAX_LINE = Limits().max_body_bytes
"""Bytes of a line: what the body of one record may have, since both are one page."""
MAX_VALUES = 4 * MAX_LINE
"""Bytes that the values of a line may take once it is parsed, its strings aside: `[[],[],` takes twenty for each."""
MAX_RATIO = Limits().max_ratio
FREE_BYTES = 64 * MIB
"""A file may inflate to `FREE_BYTES` and `MAX_RATIO` times its size; text packs to a fifth, a bomb to a thousandth."""
FREE_ROWS = 1 << 20
"""A file may have this many rows and one for each of its bytes; a run of nulls, or of `{}`, takes none, but time."""
MAX_PAGES = 512 * MIB
"""Bytes that one page of each mapped Parquet column may have together: a reader holds them at the same time."""
BATCH_BYTES = MAX_LINE
"""Bytes that the values of one Parquet batch may have, of one row more where that is larger: no value is larger than
its page."""
MAX_FOOTER = 64 * MIB
"""Bytes of a Parquet footer, which takes twenty times as much once it is read; 10,000 columns in 50 row groups fit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `values` by role (text, url, title, date, id), as they stand in the file; absent ones are left out.

    JSONL: `offset` is that of the line in the inflated bytes, `length` its bytes without the line end. Parquet: the
    number of the row from 0, and 1. `error`: the row has failed, and why.
    """

    offset: int
    length: int
    values: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Where file bytes went; the spans of a file are disjoint and leave no byte out."""

    offset: int
    bytes: int
    kind: Literal["rows", "padding", "unreadable"]


@dataclass(frozen=True, slots=True)
class Note:
    """What people should be told of a file."""

    message: str


Item = Row | Span | Note


def inflate_limit(size: int) -> int:
    """Return the bytes that a file of `size` bytes may inflate to."""
    return FREE_BYTES + MAX_RATIO * size
