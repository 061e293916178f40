"""An S3 server whose answers a test may change, and two faults of one that is far away."""

from __future__ import annotations

import hashlib
import io
import random
import socket
import threading
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server
from werkzeug.utils import send_file

from yurai_manifests.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest


@contextmanager
def s3_behind(change: Callable[[Any], Any]) -> Iterator[str]:
    """An S3 server whose WSGI application `change` wraps; yields its address."""
    from moto.server import DomainDispatcherApplication, create_backend_app

    server = make_server("127.0.0.1", 0, change(DomainDispatcherApplication(create_backend_app)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def s3_store(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        yield open_store(f"s3://corpus/{uuid.uuid4().hex}")
    finally:
        s3fs.S3FileSystem.clear_instance_cache()


SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
PIECE = 100


class Faulty:
    """Wraps a server: the requests that `strikes` picks by method and path meet the fault `kind`.

    "busy": the answer is 503. "reset": nothing is done and the connection ends. "lost reply": the request is carried
    out and its answer is not sent. "ignores ranges": the whole object is sent. Of an answer that has a body: "truncated":
    half of it is sent. "stalls": half of it is, and nothing more for `stall` seconds (None: until `over` is set). "slow": it comes in small pieces.
    "short length": fewer bytes are stated and sent than there are.
    """

    def __init__(self, kind: str, strikes: Callable[[str, str], bool], stall: float | None = None) -> None:
        self.stall = stall
        self.kind, self.strikes, self.lock = kind, strikes, threading.Lock()
        self.struck = 0
        self.over = threading.Event()

    def __call__(self, application: Any) -> Any:
        def call(environ: dict[str, Any], respond: Any) -> Any:
            kind = self._strikes(environ["REQUEST_METHOD"], f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
            return self._struck(kind, application, environ, respond) if kind else application(environ, respond)

        return call

    def _struck(self, kind: str, application: Any, environ: dict[str, Any], respond: Any) -> Any:
        if kind == "ignores ranges":
            environ.pop("HTTP_RANGE", None)
            return application(environ, respond)
        if kind == "busy":
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            respond("503 Slow Down", [("Content-Type", "application/xml"), ("Content-Length", str(len(SLOW_DOWN)))])
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [SLOW_DOWN]
        if kind == "reset":
            return self._hung_up(environ)
        told: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(application(environ, lambda status, headers, *_: told.append((status, headers))))
        if kind == "lost reply":
            return self._hung_up(environ)
        status, headers = told[0]
        if kind == "short length":
            body = body[: len(body) // 2]
            headers = [(name, text) for name, text in headers if name.lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
        respond(status, headers)
        return self._pieces(kind, body, environ)

    def _pieces(self, kind: str, body: bytes, environ: dict[str, Any]) -> Iterator[bytes]:
        if kind == "slow":
            yield from (body[at : at + PIECE] for at in range(0, len(body), PIECE))
        elif kind == "short length":
            yield body
        else:
            yield body[: len(body) // 2]
            if kind == "stalls":
                self.over.wait(self.stall)
            self._hung_up(environ)

    def _hung_up(self, environ: dict[str, Any]) -> list[bytes]:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return []

    def _strikes(self, method: str, path: str) -> str:
        with self.lock:
            struck = self.strikes(method, path)
            self.struck += struck
            return self.kind if struck else ""


ANY_METHOD = ("busy", "reset", "lost reply")
"""What may befall a request of any method; the others befall a body that is sent."""
KINDS = (*ANY_METHOD, "ignores ranges", "truncated", "stalls", "slow", "short length")


class Amid(Faulty):
    """Strikes requests by chance, drawn from a seed: each that is picked meets one of `kinds` that may befall it."""

    def __init__(self, seed: int, share: float, kinds: tuple[str, ...] = KINDS, *, stall: float | None = None) -> None:
        super().__init__("", self._drawn, stall)
        self.random, self.share, self.kinds = random.Random(seed), share, kinds
        self.asked = 0

    def _drawn(self, method: str, _path: str) -> bool:
        self.asked += 1
        fitting = [kind for kind in self.kinds if method == "GET" or kind in ANY_METHOD]
        if not fitting or self.random.random() >= self.share:
            return False
        self.kind = self.random.choice(fitting)
        return True


def with_files(folder: Path, application: Any) -> Any:
    """A server that has the files of a folder at /web/, as a web server sends them, and all else from another one."""

    def call(environ: dict[str, Any], respond: Any) -> Any:
        _, place, name = f"{environ['PATH_INFO']}//".split("/", 2)
        path = folder / name.rstrip("/")
        if place != "web" or not path.is_file():
            return application(environ, respond)
        data = path.read_bytes()
        tag = hashlib.sha256(data).hexdigest()
        sent = send_file(io.BytesIO(data), environ, "application/octet-stream", conditional=True, etag=tag)
        return sent(environ, respond)

    return call
