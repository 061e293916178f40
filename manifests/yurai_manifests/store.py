"""Open an output tree, wherever it lives: a folder, or anything fsspec reaches.

The commit protocol asks little of storage: whole objects, and a put that fails when the name is taken. Files are
named by content, so writing one twice is harmless; only `put_if_absent` decides a race.
"""

import errno
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from yurai_manifests.canonical import sha256_stream
from yurai_manifests.errors import ShardError
from yurai_manifests.faults import reported, storage_error

SPOOLS = ".work/spool"
"""Where attempts write, in a folder each, before their files have their names."""
PROBE = ".work/probe"
SPOOL = ".attempt-"
READ_BYTES = 1 << 14


class Store(Protocol):
    """One output tree; keys are relative POSIX paths."""

    url: str

    def read(self, key: str) -> bytes:
        """Return the whole object; raises FileNotFoundError when there is none."""

    def read_many(self, keys: Iterable[str]) -> Iterator[bytes]:
        """Yield whole small objects in the order of `keys`; raises FileNotFoundError at the first that is not there."""

    def open(self, key: str) -> IO[bytes]:
        """Open for random reads; raises FileNotFoundError when there is none."""

    def read_range(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, fewer if the object ends before: one request; errors as `read`."""

    def put(self, key: str, data: bytes) -> None:
        """Write or replace a small object, whole or not at all."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write a small object unless the name is taken; return whether this call wrote it."""

    def put_file(self, local: Path, key: str) -> None:
        """Move a finished local file to `key`, whole or not at all; an object of that name has equal bytes."""

    def copy(self, source: str, target: str) -> None:
        """Give the object `source` the second name `target`, replacing what had it."""

    def size(self, key: str) -> int | None:
        """Return the object's bytes, None when there is none."""

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield (key, bytes) of every object below the folder `prefix`, in no order."""

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the key of every object below the folder `prefix`, in no order; cheaper than `list`."""

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the keys of the folders directly below the folder `prefix`, in no order; what they hold is not read."""

    def remove(self, key: str) -> None:
        """Remove one object; absent is fine."""


def digest_of(store: Store, key: str) -> str | None:
    """Return the hex sha256 of one object, None when there is none."""
    try:
        with store.open(key) as file:
            return sha256_stream(file)
    except FileNotFoundError:
        return None


def put_own(store: Store, key: str, data: bytes) -> bool:
    """Write a small object that no other writer has the bytes of, unless the name is taken; return whether it is there.

    An answer can be lost after the object was written; the client asks again, and is told that the name is taken.
    """
    if store.put_if_absent(key, data):
        return True
    try:
        return store.read(key) == data
    except FileNotFoundError:
        return False  # it was another's, who removed it since


def probe(store: Store) -> None:
    """Refuse a store on which a commit could be overwritten.

    Raises:
        ShardError: not writable, or a second put-if-absent of one name replaced the first or claimed to have written.
    """
    key = f"{PROBE}-{uuid.uuid4().hex}"
    first = put_own(store, key, b"first")
    second = store.put_if_absent(key, b"second")
    data_read = store.read(key)
    store.remove(key)
    if not first or second or data_read != b"first":
        fault = "a second write of a name was accepted" if second else f"a new name was left with {data_read!r}"
        raise ShardError(
            f"{store.url} does not honour put-if-absent ({fault}): two writers could overwrite each other's commits; "
            "use a store with conditional writes (S3 If-None-Match, GCS ifGenerationMatch) or a local folder"
        )


def open_store(url: str) -> Store:
    """Open the tree at `url`: a path, `file://`, or any fsspec URL (s3://, gs://, memory:// ...)."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme == "file":
        return LocalStore(Path(rest if separator else url))
    from yurai_manifests.remote import RemoteStore  # noqa: PLC0415 - fsspec costs 50 ms that local trees need not pay

    return RemoteStore(url)


class LocalStore:
    """A folder. Durable: file and folder are synced before a name appears."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.url = str(self.root)

    def _path(self, key: str) -> Path:
        return self.root / key

    def read(self, key: str) -> bytes:
        """Return the whole object; raises FileNotFoundError when there is none."""
        # A million of these are read at the end of a step: os.read costs a third of open().read().
        try:
            descriptor = os.open(f"{self.url}/{key}", os.O_RDONLY | os.O_CLOEXEC)
        except NotADirectoryError as error:
            raise FileNotFoundError(errno.ENOENT, "no such object", f"{self.url}/{key}") from error
        except FileNotFoundError:
            raise
        except OSError as error:
            raise storage_error("read", f"{self.url}/{key}", error) from error
        try:
            data = os.read(descriptor, READ_BYTES)
            if len(data) < READ_BYTES:
                return data
            pieces = [data]
            while piece := os.read(descriptor, len(pieces) * READ_BYTES):
                pieces.append(piece)
            return b"".join(pieces)
        except OSError as error:
            raise storage_error("read", f"{self.url}/{key}", error) from error
        finally:
            os.close(descriptor)

    def read_many(self, keys: Iterable[str]) -> Iterator[bytes]:
        """Yield whole small objects in the order of `keys`; raises FileNotFoundError at the first that is not there."""
        return map(self.read, keys)

    def open(self, key: str) -> IO[bytes]:
        """Open for random reads; raises FileNotFoundError when there is none."""
        with reported("open", self.url, key):
            return self._path(key).open("rb")

    def read_range(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, fewer if the object ends before; errors as `read`."""
        with reported("read", self.url, key), self.open(key) as file:
            file.seek(start)
            return file.read(end - start)

    def _spool(self, key: str, data: bytes) -> tuple[Path, Path]:
        path = self._path(key)
        spool = path.parent / f"{SPOOL}{uuid.uuid4().hex}"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with spool.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            spool.unlink(missing_ok=True)  # on a full disk half a spool would hold the last bytes
            raise
        return spool, path

    def put(self, key: str, data: bytes) -> None:
        """Write or replace a small object, whole or not at all."""
        try:
            spool, path = self._spool(key, data)
            spool.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise storage_error("write", f"{self.url}/{key}", error) from error

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write a small object unless the name is taken; return whether this call wrote it."""
        try:
            spool, path = self._spool(key, data)
            try:
                os.link(spool, path)
            except FileExistsError:
                return False
            finally:
                spool.unlink()
            _sync_folder(path.parent)
        except OSError as error:
            raise storage_error("write", f"{self.url}/{key}", error) from error
        return True

    def put_file(self, local: Path, key: str) -> None:
        """Move a finished local file to `key`, whole or not at all; an object of that name has equal bytes."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            local.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise storage_error("write", str(path), error) from error

    def copy(self, source: str, target: str) -> None:
        """Give the object `source` the second name `target` (a hard link), replacing what had it."""
        path = self._path(target)
        spool = path.parent / f"{SPOOL}{uuid.uuid4().hex}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(self._path(source), spool)
            spool.replace(path)
            spool.unlink(missing_ok=True)  # rename of two links to one file leaves both (rename(2))
            _sync_folder(path.parent)
        except OSError as error:
            raise storage_error("publish", str(path), error) from error

    def size(self, key: str) -> int | None:
        """Return the object's bytes, None when there is none."""
        try:
            return self._path(key).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_error("read", f"{self.url}/{key}", error) from error

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield (key, bytes) of every object below the folder `prefix`, in no order; spools are left out."""
        for key, entry in self._walk(prefix):
            try:
                yield key, entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue  # removed by another process since the folder was read
            except OSError as error:
                raise storage_error("list", f"{self.url}/{key}", error) from error

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the key of every object below the folder `prefix`, in no order; cheaper than `list`."""
        return (key for key, _ in self._walk(prefix))

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the keys of the folders directly below the folder `prefix`, in no order; what they hold is not read."""
        entries = self._entries(prefix.rstrip("/"))
        return (f"{prefix.rstrip('/')}/{entry.name}" for entry in entries if entry.is_dir(follow_symlinks=False))

    def _walk(self, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
        folders = [prefix.rstrip("/")]
        while folders:
            folder = folders.pop()
            for entry in self._entries(folder):
                key = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(key)
                elif not entry.name.startswith(SPOOL):
                    yield key, entry

    def _entries(self, folder: str) -> tuple[os.DirEntry[str], ...]:
        try:
            with os.scandir(self._path(folder)) as entries:
                return tuple(entries)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise storage_error("list", f"{self.url}/{folder}", error) from error

    def remove(self, key: str) -> None:
        """Remove one object; absent is fine."""
        with reported("remove", self.url, key):
            self._path(key).unlink(missing_ok=True)

    def litter(self) -> Iterator[Path]:
        """Yield the files that are no object: they are being written, or were when their writer was killed."""
        folders = ["."]
        while folders:
            folder = folders.pop()
            for entry in self._entries(folder):
                key = f"{folder}/{entry.name}".removeprefix("./")
                if entry.is_dir(follow_symlinks=False):
                    folders.append(key)
                elif entry.name.startswith(SPOOL) or key.startswith(f"{SPOOLS}/"):
                    yield self._path(key)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
