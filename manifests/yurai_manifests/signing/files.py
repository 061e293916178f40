"""Name and read what lies in OUT/signatures/.

Others may write there, so only regular files of a bounded size are read.
"""

import stat
from typing import Final

from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.store import LocalStore, Store

FOLDER: Final = "signatures"
STATEMENT: Final = ".json"
BUNDLE: Final = ".oms.json"
"""A signature of OpenSSF Model Signing; it ends as a statement does, so ask for it first."""
STAMP: Final = ".tsr"
"""Behind the whole name of a signature: when an authority saw it."""
STATEMENT_BYTES: Final = 1 << 16
STAMP_BYTES: Final = 1 << 20
BUNDLE_BYTES: Final = 1 << 28
"""A bundle names each delivered file in some 300 bytes: room for 800,000 files."""


def signature_names(store: Store) -> list[str]:
    """Return the keys of all that lies in signatures/, in order."""
    return sorted(store.names(FOLDER))


def read_bounded(store: Store, name: str, most: int) -> bytes:
    """Return the bytes of an object in signatures/.

    Raises:
        AuditError: a link, a pipe or a device, or more than `most` bytes.
    """
    if isinstance(store, LocalStore) and not _is_regular(store, name):
        raise AuditError("it is no regular file")
    if (store.size(name) or 0) > most:
        raise AuditError(f"it is longer than the {most:,} bytes that such a file may have")
    return store.read_range(name, 0, most)


def put_signature(store: Store, name: str, data: bytes, stamp: bytes | None = None) -> None:
    """Write a signature, and its time stamp beside it, in place of earlier ones of that name.

    Raises:
        RecipeError: signatures/ is a link, which would lead out of the tree.
    """
    if isinstance(store, LocalStore) and (store.root / FOLDER).is_symlink():
        raise RecipeError(f"{store.url}/{FOLDER} is a symbolic link; remove it, then sign")
    store.remove(f"{name}{STAMP}")  # it is of the signature that was there before
    store.put(name, data)
    if stamp is not None:
        store.put(f"{name}{STAMP}", stamp)


def _is_regular(store: LocalStore, name: str) -> bool:
    try:
        return stat.S_ISREG((store.root / name).lstat().st_mode)
    except OSError:
        return False
