"""A web server on loopback whose faults are chosen by the first folder of a path; nothing in it sleeps."""

from __future__ import annotations

import base64
import random
import threading
import time
from collections import Counter
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

if TYPE_CHECKING:
    from pathlib import Path

BUSY = 0.3
BREAKS = 3


class Web(ThreadingHTTPServer):
    """Serves the files of a folder, whatever the first part of their path: it names the fault."""

    daemon_threads = True

    def __init__(self, folder: Path, seed: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.random, self.lock = folder, random.Random(seed), threading.Lock()
        self.asked: Counter[str] = Counter()
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.location = ""
        self.page = ""
        self.login = "user:word"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that go."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Web

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.serve()

    def do_GET(self) -> None:
        self.serve()

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer; `cut` bytes of the body are promised and not sent."""
        cut = int(headers.pop("cut", "0"))
        self.send_response(status)
        headers.setdefault("Content_Length", str(len(body)))
        for name, value in headers.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: len(body) - cut])
        if cut:
            self.wfile.flush()
            self.close_connection = True

    def serve(self) -> None:
        mode, _, name = unquote(self.path.partition("?")[0]).lstrip("/").partition("/")
        with self.server.lock:
            self.server.asked[f"{self.command} {self.path}"] += 1
            self.count = self.server.asked[f"{self.command} {self.path}"]
            self.server.seen.append((self.command, self.path, dict(self.headers)))
            busy = self.server.random.random() < BUSY
            form = self.server.random.choice(["1", formatdate(time.time() + 1, usegmt=True), "", "soon"])
        if mode == "redirect":
            return self.say(302, Location=self.server.location.replace("NAME", name))
        if mode == "pages" and not name:
            return self.say(200, self.server.page.encode(), Content_Type="text/html")
        path = self.server.folder / name
        if not path.is_file():
            return self.say(404)
        special = getattr(self, f"do_{mode.replace('-', '_')}", None)
        if mode in ("busy-503", "busy-429") and busy:
            return self.say(int(mode[-3:]), b"come back", Retry_After=form)
        if mode == "login" and self.headers.get("Authorization") != f"Basic {self.login()}":
            return self.say(401, WWW_Authenticate="Basic")
        if mode.startswith("always-"):
            return self.say(int(mode[7:]), b"no")
        data = path.read_bytes()
        return special(data) if special else self.ranged(data)

    def login(self) -> str:
        return base64.b64encode(self.server.login.encode()).decode()

    def ranged(self, data: bytes, cut: int = 0, tag: str = '"one"') -> None:
        """Answer as a server does that knows ranges."""
        asked = self.headers.get("Range", "")
        if not asked or self.headers.get("If-Range", tag) != tag:
            return self.say(200, data, ETag=tag, Accept_Ranges="bytes", cut=str(cut))
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, stop = int(first), min(int(last) + 1 if last else len(data), len(data))
        if start >= len(data):
            return self.say(416, Content_Range=f"bytes */{len(data)}")
        stated = f"bytes {start}-{stop - 1}/{len(data)}"
        return self.say(
            206, data[start:stop], ETag=tag, Content_Range=stated, cut=str(min(cut, (stop - start + 1) // 2))
        )

    def do_no_ranges(self, data: bytes) -> None:
        self.say(200, data)

    def do_no_ranges_breaks(self, data: bytes) -> None:
        self.say(200, data, cut=str(len(data) // 2 if self.command == "GET" and self.count <= BREAKS else 0))

    def do_breaks(self, data: bytes) -> None:
        self.ranged(data, cut=len(data) // 3 if self.command == "GET" and self.count <= BREAKS else 0)

    def do_breaks_always(self, data: bytes) -> None:
        """Send half of a body the first time, and no byte more."""
        start = int(self.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        stated = f"bytes {start}-{len(data) - 1}/{len(data)}" if "Range" in self.headers else ""
        cut = len(data) - start if start else len(data) // 2
        self.say(
            206 if stated else 200, data[start:], Content_Range=stated, cut=str(cut if self.command == "GET" else 0)
        )

    def do_changes(self, data: bytes) -> None:
        first = self.count == 1 or self.command == "HEAD"
        self.ranged(
            data if first else data[::-1], len(data) // 2 if self.count == 1 else 0, '"one"' if first else '"two"'
        )

    def do_no_length(self, data: bytes) -> None:
        self.close_connection = True
        self.say(200, data, Content_Length="", Connection="close")

    def do_chunked(self, data: bytes) -> None:
        if self.command == "HEAD":
            return self.say(200, data)
        pieces = [data[at : at + 1000] for at in range(0, len(data), 1000)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
        return self.say(200, body, Content_Length="", Transfer_Encoding="chunked")

    def do_chunked_more(self, data: bytes) -> None:
        self.do_chunked(data[:100] if self.command == "HEAD" else data)

    def do_chunked_less(self, data: bytes) -> None:
        self.do_chunked(data if self.command == "HEAD" else data[:100])

    def do_short(self, data: bytes) -> None:
        self.say(200, data if self.command == "HEAD" else data[: len(data) // 2])

    def do_head_lies(self, data: bytes) -> None:
        self.say(200, data[:100] if self.command == "HEAD" else data)

    def do_head_zero(self, data: bytes) -> None:
        self.say(200) if self.command == "HEAD" else self.ranged(data)

    def do_head_refused(self, data: bytes) -> None:
        self.say(403) if self.command == "HEAD" else self.ranged(data)

    def do_wrong_range(self, data: bytes) -> None:
        if self.headers.get("Range", "bytes=0-0") == "bytes=0-0":
            return self.ranged(data, cut=10 if self.command == "GET" else 0)
        return self.say(206, data[:50], Content_Range=f"bytes 0-49/{len(data)}")

    def do_packed(self, data: bytes) -> None:
        self.say(200, data, Content_Encoding="gzip")

    def do_drip(self, data: bytes) -> None:
        self.say(200, data, cut=str(len(data)) if self.command == "GET" else "0")
        for at in range(0, len(data) if self.command == "GET" else 0, 700):
            self.wfile.write(data[at : at + 700])
            self.wfile.flush()

    def do_drops(self, data: bytes) -> None:
        """Hang up without an answer, the first times."""
        if self.count <= BREAKS:
            self.close_connection = True
            return None
        return self.ranged(data)
