"""Read path lists: one path or URL a line, from a file on this machine, or from elsewhere, which reaches less.

A list from elsewhere is what a stranger wrote: it names files of its own scheme and host, Common Crawl keys, and what
`--allow` names. One of the user's own names any file or URL.
"""

import codecs
import gzip
import os
import random
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO

from yurai.sources.fetch import open_remote
from yurai.sources.source import Source, make_source, opened
from yurai_manifests.errors import RecipeError
from yurai_manifests.faults import as_os_errors
from yurai_manifests.location import LOCAL, Location, is_web, may_reach, name_of, parts_of, shown, told
from yurai_manifests.threads import many_at_once
from yurai_manifests.visible import escaped

ENDINGS = (".paths", ".paths.gz", ".paths.txt")
KEYS = ("crawl-data/", "cc-index/")
BYTES = 64 << 20
"""A list may inflate to this; the 100,000 keys of a crawl are 14 MB."""
LINE = 16 << 10
ENTRIES = 1 << 20
ASKED = 32
"""Keys of Common Crawl of a list that are asked for their size: enough to find a wrong --base. Its files never change,
so that nothing else is learned from asking for the other 90,000."""
REQUESTS = 32
WINDOW = 1024
CHUNK = 1 << 20
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class PathList:
    """A list as it was given, where keys of Common Crawl live, and where entries and redirects may lead."""

    argument: str
    base: str
    allow: tuple[str, ...]
    option: str = "--input "
    ask: int | None = None
    """How many entries elsewhere are asked for their size, by a draw that repeats itself; None: all but `crawl-data/`
    keys behind the first ones."""

    @property
    def shown(self) -> str:
        """Return the list as a message names it."""
        return f"{self.option}{shown(self.argument)}"

    @property
    def home(self) -> str:
        """Return the URL that the list's bytes come from: the last of a chain."""
        return self.argument if is_web(self.argument) else self.argument.rpartition("::")[2]

    @property
    def trusted(self) -> bool:
        """Whether the list lies on this machine."""
        return parts_of(self.home).scheme in LOCAL

    def sources(self) -> Iterator[Source]:
        """Yield the files that the list names, in its order.

        Raises:
            RecipeError: the list cannot be read or is none, a line reaches too far, or names no file; OSError.
        """
        entries, one = self._marked(), 0
        # a list of other files may have as many lines as a crawl, and each costs a request
        with many_at_once(REQUESTS) as pool:
            while window := list(islice(entries, WINDOW)):
                one += len(window)
                yield from pool.map(lambda entry: self._listed(*entry), window)
        if not one:
            raise RecipeError(f"{self.shown} names no file: it holds no line that is neither empty nor a comment")

    def _marked(self) -> Iterator[tuple[int, str, bool]]:
        """Yield (number of the line, entry, whether its size has to be asked for)."""
        if self.ask is None:
            for place, (number, line) in enumerate(self._entries()):
                yield number, line, place < ASKED or not line.startswith(KEYS)
            return
        entries = list(self._entries())
        places = range(len(entries))
        asked = set(random.Random(len(entries)).sample(places, min(self.ask, len(entries))))  # noqa: S311 - no secret
        yield from ((*entry, place in asked) for place, entry in zip(places, entries, strict=True))

    def _entries(self) -> Iterator[tuple[int, str]]:
        """Yield (number of the line, entry)."""
        entries = 0
        try:
            with self._opened() as file:
                for number, line in self._lines(file):
                    entries += 1
                    if entries > ENTRIES:
                        raise self._refused(number, f"is entry {entries:,}", f"a list may hold {ENTRIES:,}: split it")
                    yield number, self._decoded(number, line)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RecipeError(f"{self.shown} is damaged gzip ({type(error).__name__}); fetch the list again") from error

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        """Open the list; one from elsewhere is fetched first, since it may hold the one place of requests in flight."""
        with open_remote(Location(self.argument, self.allow)) as remote:
            if self.trusted:
                yield remote
                return
            copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
            while copy.tell() <= BYTES and (piece := remote.read(CHUNK)):
                copy.write(piece)
        with copy:
            copy.seek(0)
            yield copy

    def _lines(self, file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that are neither empty nor comments, with their numbers."""
        number, rest, size = 0, b"", 0
        for piece in self._pieces(file):
            size += len(piece)
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                number += 1
                if text := self._entry(number, line):
                    yield number, text
            if size > BYTES:
                raise self._refused(
                    number + 1, f"lies behind {BYTES >> 20} MiB", "that is no list: split it, or check it"
                )
            if len(rest) > LINE:
                self._entry(number + 1, rest)
        if text := self._entry(number + 1, rest):
            yield number + 1, text

    def _pieces(self, file: IO[bytes]) -> Iterator[bytes]:
        head = file.read(CHUNK)
        if head[:2] in _WIDE:
            raise RecipeError(f"{self.shown} is UTF-16; save the list as UTF-8")
        if head[:2] != b"\x1f\x8b":
            yield head.removeprefix(codecs.BOM_UTF8)
            yield from iter(lambda: file.read(CHUNK), b"")
            return
        file.seek(0)
        with gzip.GzipFile(fileobj=file) as inflated:
            yield inflated.read(CHUNK).removeprefix(codecs.BOM_UTF8)
            yield from iter(lambda: inflated.read(CHUNK), b"")

    def _entry(self, number: int, line: bytes) -> bytes:
        """Return what a line names, b"" where it is empty or a comment."""
        if len(line) > LINE:
            raise self._refused(number, f"is longer than {LINE:,} bytes", "a list has one path a line: check it")
        text = line.strip(b" \t\r")
        return b"" if text.startswith(b"#") else text

    def _decoded(self, number: int, line: bytes) -> str:
        """Return an entry as text; a list of this machine may name files whose names are no UTF-8."""
        if b"\0" in line:
            raise self._refused(number, "holds a NUL byte", "a list has one path a line: check it")
        if self.trusted:
            return os.fsdecode(line)
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._refused(number, "is not UTF-8", "save the list as UTF-8") from error

    def _listed(self, number: int, line: str, ask: bool) -> Source:
        url, name = self._url(number, line), name_of(line).lstrip("/")
        if not ask and "::" not in url and parts_of(url).scheme not in LOCAL:
            return make_source(name, url, None, "", self.allow)
        try:
            entry = opened(url, f"line {number} of {self.shown}", self.allow)
            with as_os_errors(entry.files):
                return entry.source(entry.path, "", name=name)
        except OSError as error:
            raise RecipeError(
                f"{self.shown} lists {shown(line)}, but {shown(url)} (line {number}) cannot be read "
                f"({told(error, url)}); set --base to where the keys live"
            ) from error

    def _url(self, number: int, line: str) -> str:
        """Return where the file that a line names lies.

        Raises:
            RecipeError: a list from elsewhere names a place out of its reach.
        """
        beside = self._beside(line)
        if self.trusted:
            whole = "://" in line or line.startswith("/") or ("::" in line and not os.path.lexists(beside))
            return line if whole else beside
        if "://" not in line and "::" not in line and not line.startswith("/"):
            if ".." in line.split("/"):
                raise self._out_of_reach(number, "a path with .. in it", "write it without")
            return beside
        if not may_reach(line, parts_of(self.home), self.allow):
            link = parts_of(line if is_web(line) else line.rpartition("::")[2])
            if link.scheme in LOCAL:
                raise self._out_of_reach(number, "a path of this machine", "add --allow FOLDER")
            place = escaped(f"{link.scheme}://{link.host}/")
            chain = ", through a chain of URLs" if "::" in line and not is_web(line) else ""
            raise self._out_of_reach(number, f"{place}{chain}", f"add --allow {place}")
        return line

    def _beside(self, line: str) -> str:
        if line.startswith(KEYS):
            return f"{self.base.rstrip('/')}/{line}"
        first, chain, rest = self.argument.partition("::") if not is_web(self.argument) else (self.argument, "", "")
        if "://" not in first and chain:  # a cache before the URL
            rest, chain, first = "", "", f"{first}::{rest}"
        folder, slash, _ = (first.partition("?")[0].partition("#")[0] if is_web(first) else first).rpartition("/")
        return f"{folder}{slash}{line}{chain}{rest}"

    def _refused(self, number: int, what: str, remedy: str) -> RecipeError:
        return RecipeError(f"line {number} of {self.shown} {what}; {remedy}")

    def _out_of_reach(self, number: int, what: str, remedy: str) -> RecipeError:
        own = parts_of(self.home)
        return self._refused(
            number,
            f"names {what}",
            f"a list from elsewhere may name files of {own.scheme}://{own.host}/ and Common Crawl keys alone; remove "
            f"the line or, if you trust it, {remedy}",
        )
