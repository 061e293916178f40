"""Give each upload to S3 a time limit: its client has none until the whole body was sent.

aiohttp counts `sock_read` from the last byte of a request on. A server or a network that takes a connection and then
says nothing would hold an upload for ever: botocore asks "Expect: 100-continue" first, and the answer to that has no
limit, nor has a body that nobody reads.
"""

import asyncio

import fsspec.config
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.httpsession import AIOHTTPSession
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError
from botocore.utils import determine_content_length

SLOWEST = 64 << 10
"""Bytes a second, below which an upload counts as stuck."""


class TimedSession(AIOHTTPSession):  # type: ignore[misc] # aiobotocore is untyped
    """Sends requests as its parent does; one with a body may take two answers' time, and that of its bytes."""

    async def send(self, request: AWSPreparedRequest) -> AioAWSResponse:
        """Return the answer.

        Raises:
            ReadTimeoutError: an upload took too long; the client makes it again.
        """
        wait = self._timeout.sock_read
        if request.method != "PUT" or not request.body or not wait:
            return await super().send(request)
        connect = self._timeout.sock_connect or wait
        limit = connect + 2 * wait + (determine_content_length(request.body) or 0) / SLOWEST
        try:
            async with asyncio.timeout(limit):
                return await super().send(request)
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error


def timed(protocols: tuple[str, ...]) -> dict[str, object]:
    """Return the options of s3fs that make it upload so, beside what the user's configuration says of its client."""
    config: dict[str, object] = {"http_session_cls": TimedSession}
    for protocol in protocols:
        config |= fsspec.config.conf.get(protocol, {}).get("config_kwargs", {})
    return {"config_kwargs": config}
