"""Say what one input file is: its name, where it lies, and its size; what is no file is refused before it is opened."""

import os
import stat
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import fsspec
from fsspec.implementations.local import LocalFileSystem

from yurai_manifests.errors import RecipeError
from yurai_manifests.location import Location, name_of, shown, utf8, without_query
from yurai_manifests.opening import open_files

if TYPE_CHECKING:
    from yurai.sources.selection.ranges import Ranges

_STAMPS = ("ETag", "etag", "mtime", "LastModified", "Last-Modified", "updated")
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One input file; `stamp` tells whether it changed without reading it (modification time or ETag).

    `name` never holds a secret. A URL that ends with the name, as nearly all do, is kept as what stands before it:
    sources of a list share that, and `rest` is the name itself, so that 90,000 of them hold no URL.
    """

    name: str
    head: str = field(repr=False)
    rest: str = field(repr=False)
    size: int
    stamp: str
    allow: tuple[str, ...] = field(default=(), repr=False)
    sized: bool = field(default=True, repr=False)
    """Whether a listing gave the size."""
    ranges: "Ranges | None" = field(default=None, repr=False)
    """What a selection asks of the file; None: all of it."""

    @property
    def url(self) -> Location:
        """Return how it is opened; it shows itself without its secrets."""
        return Location(self.head + self.rest, self.allow, self.size if self.sized else None)

    @property
    def tasks(self) -> int:
        """Return how many tasks read it."""
        return self.ranges.tasks if self.ranges else 1


def make_source(
    name: str, url: str, size: int | None, stamp: str, allow: tuple[str, ...] = (), ranges: "Ranges | None" = None
) -> Source:
    """Return a source of `size` bytes (None: not known)."""
    head, rest = (url[: -len(name)], name) if name and url.endswith(name) else (url, "")
    return Source(name, sys.intern(str(head)), rest, size or 0, stamp, allow, size is not None, ranges)


@dataclass(frozen=True, slots=True)
class Asked:
    """One argument or line of a list, opened: its file system, its path there, and where redirects may lead."""

    text: str
    files: fsspec.AbstractFileSystem
    path: str
    allow: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine, outside of any archive."""
        return isinstance(self.files, LocalFileSystem)

    @property
    def plain(self) -> str:
        """Return the path without a query: what says by its ending what kind of file it is."""
        return self.path if self.is_local else without_query(self.path)

    def source(self, path: str, root: str, *, name: str = "") -> Source:
        """Return the file at `path`, named relative to the folder `root` unless it has a name.

        Raises:
            RecipeError: what is there is no file; OSError: cannot be asked.
        """
        if self.is_local:
            refuse_special(path)
        info = self.files.info(path)
        size = info.get("size")
        stamp = next((str(info[key]) for key in _STAMPS if info.get(key)), "")
        url = self.files.unstrip_protocol(path)
        own, chain, rest = self.text.partition("::")
        if chain and not self.is_local and "://" in own and url.startswith(own.partition("://")[0] + "://"):
            url += f"::{rest}"  # the archive that the file lies in
        return make_source(name or relative(path, root), url, None if size is None else int(size), stamp, self.allow)


def opened(text: str, what: str, allow: tuple[str, ...] = ()) -> Asked:
    """Return an argument or entry with its file system; `what` names it in errors."""
    try:
        files, path = open_files(Location(text, allow))
    except (ImportError, ValueError) as error:
        raise RecipeError(f"cannot open {what}: {error}; install the fsspec package of that scheme") from error
    asked = Asked(text, files, path, allow)
    return asked if asked.plain != path else replace(asked, path=path.rstrip("/"))


def refuse_special(path: str) -> None:
    """Refuse what would hang or is no file of bytes: pipes, sockets, devices, folders, and links to nothing."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a path may be no UTF-8, and is text
    except ValueError as error:
        raise RecipeError(f"{shown(path)} is no path: {error}; correct it") from error
    kind = next((name for test, name in _KINDS if test(mode)), "")
    if kind:
        raise RecipeError(f"{shown(path)} is {kind}, not a file; write its bytes to a file, and give that")


def relative(path: str, root: str) -> str:
    """Return the place of a file below a folder, as a source name has it."""
    if "://" in path:
        path, root = name_of(path), name_of(root)
    return utf8(path.removeprefix(root).lstrip("/"))
