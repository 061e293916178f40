"""An output tree on object storage, through fsspec."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import fsspec

from yurai_manifests.errors import RecipeError
from yurai_manifests.store import storage_error

TAKEN = {errno.EEXIST}


class RemoteStore:
    """Any fsspec file system whose `pipe_file(mode="create")` fails when the name is taken."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        try:
            self.fs, self.root = cast("tuple[Any, str]", fsspec.core.url_to_fs(self.url))
        except (ImportError, ValueError) as error:
            raise RecipeError(
                f"cannot open {url}: {error}; install the fsspec package of that scheme (s3: yurai[s3])"
            ) from error
        self.root = self.root.rstrip("/")

    def _path(self, key: str) -> str:
        return f"{self.root}/{key}"

    def read(self, key: str) -> bytes:
        """Return the whole object; raises FileNotFoundError when there is none."""
        return cast("bytes", self.fs.cat_file(self._path(key)))

    def open(self, key: str) -> IO[bytes]:
        """Open for random reads; raises FileNotFoundError when there is none."""
        return cast("IO[bytes]", self.fs.open(self._path(key), "rb"))

    def put(self, key: str, data: bytes) -> None:
        """Write or replace a small object, whole or not at all."""
        try:
            self.fs.pipe_file(self._path(key), data)
        except OSError as error:
            raise storage_error("write", f"{self.url}/{key}", error) from error

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write a small object unless the name is taken; return whether this call wrote it."""
        try:
            self.fs.pipe_file(self._path(key), data, mode="create")
        except OSError as error:
            if isinstance(error, FileExistsError) or "PreconditionFailed" in repr(error) or "412" in repr(error):
                return False
            raise storage_error("write", f"{self.url}/{key}", error) from error
        return True

    def put_file(self, local: Path, key: str) -> None:
        """Upload a finished local file and remove it; an object of that name has equal bytes."""
        try:
            self.fs.put_file(str(local), self._path(key))
        except OSError as error:
            raise storage_error("write", f"{self.url}/{key}", error) from error
        local.unlink()

    def copy(self, source: str, target: str) -> None:
        """Copy the object `source` to `target` inside the store, replacing what had that name."""
        try:
            self.fs.cp_file(self._path(source), self._path(target))
        except OSError as error:
            raise storage_error("publish", f"{self.url}/{target}", error) from error

    def size(self, key: str) -> int | None:
        """Return the object's bytes, None when there is none."""
        try:
            return cast("int", self.fs.info(self._path(key))["size"])
        except FileNotFoundError:
            return None

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield (key, bytes) of every object below the folder `prefix`, in no order."""
        folder = self._path(prefix.rstrip("/"))
        self.fs.invalidate_cache()
        for path, info in self.fs.find(folder, detail=True).items():
            yield prefix.rstrip("/") + path[len(folder) :], info["size"]

    def remove(self, key: str) -> None:
        """Remove one object; absent is fine."""
        if self.fs.exists(self._path(key)):
            self.fs.rm_file(self._path(key))
