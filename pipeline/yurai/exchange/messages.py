"""Send things of any length to keys, as rows of one width: each is cut into parts, which keep their order on the way.

A key is 128 bits: two numbers of 64. What one task writes to one key stays in its order, so parts need no numbers.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import NamedTuple

import numpy as np

from yurai.exchange.row_files import RowsFile, Span, read_chunks, read_rows, rows_file
from yurai.exchange.row_types import MESSAGE, MESSAGE_BYTES, Rows
from yurai_manifests.task import Attempt, TaskRecord

AT_ONCE = 1 << 14
"""Messages that are held before they are written."""


class Key(NamedTuple):
    """To whom: two numbers of 64 bits."""

    hash: int
    low: int


class Message(NamedTuple):
    """What is sent to a key, and of which kind it is, 0 to 255."""

    key: Key
    kind: int
    data: bytes


def id_key(doc_id: str) -> Key:
    """Return the key that is a doc_id: 32 hex digits."""
    return Key(int(doc_id[:16], 16), int(doc_id[16:], 16))


def name_key(name: str) -> Key:
    """Return the key of a name, such as a host."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
    return Key(int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big"))


class Outbox:
    """Writes messages to a file of rows, some thousands at a time. Data may not end in a space, which would be lost."""

    def __init__(self, out: RowsFile) -> None:
        self._out, self._held = out, list[Message]()

    def send(self, key: Key, kind: int, data: bytes) -> None:
        """Send one message."""
        self._held.append(Message(key, kind, data))
        if len(self._held) == AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if self._held:
            self._out.write(_rows(self._held))
            self._held = []


@contextmanager
def outbox(attempt: Attempt, record: TaskRecord, name: str = "rows") -> Iterator[Outbox]:
    """Open a file of MESSAGE rows, and commit it at the end."""
    with rows_file(attempt, record, name) as out:
        box = Outbox(out)
        yield box
        box.flush()


def _rows(messages: list[Message]) -> Rows:
    counts = np.array([max(1, -(-len(one.data) // MESSAGE_BYTES)) for one in messages])
    rows = np.zeros(int(counts.sum()), MESSAGE)
    owner = np.repeat(np.arange(len(messages)), counts)
    rows["hash"] = np.array([one.key.hash for one in messages], np.uint64)[owner]
    rows["low"] = np.array([one.key.low for one in messages], np.uint64)[owner]
    rows["kind"] = np.array([one.kind for one in messages], np.uint8)[owner]
    rows["more"] = 1
    rows["more"][np.cumsum(counts) - 1] = 0
    text = b"".join(
        one.data.ljust(int(count) * MESSAGE_BYTES) for one, count in zip(messages, counts.tolist(), strict=True)
    )
    rows["text"] = np.frombuffer(text, np.uint8).reshape(-1, MESSAGE_BYTES)
    return rows


def by_key(places: Iterable[Span]) -> Iterator[tuple[Key, list[Message]]]:
    """Yield each key of some ranges with what was sent to it: keys ascend, messages to one keep their order."""
    rows = read_rows(places, MESSAGE)
    rows = rows[np.lexsort((rows["low"], rows["hash"]))]  # stable, so parts stay in order
    yield from ((key, list(group)) for key, group in groupby(_read(rows), key=lambda one: one.key))


def in_arrival(places: Iterable[Span]) -> Iterator[Message]:
    """Yield the messages of some ranges as they arrived; memory holds some megabytes, however many go to one key."""
    for place in places:
        rest = np.empty(0, MESSAGE)
        for chunk in read_chunks(place, MESSAGE):
            rows = np.concatenate([rest, chunk])
            ends = np.flatnonzero(rows["more"] == 0)
            whole = int(ends[-1]) + 1 if len(ends) else 0
            yield from _read(rows[:whole])
            rest = rows[whole:]


def _read(rows: Rows) -> Iterator[Message]:
    ends = np.flatnonzero(rows["more"] == 0) + 1
    heads = rows[["hash", "low", "kind"]][ends - 1].tolist()
    start = 0
    for (first, low, kind), end in zip(heads, ends.tolist(), strict=True):
        yield Message(Key(first, low), kind, rows["text"][start:end].tobytes().rstrip(b" "))
        start = end
