"""Have patience with web servers: which answers and faults pass, how long to wait, and what to say when they do not.

One middleware of aiohttp stands behind every request: opening, sizes, ranges and listings. Delays are random so that
workers do not come back all at once; no output depends on them.
"""

import asyncio
import random
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp
from yarl import URL

from yurai_manifests.location import may_reach, parts_of

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MISSING = frozenset({404, 410})
REFUSED = frozenset({401, 403, 407})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is made again, and how long is waited before: all times in seconds.

    `answers` tries where the server says to come back, `faults` where the connection breaks; the pause doubles from
    `base` to `longest`, and is what `Retry-After` asks for, up to `asked`.
    """

    answers: int = 10
    faults: int = 5
    base: float = 0.25
    longest: float = 16.0
    asked: float = 60.0
    wait: Callable[[float], Awaitable[object]] = asyncio.sleep

    async def pause(self, tries: int, retry_after: str = "") -> None:
        """Wait after the try number `tries`, from 1."""
        asked = seconds(retry_after)
        if asked is not None:
            await self.wait(min(asked, self.asked) + self.base * random.random())  # noqa: S311 - no secret
            return
        longest = min(self.base * 2.0 ** min(tries - 1, 30), self.longest)
        await self.wait(longest * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


PATIENCE = Patience()


def seconds(retry_after: str) -> float | None:
    """Return the seconds that a `Retry-After` asks for (RFC 9110, 10.2.3: a number or a date), None if it says none."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:12])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


class RefusedRedirectError(aiohttp.ClientError):
    """A server sends the reader to a place that nobody allowed."""


@dataclass(frozen=True, slots=True)
class Polite:
    """The middleware: asks again, and follows a redirect only within its host and to places that are allowed."""

    allow: tuple[str, ...] | None

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Return the last answer to `request`."""
        tries = 0
        while True:
            tries += 1
            try:
                response = await handler(request)
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                if tries >= PATIENCE.faults or lasting(error):
                    raise
                await PATIENCE.pause(tries)
                continue
            if response.status not in PASSING or tries >= PATIENCE.answers:
                self._check_redirect(request.url, response)
                return response
            asked = response.headers.get("Retry-After", "")
            response.close()
            await PATIENCE.pause(tries, asked)

    def _check_redirect(self, url: URL, response: aiohttp.ClientResponse) -> None:
        target = response.headers.get("Location") or response.headers.get("URI")
        if response.status not in REDIRECTS or not target or self.allow is None:
            return
        whole = str(url.join(URL(target)))
        if not may_reach(whole, parts_of(str(url)), self.allow):
            response.close()
            parts = parts_of(whole)
            place = f"{parts.scheme}://{parts.host}/" if parts.host else f"{parts.scheme}:"
            raise RefusedRedirectError(
                f"the server redirects to another host or scheme, {place}; if you trust it, "
                + (f"add --allow {place}" if parts.scheme in ("http", "https") else "fetch the file by other means")
            )


def lasting(error: BaseException) -> bool:
    """Whether asking again cannot help: a certificate that is wrong, a name that does not exist."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return error.os_error.errno != socket.EAI_AGAIN
    return isinstance(error, aiohttp.ClientSSLError | aiohttp.InvalidURL)


def check_status(status: int) -> None:
    """Raise an OSError that says what an answer without content means."""
    if status < HTTPStatus.BAD_REQUEST:
        return
    phrase = f"{status} {HTTPStatus(status).phrase}" if status in HTTPStatus._value2member_map_ else f"{status}"
    if status in MISSING:
        raise FileNotFoundError(f"the server has no such file ({phrase})")
    if status in REFUSED:
        raise PermissionError(
            f"the server refuses it ({phrase}); check user, password and signature, which may have run out"
        )
    if status in PASSING:
        raise OSError(f"the server still says {phrase} after {PATIENCE.answers} tries; run the same command later")
    raise OSError(f"the server says {phrase}")


def as_os_error(error: BaseException) -> OSError:
    """Return what a fault of aiohttp means, in words that hold no URL."""
    if isinstance(error, RefusedRedirectError):
        return OSError(str(error))
    if isinstance(error, aiohttp.ClientConnectorError):  # before ValueError, which a wrong certificate is, too
        return OSError(_unreached(error))
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return OSError("this is no valid URL; check host, port and path")
    if isinstance(error, aiohttp.TooManyRedirects):
        return OSError("the server redirects in a circle")
    if isinstance(error, TimeoutError):
        return OSError("the server did not answer in time")
    if isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError):
        return OSError(f"the connection broke, {PATIENCE.faults} times ({type(error).__name__})")
    return OSError(f"the answer is no HTTP ({type(error).__name__})")


def _unreached(error: aiohttp.ClientConnectorError) -> str:
    where = f"{error.host}:{error.port}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        why = error.certificate_error
        reason = why.verify_message if isinstance(why, ssl.SSLCertVerificationError) else type(why).__name__
        return f"TLS failed: the certificate of {where} is not trusted ({reason})"
    reason = error.os_error.strerror or type(error.os_error).__name__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"no host is called {error.host} (DNS: {reason})"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"TLS failed with {where} ({reason})"
    return f"cannot connect to {where} ({reason})"
