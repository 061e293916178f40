"""Read from a Parquet file which row groups it has and how large their pages are, before anything is inflated.

A footer may claim anything (one of 586 KiB stood over 2.91 GiB); the header of a page is what a reader allocates by.
pyarrow's own view of a column chunk ends the process where its statistics contradict each other, so it is not asked.
Source: parquet.thrift of the Apache Parquet format (FileMetaData, PageHeader), and the Thrift compact protocol.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from yurai.sources.rows.row import MAX_FOOTER
from yurai.sources.warc.readable import Readable

MAX_HEADER = 16 << 20
"""Bytes of a page header; it may hold the smallest and the largest value of the page."""
_MAX_DEPTH, _LONG = 16, 15
_DATA_PAGE, _DATA_PAGE_V2 = 5, 8
MAGIC, TAIL = b"PAR1", 8
DELTA_BYTE_ARRAY = 7
_WIDTHS = {3: 1, 7: 8}
_TRUE, _FALSE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 8, 9, 10, 12


class PageError(ValueError):
    """The pages of a column chunk cannot be told, or lie outside of the file."""


class LimitError(PageError):
    """The pages inflate to more than a reader may hold, or than a file of this size may."""


class _Compact:
    """A cursor over Thrift's compact protocol; structs come as {field id: value}, floating numbers as None."""

    def __init__(self, data: Readable, at: int, limit: int = MAX_HEADER) -> None:
        self._data, self.at, self._stop = data, at, min(len(data), at + limit)

    def _take(self, count: int) -> bytes:
        if count > self._stop - self.at:
            raise PageError("a header runs over its end")
        self.at += count
        return self._data[self.at - count : self.at]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            (byte,) = self._take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the continuation bit
                return value
        raise PageError("a number in a header does not end")

    def _number(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)

    def struct(self, depth: int = 0, **each: Callable[[Any], Any]) -> dict[int, Any]:
        """Return the fields of a struct, by id; `f4=make` puts each element of list 4 through `make` as it is read."""
        values: dict[int, Any] = {}
        identity = 0
        while head := self._take(1)[0]:
            identity = identity + (head >> 4) if head >> 4 else self._number()
            make = each.get(f"f{identity}")
            values[identity] = self._list(depth, make) if make else self._value(head & 0x0F, depth)
        return values

    def _value(self, kind: int, depth: int) -> Any:  # noqa: ANN401 - whatever the field is
        if depth > _MAX_DEPTH:
            raise PageError("a header is nested too deeply")
        if kind in (_TRUE, _FALSE):
            return kind == _TRUE
        if kind in (4, 5, 6):
            return self._number()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _BINARY:
            return self._take(self._varint())
        if kind not in _WIDTHS:
            raise PageError("a header has a field of no known type")
        self._take(_WIDTHS[kind])
        return None

    def _list(self, depth: int, make: Callable[[Any], Any] | None = None) -> list[Any]:
        (head,) = self._take(1)
        count, kind = head >> 4 if head >> 4 != _LONG else self._varint(), head & 0x0F
        if count > self._stop - self.at:
            raise PageError("a list in a header runs over its end")
        if kind in (_TRUE, _FALSE):
            return list(self._take(count))
        values = (self._value(kind, depth + 1) for _ in range(count))
        return list(map(make, values) if make else values)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One column of one row group: its pages at `[start, end)`; `chained`: a value may be made of those before it."""

    path: str
    start: int
    end: int
    inflated: int
    chained: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One row group as the footer has it."""

    rows: int
    chunks: tuple[Chunk, ...]

    @property
    def start(self) -> int:
        """Return where the first of its columns begins; 0 without columns."""
        return min((chunk.start for chunk in self.chunks), default=0)

    @property
    def end(self) -> int:
        """Return where the last of its columns ends."""
        return max((chunk.end for chunk in self.chunks), default=0)


def row_groups(data: Readable) -> list[Group]:
    """Return the row groups of a file.

    Raises:
        PageError: the footer cannot be read.
    """
    start, end = footer_at(data)
    footer = data[start:end]
    try:
        groups: list[Group] = _Compact(footer, 0, len(footer)).struct(f4=_group)[4]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PageError("the footer lacks what a row group has") from error
    return groups


def footer_at(data: Readable) -> tuple[int, int]:
    """Return where the footer begins and ends.

    Raises:
        PageError: there is none, or a larger one than MAX_FOOTER.
    """
    tail = data[max(len(data) - TAIL, 0) : len(data)]
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or size + TAIL > len(data):
        raise PageError("the file does not end in a footer")
    if size > MAX_FOOTER:
        raise PageError(f"a footer of {size:,} bytes, above the limit of {MAX_FOOTER:,}")
    return len(data) - TAIL - size, len(data) - TAIL


def _group(group: dict[int, Any]) -> Group:
    return Group(max(int(group[3]), 0), tuple(_chunk(chunk[3]) for chunk in group[1]))


def _chunk(meta: dict[int, Any]) -> Chunk:
    first, dictionary = int(meta[9]), int(meta.get(11) or 0)
    start = min(first, dictionary) if dictionary > 0 else first
    path = ".".join(part.decode("utf-8") for part in meta[3])
    return Chunk(path, start, start + int(meta[7]), int(meta[6]), DELTA_BYTE_ARRAY in meta[2])


class PageSizes(NamedTuple):
    """What the headers of the pages of a column chunk say: inflated bytes of the largest and of all, and values."""

    largest: int
    total: int
    values: int


def page_sizes(data: Readable, start: int, end: int) -> PageSizes:
    """Return the sizes of the pages at `[start, end)`.

    Raises:
        PageError: the bytes are no run of pages.
    """
    if not 0 <= start < end <= len(data):
        raise PageError("a column lies outside of the file")
    largest = total = values = 0
    while start < end:
        cursor = _Compact(data, start)
        header = cursor.struct()
        inflated, stored = header.get(2), header.get(3)
        if not isinstance(inflated, int) or not isinstance(stored, int) or min(inflated, stored) < 0:
            raise PageError("a page header does not say how large its page is")
        start = cursor.at + stored
        largest, total, values = max(largest, inflated), total + inflated, values + _values_of(header)
    if start != end:
        raise PageError("a page runs over the end of its column")
    return PageSizes(largest, total, values)


def _values_of(header: dict[int, Any]) -> int:
    """Return the values of a page, nulls among them; a dictionary's are none."""
    page = header.get(_DATA_PAGE) or header.get(_DATA_PAGE_V2)
    count = page.get(1) if isinstance(page, dict) else 0
    return count if isinstance(count, int) else 0
