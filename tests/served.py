"""`yurai serve` as a process, and requests to it as they are on the wire."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from run_helpers import PATIENCE, YURAI

if TYPE_CHECKING:
    from pathlib import Path

MADE = re.compile(r'<meta http-equiv="refresh"|being made|being counted')


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    text: str
    headers: dict[str, str]


class Served:
    """A server over a tree, at a port of its own."""

    def __init__(self, out: Path, *options: str) -> None:
        words = [*YURAI, "serve", str(out), "--port", "0", *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, env=os.environ | {"COLUMNS": "200"})
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()
        self.url = self.said.partition("?")[0].rstrip("/")
        self.port = int(self.url.rpartition(":")[2]) if self.url else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """End it by a signal; return its exit code and what it told."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, told = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, told

    def ask(
        self, path: str, method: str = "GET", body: str | bytes | None = None, client: str = "127.0.0.1", **headers: str
    ) -> Got:
        """Send a request from an address of loopback; names of headers have _ for -."""
        wire = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE, source_address=(client, 0))
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            wire.request(method, path, body.encode() if isinstance(body, str) else body, named)
            answer = wire.getresponse()
            text = answer.read().decode()
            return Got(answer.status, text, {name.lower(): value for name, value in answer.getheaders()})
        finally:
            wire.close()

    def made(self, path: str) -> str:
        """Return a page once it is made: those that take long say so until they are."""
        while MADE.search((got := self.ask(path, client="127.0.0.99")).text):
            assert got.status in (200, 202), got
        assert got.status == 200, got
        return got.text
