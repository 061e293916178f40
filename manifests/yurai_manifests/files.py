"""Read a delivered file that is as the run left it, and write files beside a run that get their names when whole."""

import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from yurai_manifests.canonical import CHUNK, sha256_stream
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.run import Delivered
from yurai_manifests.store import SPOOL, LocalStore, Store


@contextmanager
def unchanged(store: Store, file: Delivered) -> Iterator[IO[bytes]]:
    """Open a delivered file, at its beginning.

    Raises:
        AuditError: its bytes are not those that run.json names.
    """
    with store.open(file.name) as handle:
        if sha256_stream(handle) != file.sha256:
            raise AuditError(
                f"{store.url}/{file.name} was changed after the run; do not publish it, restore or rebuild it"
            )
        handle.seek(0)
        yield handle


@contextmanager
def spooled(folder: Store) -> Iterator[Path]:
    """Give the place of a private file, on the file system of a local folder, and clear it whatever happens."""
    root = folder.root if isinstance(folder, LocalStore) else Path(tempfile.gettempdir())
    root.mkdir(parents=True, exist_ok=True)
    path = root / f"{SPOOL}{uuid.uuid4().hex}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def refuse_others(folder: Store, names: Iterable[str]) -> None:
    """Raise RecipeError where a folder holds a file that is none of these, which an export would stand beside."""
    others = sorted({name.removeprefix(".").lstrip("/") for name in folder.names("")} - {*names})
    if others:
        raise RecipeError(f"{folder.url} holds {others[0]}, which is no part of this export; name an empty folder")


def copied(source: IO[bytes], path: Path) -> None:
    """Write what is left in `source` to the file `path`, a piece at a time."""
    with path.open("wb") as target:
        while piece := source.read(CHUNK):
            target.write(piece)
