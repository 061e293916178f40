"""Keep an output tree on object storage, through fsspec."""

import errno
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from yurai_manifests.canonical import sha256_file, sha256_stream
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.faults import as_os_error, faults_of, storage_error
from yurai_manifests.location import Location, told
from yurai_manifests.opening import open_files
from yurai_manifests.remote_file import RemoteFile
from yurai_manifests.threads import many_at_once

READERS = 16
TAKEN, CONFLICT = 412, 409
CONFLICT_TRIES = 8


class RemoteStore:
    """Any fsspec file system whose `pipe_file(mode="create")` fails when the name is taken."""

    def __init__(self, url: str) -> None:
        self.url: str = Location(url.rstrip("/"))  # shows itself without secrets, in every message
        try:
            # no listing cache: other workers write, and a cached listing would hide or invent objects
            opened = open_files(self.url, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise RecipeError(
                f"cannot open {self.url}: {error}; install the fsspec package of that scheme (s3: yurai[s3])"
            ) from error
        except OSError as error:  # some clients connect at once
            raise storage_error("open", f"{self.url}", as_os_error(error, told(error, self.url))) from error
        self.fs, root = opened
        self.root = root.rstrip("/")
        self._faults = faults_of(self.fs)

    def _path(self, key: str) -> str:
        return f"{self.root}/{key}"

    def _error(self, action: str, key: str, error: Exception) -> ShardError | FileNotFoundError:
        """Return what a client's error means, in words that hold no secret of the URL."""
        where = f"{self.url}/{key}"
        if isinstance(error, FileNotFoundError) and action != "write":
            return FileNotFoundError(errno.ENOENT, "no such object", where)
        words = told(error, self.url)
        return storage_error(
            action, where, error if isinstance(error, OSError) and words == str(error) else as_os_error(error, words)
        )

    def read(self, key: str) -> bytes:
        """Return the whole object; raises FileNotFoundError when there is none."""
        try:
            return cast("bytes", self.fs.cat_file(self._path(key)))
        except self._faults as error:
            raise self._error("read", key, error) from error

    def read_many(self, keys: Iterable[str]) -> Iterator[bytes]:
        """Yield whole small objects in the order of `keys`; raises FileNotFoundError at the first that is not there."""
        with many_at_once(READERS) as pool:
            yield from pool.map(self.read, keys)

    def open(self, key: str) -> IO[bytes]:
        """Open for random reads; raises FileNotFoundError when there is none."""
        try:
            return cast("IO[bytes]", RemoteFile(self.fs.open(self._path(key), "rb"), self.url, self._faults))
        except self._faults as error:
            raise self._error("read", key, error) from error

    def read_range(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes from `start` up to `end`, fewer if the object ends before; errors as `read`.

        One request: an open file would ask for the size first, and then read megabytes ahead.
        """
        try:
            data = cast("bytes", self.fs.cat_file(self._path(key), start=start, end=end))
        except self._faults as error:
            raise self._error("read", key, error) from error
        if len(data) > end - start:
            fault = OSError(f"asked for {end - start:,} bytes, sent {len(data):,}: the storage ignores ranges")
            raise self._error("read", key, fault)
        return data

    def put(self, key: str, data: bytes) -> None:
        """Write or replace a small object, whole or not at all."""
        try:
            self.fs.pipe_file(self._path(key), data)
        except self._faults as error:
            raise self._error("write", key, error) from error

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write a small object unless the name is taken; return whether this call wrote it."""
        for attempt in range(CONFLICT_TRIES):
            try:
                self.fs.pipe_file(self._path(key), data, mode="create")
            except self._faults as error:
                status = _status(error)
                if isinstance(error, FileExistsError) or status == TAKEN:
                    return False
                if status != CONFLICT or attempt == CONFLICT_TRIES - 1:
                    raise self._error("write", key, error) from error
                time.sleep(0.02 * 2**attempt)  # S3 says 409 while another conditional write of the name is under way
            else:
                return True
        raise AssertionError  # the last try returns or raises

    def put_file(self, local: Path, key: str) -> None:
        """Upload a finished local file and remove it; an object of that name has equal bytes."""
        try:
            self.fs.put_file(str(local), self._path(key))
        except self._faults as error:
            # The answer to the last part of an upload can be lost: asked again, S3 knows of no such upload any more.
            if not self._holds(key, local):
                raise self._error("write", key, error) from error
        local.unlink()

    def _holds(self, key: str, local: Path) -> bool:
        """Tell whether an object has the bytes of a local file."""
        if self.size(key) != local.stat().st_size:
            return False
        with self.open(key) as there:
            return sha256_stream(there) == sha256_file(local)

    def copy(self, source: str, target: str) -> None:
        """Copy the object `source` to `target` inside the store, replacing what had that name."""
        try:
            self.fs.cp_file(self._path(source), self._path(target))
        except self._faults as error:
            raise self._error("publish", target, error) from error

    def size(self, key: str) -> int | None:
        """Return the object's bytes, None when there is none."""
        try:
            return cast("int", self.fs.info(self._path(key))["size"])
        except FileNotFoundError:
            return None
        except self._faults as error:
            raise self._error("read", key, error) from error

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield (key, bytes) of every object below the folder `prefix`, in no order."""
        folder = self._path(prefix.rstrip("/"))
        try:
            objects = self.fs.find(folder, detail=True)
        except self._faults as error:
            raise self._error("list", prefix, error) from error
        for path, info in objects.items():
            yield prefix.rstrip("/") + path[len(folder) :], info["size"]

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the key of every object below the folder `prefix`, in no order."""
        return (key for key, _ in self.list(prefix))

    def folders(self, prefix: str) -> Iterator[str]:
        """Yield the keys of the folders directly below the folder `prefix`, in no order; what they hold is not read."""
        try:
            found = self.fs.ls(self._path(prefix.rstrip("/")), detail=True)
        except FileNotFoundError:
            return
        except self._faults as error:
            raise self._error("list", prefix, error) from error
        for entry in found:
            if entry["type"] == "directory":
                yield f"{prefix.rstrip('/')}/{entry['name'].rstrip('/').rpartition('/')[2]}"

    def remove(self, key: str) -> None:
        """Remove one object; absent is fine."""
        try:
            self.fs.rm_file(self._path(key))
        except FileNotFoundError:
            return
        except self._faults as error:
            raise self._error("remove", key, error) from error


def _status(error: BaseException | None) -> int | None:
    """Return the HTTP status behind a client's error: botocore's `response`, or `status_code` or `code` of others."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            return cast("int | None", response.get("ResponseMetadata", {}).get("HTTPStatusCode"))
        for name in ("status_code", "code"):
            if isinstance(status := getattr(error, name, None), int):
                return status
        error = error.__cause__
    return None
