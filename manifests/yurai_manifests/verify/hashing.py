"""Hash the objects of a tree, each once: what is published is a second name of what was worked on."""

from stat import S_ISREG

from yurai_manifests.store import LocalStore, Store, digest_of


class Hasher:
    """Gives the sha256 of objects."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[int, int], str] = {}
        """By device and inode, of files with several names."""

    def sha256(self, key: str) -> str | None:
        """Return the hex sha256 of an object, None when there is no file of that name (a pipe or device is none).

        Raises:
            ShardError: it cannot be read.
        """
        if not isinstance(self._store, LocalStore):
            return digest_of(self._store, key)
        try:
            stat = (self._store.root / key).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not S_ISREG(stat.st_mode):
            return None
        place = stat.st_dev, stat.st_ino
        if place in self._known:
            return self._known[place]
        digest = digest_of(self._store, key)
        if digest is not None and stat.st_nlink > 1:
            self._known[place] = digest
        return digest
