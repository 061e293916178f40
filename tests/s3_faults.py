"""An S3 server whose answers a test may change, and two faults of one that is far away."""

from __future__ import annotations

import socket
import threading
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

from yurai_manifests.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


class Faulty:
    """Wraps a server: the requests that `strikes` picks by method and path meet the fault `kind`.

    "lost reply": the request is carried out and its answer is not sent. "ignores ranges": the whole object is sent.
    """

    def __init__(self, kind: str, strikes: Callable[[str, str], bool]) -> None:
        self.kind, self.strikes, self.lock = kind, strikes, threading.Lock()
        self.struck = 0

    def __call__(self, application: Any) -> Any:
        def call(environ: dict[str, Any], respond: Any) -> Any:
            if not self._strikes(environ["REQUEST_METHOD"], f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"):
                return application(environ, respond)
            if self.kind == "ignores ranges":
                environ.pop("HTTP_RANGE", None)
                return application(environ, respond)
            b"".join(application(environ, lambda *_: None))
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            return []

        return call

    def _strikes(self, method: str, path: str) -> bool:
        with self.lock:
            struck = self.strikes(method, path)
            self.struck += struck
            return struck
