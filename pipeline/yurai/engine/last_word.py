"""Keep room on a disk for the last word of a driver: on one that is full it could not say why it ends."""

import os
from typing import Final

from yurai_manifests.errors import ShardError
from yurai_manifests.store import LocalStore, Store

ROOM: Final = "journal/run/room"
"""A file that holds blocks until the run ends."""
BYTES: Final = 16 << 10


def keep_room(store: Store) -> None:
    """Take the room; object storage is never full. The bytes are random, since a file system may pack others away."""
    if isinstance(store, LocalStore):
        store.put(ROOM, os.urandom(BYTES))


def put_last(store: Store, key: str, data: bytes) -> None:
    """Write a small object, in the room if there is no other, and give that back.

    Raises:
        ShardError: it cannot be written all the same.
    """
    try:
        store.put(key, data)
    except ShardError:
        if not isinstance(store, LocalStore):
            raise
        store.remove(ROOM)
        store.put(key, data)
    if isinstance(store, LocalStore):
        store.remove(ROOM)
