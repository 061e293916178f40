"""Find where the sources of a run lie now, and read byte ranges of them: never a whole file.

An output names its sources relative to the `--input` that they were found under, and no machine; so where they lie is
given again, a mirror or a copy included.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from yurai.sources.find import find_sources
from yurai.sources.path_lists import ENDINGS
from yurai.sources.source import Asked, opened
from yurai_manifests.errors import RecipeError
from yurai_manifests.faults import as_os_errors
from yurai_manifests.location import told, without_query
from yurai_manifests.opening import without_secrets_of

PIECE = 1 << 24
"""Bytes that one request asks for."""
CRAWL_KEYS = "crawl-data/"
_GLOB = frozenset("*?[")


class MissingError(RecipeError):
    """A source is not where it was looked for, or cannot be read."""


@dataclass
class Places:
    """Where sources lie: `inputs` as `--input` takes them, `base` and `allow` as for path lists."""

    inputs: Sequence[str]
    base: str
    allow: tuple[str, ...] = ()
    _known: dict[str, Asked] = field(default_factory=dict)
    _listed: dict[str, str] | None = None

    def find(self, name: str) -> Asked:
        """Return the file that a source's name stands for: below an input, or among those that one lists.

        Raises:
            MissingError: it is at none of them.
        """
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> Asked:
        if ".." in name.split("/"):
            raise MissingError(f"the source {name!r} of this run lies above its input; it is not looked for")
        inputs = list(self.inputs) or ([self.base] if name.startswith(CRAWL_KEYS) else [])
        if not inputs:
            raise MissingError(f"where {name} lies is not recorded; give --input: its folder, glob or path list")
        for place in inputs:
            if (asked := _below(place, name, self.allow)) is not None:
                return asked
        if (url := self._lists().get(name)) is not None:
            return opened(url, name, self.allow)
        raise MissingError(f"{name} is not below any --input ({', '.join(inputs)}); give the place it moved to")

    def _lists(self) -> dict[str, str]:
        """Return the URLs of the sources that globs and path lists name."""
        if self._listed is None:
            many = [place for place in self.inputs if _is_many(place)]
            found = find_sources(many, base=self.base, allow=self.allow) if many else []
            self._listed = {source.name: source.url for source in found}
        return self._listed

    def read(self, asked: Asked, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes `[start, end)`, fewer where the file ends before.

        Raises:
            MissingError: storage does not answer.
        """
        while start < end:
            with _reading(asked):
                piece = asked.files.cat_file(asked.path, start=start, end=min(end, start + PIECE))
            yield piece
            start += PIECE
            if len(piece) < PIECE:
                return

    @contextmanager
    def open(self, asked: Asked) -> Iterator[IO[bytes]]:
        """Open a file for reading here and there; errors as `read`."""
        with _reading(asked), asked.files.open(asked.path, "rb") as file:
            yield file


class Sliced:
    """A file that can be read anywhere, as a `Readable`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(0, stop - start))


def _is_many(place: str) -> bool:
    return bool(_GLOB & set(place)) or without_query(place).endswith(ENDINGS)


def _below(place: str, name: str, allow: tuple[str, ...]) -> Asked | None:
    """Return the file `name` below a folder, or a file of that name; None where it is not there."""
    if _is_many(place):
        return None
    own = without_query(place)
    is_file = own == name or own.endswith(f"/{name}")
    asked = opened(place if is_file else f"{own.rstrip('/')}/{name}{place[len(own) :]}", f"--input {place}", allow)
    with _reading(asked):
        there = asked.files.exists(asked.path) and not (asked.is_local and asked.files.isdir(asked.path))
    return asked if there else None


@contextmanager
def _reading(asked: Asked) -> Iterator[None]:
    """Raise MissingError, without secrets, where storage fails."""
    try:
        with without_secrets_of(asked.text), as_os_errors(asked.files):
            yield
    except OSError as error:
        raise MissingError(f"{told(error, asked.text)}; check the path or URL, network and credentials") from error
