"""A web server with a limit: a token bucket in front of a folder, and a log of what came when."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from web_server import Handler, Web
from yurai.sources.fetch import fetch_source
from yurai_manifests.web_gate import install

if TYPE_CHECKING:
    from yurai_manifests.web_gate import Gate


class Came(NamedTuple):
    """One request: when by the server's clock, its method and path, and whether it was refused."""

    at: float
    method: str
    path: str
    refused: bool


class Throttled(Web):
    """Answers `rate` requests a second, `burst` at once, and refuses others with `status` and `Retry-After`.

    Behind the first `closes` answers it refuses all, until `closes` is None. `together`: so many bodies have to be in
    flight before one of them goes on.
    """

    def __init__(
        self, folder: Path, rate: float = 1e9, burst: int = 1, *, status: int = 503, retry_after: str = "1"
    ) -> None:
        super().__init__(folder)
        self.RequestHandlerClass = LimitedHandler
        self.rate, self.burst, self.status, self.retry_after = rate, float(burst), status, retry_after
        self.closes: int | None = None
        self.together: threading.Barrier | None = None
        self.came: list[Came] = []
        self.flying = self.most = 0
        self._tokens, self._filled = float(burst), time.monotonic()

    def admits(self, method: str, path: str) -> bool:
        with self.lock:
            now = time.monotonic()
            self._tokens = min(self.burst, self._tokens + (now - self._filled) * self.rate)
            self._filled = now
            closed = self.closes is not None and self.answered >= self.closes
            refused = closed or self._tokens < 1
            self._tokens -= not refused
            self.came.append(Came(now, method, path, refused))
            return not refused

    @property
    def answered(self) -> int:
        return sum(not one.refused for one in self.came)

    @property
    def refused(self) -> int:
        return len(self.came) - self.answered

    def most_in(self, seconds: float) -> int:
        """The most requests that came within any span of so long."""
        times = [one.at for one in self.came]
        return max(sum(begin <= at < begin + seconds for at in times) for begin in times)


class LimitedHandler(Handler):
    server: Throttled

    def serve(self) -> None:
        server = self.server
        with server.lock:
            server.flying += 1
            server.most = max(server.most, server.flying)
        try:
            if not server.admits(self.command, self.path):
                with server.lock:
                    server.seen.append((self.command, self.path, dict(self.headers)))
                return self.say(server.status, b"slow down", Retry_After=server.retry_after)
            if server.together and self.command == "GET":
                server.together.wait(60)
            return super().serve()
        finally:
            with server.lock:
                server.flying -= 1


def fetch(url: str) -> bytes:
    """What a task reads of a source."""
    with tempfile.TemporaryDirectory() as spool:
        return fetch_source(url, Path(spool))[0].read_bytes()


def fetch_all(gate: Gate, urls: list[str]) -> list[bytes]:
    """Fetch in a process that joins a run."""
    install(gate)
    return [fetch(url) for url in urls]
