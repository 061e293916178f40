"""Read an object of a store as a file, each read one request: no size is asked for, and nothing is read ahead."""

import io

from yurai_manifests.store import Store


class Ranges(io.RawIOBase):
    """An object whose size is known, open for random reads; what it reads is what is asked."""

    def __init__(self, store: Store, key: str, size: int) -> None:
        super().__init__()
        self.name = key
        self._store, self._size, self._at = store, size, 0

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether it can be sought in: yes."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as `io.IOBase.seek`."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, all that are left if it is negative; errors as `Store.read_range`."""
        end = self._size if size < 0 else min(self._at + size, self._size)
        data = self._store.read_range(self.name, self._at, end) if end > self._at else b""
        self._at += len(data)
        return data
