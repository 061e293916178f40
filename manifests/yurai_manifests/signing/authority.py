"""Ask a time stamping authority over HTTP (RFC 3161, 3.4): only the sha256 of a signature leaves the machine."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.location import is_web, shown, told
from yurai_manifests.signing.files import STAMP_BYTES
from yurai_manifests.signing.timestamp import check_stamp, need_timestamps, read_answer

if TYPE_CHECKING:
    import aiohttp
    from cryptography.x509 import Certificate

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
SECONDS: Final = 60.0
"""From the first byte sent to the last one received."""
_FOUND, _BAD = 300, 400


def stamped(url: str, signature: bytes, authorities: "Sequence[Certificate]" = (), seconds: float = SECONDS) -> bytes:
    """Return the answer of the authority at `url` that it saw `signature`, held to `authorities` if there are any.

    User info in the URL goes to the authority as it does with any http client, and into no message.

    Raises:
        RecipeError: no http URL, no answer in `seconds`, a refusal, or an answer about something else; the message
            names the URL without its secrets.
    """
    need_timestamps()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - an extra

    if not is_web(url):
        raise RecipeError(f"{shown(url)} is no http or https URL; give the one of a time stamping authority")
    request = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        answer = asyncio.run(_post(url, request.as_bytes(), seconds))
        _check_nonce(answer, request.nonce)
        check_stamp(answer, signature, authorities)
    except (OSError, AuditError) as error:
        raise RecipeError(
            f"no time stamp from {shown(url)}: {told(error, url)}; nothing was written: try again, name another "
            "authority, or sign without --timestamp"
        ) from error
    return answer


def _check_nonce(answer: bytes, nonce: int | None) -> None:
    if read_answer(answer).tst_info.nonce != nonce:
        raise AuditError("it answers another request (its nonce differs)")


async def _post(url: str, query: bytes, seconds: float) -> bytes:
    """Return the body of the answer; raises an OSError whose words hold no URL."""
    import aiohttp  # noqa: PLC0415 - 100 ms that only this pays

    limits = aiohttp.ClientTimeout(total=seconds)
    headers = {"Content-Type": QUERY, "Accept": REPLY, "Accept-Encoding": "identity"}
    try:
        async with (
            aiohttp.ClientSession(timeout=limits, headers=headers, auto_decompress=False) as session,
            session.post(url, data=query, allow_redirects=False) as response,
        ):
            _check(response)
            body = b""
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > STAMP_BYTES:
                    raise OSError(f"the answer is longer than the {STAMP_BYTES:,} bytes that one may have")
            return body
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise _as_os_error(error, seconds) from error


def _check(response: "aiohttp.ClientResponse") -> None:
    if response.status >= _BAD:
        raise OSError(f"the server says {response.status} {response.reason or ''}".rstrip())
    if response.status >= _FOUND:
        target = response.headers.get("Location", "")
        raise OSError(f"the server redirects to {shown(target) or 'nowhere'}; if you trust that, give its URL")
    if response.content_type != REPLY:
        raise OSError(f"the server answers {response.content_type}, not {REPLY}; is this an authority's URL?")


def _as_os_error(error: BaseException, seconds: float) -> OSError:
    import aiohttp  # noqa: PLC0415 - as above

    from yurai_manifests.web_retry import as_os_error  # noqa: PLC0415 - it imports aiohttp

    if isinstance(error, TimeoutError):
        return OSError(f"the server gave no whole answer in {seconds:g} seconds")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL | ValueError):
        return as_os_error(error)
    return OSError(f"the connection broke, or the answer is no HTTP ({type(error).__name__})")
