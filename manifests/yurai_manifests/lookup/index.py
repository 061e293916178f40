"""Search the sorted places of a key by byte ranges of a file.

Prefixes are the beginnings of hashes, so where one stands is guessed from its share of their range: the square root of
the number of rows off at most, whatever the corpus. Each guess reads one page.
"""

from collections.abc import Callable
from typing import TypeAlias

from yurai_manifests.errors import AuditError
from yurai_manifests.lookup.place_rows import PLACE_BYTES, PREFIX_BYTES, numbers_of

Read: TypeAlias = Callable[[int, int], bytes]
"""Return the bytes of a file from a start up to an end."""
PAGE_ROWS = 128


def find_numbers(read: Read, rows: int, key: bytes) -> list[int]:
    """Return the numbers of the rows that may have a key, in order; `rows` is how many places the file holds.

    Raises:
        AuditError: the file is shorter, or its places are not in order.
    """
    prefix = key[:PREFIX_BYTES]
    start = _first(read, rows, prefix)
    found = b""
    while start < rows:
        page = _page(read, start, rows)
        found += page
        if page[-PLACE_BYTES:][:PREFIX_BYTES] > prefix:
            break
        start += len(page) // PLACE_BYTES
    return sorted(numbers_of(found, prefix))


def _first(read: Read, rows: int, prefix: bytes) -> int:
    """Return the beginning of a page whose first place is before all of the prefix: at most a page before them."""
    low, high, below, above = 0, rows, 0, 1 << 64
    wanted, halve = int.from_bytes(prefix, "big"), False
    while high - low > PAGE_ROWS:
        share = 0.5 if halve else (wanted - below) / max(above - below, 1)
        middle = min(max(low + int(share * (high - low)) - PAGE_ROWS // 2, low), high - PAGE_ROWS)
        page = _page(read, middle, rows)
        first, last = (int.from_bytes(page[at : at + PREFIX_BYTES], "big") for at in (0, len(page) - PLACE_BYTES))
        if not below <= first <= last <= above:
            raise AuditError("its places are not in order; run the same command again with --rebuild")
        before = high - low
        if last < wanted:
            low, below = middle + len(page) // PLACE_BYTES, last
        elif first >= wanted:
            high, above = middle, first
        else:
            return middle
        halve = (high - low) * 2 > before  # many equal keys, or no hashes: half of what is left goes each second time
    return low


def _page(read: Read, start: int, rows: int) -> bytes:
    end = min(start + PAGE_ROWS, rows)
    page = read(start * PLACE_BYTES, end * PLACE_BYTES)
    if len(page) != (end - start) * PLACE_BYTES:
        raise AuditError("it is shorter than its manifest says; run the same command again with --rebuild")
    return page
