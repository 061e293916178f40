"""Open the port, answer until a signal comes, and end in order."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from yurai.report.readers.tiers import Tier
from yurai.serve.app import App, application
from yurai.serve.bounds import CONNECTIONS, HEAD_SECONDS, HEADERS
from yurai.serve.corpus import Corpus
from yurai.serve.guard import names_of
from yurai.serve.hosts import is_loopback
from yurai.serve.token import token_of
from yurai.terminal import tell
from yurai_manifests.errors import RecipeError

BACKLOG = 256
KEEP_ALIVE = 15
GRACE = 3
"""Seconds that answers have to end in when the server does."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen: a name or address of this machine, a port (0: any that is free), further names of it."""

    host: str = "127.0.0.1"
    port: int = 0
    names: list[str] = field(default_factory=list)


class Bounded(H11Protocol):
    """HTTP/1.1 in which the head of a request must come within a time: else connections could be held for nothing."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Wait on if the head is not whole."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self._end)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        self._late = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class Told(logging.Handler):
    """What uvicorn reports goes where all of Yurai's words go."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell each line."""
        for line in self.format(record).split("\n"):
            tell(line)


def serve(out: str, tier: Tier, place: Place, token_file: str | None, ready: Callable[[str, str | None], None]) -> None:
    """Serve the tree at `out` until a signal ends it; `ready` is told the address, and the token if there is one.

    Beyond loopback there always is one; with a `token_file` on loopback too.

    Raises:
        RecipeError: there is no finished tree, the port is taken, or the host is none of this machine.
        InterruptedBySignalError: Ctrl-C or SIGTERM.
    """
    token = token_of(token_file) if token_file is not None or not is_loopback(place.host) else None
    corpus = Corpus(out)
    corpus.now()
    with bound(place) as listening:
        app = App(corpus, tier, token)
        _tell_errors()
        asyncio.run(_serve(app, place, listening, lambda: ready(address_of(place.host, listening), token)))


async def _serve(app: App, place: Place, listening: socket.socket, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()

    def changed() -> None:
        loop.call_soon_threadsafe(app.maker.forget)

    app.corpus.changed = changed
    config = uvicorn.Config(
        application(app, names_of(place.host, place.names)),
        http=Bounded,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=HEADERS,
    )
    ready()
    try:
        await uvicorn.Server(config).serve([listening])
    finally:
        app.workers.close()
        await app.maker.close()


def bound(place: Place) -> socket.socket:
    """Return a socket at a place.

    Raises:
        RecipeError: the port is taken, or may not be used, or the host is none of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise RecipeError(f"--host {place.host} is no name or address of this machine: {error}") from error
    made = socket.socket(family, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(address)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise RecipeError(
                f"port {place.port} of {place.host} is taken; give another, --port 0 takes a free one"
            ) from error
        raise RecipeError(
            f"cannot listen on port {place.port} of {place.host}: {error}; give --host and --port"
        ) from error
    return made


def address_of(host: str, listening: socket.socket) -> str:
    """Return the URL of a server."""
    named = f"[{host}]" if ":" in host else host
    return f"http://{named}:{listening.getsockname()[1]}/"


def _tell_errors() -> None:
    logger = logging.getLogger("uvicorn.error")
    logger.handlers = [Told(logging.ERROR)]
    logger.propagate = False
