"""Have patience with web servers: which answers and faults pass, how long to wait, and what to say when they do not.

One middleware of aiohttp stands behind every request: opening, sizes, ranges and listings. Delays are random so that
workers do not come back all at once; no output depends on them. In a run, requests pass the gate of its budget
(`web_gate.py`), which decides for all workers how long is waited where an origin refuses.
"""

import asyncio
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

import aiohttp
from yarl import URL

from yurai_manifests.location import may_reach, parts_of
from yurai_manifests.visible import escaped
from yurai_manifests.web_budget import FORBIDDEN, Refusal, count, seconds
from yurai_manifests.web_gate import Entry, Gate, StoppedAskingError, installed

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MISSING = frozenset({404, 410})
REFUSED = frozenset({401, 403, 407})
THROTTLED = frozenset({429, 503})
LETTERS = 80
"""Of an origin's own words, what is told."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is made again, and how long is waited before: all times in seconds.

    `answers` tries where the server says to come back, `faults` where the connection breaks; the pause is a random part
    of a span that doubles from `base` to `longest`, and is what `Retry-After` asks for, up to `asked`. In a run that
    others of it are refused too is no fault of one request: `throttled` tries, and the gate's pauses.
    """

    answers: int = 10
    faults: int = 5
    throttled: int = 100
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
        await self.wait(longest * random.random())  # noqa: S311 - no secret


PATIENCE = Patience()


class RefusedRedirectError(aiohttp.ClientError):
    """A server sends the reader to a place that nobody allowed."""


class StoppedError(aiohttp.ClientError):
    """The run asks no more, in a form that aiohttp lets through: it takes any OSError for one of a connection."""


@dataclass(frozen=True, slots=True)
class Polite:
    """The middleware: asks again, and follows a redirect only within its host and to places that are allowed."""

    allow: tuple[str, ...] | None

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Return the last answer to `request`."""
        tries = 0
        gate = installed()  # once: a request that outlives its run is no request of the next run in this process
        while True:
            tries += 1
            count("requests")
            count("retries", int(tries > 1))
            again = False
            try:
                response, again = await _passed(gate, request, handler) if gate else (await handler(request), False)
            except StoppedAskingError as error:
                raise StoppedError(str(error)) from error
            except (aiohttp.ClientConnectionError, TimeoutError) as error:
                if tries >= PATIENCE.faults or lasting(error):
                    raise
                await PATIENCE.pause(tries)
                continue
            passing = again or response.status in PASSING
            if not passing or tries >= most_tries(response.status, gate):
                self._check_redirect(request.url, response)
                return response
            count(f"refused-{response.status}")
            asked = response.headers.get("Retry-After", "")
            response.close()
            if not again:
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


async def _passed(
    gate: Gate, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> tuple[aiohttp.ClientResponse, bool]:
    """Return the answer to a request that waited for its turn, and whether it is one to ask again after.

    It holds its place until its body has been read or its connection is closed.

    Raises:
        StoppedAskingError: the run asks no more.
    """
    entry = await gate.enter()
    leave = partial(gate.leave, entry)
    try:
        response = await handler(request)
    except BaseException:
        leave()
        raise
    if response.connection is None:  # there is no body, or it has been read
        leave()
    else:
        response.connection.add_callback(leave)
    try:
        return response, await _noted(gate, entry, request, response)
    except BaseException:
        response.close()
        raise


async def _noted(gate: Gate, entry: Entry, request: aiohttp.ClientRequest, response: aiohttp.ClientResponse) -> bool:
    """Tell the gate what was answered; return whether to ask again."""
    status = response.status
    # a HEAD may be forbidden where a GET is not (signed URLs), and is asked for again as one
    if status in THROTTLED or (status == FORBIDDEN and request.method != "HEAD"):
        return await gate.refused(entry, refusal_of(request.url, response))
    if status not in PASSING and status != FORBIDDEN:
        await gate.answered()
    return False


def refusal_of(url: URL, response: aiohttp.ClientResponse) -> Refusal:
    """Return what an origin said, as a message may hold it."""
    words = (response.reason or "", response.headers.get("Retry-After", ""))
    phrase, asked = (escaped(text[:LETTERS]) for text in words)
    return Refusal(parts_of(str(url)).host, response.status, phrase, asked)


def most_tries(status: int, gate: Gate | None) -> int:
    """Return how often a request is made that is answered so."""
    return PATIENCE.throttled if status in THROTTLED and gate else PATIENCE.answers


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
            + (", or wait: Common Crawl says so to who asks too often" if status == FORBIDDEN else "")
        )
    if status in PASSING:
        tries = most_tries(status, installed())
        raise OSError(f"the server still says {phrase} after {tries} tries; run the same command later")
    raise OSError(f"the server says {phrase}")


def as_os_error(error: BaseException) -> OSError:
    """Return what a fault of aiohttp means, in words that hold no URL."""
    if isinstance(error, StoppedError):
        return StoppedAskingError(str(error))
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
