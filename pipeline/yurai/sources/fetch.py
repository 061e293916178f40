"""Fetch bytes from anywhere to a local file, hashed on the way; a shard is opened once its digest is right.

What is fetched is held to the size that its listing gave: a body that ends early is a fault of storage, not a file.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from yurai_manifests.canonical import CHUNK, sha256_file
from yurai_manifests.errors import ShardError, ThrottledError
from yurai_manifests.faults import as_os_errors
from yurai_manifests.location import Location
from yurai_manifests.store import LocalStore, open_store
from yurai_manifests.web_gate import StoppedAskingError


class Shard(NamedTuple):
    """One immutable file to read: where it is, and what its manifest says of it."""

    store: str
    path: str
    sha256: str
    rows: int
    size: int
    source: str
    base: "Shard | None" = None
    """The whole file that it lies over, if it is an overlay (`yurai.sources.overlay`)."""


@contextmanager
def open_remote(url: str) -> Iterator[IO[bytes]]:
    """Open a path or fsspec URL for reading; whatever its client raises is an OSError, whose words hold no secret."""
    # 70 ms that what is local need not pay, the extraction child least of all
    from yurai_manifests.opening import open_files, without_secrets_of  # noqa: PLC0415

    files, path = open_files(url)
    with without_secrets_of(url), as_os_errors(files), files.open(path, "rb") as file:
        yield file


@contextmanager
def _told(where: Location) -> Iterator[None]:
    """Raise ShardError for what cannot be read, ThrottledError where the run asks the origin no more."""
    try:
        yield
    except StoppedAskingError as error:
        raise ThrottledError(f"cannot read {where}: {error}") from error
    except OSError as error:
        raise ShardError(
            f"cannot read {where}: {error}; check the storage, then run the same command to resume"
        ) from error


def local_path(url: str) -> Path | None:
    """Return where `url` lies on this machine; None: elsewhere."""
    local = url.removeprefix("file://")
    return None if "://" in local else Path(local)


def fetch_source(url: str, spool: Path) -> tuple[Path, str]:
    """Return a local path with the bytes of `url`, and their sha256. A local file is read in place.

    Raises:
        ShardError: cannot be read, or has another size than its listing said.
        ThrottledError: the run asks its origin no more.
    """
    local, where = local_path(url), Location(url)
    with _told(where):
        if local is not None:
            return local, sha256_file(local)
        digest, target, size = hashlib.sha256(), spool / "source", 0
        with open_remote(url) as remote, target.open("wb") as file:
            while piece := remote.read(CHUNK):
                digest.update(piece)
                size += file.write(piece)
    listed = url.size if isinstance(url, Location) else None
    if listed is not None and listed != size:
        raise ShardError(
            f"cannot read {where}: it was listed with {listed:,} bytes and has {size:,}; it was changed since, or the "
            "storage broke off: run the same command to resume"
        )
    return target, digest.hexdigest()


def fetch_range(url: str, start: int, end: int) -> bytes:
    """Return the bytes of `url` from `start` to `end`, in one request where it lies elsewhere.

    Raises:
        ShardError: cannot be read, or ends before `end`.
        ThrottledError: the run asks its origin no more.
    """
    from yurai_manifests.opening import open_files, without_secrets_of  # noqa: PLC0415 - as above

    where = Location(url)
    with _told(where):
        files, path = open_files(url)
        with without_secrets_of(url), as_os_errors(files):
            data: bytes = files.cat_file(path, start=start, end=end)
    if len(data) != end - start:
        raise ShardError(
            f"{where} ends at byte {start + len(data):,}, and bytes up to {end:,} are asked for; it is not the file "
            "that was indexed or hashed: check --base, or select again, or restore it"
        )
    return data


def remedy(shard: Shard) -> str:
    """Say how to get the file of `shard` back."""
    if not shard.path.startswith(".work/"):
        return "restore it, or make its tree again"
    return "run the same command with --rebuild, which checks all earlier work and makes again what is damaged"


_HASHED: dict[tuple[str, int, int, int], str] = {}
"""Digests of files by path, inode, bytes and time of change, as this process found them."""
_HASHED_MOST = 4096


def _digest(path: Path) -> str:
    """Return the sha256 of a file; one that the steps of a run read one after the other is hashed once a process."""
    status = path.stat()
    known = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
    if known not in _HASHED:
        if len(_HASHED) >= _HASHED_MOST:
            _HASHED.clear()
        _HASHED[known] = sha256_file(path)
    return _HASHED[known]


def fetch_shard(shard: Shard, spool: Path) -> Path:
    """Return a local path with the bytes of `shard`, checked against its manifest.

    Raises:
        ShardError: missing, unreadable or changed since it was written.
    """
    store = open_store(shard.store)
    where = f"{store.url}/{shard.path}"
    try:
        if isinstance(store, LocalStore):
            path = store.root / shard.path
        else:
            # files of two folders have one name: documents/00000.parquet, shards/00000.parquet
            path = spool / f"{shard.sha256[:16]}-{Path(shard.path).name}"
            path.write_bytes(store.read(shard.path))
        digest = _digest(path)
    except OSError as error:
        raise ShardError(f"cannot read {where}: {error}; {remedy(shard)}") from error
    if digest != shard.sha256:
        raise ShardError(
            f"{where} was changed after it was written (sha256 {digest}, not {shard.sha256}); {remedy(shard)}"
        )
    return path
