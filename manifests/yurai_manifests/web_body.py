"""Read the bytes of one file on a web server from any place on, through broken connections, up to its stated end.

A body that breaks is asked for from where it broke (RFC 9110, 14.2), and only if the file is still the same (13.1.5).
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import aiohttp
from yarl import URL

from yurai_manifests import web_retry
from yurai_manifests.web_retry import as_os_error, check_status

_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_BREAKS = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError)
_PLENTY = 1 << 20
"""Bytes after which a server that breaks each answer has earned as many tries again."""


class Body:
    """The bytes of a file from `position` up to `stop` (None: its end); for the event loop of its session.

    `total` is the size of the file, None until it is known; `ignored` says that the server has no ranges.
    """

    def __init__(
        self,
        session: Callable[[], Awaitable[aiohttp.ClientSession]],
        url: URL,
        position: int = 0,
        stop: int | None = None,
        total: int | None = None,
    ) -> None:
        self._session, self._url = session, url
        self.position, self._stop, self.total = position, stop, total
        self.ignored, self._confirmed = False, False
        self._response: aiohttp.ClientResponse | None = None
        self._validator, self._received, self._breaks, self._idle = "", 0, 0, 0

    async def read(self, wanted: int) -> bytes:
        """Return `wanted` bytes, fewer at the end alone.

        Raises:
            OSError: the server cannot be reached, breaks off again and again, or sends another number of bytes than it
                stated; the file changed on the way.
        """
        pieces: list[bytes] = []
        while wanted and not self._ended():
            try:
                piece = await self._piece(wanted)
            except _BREAKS as error:
                await self._after(error)
                continue
            if not piece and await self._is_end():
                break
            pieces.append(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Leave the rest of the answer unread."""
        if self._response is not None:
            self._response.close()
        self._response = None

    def seek(self, position: int) -> Callable[[], None]:
        """Go on from another place; what is returned closes the answer so far, and belongs into the event loop."""
        response = self._response
        if response is None or position == self.position:
            self.position = position
            return _nothing
        self._response, self.position = None, position
        return response.close

    def _ended(self) -> bool:
        """Whether no byte is left; a total that no answer has confirmed is not believed."""
        ends = (self._stop, self.total if self._confirmed else None)
        return any(end is not None and self.position >= end for end in ends)

    async def _piece(self, wanted: int) -> bytes:
        if self._response is None:
            await self._ask()
            if self._ended() or self._response is None:
                return b""
        limit = wanted if self._stop is None else min(wanted, self._stop - self.position)
        piece = await self._response.content.read(limit)
        self.position += len(piece)
        self._received += len(piece)
        self._idle = 0 if piece else self._idle
        if self.total is not None and self.position > self.total:
            raise OSError(f"the server stated {self.total:,} bytes and sends more; run the same command again")
        return piece

    async def _is_end(self) -> bool:
        """Whether an answer that ended is the end of the file; one that is short is a break."""
        self.close()
        if self.total is None or self.position >= self.total or self._ended():
            return True
        await self._after(OSError(f"the server sent {self.position:,} of {self.total:,} bytes, and no more"))
        return False

    async def _after(self, error: BaseException) -> None:
        """Wait before the file is asked for again, or give up."""
        self.close()
        self._breaks += 1
        self._idle += 1
        patience = web_retry.PATIENCE
        if self._idle >= patience.faults or self._breaks >= patience.answers * (1 + self._received // _PLENTY):
            raise error if type(error) is OSError else as_os_error(error) from error
        await patience.pause(self._idle)

    async def _ask(self) -> None:
        """Send a request for the bytes from `position` on and check that the answer begins there."""
        headers = {}
        if self.position or self._stop is not None:
            headers["Range"] = f"bytes={self.position}-{'' if self._stop is None else self._stop - 1}"
            if self._validator:
                headers["If-Range"] = self._validator
        try:
            self._response = response = await (await self._session()).get(self._url, headers=headers)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise as_os_error(error) from error
        if response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._beyond(response)
            return
        check_status(response.status)
        self._hold(response)
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            await self._skip(response)

    def _beyond(self, response: aiohttp.ClientResponse) -> None:
        """Take a range that does not exist for the end of the file, if the file is as long as was stated."""
        total = content_range(response)[1]
        self.close()
        self._confirmed = True
        if self.total is None:
            self.total = total if total is not None else self.position
        if total not in (None, self.total) or self.position < self.total:
            raise OSError(f"the server has no byte {self.position:,} of a file that it stated to have {self.total:,}")

    def _hold(self, response: aiohttp.ClientResponse) -> None:
        """Hold the server to what it said of the file: its size, and which file it is."""
        partial = response.status == HTTPStatus.PARTIAL_CONTENT
        start, total = content_range(response) if partial else (0, response.content_length)
        if partial and start != self.position:
            raise OSError(f"the server sent other bytes than those from {self.position:,} on, which were asked for")
        self._confirmed = self._confirmed or total is not None
        if self.total is None:
            self.total = total
        elif total is not None and total != self.total:
            raise OSError(
                f"the server stated {self.total:,} bytes and now {total:,}: the file changed, or the server counts "
                "wrong; run the same command again"
            )
        validator = validator_of(response)
        if self._validator and validator and validator != self._validator:
            raise OSError("the file changed while it was read; run the same command again")
        self._validator = self._validator or validator

    async def _skip(self, response: aiohttp.ClientResponse) -> None:
        """Pass over the bytes before `position` where the server knows no ranges and sends all again."""
        left = self.position
        self.ignored = self.ignored or left > 0
        while left:
            piece = await response.content.read(min(left, _PLENTY))
            if not piece:
                raise aiohttp.ClientPayloadError
            left -= len(piece)


def _nothing() -> None:
    """Close nothing."""


def content_range(response: aiohttp.ClientResponse) -> tuple[int | None, int | None]:
    """Return (first byte, size of the file) that an answer states, None where it does not."""
    match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    start, total = match.groups() if match else (None, None)
    return (int(start) if start else None), (int(total) if total and total != "*" else None)


def validator_of(response: aiohttp.ClientResponse) -> str:
    """Return what `If-Range` may hold: a strong ETag, else the time of the last change, "" without either."""
    tag: str = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else "" if tag else response.headers.get("Last-Modified", "")
