"""Read http and https as a file system: fsspec's own, with patience, bodies that are whole, and errors that say why."""

import functools
import importlib.metadata
import io
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import IO, cast
from urllib.parse import quote

import aiohttp
from fsspec.asyn import sync
from fsspec.implementations.http import HTTPFileSystem
from yarl import URL

from yurai_manifests.web_body import Body, content_range
from yurai_manifests.web_retry import Polite, as_os_error, check_status

CHUNK = 1 << 20
_TIMES = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=60)
_LISTED = ("text/html", None)
"""Types of an answer that fsspec takes for a page of links: what a folder is, where there are no folders."""
_UNSAFE = re.compile(r"%(?![0-9A-Fa-f]{2})|[^!-~]|[\"<>\\^`{|}]")


class WebFiles(HTTPFileSystem):  # type: ignore[misc] # fsspec is untyped
    """Files on web servers; `allow` are the places that redirects may lead to beside their own host (None: anywhere).

    Every method raises an OSError whose words hold no URL, FileNotFoundError where there is no such file.
    """

    def __init__(self, allow: tuple[str, ...] | None = None) -> None:
        # what is stored is what is read: a packed file stays packed, whatever the server calls it
        headers = {"Accept-Encoding": "identity", "User-Agent": user_agent()}
        client = {"timeout": _TIMES, "auto_decompress": False, "headers": headers}
        super().__init__(client_kwargs={**client, "middlewares": (Polite(allow),)})

    def encode_url(self, url: str) -> URL:
        """Return the URL as it is sent: as it was given, since a signature covers it, with escapes where it has to."""
        if not url.isascii():
            return URL(url)
        return URL(_UNSAFE.sub(lambda match: quote(match[0], safe=""), url), encoded=True)

    def _body(self, url: str, start: int = 0, stop: int | None = None, total: int | None = None) -> Body:
        try:
            return Body(self.set_session, self.encode_url(url), start, stop, total)
        except ValueError as error:
            raise as_os_error(error) from error

    def _open(self, path: str, mode: str = "rb", size: int | None = None, **_: object) -> IO[bytes]:
        if mode != "rb":
            raise OSError("files on a web server can only be read")
        return io.BufferedReader(WebFile(self, path, self._body(path, total=size)), CHUNK)

    async def _cat_file(self, url: str, start: int | None = None, end: int | None = None, **_: object) -> bytes:
        if (start or 0) < 0 or (end or 0) < 0:
            start, end = await self._process_limits(url, start, end)
        body = self._body(url, start or 0, end)
        pieces = []
        try:
            while piece := await body.read(CHUNK):
                pieces.append(piece)
        finally:
            body.close()
        return b"".join(pieces)

    async def _process_limits(self, url: str, start: int | None, end: int | None) -> tuple[int, int]:
        """Return places counted from the beginning, for those that count from the end."""
        size = int((await self._info(url))["size"] or 0)
        first, last = 0 if start is None else start, size if end is None else end
        return (first + size if first < 0 else first), (last + size if last < 0 else last)

    async def _info(self, url: str, **_: object) -> dict[str, str | int | None]:
        """Return what the server says of a file: by HEAD, or, where that says no size, by asking for its first byte."""
        async with _worded():
            session, address = await self.set_session(), self.encode_url(url)
            async with session.head(address, allow_redirects=True) as response:
                facts = _facts(url, response)
                if response.status == HTTPStatus.OK and facts["size"]:
                    return facts
            async with session.get(address, headers={"Range": "bytes=0-0"}) as response:
                if response.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    check_status(response.status)
                return _facts(url, response)

    async def _exists(self, path: str, **_: object) -> bool:
        try:
            await self._info(path)
        except FileNotFoundError:
            return False
        return True

    async def _isdir(self, path: str) -> bool:
        if not path.endswith("/") and (await self._info(path))["mimetype"] not in _LISTED:
            return False
        async with _worded():
            return bool(await super()._isdir(path))

    async def _ls_real(self, url: str, detail: bool = True, **options: object) -> list[str] | list[dict[str, object]]:
        async with _worded():
            return cast("list[str]", await super()._ls_real(url, detail=detail, **options))

    def _raise_not_found_for_status(self, response: aiohttp.ClientResponse, url: str) -> None:
        del url  # an error has no URL in it
        check_status(response.status)


class WebFile(io.RawIOBase):
    """One file, read on from where it is; for use through a buffer.

    A place further on or back is a new request. Where a server has no ranges, the second of them fetches the file into
    a temporary one.
    """

    def __init__(self, files: WebFiles, path: str, body: Body) -> None:
        self._files, self._path, self._body = files, path, body
        self._copy: IO[bytes] | None = None

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether there is a way to any place: always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed takes any buffer
        """Fill `buffer`, or as much of it as there is; errors as `Body.read`."""
        data = self._copy.read(len(buffer)) if self._copy else sync(self._files.loop, self._body.read, len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the file and return it."""
        if whence == io.SEEK_END:
            offset += self._size()
        elif whence == io.SEEK_CUR:
            offset += self.tell()
        if self._body.ignored and self._copy is None and offset != self._body.position:
            self._copy = self._copied()
        if self._copy:
            return self._copy.seek(offset)
        self._go(offset)
        return offset

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._copy.tell() if self._copy else self._body.position

    def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            self._go(-1)
            if self._copy:
                self._copy.close()
        super().close()

    def _go(self, offset: int) -> None:
        """Have the next read begin at `offset`; between reads the event loop does nothing with the body."""
        self._files.loop.call_soon_threadsafe(self._body.seek(offset))

    def _size(self) -> int:
        if self._body.total is None:
            self._body.total = self._files.info(self._path)["size"]
        if self._body.total is None:
            raise OSError("the server does not say how long the file is, so it cannot be read from its end")
        return self._body.total

    def _copied(self) -> IO[bytes]:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this file
        self._go(0)
        while piece := sync(self._files.loop, self._body.read, CHUNK):
            copy.write(piece)
        return copy


@functools.cache
def user_agent() -> str:
    """Return what origins are told of who asks: tool, version, and the project's address (RFC 9110, 10.1.5)."""
    known = importlib.metadata.metadata("yurai")
    home = known["Project-URL"].rpartition(" ")[2]
    return f"yurai/{known['Version']} (+{home})"


@asynccontextmanager
async def _worded() -> AsyncIterator[None]:
    """Raise an OSError in our words where aiohttp raises an error of its own."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise as_os_error(error) from error


def _facts(url: str, response: aiohttp.ClientResponse) -> dict[str, str | int | None]:
    """Return what a header says of a file, under fsspec's names."""
    whole = response.status == HTTPStatus.OK
    size = response.content_length if whole else content_range(response)[1]
    named = {name: response.headers[name] for name in ("ETag", "Last-Modified") if name in response.headers}
    kind = response.headers.get("Content-Type")
    return {"name": url, "type": "file", "size": size, "mimetype": kind and kind.partition(";")[0], **named}
