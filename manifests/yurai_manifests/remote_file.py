"""A file of a remote store that is open: its faults are OSErrors without secrets, as those of a local file."""

import io
from typing import IO

from yurai_manifests.location import told


class RemoteFile(io.RawIOBase):
    """Reads what fsspec opened; `faults` are what its client raises, some of which are no OSError."""

    def __init__(self, opened: IO[bytes], url: str, faults: tuple[type[Exception], ...]) -> None:
        self._opened, self._url, self._faults = opened, url, faults

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, all that are left for -1 or None; raises OSError."""
        try:
            return self._opened.read(-1 if size is None else size)
        except self._faults as error:
            words = told(error, self._url)
            if isinstance(error, OSError) and words == str(error):
                raise
            raise OSError(words) from None  # its cause would tell what the words leave out

    def readall(self) -> bytes:
        """Return all that is left; raises OSError."""
        return self.read()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # any buffer in typeshed
        """Fill `buffer` and return how many bytes there were; raises OSError."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place and return it."""
        return self._opened.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._opened.tell()

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return whether `seek` goes anywhere."""
        return self._opened.seekable()

    def close(self) -> None:
        """Close what was opened."""
        if not self.closed:
            self._opened.close()
        super().close()
