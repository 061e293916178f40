"""Read bytes of a file where it lies: mapped into memory, or by ranges of a store that are kept for a while."""

import mmap
from collections import OrderedDict
from typing import Final, Protocol

from yurai_manifests.errors import AuditError
from yurai_manifests.faults import reported
from yurai_manifests.run import Delivered
from yurai_manifests.store import LocalStore, Store

BLOCK: Final = 1 << 16
BLOCKS: Final = 256
"""Blocks of a remote file that are kept: 16 MiB."""


class Access(Protocol):
    """The bytes of a file."""

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, fewer where the file ends before."""


class Mapped:
    """A file of this machine; what is read of it is the kernel's to keep."""

    def __init__(self, store: LocalStore, key: str) -> None:
        with reported("open", store.url, key), store.open(key) as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, fewer where the file ends before."""
        return self._map[start:end]


class Remote:
    """An object of a store, read in blocks; those that were used last are kept."""

    def __init__(self, store: Store, key: str) -> None:
        self._store, self._key = store, key
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, fewer where the file ends before; errors as `Store.read_range`."""
        if end <= start:
            return b""
        first, last = start // BLOCK, (end - 1) // BLOCK
        data = b"".join(self._block(number) for number in range(first, last + 1))
        return data[start - first * BLOCK : end - first * BLOCK]

    def _block(self, number: int) -> bytes:
        block = self._blocks.pop(number, None)
        if block is None:
            block = self._store.read_range(self._key, number * BLOCK, (number + 1) * BLOCK)
        self._blocks[number] = block
        if len(self._blocks) > BLOCKS:
            self._blocks.popitem(last=False)
        return block


class Empty:
    """A file without bytes."""

    def read(self, start: int, end: int) -> bytes:  # noqa: ARG002 - there is nothing in any range
        """Return no bytes."""
        return b""


def open_access(store: Store, file: Delivered) -> Access:
    """Open a file of an index.

    Raises:
        AuditError: it is missing, or has another length than its manifest says.
    """
    size = store.size(file.name)
    if size != file.bytes:
        said = "is missing" if size is None else f"has {size:,} bytes, not {file.bytes:,}"
        raise AuditError(f"{store.url}/{file.name} {said}; remove {store.url} and run `yurai index` again")
    if not size:
        return Empty()
    return Mapped(store, file.name) if isinstance(store, LocalStore) else Remote(store, file.name)
